"""The networks that come with the kit, measured as all recipes are: a row for each painting.

    python benchmarks/networks.py PHOTO [PHOTO ...]

PHOTO: those that no network was trained on. The castle, on which all were, gets columns of its own,
and so does the loop (`stylize` by Gatys' method alone, whose losses the networks were trained by),
which paints it at the same size. The commands that trained the network stand in
`nst_helpers/data/CREDITS.md`.
"""

import sys
from statistics import mean, median

from held_out import error_function

from nst_helpers import bundled_networks, load_vgg19, paint_fast, stylize

CASTLE, SIDE = "neuschwanstein", 512
HEAD = (
    "| painting | castle: style | content | s | the loop's castle: style | content | s "
    "| other photos: style | content |"
)


def row(painting, photos, vgg):
    """One painting's line of the table."""
    errors = error_function(CASTLE, painting, SIDE, vgg)
    runs = [paint_fast(CASTLE, painting, size=SIDE) for _ in range(6)][1:]  # the first one loads
    loop = stylize(CASTLE, painting, size=SIDE, neighbor_weight=0, vgg=vgg, progress=False)
    others = [
        error_function(photo, painting, SIDE, vgg)(paint_fast(photo, painting, size=SIDE).picture)
        for photo in photos
    ]
    seconds = median(run.seconds for run in runs)
    cells = [
        *(f"{error:.3f}" for error in errors(runs[0].picture)),
        f"{seconds:.2f}",
        *(f"{error:.3f}" for error in errors(loop.picture)),
        f"{loop.seconds:.1f}",
        *(f"{mean(errors):.3f}" for errors in zip(*others, strict=True)),
    ]
    return f"| {painting} | {' | '.join(cells)} |"


def main(photos):
    """Print the table."""
    vgg = load_vgg19()
    print(HEAD, "|---" * HEAD.count(" | ") + "|---|", sep="\n")
    for painting in bundled_networks():
        print(row(painting, photos, vgg), flush=True)


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    main(sys.argv[1:])
