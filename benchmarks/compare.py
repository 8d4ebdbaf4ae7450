"""The kit against three well-known recipes, side by side. No network.

The kit paints by Gatys' method alone, as the others do; of the main pair it also paints a picture
by its defaults, with the neighbor loss ("kit by default").

    python benchmarks/compare.py [--quick] [--again STEPS] [--pairs N] [--recipes NAME ...] [--out FOLDER]

The recipes take turns, a few steps each, so that a busy minute of the machine hits all alike.
Results are written after every recipe that ends; a benchmark that was broken off starts again with
those that are missing. `--quick` takes about two minutes: one pair, 256 px, few steps. `--again`
paints the kit's pictures anew, after a change of the kit or on another machine; of the others only
some steps are timed again, and their seconds extrapolated, since their pictures stay what they are.
"""

import argparse
import datetime
import functools
import json
import math
import statistics
import sys
import time
from pathlib import Path

from nst_helpers import machine

machine.import_tensorflow()

import matplotlib.pyplot as plt  # noqa: E402
from held_out import error_function  # noqa: E402
from recipes import RECIPES, kit_on_tutorial_loss, load, tutorial_loss  # noqa: E402

from nst_helpers import load_vgg19, save_image  # noqa: E402

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent / "README.md"  # shows RESULTS, between two marks
PAIRS = [
    ("neuschwanstein", "starry_night"),
    ("red_panda", "night_cafe"),
    ("roebling_bridge", "cafe_terrace"),
    ("red_panda", "starry_night"),
    ("neuschwanstein", "citrus_slices"),
]
STEPS = {
    "TensorFlow tutorial": 1000,
    "Gatys' notebook": 500,
    "Keras example": 300,
}  # the kit's end by themselves
EXTRAPOLATED = {"Keras example": 4000}  # the published number of steps, where fewer are timed
A_TURN = 5  # steps a recipe takes before the next one has its turn
LOOKS = {
    1,
    2,
    3,
    5,
    7,
    10,
    15,
    20,
    30,
    40,
    50,
    *range(60, 100, 2),
    100,
    150,
    200,
    250,
    *range(300, 1001, 100),
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="about two minutes: one pair, 256 px, few steps"
    )
    parser.add_argument(
        "--again", type=int, metavar="STEPS", help="the kit anew, and so many steps of the others"
    )
    parser.add_argument("--pairs", type=int, default=len(PAIRS), help="how many of the pairs")
    parser.add_argument(
        "--recipes", nargs="+", choices=list(RECIPES), help="only these; the rest another time"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    options = parser.parse_args()
    if options.quick:
        options.pairs, options.out = 1, options.out / "quick"
    options.out.mkdir(parents=True, exist_ok=True)
    side = 256 if options.quick else 512
    vgg = load_vgg19()
    for number in range(options.pairs):
        names = list(RECIPES) if number == 0 else ["kit", "TensorFlow tutorial"]
        names = [name for name in names if name in (options.recipes or names)]
        compare_pair(vgg, number, names, side, options)
    text = table(options.out)
    (options.out / "table.md").write_text(text)
    plot(options.out)
    sheets(options.out)
    lead(options.out)
    if options.out == RESULTS:
        PAGE.write_text(with_table(PAGE.read_text(), text))
    print(text)


def compare_pair(vgg, number, names, side, options):
    """Run the missing recipes of one pair by turns, and write one JSON and one PNG file each."""
    photo_name, painting_name = PAIRS[number]
    pair = f"{photo_name}_{painting_name}"
    missing = [
        name for name in names if options.again or not result_file(options.out, pair, name).exists()
    ]
    photo, painting = load(photo_name, side), load(painting_name, side)
    errors = error_function(photo, painting, side, vgg)
    runs = {  # each with a network of its own, so that none finds a graph that another has traced
        name: Run(RECIPES[name](load_vgg19(), photo, painting), limit(name, options), errors)
        for name in missing
    }
    while runs:
        for name, run in list(runs.items()):
            run.turn()
            if run.ended:
                path = result_file(options.out, pair, name)
                if options.again and name in STEPS:
                    path.write_text(json.dumps(timed_again(path, run), indent=1))
                    del runs[name]
                    continue
                save_image(run.picture, path.with_suffix(".png"))
                today = datetime.date.today().isoformat()
                record = {"pair": pair, "recipe": name, "date": today, **run.record()}
                if name == "TensorFlow tutorial":
                    record["own_loss"] = own_loss(vgg, photo, painting, run.picture)
                path.write_text(json.dumps(record, indent=1))
                print(f"{pair}, {name}: {run.done} steps, {run.seconds:.0f} s", flush=True)
                del runs[name]
    path = options.out / f"{pair}__tutorial_objective.json"
    if (
        number == 0
        and result_file(options.out, pair, "TensorFlow tutorial").exists()
        and not path.exists()
        and not options.again
    ):
        path.write_text(json.dumps(race(vgg, photo, painting, pair, options), indent=1))


def result_file(folder, pair, name):
    return (
        folder / f"{pair}__{''.join(letter if letter.isalnum() else '_' for letter in name)}.json"
    )


def limit(name, options):
    if options.again and name in STEPS:
        return options.again
    return min(20, STEPS.get(name, 20)) if options.quick else STEPS.get(name)


def timed_again(path, run):
    """The record of a recipe's whole run, with the seconds that its steps take now."""
    record = json.loads(path.read_text())
    a_step, before = statistics.median(run.steps[1:]), record["seconds"]  # the first one traces
    seconds = a_step * record["steps"]
    for look in record["looks"]:
        look["seconds"] *= seconds / before
    record |= {"seconds_a_step": a_step, "seconds": seconds, "timed_steps": run.done}
    return record | {"date": datetime.date.today().isoformat()}


class Run:
    """One recipe's generator and its clock, which stands still while others have their turn."""

    def __init__(self, generator, limit, errors):
        self.generator, self.limit, self.errors = generator, limit, errors
        self.seconds, self.done, self.ended, self.picture = 0.0, 0, False, None
        self.steps, self.looks = [], []

    def turn(self):
        for _ in range(A_TURN):
            start = time.perf_counter()
            picture = next(self.generator, None)
            took = time.perf_counter() - start
            if picture is None or self.done == self.limit:
                self.ended = True
                self.look()
                return
            if len(self.steps) > 5 and took > max(15, 10 * max(self.steps[-5:])):
                took = statistics.median(
                    self.steps[-5:]
                )  # the machine was asleep or stopped; tracing takes a few seconds
            self.picture, self.done, self.seconds = picture, self.done + 1, self.seconds + took
            self.steps.append(took)
            if self.done in LOOKS:
                self.look()

    def look(self):
        if not self.looks or self.looks[-1]["step"] != self.done:
            style, content = self.errors(self.picture)
            self.looks.append(
                {"step": self.done, "seconds": self.seconds, "style": style, "content": content}
            )

    def record(self):
        last = statistics.mean(self.steps[-5:])  # the kit's are dear at its last scale only
        return {
            "steps": self.done,
            "seconds": self.seconds,
            "seconds_a_step": last,
            "looks": self.looks,
        }


def own_loss(vgg, photo, painting, picture):
    """The tutorial's loss of a picture, in float32."""
    return float(loss_of_pair(vgg, photo.ref(), painting.ref())(picture)[0])


@functools.lru_cache(maxsize=1)
def loss_of_pair(vgg, photo, painting):
    return tutorial_loss(vgg, photo.deref(), painting.deref())


def race(vgg, photo, painting, pair, options):
    """Seconds for the kit's way to the tutorial's final loss, on the tutorial's own objective.

    Run after the others; so the tutorial's step is timed again in between, and its whole time scaled by that.
    """
    folder = options.out
    done = json.loads(result_file(folder, pair, "TensorFlow tutorial").read_text())
    goal = done["own_loss"]
    seconds, curve, tutorial_steps = 0.0, [], []
    tutorial = RECIPES["TensorFlow tutorial"](vgg, photo, painting)
    next(tutorial)  # which traces it
    generator = kit_on_tutorial_loss(vgg, photo, painting, 10 if options.quick else 60)
    for number in range(1, 30 if options.quick else 600):
        start = time.perf_counter()
        picture = next(generator)
        seconds += time.perf_counter() - start
        if picture.shape == photo.shape and number % 5 == 0:
            value = own_loss(vgg, photo, painting, picture)
            curve.append({"step": number, "seconds": seconds, "loss": value})
            start = time.perf_counter()
            next(tutorial)
            tutorial_steps.append(time.perf_counter() - start)
            if value <= goal:
                break
    reached = bool(curve) and curve[-1]["loss"] <= goal
    tutorial_seconds = statistics.median(tutorial_steps) * done["steps"]
    return {
        "date": datetime.date.today().isoformat(),
        "precision": machine.best_precision(),
        "goal": goal,
        "tutorial_seconds": tutorial_seconds,
        "seconds": seconds,
        "reached": reached,
        "curve": curve,
    }


def results(folder):
    """All results of recipes, the main pair's first."""
    found = [
        json.loads(path.read_text())
        for path in folder.glob("*__*.json")
        if "objective" not in path.name
    ]
    order = {f"{photo}_{painting}": number for number, (photo, painting) in enumerate(PAIRS)}
    return sorted(
        found, key=lambda result: (order[result["pair"]], list(RECIPES).index(result["recipe"]))
    )


def table(folder):
    """Markdown: one line a recipe and pair."""
    lines = [
        "| pair | recipe | steps | s a step | seconds | style error | content error |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results(folder):
        last, steps, seconds = result["looks"][-1], result["steps"], f"{result['seconds']:.0f}"
        if "timed_steps" in result:
            seconds += f" (extrapolated from {result['timed_steps']} steps)"
        if result["recipe"] in EXTRAPOLATED:
            whole = EXTRAPOLATED[result["recipe"]]
            seconds += f" (extrapolated to {whole} steps: {result['seconds_a_step'] * whole:.0f})"
            steps = f"{steps} of {whole}; errors after {steps}"
        lines.append(
            f"| {result['pair']} | {result['recipe']} | {steps} | {result['seconds_a_step']:.2f} | {seconds} "
            f"| {last['style']:.3f} | {last['content']:.3f} |"
        )
    lines += nearer_on_both(folder)
    for path in sorted(folder.glob("*__tutorial_objective.json")):
        found = json.loads(path.read_text())
        lines += ["", race_sentence(found)]
    return "\n".join(lines) + "\n"


def race_sentence(found):
    """What `race` found, in words."""
    end = f"{found['seconds']:.0f} s"
    if found["reached"]:
        end += f": {found['tutorial_seconds'] / found['seconds']:.1f} times as fast"
    else:
        end = f"has not reached it in {end}"
    return (
        f"On the tutorial's own objective, its last loss, {found['goal']:.3g}, takes it about {found['tutorial_seconds']:.0f} s "
        f"(its step timed again beside this); L-BFGS, at half the size and then at the whole, in {found['precision']}, {end}."
    )


def with_table(page, text):
    """A page's text with this table in place of the one between its marks."""
    before, rest = page.split("<!-- benchmark -->\n")
    return f"{before}<!-- benchmark -->\n{text}<!-- end -->{rest.split('<!-- end -->', 1)[1]}"


def nearer_on_both(folder):
    """Sentences: when the kit's picture is nearer to both inputs than the tutorial's last one, pair by pair."""
    runs = {(result["pair"], result["recipe"]): result for result in results(folder)}
    lines, ratios, others = [], [], 0  # of the pairs beside the main one
    for (pair, recipe), kit in runs.items():
        tutorial = runs.get((pair, "TensorFlow tutorial"))
        if not recipe.startswith("kit") or tutorial is None:
            continue
        others += pair != "_".join(PAIRS[0])
        goal = tutorial["looks"][-1]
        nearer = [
            look
            for look in kit["looks"]
            if all(look[term] < goal[term] for term in ("style", "content"))
        ]
        if nearer:
            first = nearer[0]
            ratio = tutorial["seconds"] / first["seconds"]
            if pair != "_".join(PAIRS[0]):
                ratios.append(ratio)
            lines.append(
                f"{pair}: at step {first['step']}, after {first['seconds']:.1f} s, the picture of the {recipe} is for the "
                f"first time nearer both to the photo and to the painting than the tutorial's after {tutorial['steps']} "
                f"steps: {ratio:.0f} times as fast. A step takes {kit['seconds_a_step'] / tutorial['seconds_a_step']:.2f} "
                "of the tutorial's time."
            )
        else:
            lines.append(
                f"{pair}: the picture of the {recipe} is never nearer to both than the tutorial's after {tutorial['steps']} "
                "steps."
            )
    if ratios and others > 1:
        lines.append(
            f"Of the {others} other pairs it is nearer to both in {len(ratios)}: "
            f"{statistics.median(ratios):.0f} times as fast in the median of these."
        )
    return [line for sentence in lines for line in ("", sentence)]


def plot(folder):
    """Errors against seconds for the main pair."""
    pair = "_".join(PAIRS[0])
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    palette = ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7"]
    for color, result in zip(
        palette, (result for result in results(folder) if result["pair"] == pair)
    ):
        seconds = [look["seconds"] for look in result["looks"]]
        for axis, term in zip(axes, ("style", "content")):
            axis.plot(
                seconds,
                [look[term] for look in result["looks"]],
                "o-",
                markersize=3,
                color=color,
                label=result["recipe"],
            )
    for axis, term in zip(axes, ("style", "content")):
        axis.set(xscale="log", xlabel="seconds", ylabel=f"{term} error", ylim=(0, None))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(fontsize=8)
    figure.savefig(folder / "errors.png", dpi=110)
    plt.close(figure)


def sheets(folder):
    """The last pictures side by side: the main pair's, and the other pairs'."""
    main = "_".join(PAIRS[0])
    shown = [result for result in results(folder) if result["recipe"] != "kit, float32"]
    sheet(folder, "pictures.jpg", [result for result in shown if result["pair"] == main])
    sheet(folder, "others.jpg", [result for result in shown if result["pair"] != main])


def sheet(folder, name, found):
    """The pictures of these results, two in a row; nothing if one of them is not there any more."""
    files = [
        result_file(folder, result["pair"], result["recipe"]).with_suffix(".png")
        for result in found
    ]
    if not files or not all(file.exists() for file in files):
        return
    rows = math.ceil(len(found) / 2)
    figure, axes = plt.subplots(
        rows, 2, figsize=(10, 3.6 * rows), layout="constrained", squeeze=False
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, result, file in zip(axes.flat, found, files):
        axis.imshow(plt.imread(file))
        steps = result["steps"]
        if result["recipe"] in EXTRAPOLATED:
            steps = f"{steps} of {EXTRAPOLATED[result['recipe']]}"
        axis.set_title(f"{result['recipe']}: {steps} steps, {result['seconds']:.0f} s", fontsize=10)
    figure.savefig(folder / name, dpi=110, pil_kwargs={"quality": 88})
    plt.close(figure)


def lead(folder):
    """The gallery's first picture: photo and painting, and beside them what the kit makes of them."""
    # Of nst stylize ... --size 1024 --neighbor-weight 0; it is large, and so not kept.
    path = folder / "lead.png"
    if not path.exists():
        return
    figure, axes = plt.subplot_mosaic(
        [["photo", "picture"], ["painting", "picture"]],
        width_ratios=[1, 2.1],
        figsize=(10, 4.6),
        layout="constrained",
    )
    shown = {
        "photo": load(PAIRS[0][0], 1024)[0],
        "painting": load(PAIRS[0][1], 1024)[0],
        "picture": plt.imread(path),
    }
    for name, picture in shown.items():
        axes[name].imshow(picture)
        axes[name].axis("off")
    figure.savefig(folder / "lead.jpg", dpi=160, pil_kwargs={"quality": 85})
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
