"""The command line: `nst {stylize,lab,grade,doctor,frames}`, or `python -m nst_helpers` for `nst`.

Only the standard library is imported at the top, so that `doctor` and `lab` can say what is
missing.
"""

import argparse
import contextlib
import sys
import time
from pathlib import Path

from .console import prepare, say
from .errors import FramesError, KitError, PictureError, SettingsError, as_path, readable
from .settings import DEFAULTS, FIELDS, WEIGHTS

GROUPS = {  # of the settings, as `stylize --help` shows them
    "colors, several paintings, strokes": ["original_colors", "style_blend_weights", "style_scale"],
    "size and time": ["size", "scales", "steps", "precision"],
    "the loss": [*WEIGHTS, "content_layer", "style_layers"],
    "the loop": ["init", "seed", "optimizer", "learning_rate"],
}


class Parser(argparse.ArgumentParser):
    """One whose errors are a sentence, without all the options before it."""

    def error(self, message):
        """Print what is wrong, and end the program."""
        say(f"{message[:1].upper()}{readable(message[1:])}: see {self.prog} --help", sys.stderr)
        self.exit(2)


def main(arguments=None):
    """Run one command; returns the exit code."""
    prepare()
    parser = build_parser()
    options, more = parser.parse_known_args(arguments)
    if options.run is run_lab:
        options.words = more  # which only JupyterLab knows how to read
    elif more:
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    try:
        return options.run(options)
    except KeyboardInterrupt:  # in a command that has nothing to save
        say("Interrupted.", sys.stderr)
        return 130


def build_parser():
    """The parser. `stylize` has the settings as options; what is not given keeps its default."""
    called = "nst" if Path(sys.argv[0]).stem == "nst" else "python -m nst_helpers"
    parser = Parser(prog=called, description="Neural style transfer on VGG19.")
    commands = parser.add_subparsers(required=True, metavar="{stylize,lab,grade,doctor,frames}")

    _add_stylize(commands)

    lab = commands.add_parser(
        "lab",
        help="open the lessons in JupyterLab",
        usage="%(prog)s [NOTEBOOK] [options of JupyterLab]",
        description="NOTEBOOK: a file, or a lesson such as 03 (00).",
        allow_abbrev=False,
    )
    lab.set_defaults(run=run_lab)

    _add_grade(commands)

    doctor = commands.add_parser("doctor", help="check this installation")
    doctor.set_defaults(run=run_doctor)

    frames = commands.add_parser(
        "frames", help="for maintainers: paint the explorers' frames again"
    )
    frames.set_defaults(run=run_frames)
    frames.add_argument("names", nargs="*", metavar="NAME", help="of an explorer; without one, all")
    return parser


def _add_stylize(commands):
    """The command `stylize`, with the settings as options, and the masks."""
    stylize = commands.add_parser(
        "stylize", help="paint a photo like a painting", argument_default=argparse.SUPPRESS
    )
    stylize.set_defaults(run=run_stylize)
    stylize.add_argument(
        "photo", metavar="PHOTO", help="a file, or a sample such as neuschwanstein"
    )
    stylize.add_argument(
        "painting", metavar="PAINTING", nargs="?", help="a file, or a sample such as starry_night"
    )
    stylize.add_argument(
        "-o", "--output", required=True, metavar="OUT.png", help="where to save the picture"
    )
    groups = {words: stylize.add_argument_group(words) for words in GROUPS}
    several, *_ = groups.values()
    several.add_argument(
        "--style", nargs="+", metavar="PAINTING", help="several paintings, in place of PAINTING"
    )
    for words, group in groups.items():
        for name in GROUPS[words]:
            default = getattr(DEFAULTS, name)
            default = "" if default in (None, False) else f" ({_words(default)})"
            meaning = FIELDS[name].metadata["meaning"].split(";")[0].split(", or a list")[0]
            group.add_argument(
                f"--{name.replace('_', '-')}",
                help=meaning + default,
                **FIELDS[name].metadata["option"],
            )
    for option, words in {
        "--style-masks": "one for each painting: the part of the photo where it applies is white",
        "--painting-masks": "one for each painting: the part of it that is used is white",
    }.items():
        several.add_argument(option, nargs="+", metavar="MASK", help=words)
    stylize.add_argument(
        "--like", metavar="CARD", help="a picture or .json that holds the settings to use"
    )


def _add_grade(commands):
    """The command `grade`."""
    grade = commands.add_parser("grade", help="for teachers: mark a folder of notebooks")
    grade.set_defaults(run=run_grade)
    grade.add_argument(
        "folder", metavar="FOLDER", help="of notebooks, or of folders, one for each learner"
    )
    grade.add_argument(
        "-o", "--output", default="grades.csv", metavar="GRADES.csv", help="the table (%(default)s)"
    )
    grade.add_argument("--seconds", type=float, default=20, help="for each exercise (%(default)s)")
    grade.add_argument(
        "--gigabytes", type=float, default=2, help="of memory for each notebook (%(default)s)"
    )


def _words(value):
    if isinstance(value, dict):
        return ", ".join(f"{name} × {factor:g}" for name, factor in value.items())
    return value


def run_stylize(options):
    """Paint and save; returns 0, or 1 after a sentence on what was wrong."""
    try:
        return _stylize(options)
    except KeyboardInterrupt:
        say("Interrupted before the first step; nothing was saved.", sys.stderr)
        return 130


def _stylize(options):
    from .machine import import_tensorflow

    import_tensorflow()  # first of all, so that its start-up lines stay out of the shell
    from . import card
    from .run import stylize
    from .saving import check_output_path, saver_of_unfinished

    given = vars(options)
    settings = {name: value for name, value in given.items() if name in FIELDS}
    try:
        path, image_format = check_output_path(options.output)  # before the run
        _check_no_input(path, given)
        # Now, since it may be what is written over.
        model = card.read(options.like) if "like" in given else None
        if model:
            settings = card.settings_from(options.like, FIELDS) | settings
        masks = {name: given[name] for name in ("style_masks", "painting_masks") if name in given}
        _check_size(path, image_format, options.photo, settings)
        on_step, clear_unfinished = saver_of_unfinished(path)
        result = stylize(options.photo, _style(given), on_step=on_step, **masks, **settings)
    except KitError as error:
        say(error, sys.stderr)
        return 1
    if result.message:
        say(result.message)
    code = _save(result, options.output)
    if code == 0:
        clear_unfinished()
    if model:
        _say_what_differs(model, result.card)
    return code


def _style(given):
    """The painting, or a list of several. Raises `SettingsError` unless one of the two is given."""
    if ("painting" in given) == ("style" in given):
        raise SettingsError("Name the painting after the photo, or several with --style A B.")
    return given.get("style") or given["painting"]


def _check_no_input(path, given):
    """Raise `PictureError` if the picture would take the place of one from which it is painted.

    A picture to go on from may be written over.
    """
    from .samples import find_sample

    masks = [*given.get("style_masks", []), *given.get("painting_masks", [])]
    style = _style(given)
    for source in (given["photo"], *(style if isinstance(style, list) else [style]), *masks):
        try:
            same = find_sample(source) is None and path.samefile(as_path(source))
        except OSError:  # at least one of them is not there
            same = False
        if same:
            raise PictureError(
                f"{path} is {source}, from which it would be painted: give it another name."
            )


def _check_size(path, image_format, photo, settings):
    """Raise `PictureError` if the format cannot hold a picture of the size to be painted."""
    from .pictures import load_image
    from .saving import check_size
    from .settings import Settings

    side = Settings(size=settings.get("size", DEFAULTS.size)).size
    with contextlib.suppress(PictureError):  # the photo may be smaller
        check_size(path, image_format, side)
        return
    check_size(path, image_format, max(load_image(photo, side).shape[1:3]))


def _save(result, path):
    """Save the picture where it was asked for or, if that has become impossible, elsewhere."""
    from .machine import interrupts_ignored
    from .saving import rescue_image, save_image

    with interrupts_ignored():
        try:
            saved, code = save_image(result.picture, path, result.card), 0
        except PictureError as error:
            say(error, sys.stderr)
            try:
                saved, code = rescue_image(result.picture, path, result.card), 1
            except PictureError as still:
                say(still, sys.stderr)
                return 1
    height, width = result.picture.shape[1:3]
    say(f"{saved}: {width} × {height} px in {result.seconds:.0f} s")
    return code


def _say_what_differs(model, made):
    """Why the picture with the card `made` cannot be quite like the one with the card `model`."""
    if "painted_live" in model:
        say(
            "The picture taken as a model was painted on the easel: this one has the last of its "
            "settings from the first step on, and its own scales and number of steps."
        )
    forgotten = [name for name in ("style_masks", "painting_masks") if f"{name}_sha256" in model]
    if forgotten := [name for name in forgotten if f"{name}_sha256" not in made]:
        say(
            f"The picture taken as a model was painted with {' and '.join(forgotten)}: "
            "name them too."
        )
    asked, done = sum((model.get("painted") or {}).get("steps", [])), model.get("steps_done", 0)
    if done < asked and made["steps_done"] == sum(made["painted"]["steps"]):
        say(
            f"The picture taken as a model was stopped after {done} of {asked} steps; "
            "this one was not."
        )
    if model.get("weights_sha256", made["weights_sha256"]) != made["weights_sha256"]:
        say(
            "The picture taken as a model was painted with other weights of VGG19; "
            "this one with the bundled ones."
        )
    if all(model.get(name) == made[name] for name in ("content_sha256", "style_sha256")):
        before, now = (
            {
                "precision": (card.get("painted") or {}).get("precision"),
                "machine": card.get("machine"),
            }
            | {"versions": card.get("versions")}
            for card in (model, made)
        )
        other = [name for name in now if before[name] not in (None, now[name])]
        if other and model["settings"] == made["settings"]:
            say(
                f"Inputs and settings are the model's, but not {' and '.join(other)}: "
                "small differences are to be expected."
            )


def run_lab(options):
    """Open JupyterLab; returns 0, or another code after a sentence on what was wrong."""
    from .lab import open_lab, split

    return open_lab(*split(options.words))


def run_grade(options):
    """Mark a folder of notebooks; returns 0, or 1 after a sentence on what was wrong."""
    try:
        from .grade import grade

        grade(options.folder, options.output, options.seconds, options.gigabytes)
    except KitError as error:
        say(error, sys.stderr)
        return 1
    except KeyboardInterrupt:
        there = Path(options.output).exists()
        where = (
            f"what was marked until now is in {options.output}" if there else "nothing is marked"
        )
        say(f"Interrupted: {where}.", sys.stderr)
        return 130
    return 0


def run_doctor(options):
    """Check the installation; returns 0 if all is well, else 1."""
    from .doctor import examine

    return examine()


def run_frames(options):
    """Paint the frames of the explorers named, or of all, into the package's data.

    Returns 0, or another code after a sentence on what was wrong.
    """
    from . import frames

    unknown = set(options.names) - set(frames.RECIPES)
    if unknown:
        say(
            f"There is no explorer {unknown.pop()!r}: choose from {', '.join(frames.RECIPES)}.",
            sys.stderr,
        )
        return 1
    for name in options.names or frames.RECIPES:
        start = time.perf_counter()
        try:
            number, size = frames.make(name)
        except (FramesError, PictureError) as error:
            say(f"{name}: {error} Its old frames were kept.", sys.stderr)
            return 130
        seconds = time.perf_counter() - start
        say(f"{name}: {number} frames, {size / 1e6:.2f} MB, {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
