"""The command line: `nst`, or `python -m nst_helpers`, and a command.

Only the standard library is imported at the top, so that `doctor` and `lab` can say what is
missing.
"""

import argparse
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..console import prepare, say
from ..engine import DEFAULTS, FIELDS
from ..errors import KitError, PictureError, SettingsError
from ..pictures import PAINTINGS, PATTERNS, PHOTOS
from . import doctor, fast, lab
from .parser import MASKS, Parser, in_shell, number_of, one_of, option_of

COMMANDS = ("stylize", "fast", "train", "lab", "grade", "handout", "doctor")
GROUPS = {  # of the settings, as `stylize --help` shows them
    "colors, several paintings, strokes": ["original_colors", "style_blend_weights", "style_scale"],
    "size and time": ["size", "scales", "steps", "precision"],
    "the loss": [],  # all that no other group names
    "the loop": ["init", "seed", "optimizer", "learning_rate"],
}
GROUPS["the loss"] = [name for name in FIELDS if name not in sum(GROUPS.values(), [])]
MEANINGS = {  # of settings that the help has in words of its own
    "size": "longest side of the output in pixels; a smaller photo is not enlarged (512)",
    "steps": "number of steps, over all scales together (89 at 512 px)",
}
UNFINISHED_SECONDS = 60  # from one saving of an unfinished picture to the next,
PREVIEW_SECONDS = 1  # and where it serves as a preview

GRADES = [  # what `grade` can also read and write
    (
        "--roster",
        "NAMES.csv",
        "list of the class: columns id, name, email, or as Moodle or Canvas export it; also writes "
        "GRADES for Moodle.csv and GRADES for Canvas.csv",
    ),
    ("--feedback", "FOLDER", "folder for a file (Markdown) for each learner, to be handed back"),
    ("--reading", "PAGE.html", "page for you to read: what was handed in for open exercises"),
]


def main(arguments=None):
    """Run one command; returns the exit code: 0, or another one after a sentence on the fault."""
    prepare()
    parser = build_parser()
    arguments = sys.argv[1:] if arguments is None else arguments
    arguments = ["--help"] if arguments in ([], ["help"]) else arguments
    if arguments[0] not in (*COMMANDS, "-h", "--help", "--version"):
        known = ", ".join(COMMANDS)
        parser.error(f"There is no command {arguments[0]!r}: choose one of {known}.")
    options, unknown = parser.parse_known_args(arguments)
    if options.run is run_lab:
        options.arguments = unknown  # which only JupyterLab knows how to read
    try:
        return options.run(options)
    except KitError as error:
        say(in_shell(error), sys.stderr)
        return 1
    except KeyboardInterrupt:  # in a command that has nothing to save
        say("Interrupted.", sys.stderr)
        return 130


def build_parser():
    """The parser. `stylize` has the settings as options; what is not given keeps its default."""
    program = "nst" if Path(sys.argv[0]).stem == "nst" else "python -m nst_helpers"
    parser = Parser(
        prog=program,
        description="Neural style transfer with VGG19.",
        epilog="%(prog)s COMMAND --help says more.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar=f"{{{','.join(COMMANDS)}}}")
    _add_stylize(commands)
    fast.add_commands(commands)
    command = commands.add_parser(
        "lab",
        help="open the lessons in JupyterLab",
        usage="%(prog)s [NOTEBOOK] [options of JupyterLab]",
        description="NOTEBOOK: a file, or a lesson such as 03 (default: 00).",
        epilog="Example: %(prog)s 03",
        allow_abbrev=False,
    )
    command.set_defaults(run=run_lab, passes_on=True)
    _add_grade(commands)
    _add_handout(commands)
    command = commands.add_parser(
        "doctor",
        help="check this installation",
        description="Check this installation line by line, and say what to do about each FAIL: "
        "Python, system, packages, TensorFlow, Keras, weights and sample pictures; then paint two "
        "small pictures, and compare their losses. It takes up to a minute and changes nothing.",
    )
    command.set_defaults(run=lambda options: doctor.examine())
    return parser


def _version():
    """The package's name and version."""
    try:
        return f"nst_helpers {version('nst_helpers')}"
    except PackageNotFoundError:
        return "nst_helpers, not installed but run from a copy of its files"


def _add_grade(commands):
    """The command `grade`."""
    command = commands.add_parser(
        "grade",
        help="for teachers: mark a folder of notebooks",
        usage="%(prog)s FOLDER [options]",
        description="Mark what a class handed in, and write a table of who has done what. An "
        "exercise is right, not yet (with the mistake that was found), broken (it stopped, never "
        "ended or isn't Python) or not done. Grade strangers' work on Linux, where the system "
        "confines it. More: TEACHING.md.",
        epilog='Example: %(prog)s downloads -o "Lesson 03.csv" --lesson 03 --roster names.csv',
    )
    command.set_defaults(run=run_grade)
    command.add_argument(
        "folder",
        metavar="FOLDER",
        help="the unzipped download of Moodle or Canvas, or one with a folder for each learner",
    )
    command.add_argument(
        "-o",
        "--output",
        default="grades.csv",
        metavar="GRADES.csv",
        help="table to write (%(default)s); a second run (same --lesson and --points) adds to it, "
        "and keeps points and notes that you typed in",
    )
    limits = {
        "seconds": (20, "how long each exercise may run, in seconds (%(default)s)"),
        "gigabytes": (2, "memory each notebook may use, in gigabytes (%(default)s)"),
    }
    for name, (default, meaning) in limits.items():
        kind = number_of(float, default)
        command.add_argument(option_of(name), type=kind, default=default, help=meaning)
    for name, metavar, meaning in GRADES:
        command.add_argument(name, metavar=metavar, help=meaning)
    points = (
        'points for each exercise (1), and for single ones, as in: 2 "paint=6"; the names are '
        "those in the lessons' check(\"...\"), and at the head of the table's columns"
    )
    command.add_argument("--points", nargs="+", default=[], metavar="POINTS", help=points)
    lesson = (
        "mark and count these lessons only, as in: 03 04; without it, every lesson that anybody "
        "handed in counts for everybody"
    )
    command.add_argument("--lesson", nargs="+", default=[], metavar="NN", help=lesson)


def _add_handout(commands):
    """The command `handout`."""
    command = commands.add_parser(
        "handout",
        help="for teachers: copy the lessons without solutions",
        usage="%(prog)s FOLDER [options]",
        description="Copy the lessons for a class, without outputs, solution notebooks and "
        "everything that gives an exercise away. Hand the folder out as a ZIP file: its START.md "
        "tells learners how to install and open the lessons.",
        epilog="Example: %(prog)s lessons_for_class",
    )
    command.add_argument("folder", metavar="FOLDER", help="new folder, which must not exist yet")
    command.add_argument(
        "--with-answers",
        action="store_true",
        help="keep the folded answers under the exercises, and the program in one file (never "
        "solution notebooks or outputs)",
    )
    command.set_defaults(run=run_handout)


def _add_stylize(commands):
    """The command `stylize`, with the settings as options, and the masks."""
    stylize = commands.add_parser(
        "stylize",
        help="paint a photo like a painting",
        usage="%(prog)s PHOTO PAINTING -o OUT.png [options]",
        description="Paint a photo like a painting, step by step.",
        epilog=f"{_samples()} Example: %(prog)s horses citrus_slices -o horses.png "
        "--style-weight 30",
        argument_default=argparse.SUPPRESS,
    )
    stylize.set_defaults(run=run_stylize)
    sample = "a file, or a sample such as"
    stylize.add_argument("photo", metavar="PHOTO", help=f"{sample} neuschwanstein")
    stylize.add_argument("painting", metavar="PAINTING", nargs="?", help=f"{sample} starry_night")
    stylize.add_argument(
        "-o", "--output", required=True, metavar="OUT.png", help="where to save the picture"
    )
    stylize.add_argument(
        "--preview",
        action="store_true",
        help="show the picture while it is painted, here or, if the terminal cannot, in a file",
    )
    groups = {title: stylize.add_argument_group(title) for title in GROUPS}
    several, *_ = groups.values()
    several.add_argument(
        "--style", nargs="+", metavar="PAINTING", help="several paintings instead of PAINTING"
    )
    for title, names in GROUPS.items():
        for name in names:
            groups[title].add_argument(option_of(name), help=_meaning(name), **_reading(name))
    for name, meaning in MASKS.items():
        several.add_argument(option_of(name), nargs="+", metavar="MASK", help=meaning)
    stylize.add_argument(
        "--like",
        metavar="CARD",
        help="take the settings from this picture's card (or a card's .json)",
    )


def _samples():
    """The names of the sample pictures, in a sentence."""
    kinds = {"photos": PHOTOS, "paintings": PAINTINGS, "patterns": PATTERNS}
    lists = "; ".join(f"{kind} {', '.join(names)}" for kind, names in kinds.items())
    return f"Samples: {lists}."


def _reading(name):
    """argparse's keywords for a setting: as the setting has them, but with errors of our own."""
    option, default = dict(FIELDS[name].metadata["option"]), getattr(DEFAULTS, name)
    if choices := option.pop("choices", None):
        return option | {"type": one_of(choices), "metavar": f"{{{','.join(choices)}}}"}
    if kind := option.pop("type", None):
        example = default if isinstance(default, (int, float)) else None
        option["type"] = number_of(kind, example)
    return option


def _meaning(name):
    """What the help says of a setting: its meaning in short, and its default in parentheses."""
    if name in MEANINGS:
        return MEANINGS[name]
    short = FIELDS[name].metadata["meaning"].split(";")[0]
    value = getattr(DEFAULTS, name)
    if isinstance(value, dict):
        value = ", ".join(f"{layer} × {factor:g}" for layer, factor in value.items())
    return short if value is None or value is False else f"{short} ({value})"


def run_stylize(options):
    """Paint and save."""
    from ..machine import import_tensorflow

    import_tensorflow()  # first of all, so that its start-up lines stay out of the shell
    from ..engine import stylize
    from ..pictures import card, check_no_source, check_output_path

    given = vars(options)
    settings = {name: given[name] for name in FIELDS if name in given}
    masks = {name: given[name] for name in MASKS if name in given}
    # All checks come before the run.
    if ("painting" in given) == ("style" in given):
        raise SettingsError("Give a painting after the photo, or several with --style A B.")
    style = given.get("style") or given["painting"]
    path, image_format = check_output_path(options.output)
    paintings = style if isinstance(style, list) else [style]
    check_no_source(path, [options.photo, *paintings, *sum(masks.values(), [])])
    # Read now, since it may be what is written over.
    model = card.read(options.like) if "like" in given else None
    if model:
        settings = card.settings_from(options.like, FIELDS) | settings
    if "size" in settings:
        _check_size(path, image_format, options.photo, settings["size"])
    on_step, clear_unfinished = _saver_of_unfinished(path, "preview" in given)
    progress = True if "preview" in given else "bar"
    try:
        result = stylize(
            options.photo, style, on_step=on_step, progress=progress, **masks, **settings
        )
    except KeyboardInterrupt:
        say("Interrupted before the first step; nothing was saved.", sys.stderr)
        return 130
    if result.message:
        say(in_shell(result.message))
    code = _save(result, options.output)
    if code == 0:
        clear_unfinished()
    for sentence in _differences(model, result.card) if model else []:
        say(in_shell(sentence))
    return code


def _saver_of_unfinished(path, preview):
    """Of the picture to be saved at path, see `saver_of_unfinished`; it may serve as a preview."""
    from ..engine import place_to_show
    from ..pictures import saver_of_unfinished

    file = path.with_name(f"{path.stem}.unfinished.png")
    if not preview or place_to_show():
        return saver_of_unfinished(file, UNFINISHED_SECONDS)
    say(f"This terminal cannot show pictures: watch {file}, which is rewritten all the time.")
    return saver_of_unfinished(file, PREVIEW_SECONDS)


def _check_size(path, image_format, photo, size):
    """Raise `PictureError` if the format cannot hold a picture of the size to be painted.

    If the photo is smaller than the size that was asked for, say so.
    """
    from ..engine import Settings
    from ..pictures import check_size, load_image

    size = Settings(size=size).size
    side = max(load_image(photo, size).shape[1:3])
    check_size(path, image_format, side)
    if side < size:
        name = Path(photo).name
        say(f"{name} is {side} px long and is not enlarged: painting at {side} px.")


def _save(result, path):
    """Save the picture where it was asked for or, if that has become impossible, elsewhere."""
    from ..machine import interrupts_ignored
    from ..pictures import rescue_image, save_image

    code = 0
    with interrupts_ignored():
        try:
            saved = save_image(result.picture, path, result.card)
        except PictureError as error:
            say(error, sys.stderr)
            saved, code = rescue_image(result.picture, path, result.card), 1
    height, width = result.picture.shape[1:3]
    say(f"{saved}: {width} × {height} px in {result.seconds:.0f} s")
    return code


def _differences(model, made):
    """Sentences that say why the picture with the card `made` cannot be quite like its model.

    model: the card of that one.
    """
    asked, done = sum((model.get("painted") or {}).get("steps", [])), model.get("steps_done", 0)
    is_whole = made["steps_done"] == sum(made["painted"]["steps"])
    kept = [name for name in MASKS if f"{name}_sha256" in made]
    forgotten = [name for name in MASKS if f"{name}_sha256" in model and name not in kept]
    reasons = []
    if "painted_live" in model:
        reasons.append(
            "painted on the easel: this one uses its last settings from the first step on, "
            "with scales and a number of steps of its own"
        )
    if forgotten:
        reasons.append(f"painted with {' and '.join(forgotten)}: give those too")
    if done < asked and is_whole:
        reasons.append(f"stopped after {done} of {asked} steps; this one was not")
    if model.get("weights_sha256", made["weights_sha256"]) != made["weights_sha256"]:
        reasons.append("painted with other weights for VGG19; this one used the bundled ones")
    sentences = [f"The picture used as a model was {reason}." for reason in reasons]
    before, now = _computed_by(model), _computed_by(made)
    changed = [name for name in now if before[name] not in (None, now[name])]
    same = ("content_sha256", "style_sha256", "settings")
    if changed and all(model.get(name) == made[name] for name in same):
        sentences.append(
            f"Inputs and settings are the model's, but not {' and '.join(changed)}: "
            "expect small differences."
        )
    return sentences


def _computed_by(card):
    precision = (card.get("painted") or {}).get("precision")
    return {"precision": precision} | {name: card.get(name) for name in ("machine", "versions")}


def run_lab(options):
    """Open JupyterLab."""
    return lab.open_lab(*lab.split(options.arguments))


def run_grade(options):
    """Mark a folder of notebooks."""
    try:
        from ..course import grade

        grade(**{name: value for name, value in vars(options).items() if name != "run"})
    except KeyboardInterrupt:
        marked = f"what was marked until now is in {options.output}"
        marked = marked if Path(options.output).exists() else "nothing is marked"
        say(f"Interrupted: {marked}.", sys.stderr)
        return 130
    return 0


def run_handout(options):
    """Write the lessons as a class gets them."""
    from ..course import handout

    handout(options.folder, options.with_answers)
    return 0
