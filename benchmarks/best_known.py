"""The kit beside crowsonkb/style-transfer-pytorch's method, 384 px, main pair. No network.

    python benchmarks/best_known.py [--steps 12]

The other method's whole run takes an hour on two old cores: at each of its scales only some steps are
timed, between two runs of the kit (by Gatys' method alone), and its seconds are extrapolated from
their median.
"""

import argparse
import statistics
import time

from nst_helpers import machine

machine.import_tensorflow()

from held_out import error_function  # noqa: E402
from recipes import WASSERSTEIN_STEPS, kit, load, wasserstein  # noqa: E402

from nst_helpers import load_vgg19  # noqa: E402

SIDE = 384


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=12, help="timed at each of the other's scales")
    steps = parser.parse_args().steps
    photo, painting = load("neuschwanstein", SIDE), load("starry_night", SIDE)
    errors = error_function(photo, painting, SIDE, load_vgg19())
    runs = [seconds_of_kit(photo, painting)]
    timed = dict.fromkeys(WASSERSTEIN_STEPS, steps)
    took, start = [], time.perf_counter()
    for _ in wasserstein(load_vgg19(), photo, painting, timed):
        took.append(time.perf_counter() - start)
        start = time.perf_counter()
    runs.append(seconds_of_kit(photo, painting))
    whole = 0
    print("| method | px | s a step | steps | seconds | style error | content error |")
    print("|---|---|---|---|---|---|---|")
    for number, (side, planned) in enumerate(WASSERSTEIN_STEPS.items()):
        a_step = statistics.median(took[number * steps : (number + 1) * steps])
        whole += planned * a_step
        print(f"| crowsonkb's | {side} | {a_step:.2f} | {planned} | {planned * a_step:.0f} | | |")
    print(f"| crowsonkb's, in all (extrapolated) | | | | {whole:.0f} | | |")
    for seconds, picture in runs:
        style, content = errors(picture)
        print(f"| the kit | {SIDE} | | | {seconds:.1f} | {style:.3f} | {content:.3f} |")


def seconds_of_kit(photo, painting):
    """(seconds, picture) of Gatys' method alone, with a network of its own that has traced nothing."""
    vgg, start = load_vgg19(), time.perf_counter()
    for picture in kit(vgg, photo, painting):
        last = picture
    return time.perf_counter() - start, last


if __name__ == "__main__":
    main()
