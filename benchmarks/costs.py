"""What a run costs, beside what was said of it before and while it ran: seconds, time left, memory. No network.

    python benchmarks/costs.py [--sizes 256 512 1024] [--precisions bfloat16 float32] [--steps N]
                               [--neighbor-weight 0]

Every run has a process of its own, whose peak of resident memory is the run's. `time left` is the
error of what each step said, from the fifth step on and while two seconds or more were left. The peak
needs about ten steps at the last scale to be reached.
"""

import argparse
import json
import statistics
import subprocess
import sys

import psutil

from nst_helpers import machine

PAIR = ("neuschwanstein", "starry_night")
FIRST_STEPS = 5  # which are given to the estimate of the time left


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=[256, 512, 1024], help="longest sides, px"
    )
    parser.add_argument(
        "--precisions",
        nargs="+",
        choices=["bfloat16", "float32"],
        help="default: those that are fast here",
    )
    parser.add_argument(
        "--steps", type=int, help="over all scales; default: as many as a good picture needs"
    )
    parser.add_argument(
        "--neighbor-weight",
        type=float,
        default=0.0,
        help="default: 0, as in the table of README.md; the kit's is 20",
    )
    parser.add_argument(
        "--run", action="store_true", help=argparse.SUPPRESS
    )  # one size, in this process
    options = parser.parse_args()
    precisions = options.precisions or list(dict.fromkeys([machine.best_precision(), "float32"]))
    if options.run:
        done = run(options.sizes[0], precisions[0], options.steps, options.neighbor_weight)
        print(json.dumps(done))
        return
    print(
        "| precision | size | plan, s | took, s | time left, median error | worst | plan, GB | peak, GB |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for precision in precisions:
        for size in options.sizes:
            command = [
                sys.executable,
                __file__,
                "--run",
                "--sizes",
                str(size),
                "--precisions",
                precision,
                "--neighbor-weight",
                str(options.neighbor_weight),
            ]
            command += ["--steps", str(options.steps)] if options.steps else []
            done = json.loads(
                subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1]
            )
            print(
                f"| {precision} | {size} | {done['planned']:.1f} | {done['took']:.1f} ({done['took'] / done['planned'] - 1:+.0%}) "
                f"| {done['median']:+.0%} | {done['worst']:+.0%} | {done['gigabytes']:.2f} "
                f"| {done['peak']:.2f} ({done['peak'] / done['gigabytes'] - 1:+.0%}) |",
                flush=True,
            )


def run(size, precision, steps, neighbor_weight=0.0):
    """Paint once; what was said and what it was."""
    machine.import_tensorflow()
    from recipes import load  # imports TensorFlow

    from nst_helpers import paint, plan
    from nst_helpers.engine import bundled_vgg19, check_settings, settle, timed

    vgg, (photo, painting) = bundled_vgg19(), (load(name, size) for name in PAIR)
    height, width = photo.shape[1:3]
    asked = {"size": size, "steps": steps, "precision": precision}
    asked |= {"neighbor_weight": neighbor_weight}
    cost = plan(**asked, aspect=max(height, width) / min(height, width), vgg=vgg)
    settings = settle(check_settings(asked), photo, painting)
    painted = timed(paint(vgg, photo, painting, settings), settings)
    said = [(step.seconds, step.seconds_left) for step in painted]
    errors = errors_of_time_left(said)
    return {
        "planned": cost["seconds"],
        "took": said[-1][0],
        "median": statistics.median(errors) if errors else 0.0,
        "worst": max(errors, key=abs, default=0.0),
        "gigabytes": cost["gigabytes"],
        "peak": peak_bytes() / 1e9,
    }


def peak_bytes():
    """The peak of this process's resident memory."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    import resource  # which Windows lacks

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak  # macOS counts in bytes, Linux in KiB


def errors_of_time_left(said):
    """Relative errors of what the steps said; said: `(seconds so far, seconds left as said)` for each step."""
    took = said[-1][0]
    return [
        left / (took - seconds) - 1
        for seconds, left in said[FIRST_STEPS - 1 :]
        if took - seconds >= 2
    ]


if __name__ == "__main__":
    main()
