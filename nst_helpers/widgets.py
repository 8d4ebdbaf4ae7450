"""Explorers, sliders over pictures painted beforehand; and the easel, sliders over one being painted.

In the easel one thread paints. Callbacks only put a message into its queue, whichever thread they run in, so
that nothing but the painter touches TensorFlow, the picture and the files.
"""

import html
import io
import math
import queue
import tempfile
import threading
import time
import traceback
from pathlib import Path

import ipywidgets as widgets
from PIL import Image

from . import card, frames, machine
from .images import PAINTINGS, PATTERNS, PHOTOS, PictureError, load_image, save_image, to_uint8
from .optimize import (
    DEFAULTS,
    STARTING_POINTS,
    STYLE_LAYERS,
    RunStopped,
    SettingsError,
    bundled_vgg19,
    paint,
    stylize,
)

STEPS_BEFORE_A_PAUSE = 600
DISPLAY_WIDTH = 480  # px of the picture on the page
CURVE_EVERY = 0.5  # s
FRAMES_OF_FILM = 120
FULL_SIZE = 512  # px, of the finished picture
OWN = "your own"  # in the menus
UPLOAD_LIMIT = 10  # MiB, of one message to Jupyter's server
EXPECTED = (PictureError, SettingsError, RunStopped, OSError)  # their messages are sentences for the user
TERMS = {  # color (Okabe, Ito), dashes
    "total": ("#000000", ""),
    "content": ("#0072B2", "6 3"),
    "style": ("#D55E00", "8 3 2 3"),
    "tv": ("#009E73", "2 3"),
}

_open_easel = None


def easel(content="neuschwanstein", style="starry_night", size=192, full_size=FULL_SIZE, background=True, vgg=None):
    """Show a picture being painted, with sliders that act on it at once.

    content, style: anything `load_image` takes. size: longest side of the live picture, px.
    full_size: of the picture that *finish* paints. background: paint beside the notebook's cells;
    where the picture then does not move, give False, set the sliders, and call `run` in another
    cell. Painting pauses by itself after a while.

    Returns an `Easel`; a second one closes the first. Raises what `load_image` raises.
    """
    global _open_easel
    if _open_easel is not None:
        _open_easel.close()
    _open_easel = Easel(content, style, size, full_size, background, vgg)
    return _open_easel


class Easel(widgets.HBox):
    """What `easel` returns: a widget that paints, until `close()`.

    picture: the latest one, `(1, height, width, 3)`. result: the `Result` of *finish*, or None.
    """

    def __init__(self, content, style, size, full_size, background=True, vgg=None):
        super().__init__(layout=widgets.Layout(max_width="980px", flex_flow="row wrap"))
        self._size, self._full_size = size, full_size
        self._sources, self._init = {"content": content, "style": style}, "content"
        self._inputs = {name: load_image(source, max_side=size) for name, source in self._sources.items()}
        self._vgg = vgg or bundled_vgg19()
        self._messages = queue.SimpleQueue()
        self.picture, self.result = self._inputs["content"], None
        self._build()
        self._begin()
        self._thread = threading.Thread(target=self._work, name="easel", daemon=True) if background else None
        if background:
            self._thread.start()
        else:
            self._say("Set the sliders and menus, then call run() on this easel in another cell.")

    def run(self, steps=100):
        """Paint so many steps in the calling cell, with the controls as they stand; an interrupt pauses.

        For an easel with `background=False`. Raises what a background easel would show.
        """
        if self._thread is not None:
            raise SettingsError(
                "This easel paints in the background: press its buttons, or open it with background=False."
            )
        try:
            while not self._messages.empty():
                self._act(*self._messages.get())
            self._go()
            for _ in range(steps):
                if self._painting:
                    self._step()
            self._pause(f"Paused after step {self._done}.")
        except KeyboardInterrupt:
            self._pause(f"Interrupted after step {self._done}.")

    def close(self):
        """Stop painting and end the thread. The picture stays."""
        self._messages.put(("close", None))
        if self._thread not in (None, threading.current_thread()):
            self._thread.join()

    def card(self):
        """The run card of the picture shown, as *Save* writes it.

        Of a live picture it holds the settings as they stand, and every change that was made on the way.
        """
        if self.result is not None:
            return self.result.card
        settings = self._live_settings | self._settings_now()
        settings |= {
            "size": max(self.picture.shape[1:3]),
            "learning_rate": self._weights["learning_rate"],
            "steps": None,
            "scales": None,
        }
        return card.make(settings, painted_live=list(self._changes), steps_done=self._done, machine=machine.describe())

    # Widgets. Every callback only posts.

    def _build(self):
        self._weights = {term: DEFAULTS[f"{term}_weight"] for term in ("content", "style", "tv")}
        self._weights |= {"learning_rate": DEFAULTS["learning_rate"]} | dict.fromkeys(STYLE_LAYERS, 1.0)
        long = {"style": {"description_width": "8em"}, "layout": widgets.Layout(width="24em")}
        ranges = {
            "content": ("content weight", -2, 2),
            "style": ("style weight", -1, 3),
            "tv": ("total variation", -2, 2),
            "learning_rate": ("learning rate", -3, -0.5),
        }
        self.sliders = {
            name: widgets.FloatLogSlider(
                value=self._weights[name],
                base=10,
                min=low,
                max=high,
                step=0.05,
                description=words,
                readout_format=".3g",
                **long,
            )
            for name, (words, low, high) in ranges.items()
        }
        for number, layer in enumerate(STYLE_LAYERS, 1):
            words = f"style, block {number}"
            self.sliders[layer] = widgets.FloatSlider(value=1, min=0, max=4, step=0.1, description=words, **long)
        for name, slider in self.sliders.items():
            slider.observe(lambda change, name=name: self._messages.put(("weight", (name, change["new"]))), "value")
        self.menus = {
            "content": widgets.Dropdown(**self._choice("content", PHOTOS), description="photo", **long),
            "style": widgets.Dropdown(**self._choice("style", PAINTINGS + PATTERNS), description="painting", **long),
            "init": widgets.Dropdown(options=STARTING_POINTS, description="start from", **long),
        }
        for name, menu in self.menus.items():
            menu.observe(lambda change, name=name: self._messages.put(("choose", (name, change["new"]))), "value")
        self.paths, self.uploads = {}, {}
        for name, words in {"content": "own photo", "style": "own painting"}.items():
            self.paths[name] = widgets.Text(
                placeholder="path of a file", description=words, continuous_update=False, **long
            )
            self.paths[name].observe(
                lambda change, name=name: self._messages.put(("choose", (name, change["new"]))), "value"
            )
            self.uploads[name] = widgets.FileUpload(
                description=f"Upload, at most {UPLOAD_LIMIT} MiB", layout=widgets.Layout(width="24em")
            )
            self.uploads[name].observe(
                lambda change, name=name: self._messages.put(("upload", (name, change["new"]))), "value"
            )
        self.buttons = {}
        for name in ("start", "start again", "finish in full size", "save", "save the film"):
            self.buttons[name] = widgets.Button(description=name.capitalize(), layout=widgets.Layout(width="auto"))
            self.buttons[name].on_click(lambda _, name=name: self._messages.put(("press", name)))
        self.image = widgets.Image(format="jpeg", value=self._encoded(), layout=widgets.Layout(width="99%"))
        self.curve = widgets.HTML(layout=widgets.Layout(height="190px"))
        self.status = widgets.HTML("Press Start.", layout=widgets.Layout(min_height="60px"))  # two lines
        buttons = list(self.buttons.values())
        right = widgets.VBox(
            [widgets.HBox(buttons[:2]), widgets.HBox(buttons[2:]), *self.sliders.values(), *self.menus.values()]
            + [part for name in self.paths for part in (self.paths[name], self.uploads[name])],
            layout=widgets.Layout(flex="0 0 25em"),
        )
        # As wide as the page leaves it: no words make the picture smaller.
        left = widgets.VBox(
            [self.image, self.status, self.curve],
            layout=widgets.Layout(flex="1 1 20em", min_width="0", max_width=f"{DISPLAY_WIDTH}px"),
        )
        self.children = [left, right]

    def _choice(self, name, samples):
        source = self._sources[name]
        known = isinstance(source, str) and source in samples
        return {"options": samples if known else (OWN, *samples), "value": source if known else OWN}

    # The painter's thread.

    def _work(self):
        while True:
            try:
                if not self._listen():
                    return
                if self._painting:
                    self._step()
            except EXPECTED as error:
                self._pause(str(error))
            except Exception as error:  # a mistake of the kit: shown where the user looks, and in full in the log
                self._pause(f"{type(error).__name__}: {error}")
                traceback.print_exc()

    def _listen(self):
        """Act on all messages that wait; while nothing is painted, wait for one. False to end."""
        while True:
            try:
                action, value = self._messages.get(block=not self._painting)
            except queue.Empty:
                return True
            self._act(action, value)
            if action == "close":
                return False

    def _act(self, action, value):
        getattr(self, f"_on_{action}")(value)

    def _on_close(self, _):
        self._pause("Closed.")

    def _on_weight(self, value):
        name, weight = value
        self._weights[name] = weight  # read by `paint` before its next step
        self._changes.append({"step": self._done, name: weight})

    def _on_choose(self, value):
        name, source = value
        if isinstance(source, str) and source in ("", OWN):
            return
        if name == "init":
            self._init = source
        else:
            self._inputs[name] = load_image(source, max_side=self._size)
            self._sources[name] = source
        self._begin()
        self._go()

    def _on_upload(self, value):
        name, files = value
        files = list(files.values()) if isinstance(files, dict) else list(files)  # ipywidgets 7, 8
        if not files:
            return
        if len(files) > 1:
            raise PictureError(f"{len(files)} files came at once: upload one picture.")
        title = files[0].get("name") or files[0].get("metadata", {}).get("name", "upload")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, Path(title).name)
            path.write_bytes(bytes(files[0]["content"]))
            full = load_image(path, max_side=None)
        self._on_choose((name, full))

    def _on_press(self, name):
        if name == "start":
            if self._painting:
                self._pause("Paused.")
            else:
                self._go()
        elif name == "start again":
            self._begin()
            self._go()
        elif name == "finish in full size":
            self._finish()
        elif name == "save":
            self._save()
        else:
            self._save_film()

    def _begin(self):
        """Lay the canvas anew, with the weights as they stand."""
        self._painting, self._done, self._drawn = False, 0, 0.0
        self._history, self._film, self._changes, self.result = [], [], [], None
        settings = DEFAULTS | {
            "optimizer": "adam",
            "init": self._init,
            "scales": [max(self._inputs["content"].shape[1:3])],
            "steps": [10 * STEPS_BEFORE_A_PAUSE],
            "precision": machine.best_precision(),
        }
        self._live_settings = settings
        self._steps = paint(self._vgg, self._inputs["content"], self._inputs["style"], settings, self._weights)

    def _go(self):
        self._painting, self.result = True, None  # the live picture takes the finished one's place
        self._pause_at = self._done + STEPS_BEFORE_A_PAUSE
        self.buttons["start"].description = "Pause"
        self._say("Painting.")

    def _pause(self, words):
        self._painting = False
        self.buttons["start"].description = "Start"
        self._say(words)

    def _say(self, words):
        self.status.value = html.escape(words)

    def _step(self):
        try:
            step = next(self._steps)
        except StopIteration:
            self._pause("All steps are done. Start again, or finish in full size.")
            return
        except RunStopped:
            self._begin()  # it cannot be gone on with; the picture stays to be seen
            raise
        self.picture, self._done = step.picture, step.number
        self._history.append({term: step.losses[term] for term in TERMS})
        self.image.value = self._encoded()
        self._film.append(self.image.value)
        if len(self._film) > 2 * FRAMES_OF_FILM:
            self._film = self._film[::2]
        if time.perf_counter() - self._drawn > CURVE_EVERY:
            self._drawn = time.perf_counter()
            self.curve.value = loss_curve(self._history)
            self._say(f"Painting: step {step.number}, loss {step.losses['total']:.3g}.")
        if self._done >= self._pause_at:
            self._pause(f"Paused by itself after {STEPS_BEFORE_A_PAUSE} steps. Press Start to go on.")

    def _settings_now(self):
        return {
            "content_weight": self._weights["content"],
            "style_weight": self._weights["style"],
            "tv_weight": self._weights["tv"],
            "init": self._init,
            "style_layers": {layer: self._weights[layer] for layer in STYLE_LAYERS},
        }

    def _finish(self):
        def watch(step):
            self.image.value = self._encoded(step.picture)
            left = "" if step.seconds_left is None else f", about {step.seconds_left:.0f} s left"
            self._say(
                f"Painting in full size: step {step.number} of {step.total} at {step.side} px{left}. Pause stops it."
            )
            while not self._messages.empty():
                message = self._messages.get()
                if message == ("press", "start"):
                    raise KeyboardInterrupt
                if message != ("press", "finish in full size"):
                    put_off.append(message)
                if message[0] == "close":
                    raise KeyboardInterrupt

        put_off = []  # for when this picture is done
        self._painting = False
        self.buttons["start"].description = "Pause"
        try:
            self.result = stylize(
                self._sources["content"],
                self._sources["style"],
                size=self._full_size,
                vgg=self._vgg,
                progress=False,
                on_step=watch,
                **self._settings_now(),
            )
        finally:
            for message in put_off:
                self._messages.put(message)
        self.picture = self.result.picture
        self.image.value = self._encoded()
        self._pause(
            self.result.message
            or f"Finished in {self.result.seconds:.0f} s. Save keeps this picture with its run card."
        )

    def _save(self):
        path = _free_path("easel", ".png")
        save_image(self.picture, path, card=self.card())
        self._say(f"Saved as {path}, with its run card.")

    def _save_film(self):
        if len(self._film) < 2:
            raise PictureError("There is no film yet: paint some steps first.")
        path = _free_path("easel", ".webp")
        frames = [Image.open(io.BytesIO(frame)) for frame in self._film]
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=80, loop=0, quality=80)
        self._say(f"Saved as {path}: {len(frames)} pictures.")

    def _encoded(self, picture=None):
        buffer = io.BytesIO()
        Image.fromarray(to_uint8(self.picture if picture is None else picture)).save(buffer, "JPEG", quality=88)
        return buffer.getvalue()


def _free_path(stem, suffix):
    """The first of stem.png, stem-2.png, ... that does not exist yet."""
    for number in range(1, 10_000):
        path = Path(f"{stem}{'' if number == 1 else f'-{number}'}{suffix}")
        if not path.exists():
            return path
    raise PictureError(f"There are 10,000 files called {stem} here: move them elsewhere.")


def explorer(name):
    """Show one of the explorers: sliders over pictures that were painted beforehand.

    name: one of `frames.RECIPES`. Returns an `Explorer`. Raises `FramesError`.
    """
    return Explorer(name)


class Explorer(widgets.VBox):
    """What `explorer` returns. A slider's `index` says which picture is shown."""

    def __init__(self, name):
        self._frames, self._recipe = frames.load(name), frames.RECIPES[name]
        self.sliders = [
            widgets.SelectionSlider(
                options=list(axis.options),
                index=axis.first,
                description=axis.label,
                style={"description_width": "8em"},
                layout=widgets.Layout(width=f"{DISPLAY_WIDTH}px"),
            )
            for axis in self._frames.axes
        ]
        self.image = widgets.Image(format="webp", layout=widgets.Layout(width=f"{DISPLAY_WIDTH}px"))
        self.numbers = widgets.HTML(layout=widgets.Layout(min_height="2em"))
        self.curve = widgets.HTML()
        self._show()
        for slider in self.sliders:
            slider.observe(lambda _: self._show(), "index")
        parts = [*self.sliders, self.image, self.numbers]
        super().__init__(parts + [self.curve] if self._recipe.steps_shown else parts)

    def _show(self):
        indices = [slider.index for slider in self.sliders]
        frame = self._frames.frame(*indices)
        self.image.value = frame.image
        self.numbers.value = html.escape(weighted_sum(frame.losses, frame.settings))
        if self._recipe.steps_shown:
            runs = {
                option: self._frames.frame(number, 0).totals
                for number, option in enumerate(self._frames.axes[0].options)
            }
            self.curve.value = run_curves(runs, list(runs)[indices[0]], frame.step)


def weighted_sum(losses, settings):
    """The sum that a run lowers, in words. losses: weighted, by term; terms with weight 0 are left out."""
    names = {"content": "content", "style": "style", "tv": "total variation"}
    weights = {term: settings[f"{term}_weight"] for term in names}
    parts = [
        f"{weight:g} × {losses[term] / weight:.3f} ({names[term]})" for term, weight in weights.items() if weight > 0
    ]
    return f"loss: {' + '.join(parts)} = {losses['total']:.3g}"


def run_curves(runs, shown, step):
    """The total loss of several runs, as SVG, with a point on one. runs: `{name: total losses}`.

    shown: the name of the run with the point. step: where the point is, counted from 1.
    """
    dashes = ("", "8 3", "2 3", "8 3 2 3")
    lines = [
        (name, totals, "#D55E00" if name == shown else "#555555", dash, 2.4 if name == shown else 1.2)
        for (name, totals), dash in zip(runs.items(), dashes)
    ]
    values = [value for totals in runs.values() for value in totals]
    caption = f"total loss of {len(runs[shown])} steps; logarithmic"
    return _drawing(lines, 0.9 * min(values), 1.1 * max(values), caption, dot=(shown, step - 1))


def loss_curve(history):
    """The losses of a run so far, as SVG. history: one dict a step, `{"total", "content", "style", "tv"}`.

    Logarithmic, from a hundredth of the last total upward; each term has a color, dashes and its name.
    """
    floor = history[-1]["total"] / 100
    top = max(max(row.values()) for row in history[-200:]) * 1.1
    terms = sorted(TERMS, key=lambda term: -history[-1][term])
    lines = [(term, [row[term] for row in history], *TERMS[term], 1.6) for term in terms]
    return _drawing(lines, floor, top, f"{len(history)} steps; logarithmic")


def _drawing(lines, floor, top, caption, dot=None, width=DISPLAY_WIDTH, height=180):
    """Curves as SVG on a logarithmic axis. lines: (name, values, color, dashes, thickness). dot: (name, index)."""
    longest = max(len(values) for _, values, *_ in lines)

    def x(number):
        return 8 + (width - 130) * number / max(1, longest - 1)

    def y(loss):
        return 8 + (height - 30) * (1 - math.log(min(max(loss, floor), top) / floor) / math.log(top / floor))

    marks, taken = [], []
    for name, values, color, dashes, thickness in sorted(lines, key=lambda line: -line[1][-1]):
        every = max(1, len(values) // 200)
        points = list(enumerate(values))
        points = points[:-1:every] + points[-1:]
        path = " ".join(f"{x(number):.1f},{y(loss):.1f}" for number, loss in points)
        marks.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{thickness}" stroke-dasharray="{dashes}"/>'
        )
        place = y(values[-1])
        while any(abs(place - other) < 13 for other in taken):
            place += 1
        taken.append(place)
        marks.append(f'<text x="{width - 114}" y="{place + 4:.0f}" fill="{color}">{name} {values[-1]:.3g}</text>')
        if dot and dot[0] == name:
            at = x(dot[1]), y(values[dot[1]])
            marks.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="5" fill="{color}" stroke="white"/>')
    return (
        f'<svg viewBox="0 0 {width} {height}" style="width: 100%; max-width: {width}px" '
        'font-size="12" font-family="sans-serif" role="img" aria-label="loss curves">'
        f'{"".join(marks)}<text x="8" y="{height - 4}" fill="#555">{caption}</text></svg>'
    )
