"""Run by nbval's kernels as they start: long runs take two steps a scale, lessons' loops a few.

In full a lesson's pictures take minutes, and nbval asks whether its cells run. `on_colab.py` runs
them as they are, and so did whoever committed them.
"""

import dataclasses
import functools
import sys

STEPS = 2  # a scale; only from the second on does L-BFGS have a curvature to go by

# In a lesson's own loops, of learners' functions. Each must stand in a lesson, says a test.
SHORTER = {
    "range(32)": "range(3)",
    "steps=32": "steps=3",
    "60, schedule(60)": "4, schedule(4)",
    "steps=60) for depth": "steps=3) for depth",
    "layers[:2], steps=100": "layers[:2], steps=3",
    "[192], [13]": "[192], [3]",
    "[20, 8]": "[3, 3]",
    "[24, 6]": "[3, 3]",
    "(40, 16)": "(3, 3)",
    "steps=[40]": "steps=[3]",
    "steps=[60]": "steps=[3]",
    "in (1, 5, 20)": "in (1, 2, 3)",
    "in (0, 1, 5, 20, 59)": "in (0, 1, 2, 3)",
    "100, look_at=(0, 100)": "2, look_at=(0, 2)",
    "500, look_at=(0, 50, 200, 500)": "3, look_at=(0, 1, 2, 3)",
}


def shorten_loops(lines):
    cell = "".join(lines)
    for loop, shorter in SHORTER.items():
        cell = cell.replace(loop, shorter)
    return cell.splitlines(keepends=True)


def shorten(_):
    if "nst_helpers" not in sys.modules:  # before the setup cell
        return
    from nst_helpers.engine import run
    from nst_helpers.fast import training

    if not isinstance(run.settle, functools.partial):
        run.settle = functools.partial(settle_for_few, run.settle)
        training._steps_until = lambda *_: STEPS


def settle_for_few(settle, *asked):
    used = settle(*asked)
    if sum(used.steps) <= 8:  # such as a run whose losses are compared
        return used
    return dataclasses.replace(used, steps=[min(STEPS, steps) for steps in used.steps])


get_ipython().input_transformers_post.append(shorten_loops)  # noqa: F821
get_ipython().events.register("pre_run_cell", shorten)  # noqa: F821
