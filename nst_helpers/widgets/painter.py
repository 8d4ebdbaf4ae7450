"""The easel's painter: a thread that paints as it is asked, and a view that it tells what to show.

Whoever wants something posts a message, from any thread. Only the painter acts on it, so that
nothing else touches TensorFlow, the picture and the files.
"""

import itertools
import math
import queue
import threading
import time
from pathlib import Path

from ..errors import KitError, PictureError, SettingsError
from ..pictures import as_jpeg, check_size, save_image, write_files
from .live import SOURCES, LivePicture, Subject, decoded, starting_weights

STEPS_BEFORE_A_PAUSE = 600
SECONDS_BETWEEN_CURVES = 1.0


class Painter:
    """Paints a live picture step by step, and finishes it in full size.

    Its messages: `post("start")`, `"pause"`, `"start_again"`, `"finish"` (in full size), `"stop"`
    (finishing), `"save"`, `"save_film"`, `"close"`; `post("weight", name, value)`, for the next
    step; and what makes it begin anew: `post("set", name, value)` for an option,
    `post("choose", name, path or sample)` for a source, or `post("upload", name,
    [(file name, bytes)])`.

    subject: the `Subject`. weights: as `starting_weights`. live: the `LivePicture`. painting:
    whether it is being painted. result: the `Result` of the last "finish", or None.
    """

    def __init__(self, sources, size, full_size, vgg):
        """As for `Subject`."""
        self.subject = Subject(sources, size, full_size, vgg)
        self.weights = starting_weights()
        self._messages = queue.SimpleQueue()
        self._view, self._status, self._notice = None, "", ""
        self._thread, self._ended, self._closed = None, threading.Event(), False
        self.result, self._finished, self._unsaved = None, None, False  # _finished: if it is shown
        self.live, self.painting = LivePicture(self.subject, self.weights), False
        self._curve_shown_at = 0.0

    def open(self, view, background=True):
        """From now on show this view everything; and paint in a thread, or only in `run`.

        view: has what `Easel` has under "What the painter has shown", and a `log`.
        """
        self._view = view
        for name in SOURCES:
            view.show_source(name, self.subject.chosen[name])
        view.show_regions(self.subject.masks)
        view.show_code(self.code())
        self._show_picture()
        if background:
            self._thread = threading.Thread(target=self._work, name="painter", daemon=True)
            self._thread.start()
        else:
            self._say("Set the sliders and menus, then call run() on this easel in another cell.")

    def post(self, action, *values):
        """Ask for something, in any thread."""
        self._messages.put((action, *values))

    @property
    def picture(self):
        """The picture shown, finished or live: `(1, height, width, 3)`."""
        return (self._finished or self.live).picture

    @property
    def waiting(self):
        """How many messages wait to be acted on."""
        return self._messages.qsize()

    def run(self, steps=100):
        """As `Easel.run`."""
        if self._thread is not None:
            raise SettingsError(
                "This easel paints in the background: "
                "press its buttons, or open it with background=False."
            )
        if self._closed:
            raise SettingsError("This easel is closed: open another one.")
        finished_before = self.result
        try:
            while self.waiting:
                self._act()
            if self.result is not finished_before and self._finished:
                return  # it was asked to finish; the picture is there to be saved
            self._start(pause_at=math.inf)
            for _ in range(steps):
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
                self._guarded(self._act, self._answer)
            self._on_close()
            return
        self.post("close")
        if self._thread is not threading.current_thread():
            self._ended.wait()  # and not join alone: interrupted, it takes the thread for ended
            self._thread.join()

    def card(self):
        """The run card of the picture shown."""
        return self._finished.card if self._finished else self.live.card()

    def code(self):
        """Lines of Python that paint what "finish" would."""
        return self.subject.code(self.live.settings_now())

    # The thread.

    def _work(self):
        try:
            while not self._closed:
                if self.waiting or not self.painting:
                    self._guarded(self._act, self._answer)
                else:
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
            self._view.log.error("The easel ran into a bug of its own.", exc_info=True)
            say(f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")

    def _act(self):
        """Act on the next message, or wait for one; by the method of its name."""
        action, *values = self._messages.get()
        if action != "weight":
            self._notice = ""  # it answered what was asked before
        getattr(self, f"_on_{action}")(*values)
        self._view.show_code(self.code())

    # What can be asked for.

    def _on_start(self):
        if not self.painting:
            self._start()

    def _on_pause(self):
        if self.painting:
            self._pause("Paused.")

    def _on_stop(self):
        """It came too late: the picture in full size is done."""

    def _on_start_again(self):
        self.live, self._curve_shown_at = LivePicture(self.subject, self.weights), 0.0
        self._show_picture()
        self._start()

    def _on_close(self):
        self._closed = True
        self._view.show_closed()
        self._pause("Closed. Run its cell again to paint.")
        self._put_away()
        self.live.end()

    def _on_weight(self, name, weight):
        self.live.change(name, weight)

    def _on_set(self, name, value, file_name=None):
        """Change what is painted, and begin anew with it. As for `Subject.change`."""
        if name == "regions" or name == "content" and self.subject.masks:
            self._say("Looking for regions in the photo.")
        self.subject.change(name, value, file_name)
        if name in SOURCES:
            self._view.show_source(name, value)
        self._view.show_regions(self.subject.masks)
        asked, found = self.subject.chosen["regions"], len(self.subject.masks)
        if found < asked:
            self._answer(f"Only {found} of {asked} regions can be told apart in this photo.")
        self._on_start_again()

    def _on_choose(self, name, source):
        painted = self.subject.chosen[name]
        if source == "":
            self._view.show_source(name, painted)
            self._answer("To paint a picture of your own, upload it or give its path.")
        elif source is not painted and not (isinstance(painted, str) and source == painted):
            self._on_set(name, source)

    def _on_upload(self, name, files):
        if files:
            self._view.empty_upload(name)
            if len(files) > 1:
                raise PictureError(f"{len(files)} files were uploaded at once: upload one picture.")
            self._on_set(name, *decoded(*files[0]))

    def _on_finish(self):
        self._put_away()
        self.painting = False
        self._view.offer("stop")
        self._say("Getting ready to paint in full size.")
        put_off = []  # messages for when this picture is done
        settings = self.live.settings_now()
        try:
            result = self.subject.finish(settings, lambda step: self._watch(step, put_off))
        except BaseException:
            self._pause("Nothing was painted in full size.")
            raise
        finally:
            for message in (*put_off, *self._take_messages()):  # in the order in which they came
                self._messages.put(message)
        self.result = self._finished = result
        self._unsaved = not result.message  # what was stopped is kept if the user saves it
        done = result.message or f"Finished in {result.seconds:.0f} s."
        self._pause(f"{done} Save keeps this picture with its run card.")

    def _on_save(self):
        path = _free_path(".png")
        save_image(self.picture, path, card=self.card())
        self._unsaved = False
        self._answer(f"Saved as {path}, with its run card.")

    def _on_save_film(self):
        film = self.live.film
        if len(film.frames) < 2:
            raise PictureError("There is no film yet: paint some steps first.")
        path = _free_path(".webp")
        check_size(path, "WEBP", max(self.live.picture.shape[1:3]))
        self._answer("Writing the film.")
        write_files({path: film.as_webp(self.live.card())})
        self._answer(f"Saved as {path}: {len(film.frames)} pictures, with their run card.")

    # How it is done.

    def _put_away(self):
        """Save an unsaved finished picture, and let the live one take its place."""
        if self._finished is None:
            return
        if self._unsaved:
            try:
                self._on_save()
            except (KitError, OSError) as error:
                self._answer(f"{error} The finished picture is still in this easel's result.")
        self._finished = None
        self._show_picture()

    def _start(self, pause_at=None):
        self._put_away()
        self.painting = True
        self._pause_at = pause_at or self.live.steps_done + STEPS_BEFORE_A_PAUSE
        self._view.offer("pause")
        self._say("Painting.")

    def _pause(self, status):
        self._show_picture()  # the last one may have been left out
        self._view.offer("start")
        self._say(status)
        self.painting = False  # last, for whoever waits for it

    def _show_picture(self):
        self._view.show_picture(as_jpeg(self.picture))

    def _say(self, status):
        self._status = status
        self._view.say(status, self._notice)

    def _answer(self, notice):
        """Say it on a line of its own, where it stays until something else is asked."""
        self._notice = notice
        self._view.say(self._status, notice)

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
            paused = f"Paused automatically after {STEPS_BEFORE_A_PAUSE} steps."
            self._pause(f"{paused} Press Start to go on.")

    def _watch(self, step, put_off):
        """Show a step in full size; put off all that is asked meanwhile, except to stop."""
        self._view.show_picture(as_jpeg(step.picture), in_passing=True)
        left = "" if step.seconds_left is None else f", about {step.seconds_left:.0f} s left"
        count = f"step {step.number} of {step.total} at {step.side} px"
        self._say(f"Painting in full size: {count}{left}.")
        messages = self._take_messages()
        put_off += [message for message in messages if message[0] != "finish"]  # it is being done
        if any(message[0] in ("close", "stop") for message in messages):
            raise KeyboardInterrupt

    def _take_messages(self):
        return [self._messages.get() for _ in range(self.waiting)]


def _free_path(suffix):
    """The first of easel.png, easel-2.png, ... that does not exist yet."""
    for number in itertools.count(1):
        path = Path(f"easel{'' if number == 1 else f'-{number}'}{suffix}")
        if not path.exists():
            return path
