"""How the command line is read; what is wrong with it is said in a sentence, as a shell has it.

Only the standard library is imported.
"""

import argparse
import glob
import os
import re
import sys

from ..console import say
from ..engine import FIELDS
from ..errors import RunStopped, SettingsError, as_path, suggestion

KINDS = {int: "a whole number", float: "a number"}
REQUIRED = "the following arguments are required: "  # how argparse begins
MASKS = {
    "style_masks": "one for each painting, white where that painting applies to the photo",
    "painting_masks": "one for each painting, white on the part of it to be used",
}
NAMES = "|".join((*FIELDS, *MASKS, "minutes", "seconds", "gigabytes"))
UNDERSCORED = "|".join(name for name in NAMES.split("|") if "_" in name)
# At the beginning of a message; anywhere, but in the name of a file; as in "ask for size=300".
NAMED = re.compile(
    rf"^({NAMES})(?= is | are |:)|(?<![\w./\\-])({UNDERSCORED})(?![\w/\\]|\.\w)|\b({NAMES})=(?=\d)"
)


class Parser(argparse.ArgumentParser):
    """One whose errors are a sentence, without all the options before it."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._negative_number_matcher = re.compile(r"-\.?\d")  # argparse's own knows no -1e3

    def error(self, message):
        """Print what is wrong, and end the program."""
        error = sys.exc_info()[1]  # argparse calls this while it handles one, if it is on a value
        if isinstance(error, argparse.ArgumentError) and error.argument_name:
            words = error.message.replace("expected one argument", "needs a value")
            words = words.replace("expected at least one argument", "needs at least one value")
            message = f"{error.argument_name} {words}"
        elif message.startswith(REQUIRED):
            missing = message.removeprefix(REQUIRED).replace("-o/--output", "-o (where to save)")
            message = f"Missing: {missing}. {self._usage()}"
        end = "" if message.endswith((".", "?")) else "."
        say(message[:1].upper() + message[1:].replace("\n", "\\n") + end, sys.stderr)
        self.exit(2)

    def parse_known_args(self, args=None, namespace=None):
        """As argparse's own; what is unknown is said here, where the command is known."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown and not getattr(options, "passes_on", False):
            self.error(self._unknown(unknown))
        return options, unknown

    def _unknown(self, words):
        option = next((word for word in words if word.startswith("-")), None)
        if option is None:
            return f"{words[0]!r} is one too many. {self._usage()}"
        known = sorted({*re.findall(r"--[a-z-]+", self.format_help())})
        hint = suggestion(option.partition("=")[0], known, f"{self.prog} --help shows them all.")
        return f"There is no option {option}; {hint}"

    def _usage(self):
        return f"The command is {self.format_usage().removeprefix('usage: ').strip()}."


def number_of(kind, example=None):
    """A type for argparse: an int or a float. example: one to be named if it is none."""
    such_as = "" if example is None else f", such as {example:g}"

    def convert(text):
        try:
            return kind(text)
        except ValueError:
            message = f"is {text!r}: give {KINDS[kind]}{such_as}."
            raise argparse.ArgumentTypeError(message) from None

    return convert


def one_of(choices):
    """A type for argparse: one of these words."""

    def convert(text):
        if text not in choices:
            message = f"is {text!r}: choose one of {', '.join(choices)}."
            raise argparse.ArgumentTypeError(message)
        return text

    return convert


def expanded(names):
    """The names, with the files of a pattern such as `*.jpg` where the shell has left it as it is.

    Those of Windows do. What no file answers to stays, to be named in a message.
    """
    found = []
    for name in names:
        files = [] if os.path.lexists(name) else sorted(glob.glob(os.fspath(as_path(name))))
        found += files or [name]
    return found


def option_of(name):
    """A setting's name as it is typed."""
    return f"--{name.replace('_', '-')}"


def in_shell(error):
    """What an error, or a message, says, with settings named as they are typed."""
    if isinstance(error, Exception) and not isinstance(error, (SettingsError, RunStopped)):
        return str(error)

    def typed(found):
        return option_of(found[1] or found[2] or found[3]) + (" " if found[3] else "")

    return NAMED.sub(typed, str(error))
