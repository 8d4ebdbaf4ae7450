"""The lessons as a class gets them: without solutions, and without outputs, which are answers."""

import json
import shutil

from ...console import say
from ...errors import SettingsError, as_path
from . import places
from .notebook import handed_out


def handout(folder):
    """Write the lessons into a new folder. Raises `SettingsError`."""
    folder, lessons = as_path(folder), places.lessons()
    if folder.exists() or not lessons:
        where = "The lessons are not here" if not lessons else f"{folder} is there already"
        raise SettingsError(f"{where}: run this in the course's folder, and name a new one.")
    shutil.copytree(lessons[0].parent / "drawings", folder / "drawings")
    shutil.copy(lessons[0].parent / "nst_in_one_file.py", folder)
    for path in lessons:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            text = handed_out("".join(cell["source"]))
            cell["source"] = text.splitlines(keepends=True)
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        text = json.dumps(notebook, ensure_ascii=False, indent=1)
        (folder / path.name).write_text(f"{text}\n", encoding="utf-8")
    say(f"{folder} holds {len(lessons)} lessons, without solutions and without outputs.")
    return 0
