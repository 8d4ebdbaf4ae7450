"""What stands in a notebook: its cells, its exercises, and what one of its functions needs.

Nothing of it is run here.
"""

import ast
import dis
import json
import re
from collections import namedtuple
from pathlib import Path

from .reading import make_findable

CHECK = re.compile(r"""\bcheck\(\s*["'](?P<exercise>[^"']+)["']\s*,\s*(?P<function>\w+)\s*\)""")
NOTHING = "it holds no exercise of the course"
# A top-level statement: its tree and code, the names that it binds, the global ones that it needs.
Part = namedtuple("Part", "tree code binds needs")


def read_cells(path):
    """The sources of a notebook's code cells, without magics. Raises `ValueError`."""
    try:
        cells = json.loads(Path(path).read_bytes())["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ValueError("it is no notebook, or a damaged one") from error
    return [
        "\n".join("" if re.match(r"\s*[%!]", line) else line for line in source.split("\n"))
        for source in sources
    ]


def exercises_in(cells):
    """`{exercise: function's name}`, from the `check(...)` lines of a notebook's cells."""
    return {one["exercise"]: one["function"] for one in CHECK.finditer("\n".join(cells))}


def read_lessons(paths):
    """`{lesson: {exercise: (function's name, its stub)}}` of the course's own notebooks."""
    lessons = {}
    for path in paths:
        cells = read_cells(path)
        parts, _ = split(cells)
        lessons[Path(path).stem] = {
            exercise: (function, written_out(parts, function))
            for exercise, function in exercises_in(cells).items()
        }
    return {name: exercises for name, exercises in lessons.items() if exercises}


def lesson_of(cells, parts, lessons):
    """The lesson that a notebook is, by the exercises and functions that it holds; None if none."""
    checked, defined = set(exercises_in(cells)), set().union(*(part.binds for part in parts))

    def shared(lesson):
        return sum(
            (exercise in checked) + (function in defined)
            for exercise, (function, _) in lessons[lesson].items()
        )

    best = max(lessons, key=shared)
    return best if shared(best) else None


def split(cells):
    """The cells' top-level statements as `Part`s, and `{number of a cell: why it has none}`."""
    parts, faults = [], {}
    for number, source in enumerate(cells, 1):
        file = f"<code cell {number}>"
        make_findable(source, file)
        try:
            for tree in ast.parse(source, file).body:
                code = compile(ast.Module([tree], []), file, "exec")
                parts.append(Part(tree, code, _names(code, "STORE_"), _needs(code)))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            said = getattr(error, "msg", None) or str(error)
            line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
            faults[number] = f"{type(error).__name__} in code cell {number}{line}: {said}"
    return parts, faults


def _names(code, action):
    return {
        one.argval
        for one in dis.get_instructions(code)
        if one.opname in (f"{action}NAME", f"{action}GLOBAL")
    }


def _needs(code):
    """The global names that code loads, or the functions that it defines."""
    inner = [constant for constant in code.co_consts if hasattr(constant, "co_code")]
    return _names(code, "LOAD_").union(*map(_needs, inner))


def written_out(parts, name):
    """The last definition of the function `name`, spelled in one way; None without one."""
    found = [
        ast.dump(part.tree)
        for part in parts
        if isinstance(part.tree, ast.FunctionDef) and part.tree.name == name
    ]
    return found[-1] if found else None


def needed(parts, name):
    """The parts that define `name` and what it needs, directly or not: imports, then the others.

    So no painting is run but one that the function itself needs, and cells may stand in any order.
    """
    taken, names, todo = set(), {name}, [name]
    while todo:
        one = todo.pop()
        for number, part in enumerate(parts):
            if one in part.binds and number not in taken:
                taken.add(number)
                todo += part.needs - names
                names |= part.needs
    imports = {
        number
        for number, part in enumerate(parts)
        if isinstance(part.tree, (ast.Import, ast.ImportFrom))
    }
    stars = {number for number in imports if parts[number].tree.names[0].name == "*"}
    return [parts[number] for number in sorted(taken | stars, key=lambda n: (n not in imports, n))]
