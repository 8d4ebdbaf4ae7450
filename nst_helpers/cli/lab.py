"""`nst lab`: JupyterLab, opened at a lesson, without its news.

Only the standard library is imported, so that it can say what is missing.
"""

import importlib.util
import os
import runpy
import sys
from pathlib import Path
from urllib.parse import quote

from ..course import FIRST, folders, lessons
from ..errors import KitError, as_path

# JupyterLab asks whether it may fetch news from the internet, and looks for newer versions: neither
# belongs into a lesson. And its server drops what is larger than 10 MiB, such as the upload of a
# photo, after which the page's upload is dead without a word. This folder holds other defaults for
# the one start that it is named for; what somebody has chosen in Jupyter's settings still holds.
QUIET = Path(__file__).parents[1] / "data" / "jupyter"
CONTENTS = "--ServerApp.contents_manager_class=nst_helpers.cli.contents.Contents"


def open_lab(name=None, more=()):
    """Open JupyterLab, and return the exit code when it has ended.

    name: a notebook, or the beginning of a lesson's name such as `03`; without one, lesson 00.
    more: options of JupyterLab itself. Raises `KitError` if JupyterLab or the notebook is missing.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise KitError(
            "JupyterLab is not installed here: run "
            f'"{sys.executable}" -m pip install jupyterlab, then this command again.'
        )
    path = find(name or FIRST)
    if path is None:
        raise KitError(_not_found(name))
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([*filter(None, [others]), str(QUIET)])
    place = f"--LabApp.default_url=/lab/tree/{quote(path.relative_to(root(path)).as_posix())}"
    sys.argv = ["jupyter-lab", f"--ServerApp.root_dir={root(path)}", CONTENTS, place, *more]
    try:
        runpy.run_module("jupyterlab", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code or 0
    return 0


def split(arguments):
    """`(notebook or None, options of JupyterLab)`.

    The notebook is the first argument. After options it has to be one that is there, since the
    argument after an option may be its value, as in `--port 8889`.
    """
    if arguments and not arguments[0].startswith("-"):
        return arguments[0], arguments[1:]
    named = [text for text in arguments if len(text) > 1 and text[0] != "-" and find(text)]
    named = [text for text in named if text.endswith(".ipynb") or not os.path.lexists(text)]
    if not named:
        return None, arguments
    number = arguments.index(named[-1])
    return arguments[number], arguments[:number] + arguments[number + 1 :]


def find(name):
    """The notebook of this path, or the lesson whose name begins so; None if there is none."""
    path = as_path(name)
    if os.path.isfile(path):  # and no `path.is_file()`, which raises for a name that is too long
        return path.resolve()
    return next((lesson for lesson in lessons() if lesson.name.startswith(name)), None)


def root(path):
    """The folder that JupyterLab shows: of a lesson, the course's, since links lead out of its own.

    Else the notebook's own folder.
    """
    for folder in folders():
        if folder.is_dir() and path.is_relative_to(folder.resolve()):
            return folder.resolve().parent if folder.name == "notebooks" else folder.resolve()
    return path.parent


def _not_found(name):
    if names := [lesson.stem for lesson in lessons()]:
        return f"There is no notebook {name}: the lessons are {', '.join(names)}."
    if name:
        return f"There is no notebook {name}."
    return (
        "The lessons are not here; only the package is installed. Download the course's repository "
        "and run this command in its folder, or give a notebook's path."
    )
