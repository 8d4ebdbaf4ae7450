"""Run by nbval's kernels as they start: long runs take two steps a scale.

In full a lesson's pictures take minutes, and nbval asks whether its cells run. `on_colab.py` runs
them as they are, and so did whoever committed them.
"""

import dataclasses
import functools
import sys

STEPS = 2  # a scale; only from the second on does L-BFGS have a curvature to go by


def shorten(_):
    if "nst_helpers" not in sys.modules:  # before the setup cell
        return
    from nst_helpers.engine import run

    if not isinstance(run.settle, functools.partial):
        run.settle = functools.partial(settle_for_few, run.settle)


def settle_for_few(settle, *asked):
    used = settle(*asked)
    if sum(used.steps) <= 8:  # such as a run whose losses are compared
        return used
    return dataclasses.replace(used, steps=[min(STEPS, steps) for steps in used.steps])


get_ipython().events.register("pre_run_cell", shorten)  # noqa: F821
