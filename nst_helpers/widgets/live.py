"""A picture while it is painted: weights may change between two steps, and its card tells when."""

import dataclasses
import io
import math
import time

from PIL import Image

from .. import machine
from ..engine import DEFAULTS, STYLE_LAYERS, Settings, weights_sha256, with_masks
from ..method import TERMS, Paintings, paint
from ..pictures import card, to_uint8

OPTIONS = ("init", "original_colors", "style_scale")
STEPS_AT_ONCE = 6000  # of one generator; another one then goes on
FRAMES_OF_FILM = 120  # a film has at most twice as many
JPEG_QUALITY = 88
FILM_QUALITY, MILLISECONDS_A_FRAME = 80, 80


def starting_weights():
    """`{term, "learning_rate", "blend" or style layer: number}`, before anybody changes one.

    blend: the share of the second painting, where there is one.
    """
    weights = {term: getattr(DEFAULTS, f"{term}_weight") for term in TERMS}
    others = {"learning_rate": DEFAULTS.learning_rate, "blend": 0.5}
    return weights | others | DEFAULTS.style_layers


class LivePicture:
    """One picture, painted with Adam at one size, from its first step on.

    picture: the latest one, `(1, height, width, 3)`. history: one dict a step, `{"total",
    "content", "style", "tv"}`. changes: of weights on the way, `{"step", name: weight}` each.
    """

    def __init__(self, vgg, inputs, weights, options, masks=(), facts=None):
        """inputs: `{"content", "style"}`, each `(picture, sha256)`, from `load_with_sha256`.

        There may be other paintings after these. weights: as `starting_weights`, a dict that is
        changed in place. options: settings that hold from the first step on, `OPTIONS`. masks: of
        each painting, as `style_masks` of `stylize`; none where the second blends with the first.
        facts: what else its card should hold, a dict.
        """
        content = inputs["content"][0]
        self._vgg, self._inputs, self._masks = vgg, inputs, masks
        self._facts = dict(facts or {})
        self._weights, self._begun_with = weights, dict(weights)
        self._settings = Settings(
            **options,
            optimizer="adam",
            scales=[max(content.shape[1:3])],
            steps=[STEPS_AT_ONCE],
            precision=machine.best_precision(),
        )
        self.picture, self.steps_done = content, 0
        self.history, self.changes, self.film = [], [], Film()
        self._losses, self._seconds = {}, 0.0
        self._go_on()

    def _go_on(self):
        """Make the generator that paints, from the picture as it is."""
        start = self.picture if self.steps_done else None
        content, *styles = (picture for picture, _ in self._inputs.values())
        paintings = Paintings(tuple(styles), self._shares())
        if self._masks:
            paintings, sha256 = with_masks(paintings, "style_masks", self._masks, content)
            self._facts["style_masks_sha256"] = sha256
        self._steps = paint(
            self._vgg, content, paintings, self._settings, self._weights, start=start
        )
        self._done_before = self.steps_done

    def _shares(self):
        """Of each painting, as they stand; with a region to itself, each counts alike."""
        if self._blends():
            return 1 - self._weights["blend"], self._weights["blend"]
        count = len(self._inputs) - 1
        return (1 / count,) * count

    def _blends(self):
        return "second" in self._inputs and not self._masks

    def step(self):
        """Paint one step. Raises what `paint` raises; one can then go on from the last picture."""
        start = time.perf_counter()
        try:
            step = next(self._steps, None)
            if step is None:  # its steps were all used up
                self._go_on()
                step = next(self._steps)
        except BaseException:  # which ended the generator
            self._go_on()
            raise
        self._seconds += time.perf_counter() - start
        self.picture = step.picture
        self.steps_done = self._done_before + step.number
        self._losses = step.losses
        self.history.append({term: step.losses[term] for term in ("total", *TERMS)})

    def change(self, name, weight):
        """Change a weight before the next step, to four digits, as one would write it in code."""
        weight = float(f"{weight:.4g}")
        if math.isclose(weight, self._weights[name], rel_tol=0.01):
            return  # a browser rounds to its slider's next tick, and sends that back unasked
        self._weights[name] = weight
        change = {"step": self.steps_done, name: weight}
        last = self.changes[-1] if self.changes else {}
        if last.keys() == change.keys() and last["step"] == self.steps_done:
            self.changes.pop()  # a slider on its way
        self.changes.append(change)

    def settings_now(self):
        """The settings that were or can be changed, as they stand: keywords of `stylize`."""
        weights = {f"{term}_weight": self._weights[term] for term in TERMS}
        layers = {layer: self._weights[layer] for layer in STYLE_LAYERS}
        options = {name: getattr(self._settings, name) for name in OPTIONS}
        blend = list(self._shares()) if self._blends() else None
        return weights | options | {"style_layers": layers, "style_blend_weights": blend}

    def card(self):
        """The run card: the settings as they stand, the weights at the start, and every change."""
        scales, precision = self._settings.scales, self._settings.precision
        painted = {"scales": scales, "precision": precision, "steps": [self.steps_done]}
        content, *styles = (sha256 for _, sha256 in self._inputs.values())
        settings = dataclasses.asdict(self._settings) | self.settings_now()
        settings |= {"size": scales[0], "learning_rate": self._weights["learning_rate"]}
        return card.make(
            settings | {"steps": None, "scales": None},
            begun_with=self._begun_with,
            painted_live=list(self.changes),
            painted=painted,
            steps_done=self.steps_done,
            losses=self._losses,
            seconds=round(self._seconds, 1),
            machine=machine.describe(),
            weights_sha256=weights_sha256(self._vgg),
            content_sha256=content,
            style_sha256=styles if len(styles) > 1 else styles[0],
            **self._facts,
        )

    def end(self):
        """Let go of the film, and of all that it takes to paint another step."""
        self._steps, self.film = iter(()), Film()


class Film:
    """The pictures of a run, one every so many steps. frames: JPEG files, as bytes."""

    def __init__(self):
        self.frames, self._every = [], 1

    def add(self, step, jpeg):
        """Add the picture after this step; once there are too many, every second one is kept."""
        if step % self._every == 0:
            self.frames.append(jpeg)
        if len(self.frames) > 2 * FRAMES_OF_FILM:
            self.frames, self._every = self.frames[1::2], 2 * self._every

    def as_webp(self, made):
        """The bytes of a moving picture of all frames. made: its run card."""
        first, *others = [Image.open(io.BytesIO(frame)) for frame in self.frames]
        options = {"duration": MILLISECONDS_A_FRAME, "loop": 0, "quality": FILM_QUALITY}
        options |= card.save_options(made, "WEBP")
        file = io.BytesIO()
        first.save(file, "WEBP", save_all=True, append_images=others, **options)
        return file.getvalue()


def as_jpeg(picture):
    """The bytes of a JPEG file. picture: `(1, height, width, 3)`."""
    file = io.BytesIO()
    Image.fromarray(to_uint8(picture)).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
