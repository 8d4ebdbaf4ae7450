"""How fast the widgets answer, in JupyterLab in a real browser. No network. Needs what the browser's tests need.

    python benchmarks/widgets_latency.py [--control]

- frames a second: pictures that the browser has loaded in ten seconds of painting at 192 px.
- the same with one painting, two that blend, and two regions, by turns: medians, and their ratios to
  one painting's; with --control this is all that is measured.
- slider to frame: from the key press in the page to the moment when the browser has loaded the
  first frame whose step was begun with the new weight. The kernel notes the digest of that
  frame, the page the digest and time of each frame that it gets; both read the machine's clock.
- another cell: from sending `1 + 1` to the end of its answer, at rest and while it paints.
- explorer: in the kernel, from setting a slider's index to the new picture in the image widget,
  at every position of every slider of every explorer.
- threads: Python's threads in the kernel, before and after ten easels were opened and closed.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from lab import ask, browser, cell, opened, run_all, serve, wait, what_is_missing  # noqa: E402

SIDE, SECONDS, MOVES, ANSWERS, EASELS = 192, 10, 20, 10, 10
TURNS, SECONDS_A_TURN = 5, 6
CONTROLS = {  # the second painting, and how many regions
    "one painting": (None, 0),
    "two paintings that blend": ("cafe_terrace", 0),
    "two regions": ("cafe_terrace", 2),
}
CELL = f"""\
from nst_helpers import easel
from nst_helpers.widgets import painter
painter.STEPS_BEFORE_A_PAUSE = 10**6  # it is measured for longer
live = easel(size={SIDE})
live"""
NOTE_FRAMES = """
import hashlib
digests, show_picture = {}, live.show_picture  # of each step's frame
def noted(jpeg, in_passing=False):
    show_picture(jpeg, in_passing)
    digests[live.painter.live.steps_done] = hashlib.sha256(jpeg).hexdigest()
live.show_picture = noted
"""
FRAMES_AND_MOVES = """
import json
# The first step that each move acts on.
knowing = [change["step"] + 1 for change in live.painter.live.changes]
print(json.dumps([digests, knowing]))
"""
NOTE_ARRIVALS = """image => {
    const now = () => performance.timeOrigin + performance.now();
    window.frames = [], window.presses = [];
    document.addEventListener('keydown', () => presses.push(now()), true);
    new MutationObserver(async () => {
        const blob = fetch(image.src).then(answer => answer.arrayBuffer());
        await image.decode().catch(() => null);  // the next frame may be there first
        const at = now();
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob));
        frames.push([at, Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')]);
    }).observe(image, {attributeFilter: ['src']});
}"""
ANSWER = """async () => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const start = performance.now();
    await kernel.requestExecute({code: '1 + 1', store_history: false}).done;
    return performance.now() - start;
}"""
EXPLORERS = """
import json, time
import ipywidgets
from nst_helpers import explorer
def parts(widget):
    return [widget] + [part for child in getattr(widget, "children", ()) for part in parts(child)]
times = []
for name in ("content_depth", "texture", "weights", "smoothing", "start", "optimizer"):
    shown = parts(explorer(name))
    image = next(part for part in shown if isinstance(part, ipywidgets.Image))
    for slider in (part for part in shown if isinstance(part, ipywidgets.SelectionSlider)):
        for index in [*range(len(slider.options)), *range(len(slider.options))[::-1]]:
            changed = []
            image.observe(lambda _: changed.append(time.perf_counter()), "value")
            start = time.perf_counter()
            slider.index = index
            times += [1000 * (at - start) for at in changed[:1]]
            image.unobserve_all("value")
print(json.dumps(times))
"""
THREADS = f"""
import json, threading
live.close()
before = threading.active_count()
for _ in range({EASELS}):
    opened = easel(size=64)
    opened.buttons["start"].click()
    opened.close()
print(json.dumps([before, threading.active_count()]))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--control", action="store_true", help="only with several paintings and regions"
    )
    rows = of_controls if parser.parse_args().control else measures
    missing = what_is_missing()
    if missing:
        sys.exit(missing)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "notebooks")
        folder.mkdir()
        kernel = {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        }
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(CELL)], metadata=kernel
        )
        nbformat.write(notebook, folder / "easel.ipynb")
        with serve(folder, Path(scratch, "server")) as lab, browser() as chromium:
            with opened(lab, chromium, "easel.ipynb") as page:
                run_all(page)
                print("| what | figure |\n|---|---|")
                for what, figure in rows(page):
                    print(f"| {what} | {figure} |", flush=True)


def measures(page):
    """Yield one row of the table after another."""
    yield "another cell's answer, at rest", percentiles(answers(page))
    live = cell(page, "easel(")
    yield from painting(page, live)
    yield from of_controls(page)
    yield (
        "explorer, from slider to picture, in the kernel",
        percentiles(json.loads(ask(page, EXPLORERS))),
    )
    before, after = json.loads(ask(page, THREADS))
    yield f"threads before and after {EASELS} easels", f"{before}, {after}"


def painting(page, live):
    """The rows of an easel that paints."""
    ask(page, NOTE_FRAMES)
    live.locator("img.widget-image").evaluate(NOTE_ARRIVALS)
    live.get_by_role("button", name="Start", exact=True).click()
    wait(page, lambda: page.evaluate("() => frames.length") > 5)

    before = painted(page)
    page.wait_for_timeout(1000 * SECONDS)
    loaded, steps = (after - first for first, after in zip(before, painted(page)))
    yield (
        f"frames a second at {SIDE} px",
        f"{loaded / SECONDS:.1f} in the browser, {steps / SECONDS:.1f} painted",
    )

    handle = live.locator(".widget-slider").filter(has_text="style weight").locator(".noUi-handle")
    for move in range(MOVES):
        handle.press("ArrowLeft" if move % 2 else "ArrowRight")
        page.wait_for_timeout(700 + 37 * move)  # not in step with the frames
    yield "another cell's answer, while it paints", percentiles(answers(page))
    live.get_by_role("button", name="Pause", exact=True).click()
    wait(page, lambda: "Paused" in live.inner_text())
    digests, knowing = json.loads(ask(page, FRAMES_AND_MOVES))
    presses, arrivals = page.evaluate("() => [presses, frames.map(([at, digest]) => [digest, at])]")
    arrivals = dict(arrivals[::-1])  # a digest's first arrival
    yield "slider to frame", percentiles(waits(digests, knowing, presses, arrivals))


def of_controls(page):
    """The rows of an easel that paints with one painting, two, and two regions, by turns."""
    if page.evaluate("() => !window.presses"):
        cell(page, "easel(").locator("img.widget-image").evaluate(NOTE_ARRIVALS)
    loads = [os.getloadavg()[0]]
    rates = {words: [] for words in CONTROLS}
    for _ in range(TURNS):
        for words, (second, count) in CONTROLS.items():
            begin(page, second, count)
            before = painted(page)
            page.wait_for_timeout(1000 * SECONDS_A_TURN)
            rates[words].append(
                [(after - first) / SECONDS_A_TURN for first, after in zip(before, painted(page))]
            )
            loads.append(os.getloadavg()[0])
    ask(page, 'live.painter.post("pause")')
    middle = {words: [*map(statistics.median, zip(*pairs))] for words, pairs in rates.items()}
    loaded_of_one, steps_of_one = middle["one painting"]
    for words, (loaded, steps) in middle.items():
        yield (
            f"frames a second, {words}",
            f"{loaded:.1f} in the browser ({loaded / loaded_of_one:.2f} of one painting's), "
            f"{steps:.1f} painted ({steps / steps_of_one:.2f})",
        )
    yield "load of the machine meanwhile", f"{min(loads):.1f} to {max(loads):.1f}"


def begin(page, second, count):
    """Let the easel paint with this second painting and so many regions, until it runs evenly."""
    ask(page, f'live.painter.post("choose", "second", {second!r})')
    ask(page, f'live.painter.post("set", "regions", {count})')
    ready = f"""\
painter, subject = live.painter, live.painter.subject
print(
    not painter.waiting and len(subject.masks) == {count}
    and subject.chosen["second"] == {second!r} and painter.live.steps_done > 10
)"""
    wait(page, lambda: ask(page, ready) == "True\n")


def painted(page):
    """How many frames the browser has loaded, and how many steps the kernel has done."""
    loaded = page.evaluate("() => frames.length")
    return loaded, int(ask(page, "print(live.painter.live.steps_done)"))


def waits(digests, knowing, presses, arrivals):
    """From each press to the first frame that knows it, or one after it where the browser skipped that, ms."""
    assert len(presses) == len(knowing) == MOVES, (len(presses), len(knowing))
    last = max(map(int, digests))
    seen = [
        [arrivals.get(digests[str(step)]) for step in range(first, last + 1)] for first in knowing
    ]
    return [next(filter(None, times)) - press for press, times in zip(presses, seen)]


def answers(page):
    return [page.evaluate(ANSWER) for _ in range(ANSWERS)]


def percentiles(milliseconds):
    middle, high = np.percentile(milliseconds, [50, 95])
    return f"median {middle:.3g} ms, 95th percentile {high:.3g} ms, of {len(milliseconds)}"


if __name__ == "__main__":
    main()
