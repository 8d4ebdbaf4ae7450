"""What stands in a notebook: its cells, its exercises, and what one of its functions needs.

Nothing of it is run here.
"""

import ast
import builtins
import codeop
import dis
import json
import re
from collections import defaultdict, namedtuple
from contextlib import suppress
from importlib import import_module
from itertools import chain
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from ..reading import make_findable

NOTEBOOK_BYTES = 50_000_000
CHECK = re.compile(r"""\bcheck\(\s*["'](?P<exercise>[^"']+)["']\s*,\s*(?P<function>\w+)\s*\)""")
NOTHING = "it holds no exercise of the lessons that are marked"
DAMAGED = (
    "this is not a notebook, or the file is damaged: "
    "please open yours in Jupyter, save it, and hand it in again"
)
CELL_MAGIC = re.compile(r"\A\s*%%(time|timeit|capture|prun)\b[^\n]*")
LINKS = re.compile(r"^.*\]\(solutions/.*\n?", re.MULTILINE)
ANSWERS = re.compile(  # under an exercise; and in the program, which grows from lesson to lesson
    r"<details><summary>One way to write it</summary>.*?</details>\n*"
    r"|^## The program so far\n.*?(?=^Your latest results|\Z)",
    re.MULTILINE | re.DOTALL,
)
OPEN = re.compile(r"^### (Open exercise: .+)$", re.MULTILINE)
HARMLESS = {*import_module("nst_helpers").__all__, "print", "display"}  # of their arguments
# A top-level statement: its tree and code; the global names that it binds and those that it needs;
# those of whose values it sets a part, those that it may change in another way, those it calls.
Part = namedtuple("Part", "tree code binds needs sets changes calls")
IMPORTS = ast.Import, ast.ImportFrom
GIVEN = "_given"  # the name of a function that was given to its check without one
DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef


def read_cells(path):
    """The sources of a notebook's code cells, as Python. Raises `ValueError`, see `all_cells`."""
    return [_python(source) for kind, source, _ in all_cells(path) if kind == "code"]


def all_cells(path):
    """`[(kind, source, outputs)]` of a notebook's cells. Raises `ValueError` on what is none.

    In any of JSON's encodings; of those of old editors, letters with accents are lost.
    """
    try:
        if Path(path).stat().st_size > NOTEBOOK_BYTES:
            raise ValueError(f"it is larger than {NOTEBOOK_BYTES // 10**6} MB")
        data = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror})") from error
    try:
        cells = json.loads(data.decode(json.detect_encoding(data), "replace"))["cells"]
        return [(one["cell_type"], "".join(one["source"]), one.get("outputs", [])) for one in cells]
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise ValueError(DAMAGED) from error


def own_work(path, course):
    """`(code, {open exercise: cells})`: what a learner's notebook has that the course has not.

    code: all of it. course: the cells of all lessons.
    """
    given = {handed_out(text).strip() for _, text, _ in course} | {""}
    heads = {text.partition("\n")[0] for kind, text, _ in course if kind == "markdown"}
    code, found, title = [], {}, None
    with suppress(ValueError):  # it is no notebook
        for kind, source, outputs in all_cells(path):
            if source.startswith("#") and source.partition("\n")[0] in heads:
                title = None  # the lesson goes on
            title = (OPEN.findall(source) or [title])[-1]
            if handed_out(source).strip() not in given:
                code += [source.strip()] if kind == "code" else []
                found.setdefault(title, []).append((kind, source, outputs))
    found.pop(None, None)
    return "\n\n".join(code), found


def handed_out(text, with_answers=False):
    """A cell's text as `places.handout` leaves it: nothing leads to the solutions, or is one."""
    return LINKS.sub("", text if with_answers else ANSWERS.sub("", text))


def _python(source):
    """A cell as IPython runs it: magics and shell lines are calls of `get_ipython()`.

    The lines under a magic such as `%%time` are the cell's own.
    """
    source = CELL_MAGIC.sub("#", source)
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # whatever its parts raise at what is no Python; `split` says why it is none
        return source


def checked_in(cells, parts, faults):
    """`{exercise: what the notebook's last check of it names}`, as trees of expressions.

    Cells that are no Python are searched as texts.
    """
    found = {}
    for number in faults:
        for match in CHECK.finditer(cells[number - 1]):
            found[match["exercise"]] = ast.Name(match["function"], ast.Load())
    for node in chain.from_iterable(ast.walk(part.tree) for part in parts):
        if isinstance(node, ast.Call) and _last_name(node.func) == "check":
            match [*node.args, *(keyword.value for keyword in node.keywords)]:
                case [ast.Constant(str(exercise)), function]:
                    found[exercise] = function
    return found


def _last_name(node):
    """`c` of an expression such as `c` or `a.b.c`; None of another one."""
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
    Raises `ValueError` if there are none.
    """
    defined = set().union(*(part.binds for part in parts))
    held = {
        lesson: {name for name in exercises if name in checked or exercises[name][0] in defined}
        for lesson, exercises in lessons.items()
    }
    best = max(held, key=lambda lesson: len(held[lesson]))
    if not held[best]:
        raise ValueError(NOTHING)
    return {
        name: exercises[name]
        for lesson, exercises in lessons.items()
        for name in exercises
        if lesson == best or name in held[lesson]
    }


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
    return GIVEN, [*parts, _part(tree, part.code.co_filename, compile)]


def split(cells):
    """The cells' top-level statements as `Part`s, and `{number of a cell: why it has none}`."""
    parts, faults, compiler = [], {}, codeop.Compile()  # which keeps to each `from __future__`
    compiler.flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for number, source in enumerate(cells, 1):
        file = f"<code cell {number}>"
        make_findable(source, file)
        try:
            for tree in ast.parse(source, file).body:
                parts.append(_part(tree, file, compiler))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = getattr(error, "msg", None) or str(error)
            line = f", line {error.lineno}" if getattr(error, "lineno", None) else ""
            faults[number] = f"{type(error).__name__} in code cell {number}{line}: {reason}"
    return parts, faults


def _part(tree, file, compiler):
    code = compiler(ast.Module([tree], []), file, "exec")
    return Part(tree, code, _names(code, "STORE"), _needs(code), *_changes(tree))


def _names(code, action):
    operations = f"{action}_NAME", f"{action}_GLOBAL"
    return {step.argval for step in dis.get_instructions(code) if step.opname in operations}


def _needs(code):
    """The global names that code loads, or the functions that it defines."""
    inner = [constant for constant in code.co_consts if hasattr(constant, "co_code")]
    return _names(code, "LOAD").union(*map(_needs, inner))


def _root(node):
    """The name that an expression such as `a.b[0].c()` begins with; None where there is none."""
    while node is not None and not isinstance(node, ast.Name):
        node = getattr(node, "value", None) or getattr(node, "func", None)
    return node and node.id


def _changes(tree):
    """`(sets, changes, calls)` of a `Part`: by key or attribute; by method; as functions.

    A function whose result is thrown away is there for what it does to its arguments.
    """
    sets, changes, calls = set(), set(), set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute() | ast.Subscript() if not isinstance(node.ctx, ast.Load):
                sets.add(_root(node))
            case ast.Call(ast.Name(name)):
                calls.add(name)
            case ast.Call(ast.Attribute()):
                changes.add(_root(node))
            case ast.Global():
                changes.update(node.names)
            case ast.Expr(ast.Call() as call) if _last_name(call.func) not in HARMLESS:
                changes |= _loaded([*call.args, *call.keywords])
    return sets - {None}, changes - {None}, calls


def _loaded(trees):
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def written_out(parts, name):
    """The last definition of the function `name`, spelled in one way; None without one."""
    for tree in reversed([part.tree for part in parts]):
        if isinstance(tree, ast.FunctionDef) and tree.name == name:
            return ast.dump(tree)
    return None


def needed(parts, name):
    """The parts that define `name` and what it needs, directly or not: imports, then the others.

    What changes the value of a needed name is needed, too. So no painting is run but one that the
    function itself needs, and cells may stand in any order.
    """
    given = [part.binds | changed for part, changed in zip(parts, changed_by(parts))]

    def needs(name):
        return set().union(*(part.needs for part, names in zip(parts, given) if name in names))

    wanted, first, then = _reached({name}, needs), [], []
    for part, names in zip(parts, given):
        is_import = isinstance(part.tree, IMPORTS)
        if names & wanted or (is_import and part.tree.names[0].name == "*"):
            (first if is_import else then).append(part)
    return first + then


def _reached(names, leads):
    """The names, and those that each one leads to, directly or not."""
    found = set()
    while more := names - found:
        found |= more
        names = set().union(*map(leads, more))
    return found


def changed_by(parts):
    """For each part, the global names whose values it may change in place when it is run."""
    imported = {name for part in parts if isinstance(part.tree, IMPORTS) for name in part.binds}
    defined = {part.tree.name for part in parts if isinstance(part.tree, DEFINITIONS)}
    # Python's own, such as `float` and `zip`, which hardly a cell goes without and none changes.
    pythons = {*dir(builtins)}.difference(*(part.binds for part in parts))
    leads, changed = _leads(parts, defined), []
    for part in parts:
        called = set().union(*(leads[name] for name in part.calls))
        reached = _reached(part.sets | part.changes | called, leads.__getitem__)
        is_run = not isinstance(part.tree, DEFINITIONS)  # others have to be called first
        changed.append(part.sets | (reached - imported - defined - pythons) if is_run else set())
    return changed


def _leads(parts, defined):
    """`{name: names that change with it}`.

    What a function changes when it is called; and what a second name stands for, or a part of it.
    """
    leads = defaultdict(set)
    for part in parts:
        if isinstance(part.tree, DEFINITIONS):
            leads[part.tree.name] |= (part.sets | part.changes | part.calls & defined) & part.needs
            continue
        for node in ast.walk(part.tree):
            match node:
                case ast.Assign(targets, ast.Call() as value):
                    source = {_root(value)} - {None}
                case ast.Assign(targets, value):
                    source = _loaded([value])
                case ast.AnnAssign(target, value=ast.AST() as value) | ast.NamedExpr(target, value):
                    targets, source = [target], _loaded([value])
                case ast.For(target, value) | ast.comprehension(target, value):
                    targets, source = [target], _loaded([value])
                case _:
                    continue
            for name in _loaded(targets):
                leads[name] |= source
    return leads
