"""The commands `nst fast` and `nst train`: a network that paints in one pass, and its training."""

import sys
import tempfile
from pathlib import Path

from ..console import say
from ..errors import PictureError, SettingsError, as_path

TRAINING = {  # the numbers of `train_fast` as options: type and meaning
    "minutes": (float, "how long to train (3)"),
    "steps": (int, "how many steps to take instead"),
    "size": (int, "longest side of the painting in pixels (512)"),
    "style_weight": (float, "how much the style loss counts (12)"),
    "seed": (int, "of the first weights and of what is seen (0)"),
}


def add_commands(commands):
    """The two commands with their options. commands: argparse's subparsers."""
    fast = commands.add_parser("fast", help="paint photos in one pass of a trained network")
    fast.set_defaults(run=run_fast)
    fast.add_argument("photos", metavar="PHOTO", nargs="+", help="a file, or a sample")
    fast.add_argument(
        "network",
        metavar="NETWORK",
        help="a painting whose network comes with the kit, such as starry_night, or a file",
    )
    fast.add_argument(
        "-o", "--output", required=True, metavar="OUT.png", help="for several photos a folder"
    )
    fast.add_argument("--painting", help="of those that the network knows (the first)")
    fast.add_argument("--size", type=int, default=512, help="longest side in pixels (%(default)s)")

    train = commands.add_parser("train", help="train such a network for a painting of yours")
    train.set_defaults(run=run_train)
    train.add_argument("paintings", metavar="PAINTING", nargs="+", help="a file, or a sample")
    train.add_argument(
        "-o", "--output", required=True, metavar="NETWORK.safetensors", help="where to save it"
    )
    train.add_argument("--start", metavar="NETWORK", help="a network to go on from")
    train.add_argument("--photos", nargs="+", metavar="PHOTO", help="to learn from (the samples)")
    for name, (kind, meaning) in TRAINING.items():
        train.add_argument(f"--{name.replace('_', '-')}", type=kind, help=meaning)


def run_fast(options):
    """Paint each photo and save it; one that cannot be painted is named, and the rest goes on."""
    from ..machine import import_tensorflow

    import_tensorflow()  # first of all, so that its start-up lines stay out of the shell
    from ..fast import load_network, paint_fast
    from ..pictures import save_image

    load_network(options.network)  # what is wrong with it is said once
    code = 0
    for photo, path in _outputs(options.photos, as_path(options.output)).items():
        try:
            result = paint_fast(photo, options.network, options.painting, size=options.size)
            saved = save_image(result.picture, path, result.card)
        except PictureError as error:
            say(error, sys.stderr)
            code = 1
        else:
            height, width = result.picture.shape[1:3]
            say(f"{saved}: {width} × {height} px in {result.seconds:.2f} s")
    return code


def _outputs(photos, output):
    """`{photo: path of its picture}`: the output, or for several photos files in that folder."""
    from ..pictures import check_no_source, check_output_path

    if len(photos) == 1 and not output.is_dir():
        paths = {photos[0]: output}
    else:
        paths = {photo: output / f"{Path(photo).stem}.png" for photo in photos}
        if len({*paths.values()}) < len(photos):
            raise PictureError("Two of the photos have the same name: rename one of them.")
        if output.exists() and not output.is_dir():
            raise PictureError(f"{output} is no folder: several photos need one to go into.")
        output.mkdir(parents=True, exist_ok=True)
    for path in paths.values():
        check_output_path(path)
        check_no_source(path, photos)
    return paths


def run_train(options):
    """Train and save."""
    from ..machine import import_tensorflow

    import_tensorflow()
    from ..fast import TRAINING_BYTES, save_network, train_fast

    path = as_path(options.output)
    if not path.parent.is_dir():
        raise PictureError(f"{path}: there is no folder {path.parent}; make it first.")
    if path.exists() and not options.start:
        raise SettingsError(
            f"{path} is there already: go on from it with --start {path}, or choose another name."
        )
    given = {name: getattr(options, name) for name in (*TRAINING, "start", "photos")}
    given = {name: value for name, value in given.items() if value is not None}
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
    say(f"{path}: {', '.join(network.paintings)}, {steps} steps in {seconds:.0f} s")
    return code
