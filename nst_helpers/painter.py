"""The easel's painter: a thread that paints as it is asked, and a view that it tells what to show.

Whoever wants something posts a message, from any thread. Only the painter acts on it, so that
nothing else touches TensorFlow, the picture and the files.
"""
# ruff: noqa: E402

import dataclasses
import io
import logging
import math
import queue
import tempfile
import threading
import time
from pathlib import Path

from PIL import Image

from . import machine

# Before the other imports do it: where nobody has run a lesson's setup cell, this keeps
# TensorFlow's start-up messages out of the notebook.
machine.import_tensorflow()

from .as_code import as_code
from .decode import read_file
from .errors import KitError, PictureError, SettingsError
from .live import OPTIONS, LivePicture, starting_weights
from .pictures import load_with_sha256, to_uint8
from .run import stylize
from .saving import check_size, save_image, write_files
from .segments import regions
from .settings import DEFAULTS
from .values import SHORTEST_SIDE
from .weights import bundled_vgg19

STEPS_BEFORE_A_PAUSE = 600
SECONDS_BETWEEN_CURVES = 1.0
JPEG_QUALITY = 88
STYLES = ("style", "second", "third")  # the paintings among the sources; of regions, from the top


class View:
    """What a painter has shown; this one shows nothing. The painter's thread calls it."""

    log = logging.getLogger(__name__)  # of the kit's own mistakes

    def show_picture(self, jpeg, in_passing=False):
        """jpeg: the bytes of a file with the picture as it is now.

        in_passing: another one follows soon, so it may be left out where they come too fast.
        """

    def show_curve(self, history):
        """history: as in `LivePicture`; once a second or so."""

    def say(self, words, notice):
        """words: what the painter is doing. notice: its answer to what was asked last, or empty."""

    def offer(self, action):
        """action: what may be asked for from now on, "start", "pause" or "stop"."""

    def show_source(self, name, source):
        """name: "content" or one of `STYLES`. source: what is painted, as in `Painter`."""

    def show_regions(self, masks):
        """masks: of the photo's regions, from the top, as `regions` returns them; or none."""

    def show_code(self, lines):
        """lines: of Python, that paint in full size what is asked for now."""

    def empty_upload(self, name):
        """An upload has arrived: empty its control, so that the file can be sent again."""

    def show_closed(self):
        """Nothing can be asked for any more."""


class Painter:
    """Paints a live picture step by step, and finishes it in full size; tells a `View` of both.

    Its messages: `post("start")`, `"pause"`, `"start_again"`, `"finish"` (in full size), `"stop"`
    (finishing), `"save"`, `"save_film"`, `"close"`; `post("weight", name, value)`,
    `post("set", name, value)` for one of `live.OPTIONS`, with which it begins anew; `post("choose",
    name, path or sample)`, name being "content", "style", "second" or "third", of which the last
    two may be None; for the first two `post("upload", name, [(file name, bytes)])` and
    `post("ask_for_own", name)`; and `post("divide", count)`, for each painting to have one of so
    many regions of the photo, which stays as it is where there is no painting; 0 for none.

    For all to read: sources, `{"content", "style", "second", "third"}`, each as for `load_image`,
    the last two None at first. weights, by name, as in `starting_weights`. options, by name. masks:
    of the regions, from the top, in the finished picture's size; or none. live: the `LivePicture`.
    painting: whether it is being painted. result: the `Result` of the last "finish", or None.
    """

    def __init__(self, sources, size=192, full_size=512, vgg=None):
        """size: longest side of the live picture, px. full_size: of the finished one.

        vgg: what `load_vgg19` returns; None for the bundled weights. Raises `PictureError`.
        """
        self._size, self._full_size = size, full_size
        self.sources = dict.fromkeys(("content", *STYLES)) | sources
        self.weights = starting_weights()
        self.options = {name: getattr(DEFAULTS, name) for name in OPTIONS}
        self._inputs = {name: self._load(name, one) for name, one in sources.items()}
        self._vgg = vgg or bundled_vgg19()
        self._regions_asked, self.masks = 0, []
        self._view = View()
        self._messages = queue.SimpleQueue()
        self._thread, self._ended, self._closed = None, threading.Event(), False
        self._words = self._notice = ""
        self.result, self._shows_finished, self._unsaved = None, False, False
        self._begin()

    def open(self, view, background=True):
        """From now on show this `View` everything; and paint in a thread, or only in `run`."""
        self._view = view
        for name, source in self.sources.items():
            view.show_source(name, source)
        view.show_regions(self.masks)
        view.show_code(self.code())
        view.show_picture(as_jpeg(self.picture))
        if background:
            self._thread = threading.Thread(target=self._work, name="painter", daemon=True)
            self._thread.start()
        else:
            self._say("Set the sliders and menus, then call run() on this easel in another cell.")

    def post(self, action, *values):
        """Ask for something, in any thread; see the class for what there is to ask."""
        self._messages.put((action, *values))

    @property
    def picture(self):
        """The picture shown, finished or live: `(1, height, width, 3)`."""
        return self.result.picture if self._shows_finished else self.live.picture

    @property
    def waiting(self):
        """How many messages wait to be acted on."""
        return self._messages.qsize()

    def run(self, steps=100):
        """Act on what was asked, then paint so many steps, in the calling thread.

        An interrupt pauses. Raises `SettingsError` if it paints in the background or is closed, and
        what else a background painter would only say.
        """
        if self._thread is not None:
            raise SettingsError(
                "This easel paints in the background: "
                "press its buttons, or open it with background=False."
            )
        if self._closed:
            raise SettingsError("This easel is closed: open another one.")
        finished = self.result
        try:
            while self.waiting:
                self._act(*self._messages.get())
            if self.result is not finished and self._shows_finished:
                return  # it was asked to finish; the picture is there to be saved
            self._go()
            self._pause_at = math.inf  # it was said how many
            for _ in range(steps):
                if self.painting:
                    self._step()
            self._pause(f"Paused after step {self.live.steps_done}.")
        except KeyboardInterrupt:
            self._pause(f"Interrupted after step {self.live.steps_done}.")
        except Exception as error:
            self._pause(str(error))
            raise

    def close(self):
        """Act on what was asked, then end the thread. An unsaved finished picture is saved."""
        if self._closed:
            return
        if self._thread is None:
            while self.waiting:
                self._guarded(lambda: self._act(*self._messages.get()), self._answer)
            self._on_close()
            return
        self.post("close")
        if self._thread is not threading.current_thread():
            self._ended.wait()  # and not join alone: interrupted, it takes the thread for ended
            self._thread.join()

    def card(self):
        """The run card of the picture shown, as "save" writes it.

        That of a live picture holds the settings as they stand, the weights with which it was
        begun, and every change on the way.
        """
        return self.result.card if self._shows_finished else self._live_card()

    def code(self):
        """Lines of Python that paint what "finish" would."""
        masks = self._masks_of_paintings()
        return as_code(
            self.sources["content"],
            [self.sources[name] for name in self._painted()],
            self._finishing(),
            self._regions_asked if masks else 0,
            [STYLES.index(name) for name in masks],
        )

    # The thread.

    def _work(self):
        try:
            while not self._closed:
                self._guarded(self._listen, self._answer)
                if self.painting:
                    self._guarded(self._step, self._pause)
        finally:
            self._ended.set()

    def _guarded(self, action, say):
        """Do it, and say what went wrong, if something does.

        An expected error has a sentence for the user. Any other is a mistake of the kit, which is
        named where the user looks, and written to the log in full.
        """
        try:
            action()
        except (KitError, OSError) as error:
            say(str(error))
        except Exception as error:
            self._view.log.error("The easel met a mistake of its own.", exc_info=True)
            say(f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")

    def _listen(self):
        """Act on all messages that wait; while nothing is painted, wait for one."""
        while not self._closed:
            try:
                message = self._messages.get(block=not self.painting)
            except queue.Empty:
                return
            self._act(*message)

    # What can be asked for. Each message is the method of its name.

    def _act(self, action, *values):
        if action != "weight":
            self._notice = ""  # it answered what was asked before
        getattr(self, f"_on_{action}")(*values)
        self._view.show_code(self.code())

    def _on_start(self):
        if not self.painting:
            self._go()

    def _on_pause(self):
        if self.painting:
            self._pause("Paused.")

    def _on_stop(self):
        """It came too late: the picture in full size is done."""

    def _on_start_again(self):
        self._begin()
        self._go()

    def _on_close(self):
        self._closed = True
        self._view.show_closed()
        self._pause("Closed. Run its cell again to paint.")
        self._put_away()
        self.live.end()

    def _on_weight(self, name, weight):
        self.live.change(name, weight)

    def _on_set(self, name, value):
        self.options[name] = value
        if name == "style_scale":
            for style in STYLES:
                if self.sources[style] is not None:
                    self._inputs[style] = self._load(style, self.sources[style])
        self._on_start_again()

    def _on_choose(self, name, source):
        painted = self.sources[name]
        if source == "" or source is painted or (isinstance(painted, str) and source == painted):
            return
        self._take(name, source, None if source is None else self._load(name, source))

    def _on_divide(self, count):
        self._divide(count, self.sources["content"])
        self._on_start_again()

    def _on_ask_for_own(self, name):
        self._view.show_source(name, self.sources[name])
        self._answer("To paint a picture of your own, upload it or give its path.")

    def _on_upload(self, name, files):
        self._view.empty_upload(name)
        if len(files) > 1:
            raise PictureError(f"{len(files)} files came at once: upload one picture.")
        self._take(name, *_load_upload(*files[0], self._side(name)))

    def _on_finish(self):
        self._put_away()
        self.painting = False
        self._view.offer("stop")
        self._say("Getting ready to paint in full size.")
        styles = [self.sources[name] for name in self._painted()]
        masks = list(self._masks_of_paintings().values())
        put_off = []  # messages for when this picture is done
        try:
            result = stylize(
                self.sources["content"],
                styles if len(styles) > 1 else styles[0],
                style_masks=masks or None,
                vgg=self._vgg,
                progress=False,
                on_step=lambda step: self._watch(step, put_off),
                **self._finishing(),
            )
        except BaseException:
            self._pause("Nothing was painted in full size.")
            raise
        finally:
            while self.waiting:
                put_off.append(self._messages.get())
            for message in put_off:  # in the order in which they came
                self._messages.put(message)
        self.result = dataclasses.replace(result, card=result.card | self._about_regions())
        self._shows_finished = True
        self._unsaved = not self.result.message  # what was stopped is kept if the user saves it
        done = self.result.message or f"Finished in {self.result.seconds:.0f} s."
        self._pause(f"{done} Save keeps this picture with its run card.")

    def _on_save(self):
        path = _free_path("easel", ".png")
        save_image(self.picture, path, card=self.card())
        self._unsaved = False
        self._answer(f"Saved as {path}, with its run card.")

    def _on_save_film(self):
        film = self.live.film
        count = len(film.frames)
        if count < 2:
            raise PictureError("There is no film yet: paint some steps first.")
        path = _free_path("easel", ".webp")
        check_size(path, "WEBP", max(self.live.picture.shape[1:3]))
        self._answer("Writing the film.")
        write_files({path: film.as_webp(self._live_card())})
        self._answer(f"Saved as {path}: {count} pictures, with their run card.")

    # How it is done.

    def _side(self, name):
        """The longest side at which a photo or painting is seen live, px."""
        scale = 1 if name == "content" else self.options["style_scale"]
        return max(SHORTEST_SIDE, round(self._size * scale))

    def _load(self, name, source):
        return load_with_sha256(source, max_side=self._side(name))

    def _take(self, name, source, loaded):
        """Paint another photo or painting. loaded: what `load_with_sha256` returns for it."""
        if name == "content":
            self._divide(self._regions_asked, source)
        self.sources[name], self._inputs[name] = source, loaded
        self._view.show_source(name, source)
        self._on_start_again()

    def _divide(self, count, photo):
        """Find so many regions in the photo, in the size in which it is finished."""
        masks = []
        if count:
            self._say("Looking for regions in the photo.")
            picture, _ = load_with_sha256(photo, max_side=self._full_size)
            masks = regions(picture, count, self._vgg)
        self._regions_asked, self.masks = count, masks
        self._view.show_regions(masks)
        if len(masks) < count:
            self._answer(f"In this photo there are no {count} regions, only {len(masks)}.")

    def _painted(self):
        """The names of the paintings in use: two at most, or one for each region."""
        most = len(self.masks) or 2
        return [name for name in STYLES[:most] if self.sources[name] is not None]

    def _masks_of_paintings(self):
        """`{name of a painting in use: where it applies}`; empty without regions."""
        masks = dict(zip(STYLES, self.masks))
        return {name: masks[name] for name in self._painted()} if masks else {}

    def _finishing(self):
        """The settings of the finished picture: keywords of `stylize`."""
        return {"size": self._full_size} | self.live.settings_now()

    def _live_card(self):
        return self.live.card() | self._about_regions()

    def _about_regions(self):
        """For a card: how many regions were asked for, and which have a painting, 1 on top."""
        if not self.masks:
            return {}
        painted = [STYLES.index(name) + 1 for name in self._painted()]
        return {"regions": {"count": self._regions_asked, "painted": painted}}

    def _begin(self):
        """Lay the canvas anew, with the weights as they stand."""
        self._put_away()
        self.live = LivePicture(
            self._vgg,
            {name: self._inputs[name] for name in ("content", *self._painted())},
            self.weights,
            self.options,
            list(self._masks_of_paintings().values()),
        )
        self.painting, self._curve_shown_at = False, 0.0
        self._view.show_picture(as_jpeg(self.picture))

    def _put_away(self):
        """Save an unsaved finished picture, and let the live one take its place."""
        if not self._shows_finished:
            return
        if self._unsaved:
            try:
                self._on_save()
            except (KitError, OSError) as error:
                self._answer(f"{error} The finished picture is still in this easel's result.")
        self._shows_finished = False
        self._view.show_picture(as_jpeg(self.picture))

    def _go(self):
        self._put_away()
        self.painting = True
        self._pause_at = self.live.steps_done + STEPS_BEFORE_A_PAUSE
        self._view.offer("pause")
        self._say("Painting.")

    def _pause(self, words):
        self._view.show_picture(as_jpeg(self.picture))  # the last one may have been left out
        self._view.offer("start")
        self._say(words)
        self.painting = False  # last, for whoever waits for it

    def _say(self, words):
        self._words = words
        self._view.say(self._words, self._notice)

    def _answer(self, words):
        """Say it on a line of its own, where it stays until something else is asked."""
        self._notice = words
        self._say(self._words)

    def _step(self):
        self.live.step()
        done, jpeg = self.live.steps_done, as_jpeg(self.live.picture)
        self._view.show_picture(jpeg, in_passing=True)
        self.live.film.add(done, jpeg)
        if time.perf_counter() - self._curve_shown_at > SECONDS_BETWEEN_CURVES:
            self._curve_shown_at = time.perf_counter()
            self._view.show_curve(self.live.history)
            self._say(f"Painting: step {done}, loss {self.live.history[-1]['total']:.3g}.")
        if done >= self._pause_at:
            words = f"Paused by itself after {STEPS_BEFORE_A_PAUSE} steps."
            self._pause(f"{words} Press Start to go on.")

    def _watch(self, step, put_off):
        """Show a step in full size; put off all that is asked meanwhile, except to stop."""
        self._view.show_picture(as_jpeg(step.picture), in_passing=True)
        left = "" if step.seconds_left is None else f", about {step.seconds_left:.0f} s left"
        count = f"step {step.number} of {step.total} at {step.side} px"
        self._say(f"Painting in full size: {count}{left}.")
        while self.waiting:
            message = self._messages.get()
            if message[0] != "finish":  # which is being done
                put_off.append(message)
            if message[0] in ("close", "stop"):
                raise KeyboardInterrupt


def as_jpeg(picture):
    """The bytes of a JPEG file. picture: `(1, height, width, 3)`."""
    file = io.BytesIO()
    Image.fromarray(to_uint8(picture)).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def _load_upload(file_name, content, size):
    """`(PIL image, what load_with_sha256 returns for it)`; an error calls it by its file's name."""
    name = Path(file_name).name or "the upload"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")  # its own name may be none that this disk takes
        path.write_bytes(bytes(content))
        image = read_file(path, name)
    return image, load_with_sha256(image, max_side=size, name=name)


def _free_path(stem, suffix):
    """The first of stem.png, stem-2.png, ... that does not exist yet."""
    for number in range(1, 10_000):
        path = Path(f"{stem}{'' if number == 1 else f'-{number}'}{suffix}")
        if not path.exists():
            return path
    raise PictureError(f"There are 10,000 files called {stem} here: move them elsewhere.")
