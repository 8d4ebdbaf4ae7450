"""Explorers, sliders over pictures painted beforehand; and the easel, sliders over one being painted.

In the easel one thread paints. Callbacks only put a message into its queue, whichever thread they run in, so
that nothing but the painter touches TensorFlow, the picture and the files.
"""

import contextlib
import html
import io
import json
import math
import queue
import tempfile
import threading
import time
from pathlib import Path

import ipywidgets as widgets
import numpy as np
from PIL import Image

from . import machine

machine.import_tensorflow()  # without its start-up messages, where nobody has run a lesson's setup cell

from . import card, frames
from .images import (
    PAINTINGS,
    PATTERNS,
    PHOTOS,
    PictureError,
    load_image,
    load_with_sha256,
    read_file,
    save_image,
    to_uint8,
    write_files,
)
from .optimize import (
    DEFAULTS,
    STARTING_POINTS,
    STYLE_LAYERS,
    RunStopped,
    SettingsError,
    bundled_vgg19,
    paint,
    stylize,
    weights_sha256,
)

STEPS_BEFORE_A_PAUSE = 600
DISPLAY_WIDTH = 480  # px of the picture on the page
CURVE_EVERY = 1.0  # s
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
SLIDERS = {  # what stands beside it, and how many powers of ten it goes below and above its default
    "content": ("content weight", 2, 2),
    "style": ("style weight", 2, 2),
    "tv": ("total variation", 2, 2.5),
    "learning_rate": ("learning rate", 1.5, 1),
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
    inputs = {"content": load_with_sha256(content, max_side=size), "style": load_with_sha256(style, max_side=size)}
    if _open_easel is not None:
        _open_easel.close()
    _open_easel = Easel({"content": content, "style": style}, inputs, size, full_size, background, vgg)
    return _open_easel


class Easel(widgets.VBox):
    """What `easel` returns: a widget that paints, until `close()`.

    picture: the latest one, `(1, height, width, 3)`. result: the `Result` of *finish*, or None.
    """

    def __init__(self, sources, inputs, size, full_size, background=True, vgg=None):
        super().__init__(layout=widgets.Layout(max_width="980px"))
        self._size, self._full_size = size, full_size
        self._sources, self._init = sources, "content"
        self._inputs, self._sha256 = ({name: pair[place] for name, pair in inputs.items()} for place in (0, 1))
        self._vgg = vgg or bundled_vgg19()
        self._messages = queue.SimpleQueue()
        self.picture, self.result = self._inputs["content"], None
        self._shows_finished = self._unsaved = self._closed = False
        self._words = self._notice = ""
        self._canvas = self._showing = None
        self._ended = threading.Event()
        self._build()
        for name in sources:
            self._show_source(name)
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
        if self._closed:
            raise SettingsError("This easel is closed: open another one.")
        finished = self.result
        try:
            while not self._messages.empty():
                self._act(*self._messages.get())
            if self.result is not finished and self._shows_finished:
                return  # *finish* was pressed; the picture is there to be saved
            self._go()
            self._pause_at = math.inf  # it was said how many
            for _ in range(steps):
                if self._painting:
                    self._step()
            self._pause(f"Paused after step {self._done}.")
        except KeyboardInterrupt:
            self._pause(f"Interrupted after step {self._done}.")
        except Exception as error:
            self._pause(str(error))
            raise

    def close(self):
        """Stop painting and end the thread. The picture stays; a finished one that was not saved is saved."""
        if self._closed:
            return
        if self._thread is None:
            while not self._messages.empty():  # what was asked before
                self._guarded(lambda: self._act(*self._messages.get()), self._answer)
            self._on_close(None)
            return
        self._messages.put(("close", None))
        if self._thread is not threading.current_thread():
            self._ended.wait()  # and not join, which says that a thread has ended when it is interrupted
            self._thread.join()

    def card(self):
        """The run card of the picture shown, as *Save* writes it.

        Of a live picture it holds the settings as they stand, the weights with which it was begun,
        and every change that was made on the way.
        """
        return self.result.card if self._shows_finished else self._live_card()

    def _live_card(self):
        settings = self._live_settings | self._settings_now()
        settings |= {
            "size": self._live_settings["scales"][0],
            "learning_rate": self._weights["learning_rate"],
            "steps": None,
            "scales": None,
        }
        return card.make(
            settings,
            begun_with=self._begun_with,
            painted_live=list(self._changes),
            painted={name: self._live_settings[name] for name in ("scales", "precision")} | {"steps": [self._done]},
            steps_done=self._done,
            losses=self._losses,
            seconds=round(self._seconds, 1),
            machine=machine.describe(),
            weights_sha256=weights_sha256(self._vgg),
            **{f"{name}_sha256": value for name, value in self._sha256.items()},
        )

    # Widgets. Every callback only posts.

    def _post(self, action, value):
        if threading.get_ident() != self._showing:
            self._messages.put((action, value))

    @contextlib.contextmanager
    def _showing_only(self):
        """What this thread sets on controls in here, it shows; only what others set is asked for."""
        self._showing = threading.get_ident()
        try:
            yield
        finally:
            self._showing = None

    def _build(self):
        self._weights = {term: DEFAULTS[f"{term}_weight"] for term in ("content", "style", "tv")}
        self._weights |= {"learning_rate": DEFAULTS["learning_rate"]} | dict.fromkeys(STYLE_LAYERS, 1.0)
        long = {"style": {"description_width": "9em"}, "layout": widgets.Layout(width="auto")}
        self.sliders = {}
        for name, (words, below, above) in SLIDERS.items():
            middle = math.log10(self._weights[name])  # so that the default lies on one of the slider's steps
            self.sliders[name] = widgets.FloatLogSlider(
                value=self._weights[name],
                base=10,
                min=middle - below,
                max=middle + above,
                step=0.05,
                description=words,
                readout_format=".3g",
                **long,
            )
        for number, layer in enumerate(STYLE_LAYERS, 1):
            words = f"style, block {number}"
            self.sliders[layer] = widgets.FloatSlider(value=1, min=0, max=4, step=0.1, description=words, **long)
        for name, slider in self.sliders.items():
            slider.observe(lambda change, name=name: self._post("weight", (name, change["new"])), "value")
        self.menus = {
            "content": widgets.Dropdown(options=(OWN, *PHOTOS), description="photo", **long),
            "style": widgets.Dropdown(options=(OWN, *PAINTINGS, *PATTERNS), description="painting", **long),
            "init": widgets.Dropdown(options=STARTING_POINTS, description="start from", **long),
        }
        for name, menu in self.menus.items():
            menu.observe(lambda change, name=name: self._post("choose", (name, change["new"])), "value")
        self.paths, self.uploads = {}, {}
        for name, words in {"content": "own photo", "style": "own painting"}.items():
            self.paths[name] = widgets.Text(
                placeholder="path of a file",
                description=words,
                continuous_update=False,
                **long,
            )
            self.paths[name].observe(lambda change, name=name: self._post("choose", (name, change["new"])), "value")
            self.uploads[name] = widgets.FileUpload(
                description=f"Upload a {words.split()[1]}, up to {UPLOAD_LIMIT} MiB",
                layout=widgets.Layout(width="auto"),
            )
            self.uploads[name].observe(lambda change, name=name: self._post("upload", (name, change["new"])), "value")
        self.buttons = {}
        for name in ("start", "start again", "finish in full size", "save", "save the film"):
            self.buttons[name] = widgets.Button(description=name.capitalize(), layout=widgets.Layout(width="auto"))
            self.buttons[name].on_click(lambda button: self._post("press", button.description.lower()))
        self.image = widgets.Image(
            format="jpeg", value=self._encoded(), layout=widgets.Layout(width=f"{DISPLAY_WIDTH}px")
        )
        self.curve = widgets.HTML(layout=widgets.Layout(height="190px"))
        self.status = widgets.HTML("Press Start.", layout=widgets.Layout(min_height="60px"))  # two lines
        left = widgets.VBox([self.image, self.curve], layout=widgets.Layout(flex=f"0 0 {DISPLAY_WIDTH}px"))
        controls = [*self.sliders.values(), *self.menus.values()]
        for name in self.paths:
            controls += [self.paths[name], self.uploads[name]]
        right = widgets.VBox(controls, layout=widgets.Layout(flex="1 1 18em", min_width="18em"))
        self.children = [widgets.HBox(list(self.buttons.values())), self.status, widgets.HBox([left, right])]

    # The painter's thread.

    def _work(self):
        try:
            while not self._closed:
                self._guarded(self._listen, self._answer)
                if self._painting:
                    self._guarded(self._step, self._pause)
        finally:
            self._ended.set()

    def _guarded(self, action, say):
        """Do it, and say what went wrong, if something does: what was asked for fails, or a step does."""
        try:
            action()
        except EXPECTED as error:
            say(str(error))
        except Exception as error:  # a mistake of the kit: shown where the user looks, and in full in the log
            self.log.error("The easel met a mistake of its own.", exc_info=True)
            say(f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")

    def _listen(self):
        """Act on all messages that wait; while nothing is painted, wait for one."""
        while not self._closed:
            try:
                message = self._messages.get(block=not self._painting)
            except queue.Empty:
                return
            self._act(*message)

    def _act(self, action, value):
        if action != "weight":
            self._notice = ""  # it answered what was asked before
        getattr(self, f"_on_{action}")(value)

    def _on_close(self, _):
        self._closed = True
        controls = (self.sliders, self.menus, self.paths, self.uploads, self.buttons)
        for control in (control for group in controls for control in group.values()):
            control.disabled = True
        self._pause("Closed. Run its cell again to paint.")
        self._put_away()
        self._steps, self._film = iter(()), []

    def _on_weight(self, value):
        name, weight = value
        self._weights[name] = weight  # read by `paint` before its next step
        change = {"step": self._done, name: weight}
        if self._changes and self._changes[-1].keys() == change.keys() and self._changes[-1]["step"] == self._done:
            self._changes.pop()  # a slider on its way
        self._changes.append(change)

    def _on_choose(self, value):
        name, source = value
        words = source if isinstance(source, str) else OWN
        before = self._sources.get(name)
        if isinstance(source, str) and (words == "" or (isinstance(before, str) and words == before)):
            return
        if words == OWN and isinstance(source, str):
            self._show_source(name)
            self._answer("To paint a picture of your own, upload it or give its path.")
            return
        if name == "init":
            self._init = source
        else:
            self._inputs[name], self._sha256[name] = load_with_sha256(source, max_side=self._size)
            self._sources[name] = source
            self._show_source(name)
        self._begin()
        self._go()

    def _show_source(self, name):
        """Let the menu and the field say what is painted."""
        source = self._sources[name]
        words = str(source) if isinstance(source, (str, Path)) else ""
        sample = words in self.menus[name].options
        with self._showing_only():
            self.menus[name].value = words if sample else OWN
            if self._messages.empty():  # else a newer path may stand there
                self.paths[name].value = "" if sample else words

    def _on_upload(self, value):
        name, sent = value
        if not sent:
            return
        with self._showing_only():
            self.uploads[name].set_trait("value", type(self.uploads[name].value)())  # so that it can be sent again
        files = list(sent.values()) if isinstance(sent, dict) else list(sent)  # ipywidgets 7, 8
        if len(files) > 1:
            raise PictureError(f"{len(files)} files came at once: upload one picture.")
        title = files[0].get("name") or files[0].get("metadata", {}).get("name", "upload")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, Path(title).name)
            path.write_bytes(bytes(files[0]["content"]))
            load_image(path, max_side=self._size)  # which names the file if it is of no use
            pixels = np.asarray(read_file(path))
        self._on_choose((name, pixels))

    def _on_press(self, words):
        """words: what stood on the button when it was pressed; a second "pause" must not start it."""
        if words == "start" and not self._painting:
            self._go()
        elif words == "pause" and self._painting:
            self._pause("Paused.")
        elif words == "start again":
            self._begin()
            self._go()
        elif words == "finish in full size":
            self._finish()
        elif words == "save":
            self._save()
        elif words == "save the film":
            self._save_film()

    def _begin(self):
        """Lay the canvas anew, with the weights as they stand."""
        self._put_away()
        self.picture = self._inputs["content"]
        self.image.value = self._encoded()
        self._painting, self._drawn = False, 0.0
        self._history, self._film, self._film_every, self._changes = [], [], 1, []
        self._begun_with = dict(self._weights)
        self._losses, self._seconds = {}, 0.0
        self._live_settings = DEFAULTS | {
            "optimizer": "adam",
            "init": self._init,
            "scales": [max(self._inputs["content"].shape[1:3])],
            "steps": [10 * STEPS_BEFORE_A_PAUSE],
            "precision": machine.best_precision(),
        }
        self._go_on_from(None, 0)

    def _go_on_from(self, canvas, done):
        """Make the generator that paints, from this picture, or anew from None."""
        self._canvas, self._done, self._done_before = canvas, done, done
        inputs = self._inputs["content"], self._inputs["style"]
        self._steps = paint(self._vgg, *inputs, self._live_settings, self._weights, start=canvas)

    def _put_away(self):
        """Before the live picture takes the finished one's place, save that, unless it was saved."""
        if not self._shows_finished:
            return
        if self._unsaved:
            try:
                self._save()
            except EXPECTED as error:
                self._answer(f"{error} The finished picture is still in this easel's result.")
        self._shows_finished = False
        self.picture = self._inputs["content"] if self._canvas is None else self._canvas
        self.image.value = self._encoded()

    def _go(self):
        self._put_away()
        self._painting = True
        self._pause_at = self._done + STEPS_BEFORE_A_PAUSE
        self.buttons["start"].description = "Pause"
        self._say("Painting.")

    def _pause(self, words):
        self.buttons["start"].description = "Start"
        self._say(words)
        self._painting = False  # last, for whoever waits for it

    def _say(self, words):
        self._words = words
        self.status.value = "<br>".join(html.escape(line) for line in (self._words, self._notice) if line)

    def _answer(self, words):
        """Say it on a line of its own, where it stays until something else is asked."""
        self._notice = words
        self._say(self._words)

    def _step(self):
        start = time.perf_counter()
        try:
            step = next(self._steps)
        except StopIteration:
            self._go_on_from(self._canvas, self._done)  # its steps were all used up
            return
        except BaseException:  # which ended the generator: another one goes on from the last picture
            self._go_on_from(self._canvas, self._done)
            raise
        self._seconds += time.perf_counter() - start
        self.picture = self._canvas = step.picture
        self._done = self._done_before + step.number
        self._losses = step.losses
        self._history.append({term: step.losses[term] for term in TERMS})
        self.image.value = self._encoded()
        if self._done % self._film_every == 0:
            self._film.append(self.image.value)
        if len(self._film) > 2 * FRAMES_OF_FILM:
            self._film, self._film_every = self._film[1::2], 2 * self._film_every
        if time.perf_counter() - self._drawn > CURVE_EVERY:
            self._drawn = time.perf_counter()
            self.curve.value = loss_curve(self._history)
            self._say(f"Painting: step {self._done}, loss {step.losses['total']:.3g}.")
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
            self._say(f"Painting in full size: step {step.number} of {step.total} at {step.side} px{left}.")
            while not self._messages.empty():
                message = self._messages.get()
                if message != ("press", "finish in full size"):
                    put_off.append(message)
                if message[0] == "close" or message == ("press", "stop"):
                    raise KeyboardInterrupt

        put_off = []  # for when this picture is done
        self._put_away()
        self._painting = False
        self.buttons["start"].description = "Stop"
        self._say("Getting ready to paint in full size.")
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
        except BaseException:
            self._pause("Nothing was painted in full size.")
            raise
        finally:
            while not self._messages.empty():
                put_off.append(self._messages.get())
            for message in put_off:  # in the order in which they came
                self._messages.put(message)
        self.picture, self._shows_finished = self.result.picture, True
        self._unsaved = not self.result.message  # what was stopped is kept if the user saves it
        self.image.value = self._encoded()
        done = self.result.message or f"Finished in {self.result.seconds:.0f} s."
        self._pause(f"{done} Save keeps this picture with its run card.")

    def _save(self):
        path = _free_path("easel", ".png")
        save_image(self.picture, path, card=self.card())
        self._unsaved = False
        self._answer(f"Saved as {path}, with its run card.")

    def _save_film(self):
        if len(self._film) < 2:
            raise PictureError("There is no film yet: paint some steps first.")
        path = _free_path("easel", ".webp")
        self._answer("Writing the film.")
        frames = [Image.open(io.BytesIO(frame)) for frame in self._film]
        encoded = io.BytesIO()
        frames[0].save(encoded, "WEBP", save_all=True, append_images=frames[1:], duration=80, loop=0, quality=80)
        write_files({path: encoded.getvalue(), Path(f"{path}.json"): json.dumps(self._live_card(), indent=1).encode()})
        self._answer(f"Saved as {path}: {len(frames)} pictures, with the run card beside it.")

    def _encoded(self, picture=None):
        buffer = io.BytesIO()
        Image.fromarray(to_uint8(self.picture if picture is None else picture)).save(buffer, "JPEG", quality=88)
        return buffer.getvalue()


def _free_path(stem, suffix):
    """The first of stem.png, stem-2.png, ... that does not exist yet."""
    for number in range(1, 10_000):
        path = Path(f"{stem}{'' if number == 1 else f'-{number}'}{suffix}")
        if not path.exists() and not Path(f"{path}.json").exists():
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
        if self._recipe.steps_shown:  # the curves stay the same while the sliders move
            options = self._frames.axes[0].options
            self._runs = {option: self._frames.frame(number, 0).totals for number, option in enumerate(options)}
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
            self.curve.value = run_curves(self._runs, list(self._runs)[indices[0]], frame.step)


def weighted_sum(losses, settings):
    """The sum that a run lowers, in words. losses: weighted, by term; terms with weight 0 are left out."""
    names = {"content": "content", "style": "style", "tv": "total variation"}
    weights = {term: settings[f"{term}_weight"] for term in names}
    parts = [
        f"{weight:g} × {losses[term] / weight:.3g} ({names[term]})" for term, weight in weights.items() if weight > 0
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
        f'<svg width="{width}" height="{height}" font-size="12" font-family="sans-serif" role="img" aria-label="loss curves">'
        f'{"".join(marks)}<text x="8" y="{height - 4}" fill="#555">{caption}</text></svg>'
    )
