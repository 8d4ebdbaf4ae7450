"""Build the course as a static site, which needs neither a kernel nor a network:

    python docs/build.py [FOLDER]

FOLDER is docs/_build/html unless given. Open its index.html, from the file system or any server.
The committed notebooks are the lessons' pages: they are not run. The other pages are the Markdown
files of this folder, and those that `pages.PAGES` names. What these modules make fit for the site
is written to a scratch folder, and Sphinx makes pages of that. A warning is an error.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT)]

from nst_helpers import machine  # noqa: E402

machine.import_tensorflow()  # before other modules do, without its messages

import dark  # noqa: E402
import explorers  # noqa: E402
import lessons  # noqa: E402
import pages  # noqa: E402
from parts import Parts  # noqa: E402

ICONS = re.compile(r"\s*<script[^>]*/fontawesome\.js[^>]*></script>")


def write_sources(folder):
    """All that Sphinx reads, in an empty folder, and `_extra`, which is copied as it is."""
    static = folder / "_extra" / "_static"
    explorers.write(static / "explorers")
    shutil.copy(ROOT / "nst_helpers" / "data" / "easel.jpg", static)
    shutil.copy(ROOT / "benchmarks" / "results" / "social.jpg", static)  # see `social.IMAGE`
    shown = set()
    for path in lessons.notebooks():
        notebook, text = lessons.staged(path)
        write(folder / text.page, notebook)
        shown |= text.pictures
    for path in pages.PAGES:
        text = pages.Text(path)
        write(folder / text.page, text.fit((ROOT / path).read_text(encoding="utf-8")))
        shown |= text.pictures
    parts = Parts(folder)
    for picture in shown:
        parts.picture(picture)
    for path in DOCS.glob("*.md"):
        text = pages.Text(path.relative_to(ROOT))
        write(folder / text.page, parts.fill(text.fit(path.read_text(encoding="utf-8"))))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def build(target):
    """Build the site into a folder, in place of one that is there; returns Sphinx's exit code.

    What was there stays until the new site is whole.
    """
    from sphinx.cmd.build import main as sphinx

    if target.exists():
        if any(target.iterdir()) and not (target / "objects.inv").exists():
            sys.exit(f"{target} holds something else than a site: give the name of a new folder.")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "source")
        write_sources(source)
        options = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(DOCS)]
        options += ["-d", str(Path(scratch, "doctrees"))]
        options += ["-D", f"html_extra_path={source / '_extra'}"]
        code = sphinx([*options, str(source), str(Path(scratch, "html"))])
        if not code:
            remove_leftovers(Path(scratch, "html"))
            dark.add(Path(scratch, "html"))
            shutil.rmtree(target, ignore_errors=True)
            shutil.move(Path(scratch, "html"), target)
        return code


def remove_leftovers(site):
    """Remove what the theme puts on a site and no page needs: 7 MB.

    The theme's styles show its icons by its fonts. Its script of 1.6 MB only draws them once more.
    """
    for name in ("*.map", "*-macros.html", "fontawesome.js"):
        for file in list(site.rglob(name)):
            file.unlink()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(ICONS.sub("", text), encoding="utf-8")
    shutil.rmtree(site / "_static" / "locales", ignore_errors=True)


def main(arguments):
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        sys.exit(__doc__)
    target = Path(arguments[0] if arguments else DOCS / "_build" / "html").resolve()
    code = build(target)
    if not code:
        files = [path for path in target.rglob("*") if path.is_file()]
        count = sum(path.suffix == ".html" for path in files)
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"{target / 'index.html'}: {count} pages, {size:.1f} MB")
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
