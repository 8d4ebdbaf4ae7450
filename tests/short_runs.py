"""Run by nbval's kernels as they start: from a lesson's second cell on, a run takes two steps a scale.

In full a lesson's pictures take minutes, and nbval asks whether its cells run. `on_colab.py` runs
them as they are, and so did whoever committed them.
"""

import dataclasses
import functools
import sys

STEPS = 2  # a scale; only from the second on does L-BFGS have a curvature to go by


def shorten(_):
    run = sys.modules.get("nst_helpers.engine.run")
    if run and not isinstance(run.settle, functools.partial):
        run.settle = functools.partial(settle_for_few, run.settle)


def settle_for_few(settle, *asked):
    used = settle(*asked)
    return dataclasses.replace(used, steps=[min(STEPS, steps) for steps in used.steps])


get_ipython().events.register("pre_run_cell", shorten)  # noqa: F821
