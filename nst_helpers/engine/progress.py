"""Going through a run's steps: the progress bar, the history, and what to say if they end early."""

import sys

import tensorflow as tf
from tqdm import tqdm

from .. import machine
from ..console import Forgiving
from ..errors import RunStopped

BAR = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} steps, {elapsed}{postfix}"


def to_the_end(steps, total, progress, on_step):
    """Go through the steps: `(history, last step, what ended them early or None)`.

    Raises what ended them if that was before the first step.
    """
    history, last, ended_by = [], None, None
    shown = progress and sys.stdout is not None  # as under pythonw
    out = Forgiving(sys.stdout)
    bar = tqdm(total=total, disable=not shown, file=out, ncols=90, bar_format=BAR)
    try:
        for last in steps:
            seconds = round(last.seconds, 3)
            history.append(
                {"step": last.number, "side": last.side, **last.losses, "seconds": seconds}
            )
            _show(bar, last)
            if on_step is not None:
                on_step(last)
    except (KeyboardInterrupt, RunStopped) as error:
        if last is None:
            raise
        ended_by = error
    except tf.errors.OpError as error:
        if last is None:
            raise RunStopped(
                f"TensorFlow cannot paint here ({machine.reason(error)}): "
                "install what it misses, or TensorFlow anew."
            ) from error
        ended_by = error
    finally:
        bar.close()
    return history, last, ended_by


def _show(bar, step):
    """Let the progress bar say where the run is."""
    left = ""
    if step.seconds_left is not None:
        left = tqdm.format_interval(step.seconds_left) + " left, "
    bar.set_description_str(f"{step.side} px", refresh=False)
    bar.set_postfix_str(f"{left}loss {step.losses['total']:.3g}", refresh=False)
    bar.update()


def why_it_ended(error, last):
    """What ended a run that has a picture, as a message for the user; empty if nothing did."""
    if error is None:
        return ""
    if isinstance(error, RunStopped):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return (
            f"Interrupted after {last.number} of {last.total} steps; this is the picture reached."
        )
    return (
        f"TensorFlow stopped the run after {last.number} of {last.total} steps "
        f"({machine.reason(error)}); this is the picture reached."
    )
