"""The commands `nst fast` and `nst train`: a network that paints in one pass, and its training."""

import os
import sys
import tempfile
from pathlib import Path

from ..console import say
from ..errors import CardError, PictureError, SettingsError, as_path
from .parser import expanded, number_of, option_of

TRAINING = {  # the numbers of `train_fast` as options: type, example and meaning
    "minutes": (float, 3, "how many minutes to train (3)"),
    "steps": (int, 2000, "how many steps to take, in place of a time"),
    "size": (int, 512, "longest side of the paintings in pixels (512)"),
    "style_weight": (float, 12, "how much the style loss counts (12)"),
    "seed": (int, 0, "number that the first weights and the order of photos come from (0)"),
}
SAMPLE = "a file, or a sample such as"
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")


def add_commands(commands):
    """The two commands with their options. commands: argparse's subparsers."""
    fast = commands.add_parser(
        "fast",
        help="paint photos in one pass of a trained network",
        usage="%(prog)s PHOTO [PHOTO ...] NETWORK -o OUT.png [options]",
        description="Paint photos in one pass of a trained network: a fraction of a second each.",
        epilog="Example: %(prog)s horses starry_night -o horses.png",
    )
    fast.set_defaults(run=run_fast)
    fast.add_argument("photos", metavar="PHOTO", nargs="+", help=f"{SAMPLE} horses")
    fast.add_argument(
        "network",
        metavar="NETWORK",
        help="a painting whose network comes with the kit, such as starry_night, or a file",
    )
    fast.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT.png",
        help="where to save the picture; for several photos, the name of a folder",
    )
    fast.add_argument("--painting", help="which of the network's paintings to use (its first)")
    fast.add_argument(
        "--size",
        type=number_of(int, 512),
        default=512,
        help="longest side of the output in pixels; a smaller photo is not enlarged (%(default)s)",
    )

    train = commands.add_parser(
        "train",
        help="train such a network for a painting of yours",
        usage="%(prog)s PAINTING [PAINTING ...] -o NETWORK.safetensors [options]",
        description="Train a network that paints any photo like the painting, in one pass. "
        "Ctrl-C ends the training, and keeps what it has learned.",
        epilog="Example: %(prog)s my_painting.jpg -o mine.safetensors --minutes 10",
    )
    train.set_defaults(run=run_train)
    train.add_argument("paintings", metavar="PAINTING", nargs="+", help=f"{SAMPLE} mosaic")
    train.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="NETWORK.safetensors",
        help="where to save the network",
    )
    train.add_argument(
        "--start", metavar="NETWORK", help="network to go on from: a file, or starry_night"
    )
    train.add_argument(
        "--photos", nargs="+", metavar="PHOTO", help="photos to learn from (the samples)"
    )
    for name, (kind, example, meaning) in TRAINING.items():
        train.add_argument(option_of(name), type=number_of(kind, example), help=meaning)


def run_fast(options):
    """Paint each photo and save it; one that cannot be painted is named, and the rest goes on."""
    from ..machine import import_tensorflow

    import_tensorflow()  # first of all, so that its start-up lines stay out of the shell
    from ..fast import load_network, paint_fast
    from ..pictures import save_image

    options.photos = expanded(options.photos)
    known = load_network(options.network).paintings  # what is wrong with it is said once
    if options.painting not in (None, *known):
        raise SettingsError(
            f"--painting is {options.painting!r}: choose one of {', '.join(known)}, which this "
            "network knows, or train one with `nst train`."
        )
    code = 0
    for photo, path in _outputs(options.photos, options.output).items():
        try:
            result = paint_fast(photo, options.network, options.painting, size=options.size)
            saved = save_image(result.picture, path, result.card)
        except PictureError as error:
            say(error, sys.stderr)
            code = 1
        else:
            height, width = result.picture.shape[1:3]
            smaller = f"; {Path(photo).name} is not enlarged" * (max(height, width) < options.size)
            say(f"{saved}: {width} × {height} px in {result.seconds:.2f} s{smaller}")
    return code


def _outputs(photos, output):
    """`{photo: path of its picture}`: the output, or for several photos files in that folder."""
    from ..pictures import card, check_no_source, check_output_path, make_folder

    names_folder, output = output.endswith(("/", os.sep)), as_path(output)
    if len(photos) == 1 and not names_folder and not output.is_dir():
        paths = {photos[0]: output}
    else:
        paths = {photo: output / f"{Path(photo).stem}.png" for photo in photos}  # each once
        if len({*paths.values()}) < len(paths):
            raise PictureError("Two of the photos have the same name: rename one of them.")
        if output.exists() and not output.is_dir():
            raise PictureError(f"{output} is no folder: several photos need one to go into.")
        if not output.is_dir() and output.suffix.lower() in PICTURES:
            raise PictureError(
                f"{output}: several photos need a folder; give a name without {output.suffix}."
            )
        make_folder(output)
        for path in filter(Path.exists, paths.values()):
            try:
                card.read(path)
            except CardError as error:  # nobody has typed this name
                raise PictureError(
                    f"{path} is there already, and is not this kit's: choose another folder."
                ) from error
    for path in paths.values():
        check_output_path(path)
        check_no_source(path, photos)
    return paths


def run_train(options):
    """Train and save."""
    from ..machine import import_tensorflow

    import_tensorflow()
    from ..fast import TRAINING_BYTES, check_network_path, save_network, train_fast

    options.paintings = expanded(options.paintings)
    options.photos = options.photos and expanded(options.photos)
    path = check_network_path(options.output)
    if path.exists() and not options.start:
        raise SettingsError(
            f"{path} is there already: go on from it with --start {path}, or choose another name."
        )
    given = {name: getattr(options, name) for name in (*TRAINING, "start", "photos")}
    given = {name: value for name, value in given.items() if value is not None}
    _check_inputs(options)
    memory = f"Training takes about {TRAINING_BYTES / 1e9:.1f} GB of memory."
    say(f"{memory} Ctrl-C ends it, and keeps what it has learned.")
    network = train_fast(options.paintings, progress="bar", **given)
    code = 0
    try:
        save_network(network, path)
    except PictureError as error:  # the disk is full, or the folder is gone: the minutes are not
        say(error, sys.stderr)
        path, code = Path(tempfile.mkdtemp(prefix="nst_"), path.name), 1
        save_network(network, path)
    steps, seconds = network.card["steps_done"], network.card["seconds"]
    plural = "s" * (steps != 1)
    say(f"{path}: {', '.join(network.paintings)}, {steps} step{plural} in {seconds:.0f} s")
    return code


def _check_inputs(options):
    """Raise what `train_fast` would, before anything is announced."""
    from ..fast import check_training, load_network
    from ..pictures import load_image

    given = {name: getattr(options, name) for name in TRAINING}
    check_training(**{name: value for name, value in given.items() if value is not None})
    for source in (*options.paintings, *(options.photos or ())):
        load_image(source)
    if options.start:
        load_network(options.start)
