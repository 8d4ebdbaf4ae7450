"""One run: two pictures in, a `Result` out, whatever interrupts it on the way."""

import time
from dataclasses import asdict, dataclass, field

import numpy as np
import tensorflow as tf

from .. import machine
from ..console import say
from ..method import enlarged, paint
from ..pictures import card, with_longest_side
from .cost import check_memory, timed
from .inputs import load_inputs, split_init
from .progress import to_the_end, why_it_ended
from .scales import settle
from .settings import check_settings, takes_settings
from .weights import bundled_vgg19, weights_sha256


@dataclass(frozen=True)
class Result:
    """What `stylize` returns.

    picture: `(1, height, width, 3)`. history: one dict a step with `step`, `side`, `content`,
    `style`, `tv`, `total`, each style layer (weighted losses) and `seconds`. settings: those given
    and the defaults, as a dict fit for JSON. constants: of the last scale, see
    `objective.compute_targets`. card: the settings and all else that tells how the picture was
    made, see `card.py`; `save_image` writes it into a file. message: empty, or why the run ended
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
    white on the part of it that is used. init may be anything `load_image` takes, too: a picture in
    the photo's shape, to go on from. vgg: what `load_vgg19` returns; None loads the
    bundled weights, once. progress: show a bar. on_step: a function that is called with each
    `Step`; it may raise `KeyboardInterrupt` to end the run.

    Returns a `Result`. An interrupt (Ctrl-C, or the stop button of a notebook) ends the run and
    returns the picture it had reached; so does a loss that is not finite, and so does a finer
    scale for which there is no memory. `Result.message` says so. Raises `SettingsError`,
    `PictureError`, `WeightsError`, `LayerError` or `KerasError` for what cannot be used, and
    `RunStopped` if it ends before there is a picture.
    """
    start = time.perf_counter()
    settings, init = split_init(settings)
    asked = check_settings(settings)
    machine.check_eager()
    given = load_inputs(asked, content, style, init, style_masks, painting_masks)
    content, paintings = given.content, given.paintings
    used = settle(asked, content, *paintings.pictures)
    check_memory(content, paintings, used)
    vgg = vgg or bundled_vgg19()

    steps = timed(paint(vgg, content, paintings, used, start=given.start), used)
    history, last, ended_by = to_the_end(steps, sum(used.steps), progress, on_step)
    message, interrupted = why_it_ended(ended_by, last), isinstance(ended_by, KeyboardInterrupt)
    with machine.interrupts_ignored():  # an impatient second one must not cost the picture
        if message and on_step is None:  # whoever watches the steps has the message from the result
            say(message)
        picture = last.picture
        if last.side < used.size:  # the run ended early
            coarser = with_longest_side(content, last.side)
            picture = enlarged(picture, coarser, content, used.keeps_detail)
        seconds, settings = time.perf_counter() - start, asdict(asked)
        made_by = card.make(settings, **_facts(used, last, seconds, vgg), **given.sha256)
        return Result(
            picture, history, seconds, settings, last.constants, made_by, message, interrupted
        )


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
