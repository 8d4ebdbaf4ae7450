"""An explorer: sliders over pictures that were painted beforehand."""

import html

import ipywidgets as widgets

from . import frames
from .curves import WIDTH, run_curves, weighted_sum


def explorer(name):
    """Show one of the explorers: sliders over pictures that were painted beforehand.

    name: one of `frames.RECIPES`. Returns an `Explorer`. Raises `FramesError`.
    """
    return Explorer(name)


class Explorer(widgets.VBox):
    """What `explorer` returns. A slider's `index` says which picture is shown."""

    def __init__(self, name):
        self._frames, self._recipe = frames.load(name), frames.RECIPES[name]
        self.sliders = [_slider(axis) for axis in self._frames.axes]
        self.image = widgets.Image(format="webp", layout=widgets.Layout(width=f"{WIDTH}px"))
        self.numbers = widgets.HTML(layout=widgets.Layout(min_height="2em"))
        self.curve = widgets.HTML()
        parts = [*self.sliders, self.image, self.numbers]
        if self._recipe.steps_shown:  # the curves stay the same while the sliders move
            options = enumerate(self._frames.axes[0].options)
            self._runs = {name: self._frames.frame(index, 0).totals for index, name in options}
            parts.append(self.curve)
        self._show()
        for slider in self.sliders:
            slider.observe(lambda _: self._show(), "index")
        super().__init__(parts)

    def _show(self):
        indices = [slider.index for slider in self.sliders]
        frame = self._frames.frame(*indices)
        self.image.value = frame.image
        self.numbers.value = html.escape(weighted_sum(frame.losses, frame.settings))
        if self._recipe.steps_shown:
            self.curve.value = run_curves(self._runs, list(self._runs)[indices[0]], frame.step)


def _slider(axis):
    return widgets.SelectionSlider(
        options=list(axis.options),
        index=axis.first,
        description=axis.label,
        style={"description_width": "8em"},
        layout=widgets.Layout(width=f"{WIDTH}px"),
    )
