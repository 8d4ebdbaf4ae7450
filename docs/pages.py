"""From the files of the repository to the site's pages: links, badges, captions, explorers.

Nothing here needs Sphinx. `build.py` writes what these functions return.
"""

import os
import re
import tomllib
from pathlib import Path, PurePosixPath

import publish

ROOT = Path(__file__).parents[1]
# Files of the repository that are pages of the site, besides the notebooks; all else is on GitHub.
PAGES = {
    "TEACHING.md": "teachers.md",
    "benchmarks/README.md": "benchmark.md",
    "nst_helpers/data/CREDITS.md": "credits.md",
}
TITLES = {  # of samples whose name is not how they are written
    "roebling_bridge": "Roebling Bridge",
    "starry_night": "The Starry Night",
    "cafe_terrace": "Café Terrace at Night",
    "night_cafe": "The Night Café",
    "great_wave": "The Great Wave",
    "by_the_seashore": "By the Seashore",
    "vase_of_flowers": "Vase of Flowers",
}
BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]\(([^)]*)\)")
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^()\s]+)\)")
CAPTION = re.compile(r"^\*(Figure \d[^*]*)\*[ ]*$", re.M)
EXPLORER = re.compile(r"^(?:\w+ = )?explorer\(\"(\w+)\"\)", re.M)
PREDICT = re.compile(r"^predict\(\"(.*)\"\)$", re.M)
EASEL = re.compile(r"\beasel\(")


def _project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def repository():
    """The repository's address."""
    return _project()["urls"]["Repository"]


def site():
    """The site's address, where GitHub publishes it."""
    return publish.site(publish.address_of(ROOT))


def version():
    return _project()["version"]


def place(path):
    """Where a file of the repository stands on the site, before it is built, or None.

    path: relative to the repository.
    """
    path = PurePosixPath(path)
    if path.suffix == ".ipynb" and path.parts[0] == "notebooks":
        return PurePosixPath("lessons", *path.parts[1:])
    if str(path) in PAGES:
        return PurePosixPath(PAGES[str(path)])
    if path.parts[0] == "docs" and path.suffix == ".md":
        return PurePosixPath(path.name)
    if str(path) == "README.md":  # whose place the first page takes
        return PurePosixPath("index.md")
    if path.suffix == ".svg":
        return PurePosixPath("pictures", *path.parts)
    if path.suffix in (".png", ".jpg", ".webp"):  # made smaller on the way
        return PurePosixPath("pictures", *path.parts).with_suffix(".webp")
    return None


def relative(target, page):
    """The link from one file of the site to another, as both are named before it is built."""
    return PurePosixPath(os.path.relpath(target, page.parent)).as_posix()


class Text:
    """Markdown of one file, made fit for its page. Collects the pictures that it shows.

    path: of the file, relative to the repository.
    """

    def __init__(self, path):
        self.path = PurePosixPath(path)
        self.page = place(path)
        self.pictures = set()

    def fit(self, text):
        """Links to pages of the site, to GitHub for what is none, and badges without a picture."""
        text = BADGE.sub(r"[Open in Colab](\1){.colab}", text)
        text = LINK.sub(self._link, text)
        return CAPTION.sub(r"{.caption}\n*\1*", text)

    def _link(self, found):
        words, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            own = re.fullmatch(rf"{re.escape(site())}/(\w+)\.html", target)
            # Such a page shows little on GitHub, so there the link leads to the site.
            return f"{words}({relative(f'{own[1]}.md', self.page)})" if own else found[0]
        file, _, anchor = target.partition("#")
        source = PurePosixPath(os.path.normpath(self.path.parent / file))
        if not (ROOT / source).exists():  # code that looks like a link
            return found[0]
        on_site = place(source)
        if on_site is None:
            return f"{words}({repository()}/blob/main/{target_of(source, anchor)})"
        if words.startswith("!") or on_site.parts[0] == "pictures":
            self.pictures.add(source)
        return f"{words}({target_of(relative(on_site, self.page), anchor)})"


def target_of(file, anchor):
    return f"{file}#{anchor}" if anchor else str(file)


def title(*samples):
    """What samples are called on a page: of several, with a × between them."""
    words = " × ".join(TITLES.get(name, name.replace("_", " ")) for name in samples)
    return words[:1].upper() + words[1:]


def caption(markdown):
    """The words of the caption that a cell begins with, or None."""
    found = CAPTION.match(markdown)
    if found:
        return re.sub(r"\s+", " ", re.sub(r"[`*]", "", found[1])).strip()
