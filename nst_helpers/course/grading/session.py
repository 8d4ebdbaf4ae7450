"""What a notebook has that a Python file has not: `display`, magics, `await` outside of functions.

Here a magic does nothing, but for those by which a module is written or a file is run.
"""

import asyncio
import builtins
import inspect
import runpy
import sys
import types
from pathlib import Path

import IPython
from IPython.display import display


class Shell:
    """Stands for what `get_ipython()` gives in a notebook."""

    def run_cell_magic(self, name, line, cell):
        """Write a cell's text to the file that its first line names; nothing else."""
        if name in ("writefile", "file"):
            *options, file = line.split()
            with Path(file).open("a" if "-a" in options else "w", encoding="utf-8") as text:
                text.write(cell)

    def run_line_magic(self, name, line, *more):
        """Run a file, and keep the names that it binds; nothing else."""
        if name == "run":
            names = runpy.run_path(line.split()[0])
            vars(sys.modules["__main__"]).update(
                {name: value for name, value in names.items() if not name.startswith("__")}
            )

    def getoutput(self, *command, **options):
        """The lines that a shell command printed: none, for it was not run."""
        return []

    def __getattr__(self, name):
        return lambda *arguments, **options: None


def run(parts):
    """Run these parts of a notebook; returns the names with their values, and what went wrong.

    It goes on after an exception, as somebody does who runs the next cell.
    """
    shell = Shell()
    IPython.get_ipython = builtins.get_ipython = lambda: shell
    builtins.display = display
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    errors = []
    with asyncio.Runner() as runner:
        for part in parts:
            try:
                waiting = eval(part.code, vars(main))
                if inspect.iscoroutine(waiting):
                    runner.run(waiting)
            except (Exception, SystemExit) as error:  # the function may do without
                where = part.code.co_filename.strip("<>")
                errors.append(f"{type(error).__name__} in {where}: {error}")
    return vars(main), errors
