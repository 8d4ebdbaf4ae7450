"""A picture to choose: a sample to click, a file to upload, or a path; and painted in one pass."""

import base64
import html
import os

import ipywidgets as widgets

from ..errors import KitError
from ..fast import load_network, paint_fast
from ..pictures import PAINTINGS, PATTERNS, PHOTOS, as_jpeg, as_png, load_image, with_longest_side
from .easels import UPLOAD_TOOLTIP, files_sent
from .live import decoded

LOOK = "background: url({}) center 4px / auto 68px no-repeat; padding-top: 66px; font-size: 12px"
CHOSEN = 180  # px, of a square box around what is chosen, so that nothing below it ever moves
CHOSEN_LOOK = f"width: {CHOSEN}px; height: {CHOSEN}px; object-fit: contain; object-position: left"
SIZES = (256, 384, 512, 1024)  # px, of the picture's longest side
LINK = '<a download="painted.png" href="data:image/png;base64,{}">Save this picture</a> ({})'


def choose_photo(first="red_panda"):
    """A `Chooser` of a photo. first: what `load_image` takes. Raises what `load_image` raises."""
    return Chooser(PHOTOS, first)


def choose_painting(first="cafe_terrace"):
    """A `Chooser` of a painting. first: what `load_image` takes. Raises what that raises."""
    return Chooser((*PAINTINGS, *PATTERNS), first)


class Chooser(widgets.VBox):
    """A picture to choose. source: the latest, for `stylize`; what is no picture changes none."""

    def __init__(self, samples, first):
        self.shown, self.notice = widgets.HTML(), widgets.HTML()
        self._take(first, str(first) if isinstance(first, (str, os.PathLike)) else "your picture")
        looks, self.samples = "", {}
        for name in samples:
            self.samples[name] = widgets.Button(description=name.replace("_", " "))
            self.samples[name].layout = widgets.Layout(width="122px", height="100px")
            self.samples[name].add_class(f"nst-{name}")
            self.samples[name].on_click(lambda _, name=name: self._choose(name))
            looks += f".nst-{name} {{{LOOK.format(_url(load_image(name, 128)))}}}"
        # 10 MiB is the limit of one message to Jupyter's server.
        self.upload = widgets.FileUpload(accept="image/*", description="Upload one, up to 10 MiB")
        self.upload.layout.width = "auto"
        self.upload.tooltip = UPLOAD_TOOLTIP
        self.upload.observe(self._arrived, "value")
        self.path = widgets.Text(description="or its path", continuous_update=False)
        self.path.placeholder = "of a file of any size"
        self.path.on_msg(self._asked_again)
        self.path.observe(lambda change: change["new"] and self._choose(change["new"]), "value")
        rows = [[*self.samples.values()], [self.upload, self.path]]
        rows = [widgets.HBox(row, layout=widgets.Layout(flex_flow="row wrap")) for row in rows]
        looks = widgets.HTML(f"<style>{looks}</style>")
        super().__init__([self.shown, *rows, self.notice, looks])

    def _arrived(self, change):
        for name, content in files_sent(change["new"]):
            self._choose(name, content)
            self.upload.set_trait("value", type(change["new"])())  # so that it can be sent again

    def _asked_again(self, _, message, __):
        """Enter in the field: what could not be taken from there may be there now."""
        if message.get("event") == "submit" and self.notice.value and self.path.value:
            self._choose(self.path.value)

    def _choose(self, name, content=None):
        """Take a sample, a file by its path, or an upload by its name and content."""
        try:
            self._take(name if content is None else decoded(name, content)[0], name)
            self.notice.value = ""
            if content is not None or name != self.path.value:
                self.path.value = ""  # so that the same path can be given again
        except KitError as error:
            self.notice.value = html.escape(str(error))

    def _take(self, source, name):
        picture = with_longest_side(load_image(source), CHOSEN)
        image = f'<img src="{_url(picture)}" alt="" style="{CHOSEN_LOOK}">'
        words = html.escape(f"Chosen: {name}")
        self.source = source  # before what is shown, which may be observed
        self.shown.value = f"{image}<div>{words}</div>"


def _url(picture):
    return f"data:image/jpeg;base64,{base64.b64encode(as_jpeg(picture)).decode()}"


def live_network(photo="red_panda", network="starry_night"):
    """A widget that paints a photo in one pass of a network, whenever something is changed.

    photo: what `load_image` takes. network: what `load_network` takes; between two of its paintings
    there is a slider. Raises what these raise.
    """
    return LiveNetwork(photo, network)


class LiveNetwork(widgets.VBox):
    """What `live_network` returns. result: of the picture shown, as `paint_fast` returned it."""

    def __init__(self, photo, network):
        self.network = load_network(network)
        known = [(name.replace("_", " "), name) for name in self.network.paintings]
        first = network if network in self.network.paintings else known[0][1]
        other = next((name for _, name in known if name != first), first)
        self.photo = choose_photo(photo)
        self.painting = widgets.Dropdown(description="painting", options=known, value=first)
        self.second = widgets.Dropdown(description="and", options=known, value=other)
        self.share = widgets.FloatSlider(0, min=0, max=1, step=0.02, description="its share")
        self.size = widgets.Dropdown(description="size, px", options=SIZES)
        self.image, self.words = widgets.Image(format="jpeg"), widgets.HTML()
        self.image.layout = widgets.Layout(width="480px", object_fit="contain")
        for control in (self.painting, self.second, self.share, self.size):
            control.observe(self._changed, "value")
        self.photo.shown.observe(self._changed, "value")
        self._changed()
        mixing = [self.second, self.share] if len(known) > 1 else []
        controls = widgets.VBox([self.painting, *mixing, self.size, self.words])
        super().__init__([widgets.HBox([self.image, controls]), self.photo])

    def _changed(self, change=None):
        """Paint anew, and say how long it took; what cannot be painted gets a sentence."""
        shares = {self.painting.value: 1 - self.share.value}
        shares[self.second.value] = shares.get(self.second.value, 0) + self.share.value
        try:
            self.result = paint_fast(self.photo.source, self.network, shares, size=self.size.value)
        except KitError as error:
            self.words.value = html.escape(str(error))
            return
        picture = self.result.picture
        self.image.value = as_jpeg(picture)
        png = base64.b64encode(as_png(picture)).decode()
        self.words.value = LINK.format(png, f"{self.result.seconds:.2f} s")
