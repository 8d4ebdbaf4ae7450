"""The explorers' frames: pictures painted beforehand, so that a slider can show them at once.

An explorer is a JSON file and a folder of WebP files, which `benchmarks/paint_frames.py` makes. The
JSON file has the photo, the paintings, the axes and the runs. It lists the frames in the order in
which `itertools.product` goes through the options of the axes.
"""

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import FramesError

FOLDER = Path(__file__).parents[1] / "data" / "frames"


@dataclass(frozen=True)
class Axis:
    """One slider. first: the position of the option that is shown at first."""

    label: str
    options: list
    first: int = 0


@dataclass(frozen=True)
class Frame:
    """image: the bytes of a WebP file. losses: weighted, see `loop.Step`. settings: the run's.

    step: after which the picture was taken. totals: the run's total loss at each of its steps.
    """

    file: str
    image: bytes = field(repr=False)
    losses: dict
    settings: dict
    step: int
    totals: list = field(repr=False)


@dataclass(frozen=True)
class Explorer:
    """What `load` returns: the axes, and `{(index, ...): Frame}` with one index an axis.

    through_steps: whether the last axis goes through the steps of a run.
    """

    photo: str
    paintings: list
    axes: list
    through_steps: bool
    frames: dict = field(repr=False)

    def totals(self):
        """`{option of the first axis: the total loss at each step}`, if the last one has steps."""
        options = self.axes[0].options
        return {option: self.frames[number, 0].totals for number, option in enumerate(options)}


def names(folder=FOLDER):
    """The names of the explorers that are there, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("*.json"))


def load(name, folder=FOLDER):
    """An explorer's frames, read from the package's data. Raises `FramesError`."""
    if name not in names(folder):
        choices = ", ".join(map(repr, names(folder)))
        raise FramesError(f"There is no explorer {name!r}: choose one of {choices}.")
    try:
        record = json.loads((folder / f"{name}.json").read_text())
        axes = [Axis(**axis) for axis in record["axes"]]
        positions = itertools.product(*(range(len(axis.options)) for axis in axes))
        frames = {}
        for indices, frame in zip(positions, record["frames"], strict=True):
            run = record["runs"][frame.pop("run")]
            image = (folder / name / frame["file"]).read_bytes()
            frames[indices] = Frame(image=image, **frame, **run)
        return Explorer(record["photo"], record["paintings"], axes, record["through_steps"], frames)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FramesError(
            f"The frames of {name!r} are not all there ({error}): install the kit again."
        ) from error
