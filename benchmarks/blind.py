"""Two settings of the kit beside each other on all sample pairs, judged without knowing which is which.

    python benchmarks/blind.py paint FOLDER      both pictures of each pair, and a sheet: photo, painting, left, right
    python benchmarks/blind.py count FOLDER      what the judges said, from FOLDER/answers/*.csv

A judge sees the sheets only, and writes a line for each: `pair,painting,scene,overall,lost`. Which
is the better painting in that manner, in which is the scene better kept, which of the two is
preferred (`left` or `right`); in which the scene is lost, or a face has lost its eyes (`left`,
`right`, `both` or `none`). Left and right are shuffled by a seed.
"""

import csv
import random
import sys
from pathlib import Path

from PIL import Image

from nst_helpers import PAINTINGS, PATTERNS, PHOTOS, load_image, load_vgg19, save_image, stylize
from nst_helpers.pictures import to_uint8

SIZE = 512
SETTINGS = {"old": {"neighbor_weight": 0.0}, "new": {"neighbor_weight": 20.0}}
SEED = 27
PAIRS = [(photo, painting) for photo in PHOTOS for painting in (*PAINTINGS, *PATTERNS)]


def order():
    """`{pair's name: (name of the left settings, of the right)}`."""
    chance = random.Random(SEED)
    return {f"{p}__{s}": tuple(chance.sample(sorted(SETTINGS), 2)) for p, s in PAIRS}


def paint(folder):
    folder.mkdir(parents=True, exist_ok=True)
    vgg, shuffled = load_vgg19(), list(PAIRS)
    random.Random(SEED).shuffle(shuffled)
    for photo, painting in shuffled:
        pair = f"{photo}__{painting}"
        paths = {name: folder / f"{pair}__{name}.png" for name in SETTINGS}
        for name, path in paths.items():
            if not path.exists():
                result = stylize(
                    photo, painting, size=SIZE, vgg=vgg, progress=False, **SETTINGS[name]
                )
                save_image(result.picture, path)
        sheet(photo, painting, *(paths[name] for name in order()[pair])).save(
            folder / f"sheet_{pair}.png"
        )
        print(pair, flush=True)


def sheet(photo, painting, left, right):
    """The two pictures at their own size, and small above them what they were painted from."""
    pictures = [load_image(source, max_side=SIZE // 2) for source in (photo, painting)]
    small = [Image.fromarray(to_uint8(picture)) for picture in pictures]
    large = [Image.open(path) for path in (left, right)]
    top, gap = max(image.height for image in small), 12
    width = max(sum(image.width for image in row) for row in (small, large)) + gap
    whole = Image.new("RGB", (width, top + gap + large[0].height), "white")
    for row, y in ((small, 0), (large, top + gap)):
        whole.paste(row[0], (0, y))
        whole.paste(row[1], (row[0].width + gap, y))
    return whole


def count(folder):
    shown, said = order(), {question: [] for question in ("painting", "scene", "overall")}
    lost = {name: [] for name in SETTINGS}
    for path in sorted((folder / "answers").glob("*.csv")):
        for row in csv.DictReader(path.open()):
            names = dict(zip(("left", "right"), shown[row["pair"]], strict=True))
            for question, answers in said.items():
                answers.append((row["pair"], names[row[question]]))
            for side, name in names.items():
                if row["lost"] in (side, "both"):
                    lost[name].append(row["pair"])
    for question, answers in said.items():
        new = sum(name == "new" for _, name in answers)
        print(f"{question}: new in {new} of {len(answers)} ({100 * new / len(answers):.0f} of 100)")
        against = sorted({p for p, name in answers if name == "old"})
        for pair in against:
            votes = sum(name == "old" for p, name in answers if p == pair)
            print(f"    old in {votes}: {pair}")
    for name, pairs in lost.items():
        print(f"lost, {name}: {len(pairs)} of {len(said['overall'])} {sorted(set(pairs))}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("paint", "count"):
        sys.exit(__doc__)
    {"paint": paint, "count": count}[sys.argv[1]](Path(sys.argv[2]))
