"""What the easel paints, live and in full size; a live picture, whose weights change meanwhile."""

import dataclasses
import io
import math
import tempfile
import time
from pathlib import Path

from PIL import Image

from .. import machine
from ..engine import DEFAULTS, Settings, bundled_vgg19, regions, stylize, weights_sha256, with_masks
from ..method import TERMS, Paintings, paint
from ..pictures import SHORTEST_SIDE, card, load_with_sha256, read_file
from .code import as_code

STYLES = ("style", "second", "third")  # the paintings among the sources; of regions, from the top
SOURCES = ("content", *STYLES)
OPTIONS = ("init", "original_colors", "style_scale")
STEPS_AT_ONCE = 6000  # of one generator; another one then goes on
FRAMES_OF_FILM = 120  # a film has at most twice as many
FILM_QUALITY, MILLISECONDS_A_FRAME = 80, 80


class Subject:
    """What is painted, live and in full size. What fails to be loaded changes nothing.

    chosen: `{name: value}` of `SOURCES`, each as for `load_image`, the last two perhaps None; of
    `OPTIONS`; and of "regions": into how many the photo is divided, each with a painting of its own
    or, where there is none, left as it is; 0 for a photo that is not divided.
    masks: of the regions, from the top, in the finished picture's size. inputs: `{name: (picture,
    sha256)}` of the sources, as they are seen live. vgg: what `load_vgg19` returns.
    """

    def __init__(self, sources, size, full_size, vgg):
        """As for `easel`; sources has its content and style. Raises `PictureError`."""
        self._size, self._full_size = size, full_size
        options = {name: getattr(DEFAULTS, name) for name in OPTIONS}
        self.chosen = dict.fromkeys(SOURCES) | sources | options | {"regions": 0}
        self.masks = []
        self.inputs = self._loaded(self.chosen, SOURCES)
        self.vgg = vgg or bundled_vgg19()

    def change(self, name, value, file_name=None):
        """Choose another value of this name. file_name: what an error calls a source."""
        chosen = self.chosen | {name: value}
        loaded = self._loaded(chosen, STYLES if name == "style_scale" else [name], file_name)
        if name in ("content", "regions"):
            self.masks = self._divided(chosen["content"], chosen["regions"])
        self.chosen = chosen
        self.inputs |= loaded

    def _loaded(self, chosen, names, file_name=None):
        """`{name: (picture, sha256)}` of these sources, in the size in which each is seen live."""
        loaded = {}
        for name in names:
            if name in SOURCES and chosen[name] is not None:
                scale = 1 if name == "content" else chosen["style_scale"]
                side = max(SHORTEST_SIDE, round(self._size * scale))
                loaded[name] = load_with_sha256(chosen[name], side, file_name)
        return loaded

    def _divided(self, photo, count):
        """Masks of so many regions of the photo, or of as many as it has."""
        if not count:
            return []
        return regions(load_with_sha256(photo, self._full_size)[0], count, self.vgg)

    def in_use(self):
        """The names of the paintings in use: two at most, or one for each region."""
        return [name for name in STYLES[: len(self.masks) or 2] if self.chosen[name] is not None]

    def masks_in_use(self):
        """Where each of the paintings in use applies; empty without regions."""
        return [mask for name, mask in zip(STYLES, self.masks) if self.chosen[name] is not None]

    def regions(self):
        """For card and code: how many were asked for, and which have a painting, 1 on top."""
        if not self.masks:
            return {}
        painted = [STYLES.index(name) + 1 for name in self.in_use()]
        return {"regions": {"count": self.chosen["regions"], "painted": painted}}

    def finish(self, settings, on_step):
        """Paint it in full size, as `stylize`. settings: of a live picture, as they stand."""
        paintings = [self.chosen[name] for name in self.in_use()]
        result = stylize(
            self.chosen["content"],
            paintings if len(paintings) > 1 else paintings[0],
            style_masks=self.masks_in_use() or None,
            vgg=self.vgg,
            progress=False,
            on_step=on_step,
            size=self._full_size,
            **settings,
        )
        return dataclasses.replace(result, card=result.card | self.regions())

    def code(self, settings):
        """Lines of Python that paint what `finish` would."""
        paintings = [self.chosen[name] for name in self.in_use()]
        settings = {"size": self._full_size} | settings
        return as_code(self.chosen["content"], paintings, settings, **self.regions())


def decoded(file_name, content):
    """`(PIL image, what an error calls it)` of a file that was uploaded, from its bytes."""
    name = Path(file_name).name or "the upload"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")  # its own name may be none that this disk takes
        path.write_bytes(bytes(content))
        image = read_file(path, name)
    image.filename = name  # as Pillow has it of what it opens: what later errors call it
    return image, name


def starting_weights():
    """`{term, "learning_rate", "blend" or style layer: number}`, before anybody changes one.

    blend: the share of the second painting, where there is one.
    """
    weights = {term: getattr(DEFAULTS, f"{term}_weight") for term in TERMS}
    others = {"learning_rate": DEFAULTS.learning_rate, "blend": 0.5}
    return weights | others | DEFAULTS.style_layers


class LivePicture:
    """One picture, painted with Adam at one size, from its first step on.

    picture: the latest one, `(1, height, width, 3)`. history: one dict a step, `{"total", each of
    TERMS: loss}`. changes: of weights on the way, `{"step", name: weight}` each.
    """

    def __init__(self, subject, weights):
        """subject: taken as it is now. weights: as `starting_weights`, and changed in place."""
        names, masks = subject.in_use(), subject.masks_in_use()
        pictures, self._sha256 = zip(*(subject.inputs[name] for name in ("content", *names)))
        photo, *styles = pictures
        self._vgg, self._weights, self._begun_with = subject.vgg, weights, dict(weights)
        self._blends, self._facts = "second" in names and not masks, subject.regions()
        shares = self._blend_weights() or [1 / len(styles)] * len(styles)
        paintings = Paintings(tuple(styles), tuple(shares))
        if masks:
            paintings, sha256 = with_masks(paintings, "style_masks", masks, photo)
            self._facts["style_masks_sha256"] = sha256
        self._settings = Settings(
            **{name: subject.chosen[name] for name in OPTIONS},
            optimizer="adam",
            scales=[max(photo.shape[1:3])],
            steps=[STEPS_AT_ONCE],
            precision=machine.best_precision(),
        )
        self._for_paint = subject.vgg, photo, paintings, self._settings, weights
        self.picture, self.steps_done = photo, 0
        self.history, self.changes, self.film = [], [], Film()
        self._steps, self._losses, self._seconds = iter(()), {}, 0.0

    def _blend_weights(self):
        """Of the two paintings that blend, as they stand; otherwise None."""
        second = self._weights["blend"]
        return [1 - second, second] if self._blends else None

    def step(self):
        """Paint one step. Raises what `paint` raises; one can then go on from the last picture."""
        begun_at = time.perf_counter()
        step = next(self._steps, None)
        if step is None:  # at first, after an error, and when a generator's steps are all done
            start = self.picture if self.steps_done else None
            self._steps = paint(*self._for_paint, start)
            step = next(self._steps)
        self._seconds += time.perf_counter() - begun_at
        self.picture, self._losses = step.picture, step.losses
        self.steps_done += 1
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
        layers = {layer: self._weights[layer] for layer in DEFAULTS.style_layers}
        options = {name: getattr(self._settings, name) for name in OPTIONS}
        others = {"style_layers": layers, "style_blend_weights": self._blend_weights()}
        return weights | options | others

    def card(self):
        """The run card: the settings as they stand, the weights at the start, and every change."""
        scales, precision = self._settings.scales, self._settings.precision
        settings = dataclasses.asdict(self._settings) | self.settings_now()
        settings |= {"size": scales[0], "learning_rate": self._weights["learning_rate"]}
        content, *styles = self._sha256
        return card.make(
            settings | {"steps": None, "scales": None},
            begun_with=self._begun_with,
            painted_live=list(self.changes),
            painted={"scales": scales, "precision": precision, "steps": [self.steps_done]},
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

    def as_webp(self, run_card):
        """The bytes of a moving picture of all frames, with this run card."""
        first, *others = [Image.open(io.BytesIO(frame)) for frame in self.frames]
        options = {"duration": MILLISECONDS_A_FRAME, "loop": 0, "quality": FILM_QUALITY}
        options |= card.save_options(run_card, "WEBP")
        file = io.BytesIO()
        first.save(file, "WEBP", save_all=True, append_images=others, **options)
        return file.getvalue()
