"""The pages that no file of the repository is: the first one, the solutions' list, the gallery."""

import io
import re

import lessons
import numpy as np
from explorers import element
from pages import ROOT, repository
from PIL import Image

INDEX = """\
# Learn neural style transfer by building it

```{{image}} pictures/lead.webp
:alt: A castle, The Starry Night, and the castle painted like it
:class: lead
```

This is a course in Jupyter notebooks. A photo and a painting go in, and the photo comes out as if it had been painted
so. You build every part of the method yourself, on Keras' pre-trained VGG19: the features that the network sees, the
content loss, the style loss, their weighted sum, and the loop that changes the picture's pixels.

- **No GPU and no network.** A laptop paints the first picture in a minute or two, and everything that a lesson needs
  comes with the installation.
- **You build every part**, and each lesson goes on with what you wrote in the lessons before it.
- **The checks know which mistake you made**, and say so in a sentence.

## Try it here

These pictures were painted beforehand with the course's code. Move the sliders with the mouse or the arrow keys. The first
one says how much the painting counts against the photo, and the second one how deep into the network its style is
looked for. [Lesson 04](lessons/04_total_loss.ipynb) builds the sum that stands below the picture.

{explorer}
## Lessons

{cards}
All exercises are [solved on this site, too](solutions.md), folded until you want to look. There is [a page for
teachers](teachers.md).

## Install it

Download the [repository]({repository}), open a terminal in its folder, and paste this line. It is for Linux; the
repository's first page has the lines for other systems.

```{{code-block}} text
:class: wrapped

{command}
```

It installs the kit and opens lesson 00 in JupyterLab. At the top of each lesson there is also a link that opens it in
Colab, where you need to install nothing.

```{{toctree}}
:hidden:
:caption: Lessons

{lessons}
```

```{{toctree}}
:hidden:
:caption: More

solutions
gallery
benchmark
reference
teachers
Credits <credits>
```
"""
CARD = """\
<a class="lesson" href="{page}.html">
<img src="_static/thumbnails/{stem}.webp" alt="" width="{width}" height="{height}">
<span class="words"><strong>{title}</strong>
<span class="time">{time}</span>
<span class="able">{able}</span></span>
</a>
"""
THUMBNAIL = 400  # px, the longest side


def index(folder):
    """The first page. Writes the pictures that it shows into the folder."""
    compress(ROOT / "benchmarks" / "results" / "lead.jpg", folder / "pictures" / "lead.webp")
    cards, names = [], []
    for path in lessons.notebooks():
        if "/solutions/" not in path:
            notebook = lessons.read(path)
            stem = path.rpartition("/")[2].removesuffix(".ipynb")
            file = folder / "_extra" / "_static" / "thumbnails" / f"{stem}.webp"
            width, height = thumbnail(notebook, file)
            title, time, able = lessons.summary(notebook)
            names.append(f"lessons/{stem}")
            cards.append(
                CARD.format(
                    page=names[-1], stem=stem, title=title, time=time, able=able,
                    width=width, height=height,
                )
            )  # fmt: skip
    return INDEX.format(
        explorer=element("weights", ""),
        cards='<div class="lessons">\n' + "".join(cards) + "</div>\n",
        repository=repository(),
        command=first_command(),
        lessons="\n".join(names),
    )


def first_command():
    """The README's line that installs the kit and opens lesson 00."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- command one -->\s*```\w*\n(.*?)```", readme, re.DOTALL)
    return block[1].strip()


def solutions():
    """The list of the solutions."""
    found = [path for path in lessons.notebooks() if "/solutions/" in path]
    names = [path.removeprefix("notebooks/").removesuffix(".ipynb") for path in found]
    listed = "\n".join(
        f"{lessons.summary(lessons.read(path))[0]} <lessons/{name}>"
        for path, name in zip(found, names)
    )
    return (
        "# Solutions\n\nEach page is its lesson with all exercises solved. A solution is folded: "
        "try the exercise first, then unfold it.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    )


def compress(source, target, side=None):
    """Write a picture as WebP, its longest side at most `side` pixels. Returns its size."""
    image = source if isinstance(source, Image.Image) else Image.open(source)
    if side:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(target, "WEBP", quality=85, method=4)
    return image.size


def thumbnail(notebook, file):
    """Write the small picture that stands beside a lesson's name. Returns its size."""
    figure = Image.open(io.BytesIO(lessons.first_picture(notebook)))
    return compress(last_panel(figure), file, THUMBNAIL)


def last_panel(figure):
    """The panel on the right of a figure, without what is white around it and the title above."""
    ink = np.asarray(figure.convert("L")) < 250
    left, right = runs(ink.mean(axis=0) > 0.05)[-1]
    top, bottom = max(runs(ink[:, left:right].mean(axis=1) > 0.5), key=lambda run: run[1] - run[0])
    return figure.crop((left, top, right, bottom))


def runs(flags):
    """`[(begin, end)]` of the stretches that are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


GALLERY = """\
# Gallery

## Painted by the course's code

The first picture of the course, and then four other pairs, each beside what TensorFlow's own tutorial makes of it. The
[benchmark](benchmark.md) says how they were made.

{painted}
## The photos and paintings that come with the course

All are in the public domain or CC0; [where each one comes from](credits.md). In code they are called by the names under
them: `stylize("red_panda", "great_wave")`.

### Photos

{photos}
### Paintings

{paintings}
"""


def gallery(folder):
    """The gallery. Writes the pictures that it shows into the folder."""
    results = ROOT / "benchmarks" / "results"
    painted = ""
    for file, words in {
        "lead.jpg": "Neuschwanstein, The Starry Night, and the castle painted like it",
        "others.jpg": "Four pairs, each painted by the kit and by TensorFlow's tutorial",
    }.items():
        name = file.replace(".jpg", ".webp")
        compress(results / file, folder / "pictures" / name)
        painted += f"```{{figure}} pictures/{name}\n:alt: {words}\n{words}.\n```\n\n"
    return GALLERY.format(
        painted=painted,
        photos=wall(folder, "photos"),
        paintings=wall(folder, "paintings"),
    )


def wall(folder, kind):
    """The sample pictures of one kind, each with its name and its author."""
    items = []
    for file, title, author in credits(kind):
        name = f"{file}.webp"
        width, height = compress(
            ROOT / "nst_helpers" / "data" / kind / f"{file}.jpg",
            folder / "_extra" / "_static" / "samples" / name,
            512,
        )
        items.append(
            f'<figure><img src="_static/samples/{name}" alt="{title}" width="{width}" '
            f'height="{height}" loading="lazy">\n'
            f"<figcaption><code>{file}</code><br>{title}<br>{author}</figcaption></figure>\n"
        )
    return '<div class="wall">\n' + "".join(items) + "</div>\n"


def credits(kind):
    """`[(file, work, author)]` from the table of credits."""
    text = (ROOT / "nst_helpers" / "data" / "CREDITS.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| {kind}/(\w+)\.jpg \| (.*?) \| (.*?) \|", text, re.M)
    return [tuple(cell.replace('"', "&quot;") for cell in row) for row in rows]
