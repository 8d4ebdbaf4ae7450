"""One run: two pictures in, a `Result` out, whatever interrupts it on the way."""

import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from .. import machine
from ..console import Forgiving, say
from ..errors import LayerError, RunStopped
from ..method import enlarged, paint
from ..pictures import card, with_longest_side
from .cost import check_memory, timed
from .growing import shown_growing
from .inputs import load_inputs, split_init
from .scales import settle
from .settings import check_settings, takes_settings
from .weights import bundled_vgg19, weights_sha256

COLUMNS = 76  # of the progress bar, so that JupyterLab on a small screen shows all of it
BAR = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} steps, {elapsed}{postfix}"


@dataclass(frozen=True)
class Result:
    """What `stylize` returns.

    picture: `(1, height, width, 3)`. history: one dict a step with `step`, `side`, `content`,
    `style`, `neighbor`, `tv`, `total`, each style layer (weighted losses) and `seconds`. settings:
    those given and the defaults, as a dict fit for JSON. constants: of the last scale, see
    `compute_targets`. card: the settings and all else that tells how the picture was made;
    `save_image` writes it into a file. message: empty, or why the run ended
    early. interrupted: whether it was by the user.
    """

    picture: tf.Tensor = field(repr=False)
    history: list = field(repr=False)
    seconds: float
    settings: dict
    constants: dict = field(repr=False)
    card: dict = field(repr=False)
    message: str = ""
    interrupted: bool = False


@takes_settings
def stylize(
    content,
    style,
    *,
    style_masks=None,
    painting_masks=None,
    vgg=None,
    progress=True,
    on_step=None,
    **settings,
):
    """Paint the content image in the manner of the style image.

    content, style: anything `load_image` takes; style may be a list of such, of several paintings.
    style_masks: one for each painting, in the same order: anything `load_image` takes, or an array
    `(height, width)`, in the photo's shape, white where that painting applies, gray in between.
    Where all are black the photo stays as it is. painting_masks: the same in each painting's shape,
    white on the part of it that is used. vgg: what `load_vgg19` returns; None loads the bundled
    weights, once. progress: show a bar and, in a notebook or a terminal that can, the picture while
    it is painted; "bar" for the bar alone. on_step: a function that is called with each `Step`; it
    may raise `KeyboardInterrupt` to end the run.

    init may be anything `load_image` takes, too: a picture in the photo's shape, to go on from.
    Returns a `Result`. An interrupt (Ctrl-C, or the stop button of a notebook) ends the run and
    returns the picture it had reached; so does a loss that is not finite, and so does a finer
    scale for which there is no memory. `Result.message` says so. Raises `SettingsError`,
    `PictureError`, `WeightsError`, `LayerError` or `KerasError` for what cannot be used, and
    `RunStopped` if it ends before there is a picture.
    """
    begin = time.perf_counter()
    settings, init = split_init(settings)
    asked = check_settings(settings)
    machine.check_eager()
    content, paintings, start, sha256 = load_inputs(
        asked, content, style, init, style_masks, painting_masks
    )
    used = settle(asked, content, *paintings.pictures)
    check_memory(content, paintings, used)
    vgg = vgg or bundled_vgg19()
    _check_layers(vgg, (asked.content_layer, *asked.style_layers))

    steps = timed(paint(vgg, content, paintings, used, start=start), used)
    if progress is True:
        steps = shown_growing(steps, *content.shape[1:3])
    with closing(steps):
        total = sum(used.steps)
        history, last, message, interrupted = to_the_end(steps, total, progress, on_step)
    with machine.interrupts_ignored():  # an impatient second one must not cost the picture
        if message and on_step is None:  # whoever watches the steps has the message from the result
            say(message)
        picture = last.picture
        if last.side < used.size:  # the run ended early
            coarser = with_longest_side(content, last.side)
            picture = enlarged(picture, coarser, content, used.keeps_detail)
        seconds, settings = time.perf_counter() - begin, asdict(asked)
        made_by = card.make(settings, **_facts(used, last, seconds, vgg), **sha256)
        return Result(
            picture, history, seconds, settings, last.constants, made_by, message, interrupted
        )


def _check_layers(vgg, names):
    """Raise `LayerError` for what is none of the network's: before there is a bar."""
    known = [layer.name for layer in vgg.layers[1:]]
    for name in names:
        if name not in known:
            raise LayerError(name, known)


def to_the_end(steps, total, progress, on_step):
    """Go through the steps: `(history, last step, message, whether the user interrupted)`.

    message: why they ended early, or empty. Raises what ended them before the first step.
    """
    history, last, message, interrupted = [], None, "", False
    shown = progress and sys.stdout is not None  # as under pythonw
    out = Forgiving(sys.stdout)
    bar = tqdm(total=total, disable=not shown, file=out, ncols=COLUMNS, bar_format=BAR)
    try:
        for last in steps:
            seconds = round(last.seconds, 3)
            history.append(
                {"step": last.number, "side": last.side, **last.losses, "seconds": seconds}
            )
            _show(bar, last)
            if on_step is not None:
                on_step(last)
    except (KeyboardInterrupt, RunStopped, tf.errors.OpError) as error:
        message, interrupted = _why_it_ended(error, last), isinstance(error, KeyboardInterrupt)
    finally:
        bar.close()
    return history, last, message, interrupted


def _show(bar, step):
    """Let the progress bar say where the run is."""
    left = ""
    if step.seconds_left is not None:
        left = tqdm.format_interval(step.seconds_left) + " left, "
    bar.set_description_str(f"{step.side} px", refresh=False)
    bar.set_postfix_str(f"{left}loss {step.losses['total']:.3g}", refresh=False)
    bar.update()


def _why_it_ended(error, last):
    """The message for the user; if there is no picture yet, it is raised."""
    if last is None and isinstance(error, tf.errors.OpError):
        raise RunStopped(
            f"TensorFlow cannot paint here ({machine.reason(error)}): "
            "install what is missing, or reinstall TensorFlow."
        ) from error
    if last is None:
        raise error
    if isinstance(error, RunStopped):
        return str(error)
    after = f"after {last.number} of {last.total} steps"
    if isinstance(error, KeyboardInterrupt):
        return f"Interrupted {after}; this is the picture reached."
    reason = machine.reason(error)
    return f"TensorFlow stopped the run {after} ({reason}); this is the picture reached."


def _facts(used, last, seconds, vgg):
    """What the card says beside the settings and the checksums of pictures."""
    return {
        "painted": {name: getattr(used, name) for name in ("size", "scales", "precision", "steps")},
        "steps_done": last.number,
        "losses": last.losses,
        "constants": {name: np.asarray(value).tolist() for name, value in last.constants.items()},
        "seconds": round(seconds, 1),
        "weights_sha256": weights_sha256(vgg),
        "machine": machine.describe(),
    }
