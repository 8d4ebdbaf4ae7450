"""The one change of a learner's source that makes it right, found by trying small ones.

What is said of it was run: with that change, all test cases come out right.
"""

import ast
import copy
import time

from .apart import Ended

INSTEAD = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv), ast.FloorDiv: (ast.Div,), ast.MatMult: (ast.Mult,),
    ast.BitXor: (ast.Pow,), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}  # fmt: skip
FUNCTIONS = (
    {"reduce_mean", "reduce_sum", "reduce_max"}, {"mean", "sum", "max"}, {"square", "abs", "sqrt"},
    {"max", "min"}, {"maximum", "minimum"}, {"assign", "assign_add", "assign_sub"},
    {"transpose_a", "transpose_b"},
)  # fmt: skip
AROUND_ALL = "tf.square", "tf.reduce_mean", "tf.reduce_sum", "-"
AROUND = *AROUND_ALL, "tf.sqrt"  # a root of anything else makes up for a square elsewhere
KEYWORDS = "keepdims=True", "axis=-1", "axis=0", "transpose_a=True", "transpose_b=True"
BLOCKS = ast.For, ast.While, ast.If, ast.With


def all_edits(tree):
    """`(line, words, changed tree)` of every small change, the likeliest first.

    words: how a sentence begins that goes on with what is then right.
    """
    for kind in KINDS:
        yield from kind(tree)


def _node(tree, number):
    """The node of this number, in the order of `ast.walk`: a copy of a tree has the same ones."""
    return next(node for n, node in enumerate(ast.walk(tree)) if n == number)


def _replaced(tree, old, make):
    """The change that puts `make(a copy of old)` in place of the expression or statement `old`."""
    number = next(n for n, node in enumerate(ast.walk(tree)) if node is old)
    changed = copy.deepcopy(tree)
    found = _node(changed, number)
    new = make(found)
    for parent in ast.walk(changed):
        for field, value in ast.iter_fields(parent):
            if value is found:
                setattr(parent, field, new)
            elif isinstance(value, list) and any(one is found for one in value):
                value[:] = [new if one is found else one for one in value]
    before, after = old, new
    if isinstance(old, (ast.Name, ast.Constant, ast.UnaryOp)):  # one more step says where it stands
        before, after = _parent(tree, old), _parent(changed, new)
    words = f"with `{ast.unparse(after)}` in place of `{ast.unparse(before)}`"
    return old.lineno, words, changed


def _parent(tree, node):
    """The expression that a node is a part of; the node itself where there is none."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.expr) and any(
            one is node for one in ast.iter_child_nodes(parent)
        ):
            return parent
    return node


def _expressions(tree, kind=ast.expr):
    """The expressions that are read, from the function's body."""
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, kind) and not isinstance(getattr(node, "ctx", None), ast.Store):
                yield node


def _left_out(tree):
    """Without one of the statements."""
    for number, node in enumerate(ast.walk(tree)):
        for at, statement in enumerate(_body(node)) if node is not tree else ():
            yield _without(tree, number, at, statement)
    for at, statement in enumerate(tree.body[:-1]):
        yield _without(tree, 0, at, statement)


def _body(node):
    body = getattr(node, "body", None)
    return body if isinstance(body, list) else []


def _without(tree, number, at, statement):
    changed = copy.deepcopy(tree)
    body = _node(changed, number).body
    body[at : at + 1] = [] if len(body) > 1 else [ast.Pass()]
    first = ast.unparse(statement).split("\n")[0]
    return statement.lineno, f"without `{first}`", changed


def _moves(tree):
    """Statements one step to the left, into the block above, or one line up."""
    for number, node in enumerate(ast.walk(tree)):
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            for at in range(len(body) if isinstance(body, list) else 0):
                yield from _moves_of(tree, number, field, at, body[at])


def _moves_of(tree, number, field, at, statement):
    def edited(change):
        changed = copy.deepcopy(tree)
        change(getattr(_node(changed, number), field))
        return changed

    first = ast.unparse(statement).split("\n")[0]
    if isinstance(statement, BLOCKS) and len(statement.body) > 1:
        last = statement.body[-1]
        words = f"if `{ast.unparse(last).split(chr(10))[0]}` stood one step to the left"
        yield last.lineno, words, edited(lambda body: body.insert(at + 1, body[at].body.pop()))
    if not at:
        return

    def into(body):
        body[at - 1].body.append(body.pop(at))

    def up(body):
        body.insert(at - 1, body.pop(at))

    if isinstance(getattr(statement, "value", None), ast.expr):
        yield statement.lineno, f"if `{first}` stood one line higher", edited(up)
    above = getattr(_node(tree, number), field)[at - 1]
    if isinstance(above, BLOCKS):
        block = type(above).__name__.lower()
        yield statement.lineno, f"if `{first}` stood inside the `{block}` above", edited(into)


def _operators(tree):
    for node in _expressions(tree, (ast.BinOp, ast.Compare)):
        operator = node.op if isinstance(node, ast.BinOp) else node.ops[0]
        for other in INSTEAD.get(type(operator), ()):
            yield _replaced(tree, node, lambda it, other=other: _with_operator(it, other))
        if isinstance(operator, (ast.Sub, ast.Div, ast.MatMult, ast.FloorDiv)):
            yield _replaced(tree, node, lambda it: ast.BinOp(it.right, it.op, it.left))


def _assignments(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            for other in INSTEAD.get(type(node.op), ()):
                yield _replaced(tree, node, lambda it, other=other: _with_operator(it, other))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield _replaced(
                tree, node, lambda it: ast.AugAssign(it.targets[0], ast.Add(), it.value)
            )


def _with_operator(node, other):
    if isinstance(node, ast.Compare):
        node.ops[0] = other()
    else:
        node.op = other()
    return node


def _calls_of_something(tree):
    """The calls, but those of numbers: `np.abs(2)` for `np.sqrt(2)` would be right by chance."""
    for node in _expressions(tree, ast.Call):
        if not all(isinstance(one, ast.Constant) for one in node.args):
            yield node


def _functions(tree):
    for node in _calls_of_something(tree):
        called = node.func
        name = getattr(called, "attr", getattr(called, "id", None))
        for family in FUNCTIONS:
            for other in sorted(family - {name}) if name in family else ():

                def change(found, other=other):
                    field = "attr" if isinstance(found.func, ast.Attribute) else "id"
                    setattr(found.func, field, other)
                    return found

                yield _replaced(tree, node, change)
        inner = node.args[0] if node.args else None
        if isinstance(inner, ast.Call) and len(inner.args) == len(node.args) == 1:
            yield _replaced(tree, node, _exchanged)


def _everywhere(tree):
    """Each call of a function changed in the same way."""
    names = [ast.unparse(node.func) for node in _calls_of_something(tree)]
    for called in dict.fromkeys(name for name in names if names.count(name) > 1):
        for keyword in KEYWORDS:
            changed = copy.deepcopy(tree)
            for node in _calls(changed, called):
                new = _keyword(keyword)
                node.keywords = [one for one in node.keywords if one.arg != new.arg] + [new]
            yield _first(tree, called), f"with `{keyword}` in each `{called}`", changed
        own = called.split(".")[-1]
        for other in sorted(set().union(*(one for one in FUNCTIONS if own in one)) - {own}):
            new, changed = called.removesuffix(own) + other, copy.deepcopy(tree)
            for node in _calls(changed, called):
                node.func = ast.parse(new, mode="eval").body
            words = f"with `{new}` in place of each `{called}`"
            yield _first(tree, called), words, changed


def _calls(tree, called):
    return [node for node in _expressions(tree, ast.Call) if ast.unparse(node.func) == called]


def _keyword(source):
    return ast.parse(f"_({source})", mode="eval").body.keywords[0]


def _first(tree, called):
    return min(node.lineno for node in _calls(tree, called))


def _exchanged(outer):
    inner = outer.args[0]
    outer.func, inner.func = inner.func, outer.func
    outer.keywords, inner.keywords = inner.keywords, outer.keywords
    return outer


def _known_names(tree):
    names = [one.arg for one in tree.args.args]
    names += [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_stored(n)]
    return list(dict.fromkeys(names))


def _names(tree):
    """Other names, numbers one up or down or twice as large, True for False."""
    names = _known_names(tree)
    for node in _expressions(tree, (ast.Name, ast.Constant, ast.UnaryOp)):
        known, value = getattr(node, "id", None), getattr(node, "value", None)
        others = []
        if known in names or type(value) in (int, float):
            others += [ast.Name(name, ast.Load()) for name in names if name != known]
        if type(value) in (int, float):
            others += map(ast.Constant, (value + 1, value - 1, -value, 2 * value))
        if isinstance(node, ast.UnaryOp):  # a negative number, such as an axis or an index
            others += map(ast.Constant, (0, 1, 2))
        if isinstance(value, str) and value != value.lower():
            others.append(ast.Constant(value.lower()))
        if isinstance(value, bool):
            others.append(ast.Constant(not value))
        for other in others:
            yield _replaced(tree, node, lambda it, other=other: other)


def _exchanges(tree):
    """Two names exchanged wherever they are read."""
    names = _known_names(tree)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            changed = copy.deepcopy(tree)
            for node in ast.walk(changed):
                if isinstance(node, ast.Name) and not _is_stored(node):
                    node.id = {one: other, other: one}.get(node.id, node.id)
            yield tree.lineno, f"with `{one}` and `{other}` exchanged in your function", changed


def _is_stored(node):
    return isinstance(node.ctx, ast.Store)


def _arguments(tree):
    for node in _expressions(tree, ast.Call):
        for at in range(len(node.keywords)):

            def without(found, at=at):
                del found.keywords[at]
                return found

            yield _replaced(tree, node, without)
        for at in range(len(node.args) - 1):

            def swapped(found, at=at):
                found.args[at : at + 2] = found.args[at : at + 2][::-1]
                return found

            yield _replaced(tree, node, swapped)
        for keyword in KEYWORDS:
            if _keyword(keyword).arg not in [one.arg for one in node.keywords]:

                def added(found, keyword=keyword):
                    found.keywords.append(_keyword(keyword))
                    return found

                yield _replaced(tree, node, added)


def _taken_out(tree):
    """A part of an expression left out: `a` for `a / b`, `x` for `f(x)`."""
    for node in _expressions(tree, (ast.BinOp, ast.UnaryOp, ast.Call)):
        if isinstance(node, ast.BinOp):
            yield _replaced(tree, node, lambda it: it.left)
            yield _replaced(tree, node, lambda it: it.right)
        elif isinstance(node, ast.UnaryOp):
            yield _replaced(tree, node, lambda it: it.operand)
        elif node.args:
            yield _replaced(tree, node, lambda it: it.args[0])


def _put_around(tree):
    """A function around an expression."""
    for node in _expressions(tree, (ast.BinOp, ast.Name, ast.Call, ast.Subscript)):
        for around in AROUND if isinstance(node, ast.Call) else AROUND_ALL:
            yield _replaced(tree, node, lambda it, around=around: _around(around, ast.unparse(it)))


def _around(around, source):
    return ast.parse(f"{around}({source})", mode="eval").body


KINDS = (
    _left_out, _moves, _operators, _assignments, _taken_out, _functions, _everywhere, _names,
    _exchanges, _arguments, _put_around,
)  # fmt: skip


SECONDS = 2.0  # for all tries
EACH = 0.5  # for one of them
EACH_OF_ENDLESS = 0.05  # where a loop without end is to be ended, and most tries have one
ENDED = 3  # tries that may end the process that they run in: it takes seconds to start another


def repaired(tree, is_right):
    """A sentence on one change with which a function is right; None if none was found.

    tree: its `ast.FunctionDef`. is_right: whether a function of this source is; it may raise
    `Ended`.
    """
    if not isinstance(tree, ast.FunctionDef):
        return None
    start, ended = time.monotonic(), 0
    for line, words, changed in all_edits(tree):
        changed.decorator_list = []
        try:
            if is_right(ast.unparse(ast.fix_missing_locations(changed))):
                return f"Look at line {line}: {words}, all test cases come out right."
        except Ended:
            ended += 1
        except (ValueError, TypeError, RecursionError):  # a change that is no Python
            continue
        if time.monotonic() - start > SECONDS or ended == ENDED:
            return None
    return None
