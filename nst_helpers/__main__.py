"""The command line: `python -m nst_helpers {stylize,doctor,frames}`.

Only the standard library is imported at the top, so that `doctor` can say what is missing.
"""

import argparse
import platform
import shutil
import sys
import time

SUPPORTED_PYTHON = ((3, 11), (3, 13))
SUPPORTED_SYSTEMS = {  # what TensorFlow publishes wheels for
    "Linux": ("x86_64", "aarch64"),
    "Darwin": ("arm64",),
    "Windows": ("AMD64",),
}


def main(arguments=None):
    """Run one command; returns the exit code."""
    options = build_parser().parse_args(arguments)
    return options.run(options)


def build_parser():
    """The parser. `stylize` has the keywords of `nst_helpers.optimize.stylize`; unset ones keep its defaults."""
    parser = argparse.ArgumentParser(prog="python -m nst_helpers", description="Neural style transfer on VGG19.")
    commands = parser.add_subparsers(required=True, metavar="{stylize,doctor,frames}")

    stylize = commands.add_parser("stylize", help="paint a photo like a painting", argument_default=argparse.SUPPRESS)
    stylize.set_defaults(run=run_stylize)
    stylize.add_argument("photo", metavar="PHOTO", help="a file, or a sample such as neuschwanstein")
    stylize.add_argument("painting", metavar="PAINTING", help="a file, or a sample such as starry_night")
    stylize.add_argument("-o", "--output", required=True, metavar="OUT.png", help="where to save the picture")
    stylize.add_argument("--size", type=int, help="longest side in pixels (512)")
    stylize.add_argument("--steps", type=int, help="steps over all scales")
    stylize.add_argument("--content-weight", type=float)
    stylize.add_argument("--style-weight", type=float)
    stylize.add_argument("--tv-weight", type=float)
    stylize.add_argument("--init", choices=("content", "style", "noise"), help="where to start (content)")
    stylize.add_argument("--seed", type=int, help="of the noise (0)")
    stylize.add_argument("--content-layer", metavar="LAYER", help="such as block4_conv2")
    stylize.add_argument("--optimizer", choices=("lbfgs", "adam"), help="(lbfgs)")
    stylize.add_argument("--learning-rate", type=float, help="of adam (0.03)")
    stylize.add_argument("--scales", type=int, nargs="+", metavar="SIDE", help="longest sides from coarse to fine")
    stylize.add_argument("--precision", choices=("auto", "float32", "bfloat16"), help="(auto)")
    stylize.add_argument("--card-beside", action="store_true", help="write the run card as OUT.png.json too")
    stylize.add_argument("--like", metavar="CARD", help="a picture or .json that holds the settings to use")
    stylize.add_argument("--style-layers", nargs="+", metavar="LAYER", help="such as block1_conv1 block2_conv1")

    doctor = commands.add_parser("doctor", help="check this installation")
    doctor.set_defaults(run=run_doctor)

    frames = commands.add_parser("frames", help="for maintainers: paint the explorers' frames again")
    frames.set_defaults(run=run_frames)
    frames.add_argument("names", nargs="*", metavar="NAME", help="of an explorer; without one, all")
    return parser


def run_stylize(options):
    """Paint and save; returns 0, or 1 after a sentence on what was wrong."""
    try:
        return _stylize(options)
    except KeyboardInterrupt:
        print("Interrupted before the first step; nothing was saved.", file=sys.stderr)
        return 130


def _stylize(options):
    from .machine import import_tensorflow

    import_tensorflow()  # first of all, so that its start-up lines stay out of the shell
    from . import card
    from .images import PictureError, check_output_path
    from .optimize import DEFAULTS, RunStopped, SettingsError, stylize
    from .vgg import LayerError, WeightsError

    given = vars(options)
    settings = {name: value for name, value in given.items() if name in DEFAULTS}
    try:
        check_output_path(options.output, "card_beside" in given)  # before the run, not after it
        model = card.read(options.like) if "like" in given else None  # now, since it may be what is written over
        if model:
            settings = card.settings_from(options.like, DEFAULTS) | settings
        result = stylize(options.photo, options.painting, **settings)
    except (PictureError, WeightsError, LayerError, SettingsError, RunStopped, card.CardError) as error:
        print(error, file=sys.stderr)
        return 1
    code = _save(result, options.output, "card_beside" in given)
    if model:
        _say_what_differs(model, result.card)
    return code


def _save(result, path, card_beside):
    """Save the picture where it was asked for or, if that has become impossible, where there is a place for it."""
    from .images import PictureError, rescue_image, save_image
    from .machine import interrupts_ignored

    with interrupts_ignored():
        try:
            saved, code = save_image(result.picture, path, result.card, card_beside), 0
        except PictureError as error:
            print(error, file=sys.stderr)
            try:
                saved, code = rescue_image(result.picture, path, result.card), 1
            except PictureError as still:
                print(still, file=sys.stderr)
                return 1
    height, width = result.picture.shape[1:3]
    print(f"{saved}: {width} × {height} px in {result.seconds:.0f} s")
    return code


def _say_what_differs(model, made):
    """Why the picture with the card `made` cannot be quite like the one with the card `model`."""
    if "painted_live" in model:
        print(
            "The picture taken as a model was painted on the easel: this one has the last of its settings from the first "
            "step on, and its own scales and number of steps."
        )
    asked, done = sum((model.get("painted") or {}).get("steps", [])), model.get("steps_done", 0)
    if done < asked and made["steps_done"] == sum(made["painted"]["steps"]):
        print(f"The picture taken as a model was stopped after {done} of {asked} steps; this one was not.")
    if model.get("weights_sha256", made["weights_sha256"]) != made["weights_sha256"]:
        print("The picture taken as a model was painted with other weights of VGG19; this one with the bundled ones.")
    if all(model.get(name) == made[name] for name in ("content_sha256", "style_sha256")):
        before, now = (
            {"precision": (card.get("painted") or {}).get("precision"), "machine": card.get("machine")}
            | {"versions": card.get("versions")}
            for card in (model, made)
        )
        other = [name for name in now if before[name] not in (None, now[name])]
        if other and model["settings"] == made["settings"]:
            print(
                f"Inputs and settings are the model's, but not {' and '.join(other)}: small differences are to be expected."
            )


def run_frames(options):
    """Paint the frames of the explorers named, or of all, into the package's data; returns 0, or 1 after a sentence."""
    from .machine import import_tensorflow

    import_tensorflow()
    from . import frames

    unknown = set(options.names) - set(frames.RECIPES)
    if unknown:
        print(f"There is no explorer {unknown.pop()!r}: choose from {', '.join(frames.RECIPES)}.", file=sys.stderr)
        return 1
    for name in options.names or frames.RECIPES:
        start = time.perf_counter()
        try:
            number, size = frames.make(name)
        except frames.FramesError as error:
            print(f"{name}: {error} Its old frames were kept.", file=sys.stderr)
            return 130
        print(f"{name}: {number} frames, {size / 1e6:.2f} MB, {time.perf_counter() - start:.0f} s", flush=True)
    return 0


def run_doctor(options):
    """One PASS or FAIL line for each check, and what to do about each FAIL. Returns 0 if all pass."""
    passed = True
    for check in (
        check_python,
        check_system,
        check_packages,
        check_tensorflow,
        check_weights,
        check_samples,
        check_step,
    ):
        try:
            said = check()
        except Exception as error:  # a diagnosis goes on to its next line whatever breaks
            passed = False
            print(f"FAIL {check.__doc__} {error}")
        else:
            print(f"PASS {check.__doc__} {said}")
    return 0 if passed else 1


def check_python():
    """Python:"""
    version = platform.python_version()
    low, high = (".".join(map(str, bound)) for bound in SUPPORTED_PYTHON)
    if not SUPPORTED_PYTHON[0] <= sys.version_info[:2] <= SUPPORTED_PYTHON[1]:
        raise RuntimeError(
            f"{version}; the kit runs on {low} to {high}. Install Python {high} and make a new environment with it."
        )
    return version


def check_system():
    """System:"""
    system, machine = platform.system(), platform.machine()
    if machine not in SUPPORTED_SYSTEMS.get(system, ()):
        raise RuntimeError(
            f"{system} on {machine}; TensorFlow comes for Linux (x86_64, aarch64), macOS (Apple silicon) and "
            "Windows (64-bit x86). Elsewhere, use the lessons in Colab."
        )
    return f"{system} on {machine}"


def check_packages():
    """Packages:"""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        requirements = [Requirement(line) for line in requires("nst_helpers")]
    except PackageNotFoundError:
        raise RuntimeError("nst_helpers is not installed. Run: pip install -e . in the kit's folder.") from None
    found, wrong = [], []
    for requirement in requirements:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        found.append(f"{requirement.name} {installed}")
        if not requirement.specifier.contains(installed, prereleases=True):
            wrong.append(f"{requirement.name} is {installed}, needed is {requirement.specifier}")
    if wrong:
        raise RuntimeError("; ".join(wrong) + ". Run the README's first command again in a new environment.")
    return ", ".join(found)


def check_tensorflow():
    """TensorFlow:"""
    from .machine import best_precision, has_gpu

    if has_gpu():
        return "sees a GPU and will use it"
    where = f"sees no GPU and will use the processor, in {best_precision()}"
    if shutil.which("nvidia-smi"):
        cure = (
            "run pip install -e '.[gpu]'"
            if platform.system() == "Linux"
            else "TensorFlow uses it on Linux (or WSL2) only"
        )
        where += f"; there is an NVIDIA GPU, unused: {cure}"
    return where


def check_weights():
    """Weights:"""
    from .vgg import load_vgg19

    start = time.perf_counter()
    load_vgg19()
    return f"VGG19 loaded in {time.perf_counter() - start:.1f} s"


def check_samples():
    """Sample pictures:"""
    from .images import SAMPLES, load_image

    for name in SAMPLES:
        load_image(name, max_side=64)
    return f"{len(SAMPLES)} read"


def check_step():
    """Painting:"""
    from .optimize import stylize

    result = stylize("astronaut", "mosaic", size=128, steps=4, progress=False)
    if result.message:
        raise RuntimeError(result.message + " Reinstall TensorFlow.")
    first, last = result.history[1]["seconds"], result.history[-1]["seconds"]
    return f"{(last - first) / 2:.2f} s a step at 128 px"


if __name__ == "__main__":
    sys.exit(main())
