"""What the easel paints: a photo, paintings, options, and the regions of the photo."""

import dataclasses
import tempfile
from pathlib import Path

from ..engine import DEFAULTS, bundled_vgg19, regions, stylize
from ..pictures import SHORTEST_SIDE, load_with_sha256, read_file
from .code import as_code
from .live import OPTIONS, LivePicture

STYLES = ("style", "second", "third")  # the paintings among the sources; of regions, from the top


class Subject:
    """What is painted, live and in full size. What fails to be loaded changes nothing.

    sources: `{"content", "style", "second", "third"}`, each as for `load_image`; the last two may
    be None. options: `live.OPTIONS`, and "regions": into how many the photo is divided, each with a
    painting of its own or, where there is none, left as it is; 0 for a photo that is not divided.
    masks: of the regions, from the top, in the finished picture's size.
    """

    def __init__(self, sources, size, full_size, vgg):
        """size: longest side of the live picture, px. full_size: of the finished one.

        vgg: what `load_vgg19` returns; None for the bundled weights. Raises `PictureError`.
        """
        self._size, self._full_size = size, full_size
        self.sources = dict.fromkeys(("content", *STYLES)) | sources
        self.options = {name: getattr(DEFAULTS, name) for name in OPTIONS} | {"regions": 0}
        self.masks = []
        self._inputs = self._loaded(sources, self.options["style_scale"])
        self._vgg = vgg or bundled_vgg19()

    def choose(self, name, source, file_name=None):
        """Take another photo or painting. file_name: what an error calls it."""
        loaded = self._loaded({name: source}, self.options["style_scale"], file_name)
        if name == "content":
            self.masks = self._divided(source, self.options["regions"])
        self.sources[name] = source
        self._inputs |= loaded

    def upload(self, name, file_name, content):
        """Take another photo or painting from the bytes of a file."""
        file_name = Path(file_name).name or "the upload"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "upload")  # its own name may be none that this disk takes
            path.write_bytes(bytes(content))
            image = read_file(path, file_name)
        self.choose(name, image, file_name)

    def set(self, name, value):
        """Set one of the options."""
        if name == "regions":
            self.masks = self._divided(self.sources["content"], value)
        if name == "style_scale":
            styles = {style: self.sources[style] for style in STYLES}
            self._inputs |= self._loaded(styles, value)
        self.options[name] = value

    def _loaded(self, sources, style_scale, file_name=None):
        """`{name: (picture, sha256)}`, in the size in which each is seen live."""
        loaded = {}
        for name, source in sources.items():
            if source is not None:
                scale = 1 if name == "content" else style_scale
                side = max(SHORTEST_SIDE, round(self._size * scale))
                loaded[name] = load_with_sha256(source, side, file_name)
        return loaded

    def _divided(self, photo, count):
        """Masks of so many regions of the photo, or of as many as it has."""
        if not count:
            return []
        return regions(load_with_sha256(photo, self._full_size)[0], count, self._vgg)

    def names_in_use(self):
        """The names of the paintings in use: two at most, or one for each region."""
        return [name for name in STYLES[: len(self.masks) or 2] if self.sources[name] is not None]

    def masks_in_use(self):
        """Where each of the paintings in use applies; empty without regions."""
        return [self.masks[STYLES.index(name)] for name in self.names_in_use() if self.masks]

    def regions(self):
        """For the card: which were asked for, and which have a painting, 1 on top.

        Empty without regions.
        """
        if not self.masks:
            return {}
        painted = [STYLES.index(name) + 1 for name in self.names_in_use()]
        return {"regions": {"count": self.options["regions"], "painted": painted}}

    def begin(self, weights):
        """A `LivePicture`, before its first step. weights: as there."""
        inputs = {name: self._inputs[name] for name in ("content", *self.names_in_use())}
        options = {name: self.options[name] for name in OPTIONS}
        return LivePicture(self._vgg, inputs, weights, options, self.masks_in_use(), self.regions())

    def finish(self, settings, on_step):
        """Paint it in full size; returns what `stylize` returns, and raises what that raises.

        settings: of a live picture, as they stand.
        """
        paintings = self._paintings()
        result = stylize(
            self.sources["content"],
            paintings if len(paintings) > 1 else paintings[0],
            size=self._full_size,
            style_masks=self.masks_in_use() or None,
            vgg=self._vgg,
            progress=False,
            on_step=on_step,
            **settings,
        )
        return dataclasses.replace(result, card=result.card | self.regions())

    def code(self, settings):
        """Lines of Python that paint what `finish` would."""
        settings = {"size": self._full_size} | settings
        return as_code(self.sources["content"], self._paintings(), settings, **self.regions())

    def _paintings(self):
        return [self.sources[name] for name in self.names_in_use()]
