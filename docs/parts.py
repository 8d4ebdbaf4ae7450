"""What `<!-- words -->` in a page of this folder stands for: parts that the build makes."""

import io
import re
import shutil
from pathlib import Path

import explorers
import lessons
import numpy as np
import pages
import painter
import reference
from PIL import Image

ROOT = pages.ROOT
PART = re.compile(r"<!-- (.*?) -->")
CARD = """\
<a class="lesson" href="{page}.html">
<img src="_static/thumbnails/{stem}.webp" alt="" width="{width}" height="{height}">
<span class="words"><strong>{title}</strong>
<span class="time">{time}</span>
<span class="able">{able}</span></span>
</a>
"""
THUMBNAIL, SAMPLE = 400, 512  # px, the longest sides


class Parts:
    """Fills pages. What they show is written into `folder`, where Sphinx reads.

    `PARTS` names the method for each kind of part. A part's further words are its arguments.
    """

    def __init__(self, folder):
        self.folder = folder
        self.static = folder / "_extra" / "_static"

    def fill(self, text):
        """A page's text with all its parts. Raises `KeyError` for one that there is not."""
        return PART.sub(self._part, text)

    def _part(self, found):
        words = found[1]
        for name, method in PARTS.items():
            if words == name or words.startswith(f"{name} "):
                return method(self, *words.removeprefix(name).split())
        raise KeyError(f"There is no part {words!r}: choose one of {', '.join(PARTS)}.")

    def repository(self):
        return pages.repository()

    def command(self):
        """The README's line that installs the kit and opens lesson 00."""
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        block = re.search(r"<!-- command one -->\s*```\w*\n(.*?)```", readme, re.DOTALL)
        if block is None:
            raise ValueError("README.md marks no first command by <!-- command one -->.")
        return block[1].strip()

    def explorer(self, name):
        return explorers.element(name, "")

    def growing(self):
        return explorers.growing_element()

    def painter(self, *networks):
        """What paints a photo, by the networks in these files, or by those of the kit."""
        files = [Path(network) for network in networks] or painter.networks()
        painter.write(self.static / "paint", files)
        for path in painter.pictures(files):
            compress(path, self.static / "thumbnails" / f"{path.stem}.webp", THUMBNAIL)
        return painter.element(files)

    def names(self):
        return reference.entries()

    def picture(self, path):
        """A picture or a drawing of the repository. Returns its name for a page."""
        name = pages.place(path)
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.suffix == ".svg":
            shutil.copy(ROOT / path, target)
        else:
            compress(ROOT / path, target)
        return str(name)

    def lessons(self):
        """The lessons, each with a picture, its time, and what one can do after it."""
        cards = [self._card(path) for path in lessons.notebooks("lessons")]
        return f'<div class="lessons">\n{"".join(cards)}</div>'

    def _card(self, path):
        notebook, stem = lessons.read(path), Path(path).stem
        first = Image.open(io.BytesIO(lessons.first_picture(notebook)))
        file = self.static / "thumbnails" / f"{stem}.webp"
        width, height = compress(last_panel(first), file, THUMBNAIL)
        title, time, able = lessons.summary(notebook)
        page = pages.place(path).with_suffix("")
        return CARD.format(
            page=page, stem=stem, title=title, time=time, able=able, width=width, height=height
        )

    def lesson_names(self):
        """For a table of contents."""
        return "\n".join(str(pages.place(path)) for path in lessons.notebooks("lessons"))

    def solution_names(self):
        """For a table of contents."""
        return "\n".join(
            f"{lessons.summary(lessons.read(path))[0]} <{pages.place(path)}>"
            for path in lessons.notebooks("solutions")
        )

    def samples(self, kind):
        """The sample pictures of one kind, each with its name and its author."""
        figures = []
        for file, title, author in credits(kind):
            source = ROOT / "nst_helpers" / "data" / kind / f"{file}.jpg"
            width, height = compress(source, self.static / "samples" / f"{file}.webp", SAMPLE)
            figures.append(
                f'<figure><img src="_static/samples/{file}.webp" alt="{title}" width="{width}" '
                f'height="{height}" loading="lazy">\n'
                f"<figcaption><code>{file}</code><br>{title}<br>{author}</figcaption></figure>\n"
            )
        return f'<div class="wall">\n{"".join(figures)}</div>'


PARTS = {
    "repository": Parts.repository,
    "command": Parts.command,
    "explorer": Parts.explorer,
    "growing": Parts.growing,
    "painter": Parts.painter,
    "picture": Parts.picture,
    "lessons": Parts.lessons,
    "lesson names": Parts.lesson_names,
    "solution names": Parts.solution_names,
    "samples": Parts.samples,
    "names": Parts.names,
}


def credits(kind):
    """`[(file, work, author)]` from the table of credits."""
    text = (ROOT / "nst_helpers" / "data" / "CREDITS.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| {kind}/(\w+)\.jpg \| (.*?) \| (.*?) \|", text, re.M)
    return [tuple(cell.replace('"', "&quot;") for cell in row) for row in rows]


def compress(source, target, side=None):
    """Write a picture as WebP, its longest side at most `side` pixels. Returns its size."""
    image = source if isinstance(source, Image.Image) else Image.open(source)
    if side:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(target, "WEBP", quality=85, method=4)
    return image.size


def last_panel(figure):
    """The panel on the right of a figure, without the white around it and the title above it."""
    ink = np.asarray(figure.convert("L")) < 250
    columns = runs(ink.mean(axis=0) > 0.05)
    if not columns:
        return figure
    left, right = columns[-1]
    rows = runs(ink[:, left:right].mean(axis=1) > 0.5)
    top, bottom = max(rows, key=lambda run: run[1] - run[0], default=(0, figure.height))
    return figure.crop((left, top, right, bottom))


def runs(flags):
    """`[(begin, end)]` of the stretches that are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))
