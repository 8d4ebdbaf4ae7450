"""Where the lessons lie: in a clone of the course, or right here."""

from pathlib import Path

FIRST = "00_start_here"


def folders():
    """Where lessons may be: in the clone that this package is imported from, and right here."""
    here = Path.cwd()
    return [Path(__file__).parents[3] / "notebooks", here / "notebooks", here]


def lessons():
    """The paths of the lessons, in order; an empty list where only the package is installed."""
    for folder in folders():
        if (folder / f"{FIRST}.ipynb").is_file():
            return sorted(path.resolve() for path in folder.glob("*.ipynb"))
    return []
