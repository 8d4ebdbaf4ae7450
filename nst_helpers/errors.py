"""What the kit raises when it cannot do what was asked, and paths as people give them.

The errors are one family. Each message is a sentence that says what was wrong and what to do; each
class is also the built-in error that a caller who does not know the kit would expect.
"""

import math
import os
import unicodedata
from difflib import get_close_matches
from pathlib import Path

JOINERS = "\u200c\u200d"  # of letters, in Persian or Hindi, and of emoji: of format, and harmless


def readable(text, keep=""):
    """The text with whatever a terminal would obey shown as its code.

    That is each control character (an escape colors the screen, or clears it), line break and mark
    of direction. The names of files, and of a card's settings, may hold any. keep: those to leave.
    """
    unseen = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode's categories; Cs are bytes of no encoding
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in unseen and character not in JOINERS + keep
        else character
        for character in text
    )


def suggestion(name, known, otherwise):
    """The end of a message on an unknown name: the known one that is most like it, or otherwise."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise


class KitError(Exception):
    """Any of the errors below, for whoever shows their messages."""

    def __str__(self):
        return readable(super().__str__())


class PictureError(KitError, ValueError):
    """A picture that cannot be read, used or saved; the message names it and the fault."""


class CardError(KitError, ValueError):
    """A run card that cannot be read or used; the message names the file and says what to do."""


class SettingsError(KitError, ValueError):
    """A setting that cannot be used; the message names it and says what to use instead."""


class LayerError(KitError, ValueError):
    """A layer name that VGG19 does not have; the message names one like it of those it has.

    known: those, in their order.

    name: empty if no layer was named at all.
    """

    def __init__(self, name, known):
        if not name:
            super().__init__(f"No layer is named: name at least one, such as {known[0]}.")
            return
        hint = suggestion(name, known, f"its layers run from {known[0]} to {known[-1]}.")
        super().__init__(f"VGG19 has no layer {name!r}; {hint}")


class WeightsError(KitError, RuntimeError):
    """Weights that cannot be loaded; the message names the file, the fault and the way out."""


class KerasError(KitError, RuntimeError):
    """Keras is set up in a way the kit cannot use; the message says what is set, and where."""


class FramesError(KitError, RuntimeError):
    """An explorer's frames are unknown or missing; the message says what to do."""


class RunStopped(KitError, RuntimeError):
    """A run cannot go on; the picture yielded last is still good."""


class LossNotFinite(RunStopped):
    """A loss became NaN or infinite; the message says which weight to lower, or what else to do.

    number: of the step. losses: by name. weights: those of the terms, by name.
    of_picture: whether the picture itself holds values that are not finite.
    """

    def __init__(self, number, losses, weights, of_picture=False):
        broken = [term for term in weights if not math.isfinite(losses[term])]
        what, term = "loss", broken[0] if broken else max(weights, key=losses.get)  # only their sum
        if of_picture:  # whose losses then say nothing
            what, term = "loss's gradient", max(weights, key=weights.get)
        kept = ": the run stops with its last good picture" if number > 1 else ""
        super().__init__(
            "The picture to start from is not finite (NaN or infinity): start from another one."
            if of_picture and number == 1
            else f"The {term} {what} is not finite at step {number}{kept}. "
            f"Lower {term}_weight (it is {weights[term]:g})."
        )


class OutOfMemory(RunStopped):
    """TensorFlow could not get the memory that a scale needs; the message names a smaller size."""


def as_path(given, error=PictureError):
    """The `Path` that a string or path stands for; what is neither raises this error.

    First of all the file of exactly that name: `~photo.jpg` is a legal one. If there is none,
    spaces, line ends and a pair of quotes around the name go, and `~` becomes the home, if it has
    one.
    """
    if not isinstance(given, (str, bytes, os.PathLike)):
        raise error(f"{given!r:.80} is not a path: give a string, or a pathlib.Path.")
    text = os.fsdecode(given)
    if os.path.lexists(text):
        return Path(text)
    name = text.strip()
    if len(name) > 2 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    path = Path(name or text)
    return path if os.path.lexists(path) else Path(os.path.expanduser(path))
