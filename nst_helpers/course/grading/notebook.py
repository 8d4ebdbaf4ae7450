"""What stands in a notebook: its cells, its exercises, and what one of its functions needs.

Nothing of it is run here.
"""

import __future__

import ast
import dis
import json
import re
from collections import namedtuple
from importlib import import_module
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from ..reading import make_findable

CHECK = re.compile(r"""\bcheck\(\s*["'](?P<exercise>[^"']+)["']\s*,\s*(?P<function>\w+)\s*\)""")
NOTHING = "it holds no exercise of the course"
DAMAGED = "it is no notebook, or a damaged one"
CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[^\n]*")
NOT_HERE = "bash", "file", "python", "python3", "script", "sh", "writefile"  # run or kept elsewhere
HARMLESS = {*import_module("nst_helpers").__all__, "print", "display"}  # of their arguments
# A top-level statement: its tree and code; the global names that it binds and those that it needs;
# those of whose values it sets a part, those that it may change in another way, those it calls.
Part = namedtuple("Part", "tree code binds needs sets changes calls")
IMPORTS = ast.Import, ast.ImportFrom
GIVEN = "_given"  # the name of a function that was given to its check without one
MAGICS = "run_line_magic", "run_cell_magic", "system", "getoutput"
DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef


def read_cells(path):
    """The sources of a notebook's code cells, as Python. Raises `ValueError`.

    Of the formats 1 to 4, in any of JSON's encodings, or in that of an old editor.
    """
    data = Path(path).read_bytes()
    try:
        try:
            notebook = json.loads(data)
        except UnicodeDecodeError:
            notebook = json.loads(data.decode("latin-1"))
        sheets = notebook.get("worksheets", [notebook])  # until format 3
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        return [_python(_source(cell)) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise ValueError(DAMAGED) from error


def _source(cell):
    lines = next(cell[key] for key in ("source", "input", "code", "cell_type") if key in cell)
    return "".join(lines)


def _python(source):
    """A cell as IPython runs it: magics and shell lines are calls of `get_ipython()`.

    The lines under a magic such as `%%time` are the cell's own.
    """
    magic = CELL_MAGIC.match(source)
    if magic and magic["name"] not in NOT_HERE:
        body = _transformed(f"#{source[magic.end() :]}")
        if _parses(body):
            return body
    return _transformed(source)


def _transformed(source):
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # whatever its parts raise at what is no Python; `split` says why it is none
        return source


def _parses(source):
    try:
        return bool(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def checked_in(cells, parts, faults):
    """`{exercise: what the notebook's last check of it names}`, as trees of expressions.

    Cells that are no Python are searched as texts.
    """
    found = {}
    for number in faults:
        for one in CHECK.finditer(cells[number - 1]):
            found[one["exercise"]] = ast.Name(one["function"], ast.Load())
    for part in parts:
        for node in ast.walk(part.tree):
            if isinstance(node, ast.Call) and _ending(node.func) == "check":
                match [*node.args, *(one.value for one in node.keywords)]:
                    case [ast.Constant(str(exercise)), function]:
                        found[exercise] = function
    return found


def _ending(node):
    return getattr(node, "attr", None) or getattr(node, "id", None)


def read_lessons(paths):
    """`{lesson: {exercise: (function's name, its stub)}}` of the course's own notebooks."""
    lessons = {}
    for path in paths:
        cells = read_cells(path)
        parts, faults = split(cells)
        lessons[Path(path).stem] = {
            exercise: (function.id, written_out(parts, function.id))
            for exercise, function in checked_in(cells, parts, faults).items()
        }
    return {name: exercises for name, exercises in lessons.items() if exercises}


def exercises_of(checked, parts, lessons):
    """`{exercise: (function's name, its stub)}` that a notebook holds, in the course's order.

    All of the lesson that it has most of, and those of other lessons that it checks or defines.
    """
    defined = set().union(*(part.binds for part in parts))

    def held(lesson):
        return {
            exercise: pair
            for exercise, pair in lessons[lesson].items()
            if exercise in checked or pair[0] in defined
        }

    best = max(lessons, key=lambda lesson: len(held(lesson)))
    if not held(best):
        return {}
    found = [lessons[lesson] if lesson == best else held(lesson) for lesson in lessons]
    return {exercise: pair for one in found for exercise, pair in one.items()}


def function_of(expression, name, parts):
    """`(name, parts)`: the name that an exercise's function has, and the parts to find it in.

    expression: what the learner's check names, or None; name: the function's name in the lesson.
    """
    if isinstance(expression, ast.Name):
        renamed = any(expression.id in part.binds for part in parts)
        return (expression.id if renamed else name), parts
    if expression is None or isinstance(expression, ast.Constant):
        return name, parts
    part = next(part for part in parts if expression in ast.walk(part.tree))
    target = ast.copy_location(ast.Name(GIVEN, ast.Store()), expression)  # such as a lambda
    tree = ast.copy_location(ast.Assign([target], expression), expression)
    return GIVEN, [*parts, _part(tree, part.code.co_filename, 0)]


def split(cells):
    """The cells' top-level statements as `Part`s, and `{number of a cell: why it has none}`."""
    parts, faults, flags = [], {}, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for number, source in enumerate(cells, 1):
        file = f"<code cell {number}>"
        make_findable(source, file)
        try:
            for tree in ast.parse(source, file).body:
                for one in _timed(tree):
                    flags |= _future(one)
                    parts.append(_part(one, file, flags))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            said = getattr(error, "msg", None) or str(error)
            line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
            faults[number] = f"{type(error).__name__} in code cell {number}{line}: {said}"
    return parts, faults


def _part(tree, file, flags):
    code = compile(ast.Module([tree], []), file, "exec", flags)
    return Part(tree, code, _names(code, "STORE_"), _needs(code), *_changes(tree))


def _timed(tree):
    """The statements that a line such as `%time x = 3` runs; any other statement as it is."""
    match tree:
        case ast.Expr(ast.Call(ast.Attribute(attr="run_line_magic"), [name, ast.Constant(line)])):
            if name.value in ("time", "prun") and _parses(line):
                return ast.increment_lineno(ast.parse(line), tree.lineno - 1).body
    return [tree]


def _future(tree):
    """The compiler's flags that a `from __future__` sets, for this statement and all later ones."""
    if not isinstance(tree, ast.ImportFrom) or tree.module != "__future__":
        return 0
    features = [getattr(__future__, one.name, None) for one in tree.names]
    return sum(feature.compiler_flag for feature in set(filter(None, features)))


def _names(code, action):
    return {
        one.argval
        for one in dis.get_instructions(code)
        if one.opname in (f"{action}NAME", f"{action}GLOBAL")
    }


def _inner(code):
    return [constant for constant in code.co_consts if hasattr(constant, "co_code")]


def _needs(code):
    """The global names that code loads, or the functions that it defines."""
    return _names(code, "LOAD_").union(*map(_needs, _inner(code)))


def _root(node):
    """The name that an expression such as `a.b[0].c()` begins with; None where there is none."""
    while not isinstance(node, ast.Name):
        node = getattr(node, "value", None) or getattr(node, "func", None)
        if node is None:
            return None
    return node.id


def _changes(tree):
    """`(sets, changes, calls)` of a `Part`: by key or attribute; by method; as functions.

    A function whose result is thrown away is there for what it does to its arguments.
    """
    sets, changes, calls = set(), set(), set()
    for node in ast.walk(tree):
        match node:
            case (
                ast.Attribute(ctx=ast.Store() | ast.Del())
                | ast.Subscript(ctx=ast.Store() | ast.Del())
            ):
                sets.add(_root(node))
            case ast.Call(ast.Name(name)):
                calls.add(name)
            case ast.Call(ast.Attribute()):
                changes.add(_root(node))
            case ast.Global():
                changes.update(node.names)
            case ast.Expr(ast.Call() as call) if _ending(call.func) not in HARMLESS:
                changes |= _loaded([*call.args, *call.keywords])
    return sets - {None}, changes - {None}, calls


def _loaded(trees):
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


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

    What changes the value of a needed name is needed, too. So no painting is run but one that the
    function itself needs, and cells may stand in any order. Magics do next to nothing, and are all
    taken: they may write a module that is imported.
    """
    changed = changed_by(parts)
    taken, names, more = set(), {name}, True
    while more:
        more = {
            number
            for number, part in enumerate(parts)
            if number not in taken and (part.binds | changed[number]) & names
        }
        taken |= more
        names = names.union(*(parts[number].needs for number in more))
    magics = {n for n, part in enumerate(parts) if _ending(_called(part.tree)) in MAGICS}
    imports = {n for n, part in enumerate(parts) if isinstance(part.tree, IMPORTS)}
    stars = {n for n in imports if parts[n].tree.names[0].name == "*"}
    first = magics | imports
    return [parts[n] for n in sorted(taken | stars | magics, key=lambda n: (n not in first, n))]


def _called(tree):
    """What a statement that is a call alone calls; None for another one."""
    return tree.value.func if isinstance(getattr(tree, "value", None), ast.Call) else None


def changed_by(parts):
    """For each part, the global names whose values it may change in place when it is run."""
    imported = {name for part in parts if isinstance(part.tree, IMPORTS) for name in part.binds}
    defined = {part.tree.name for part in parts if isinstance(part.tree, DEFINITIONS)}
    leads, changed = _leads(parts, defined), []
    for part in parts:
        reached, more = set(), part.sets | part.changes
        more = more.union(*(leads.get(name, set()) for name in part.calls))
        while more:
            reached |= more
            more = set().union(*(leads.get(name, set()) for name in more)) - reached
        changed.append(part.sets | reached - imported - defined)
        if isinstance(part.tree, DEFINITIONS):
            changed[-1] = set()  # not before it is called
    return changed


def _leads(parts, defined):
    """`{name: names that change with it}`.

    What a function changes when it is called; and what a second name stands for, or a part of it.
    """
    leads = {}
    for part in parts:
        if isinstance(part.tree, DEFINITIONS):
            inside = (part.sets | part.changes | part.calls & defined) & part.needs
            leads.setdefault(part.tree.name, set()).update(inside)
            continue
        for node in ast.walk(part.tree):
            match node:
                case ast.Assign(targets, value):
                    pass
                case ast.AnnAssign(target, value=value) | ast.NamedExpr(target, value):
                    targets = [target]
                case ast.For(target, value) | ast.comprehension(target, value):
                    targets = [target]
                case _:
                    continue
            is_call = isinstance(node, ast.Assign) and isinstance(value, ast.Call)
            source = {_root(value)} if is_call else _loaded([value] if value else [])
            for name in _loaded(targets):
                leads.setdefault(name, set()).update(source - {None})
    return leads
