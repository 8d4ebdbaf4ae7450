"""An explorer: sliders over pictures that were painted beforehand."""

import html

import ipywidgets as widgets

from . import frames
from .curves import WIDTH, run_curves, weighted_sum


def explorer(name):
    """Show one of the explorers: sliders over pictures that were painted beforehand.

    name: one of `frames.names()`. Returns an `Explorer`. Raises `FramesError`.
    """
    return Explorer(frames.load(name))


class Explorer(widgets.VBox):
    """What `explorer` returns. A slider's `index` says which picture is shown."""

    def __init__(self, loaded):
        """loaded: what `frames.load` returns."""
        self._loaded = loaded
        self.sliders = [_slider(axis) for axis in loaded.axes]
        self.image = widgets.Image(format="webp", layout=widgets.Layout(width=f"{WIDTH}px"))
        self.numbers = widgets.HTML(layout=widgets.Layout(min_height="2em"))
        self.curve = widgets.HTML()
        self._show()
        for slider in self.sliders:
            slider.observe(lambda _: self._show(), "index")
        curve = [self.curve] if loaded.through_steps else []
        super().__init__([*self.sliders, self.image, self.numbers, *curve])

    def _show(self):
        indices = tuple(slider.index for slider in self.sliders)
        frame = self._loaded.frames[indices]
        self.image.value = frame.image
        self.numbers.value = html.escape(weighted_sum(frame.losses, frame.settings))
        if self._loaded.through_steps:
            run = self._loaded.axes[0].options[indices[0]]
            self.curve.value = run_curves(self._loaded.totals(), run, frame.step)


def _slider(axis):
    return widgets.SelectionSlider(
        options=axis.options,
        index=axis.first,
        description=axis.label,
        style={"description_width": "8em"},
        layout=widgets.Layout(width=f"{WIDTH}px"),
    )
