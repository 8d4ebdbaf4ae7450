"""A picture to choose: a sample to click, a file to upload, or a path."""

import base64
import html

import ipywidgets as widgets

from ..errors import KitError
from ..pictures import PAINTINGS, PATTERNS, PHOTOS, as_jpeg, load_image
from .easels import files_sent
from .live import decoded

LOOK = "background: url({}) center 4px / auto 68px no-repeat; padding-top: 66px; font-size: 12px"


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
        self._take(first, str(first))
        looks, self.samples = "", {}
        for name in samples:
            self.samples[name] = widgets.Button(description=name.replace("_", " "))
            self.samples[name].layout = widgets.Layout(width="122px", height="100px")
            self.samples[name].add_class(f"nst-{name}")
            self.samples[name].on_click(lambda _, name=name: self._choose(name))
            looks += f".nst-{name} {{{LOOK.format(_url(name, 128))}}}"
        # 10 MiB is the limit of one message to Jupyter's server.
        self.upload = widgets.FileUpload(description="Upload one, up to 10 MiB")
        self.upload.layout.width = "auto"
        self.upload.observe(self._arrived, "value")
        self.path = widgets.Text(description="or its path", continuous_update=False)
        self.path.observe(lambda change: change["new"] and self._choose(change["new"]), "value")
        rows = [[*self.samples.values()], [self.upload, self.path]]
        rows = [widgets.HBox(row, layout=widgets.Layout(flex_flow="row wrap")) for row in rows]
        looks = widgets.HTML(f"<style>{looks}</style>")
        super().__init__([self.shown, *rows, self.notice, looks])

    def _arrived(self, change):
        for name, content in files_sent(change["new"]):
            self._choose(name, content)
            self.upload.set_trait("value", type(change["new"])())  # so that it can be sent again

    def _choose(self, name, content=None):
        """Take a sample, a file by its path, or an upload by its name and content."""
        try:
            self._take(name if content is None else decoded(name, content)[0], name)
            self.notice.value = ""
        except KitError as error:
            self.notice.value = html.escape(str(error))

    def _take(self, source, name):
        image, words = f'<img src="{_url(source, 180)}" alt="">', html.escape(f"Chosen: {name}")
        self.shown.value = f"{image}<div>{words}</div>"
        self.source = source


def _url(source, side):
    file = base64.b64encode(as_jpeg(load_image(source, max_side=side))).decode()
    return f"data:image/jpeg;base64,{file}"
