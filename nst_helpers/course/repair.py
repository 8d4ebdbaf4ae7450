"""The one change of a learner's source that makes it right, found by trying small ones.

What is said of it was run: with that change, all test cases come out right.
"""

import ast
from collections import namedtuple
from contextlib import contextmanager
from itertools import chain, combinations, islice

from .apart import Ended
from .reading import nodes_of

# Counted, so that a busy machine finds what an idle one finds. The clock (`apart.EACH`) is only for
# what a count does not end, such as a list that doubles with every line.
TRIES, LINES = 300, 10_000  # how many, and how many lines of the function each may run
OF_ENDLESS = 100, 200  # where a loop without end is to be ended, and most tries have one
ENDED = 3  # tries that may end the process that they run in: it takes seconds to start another

OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv), ast.FloorDiv: (ast.Div,), ast.MatMult: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}  # fmt: skip
FUNCTIONS = (
    {"reduce_mean", "reduce_sum", "reduce_max"}, {"mean", "sum", "max"}, {"square", "abs", "sqrt"},
    {"max", "min"}, {"maximum", "minimum"}, {"reduce_max", "maximum"}, {"reduce_min", "minimum"},
    {"assign", "assign_add", "assign_sub"}, {"transpose_a", "transpose_b"},
)  # fmt: skip
AROUND = "tf.square", "tf.reduce_mean", "tf.reduce_sum", "-"
AROUND_A_CALL = *AROUND, "tf.sqrt"  # a root of anything else makes up for a square elsewhere
KEYWORDS = "keepdims=True", "axis=-1", "axis=0", "transpose_a=True", "transpose_b=True"
OPERATIONS, PARTS = (ast.BinOp, ast.UnaryOp), (ast.Attribute, ast.Subscript)
BLOCKS = ast.For, ast.While, ast.If, ast.With

# A small change. changes: `(node, field, new value)` of the tree. message: how a sentence begins
# that goes on with what is then right; None for "with the second in place of the first" of the two
# nodes `shown`.
Edit = namedtuple("Edit", "line changes message shown", defaults=(None, None))


def repaired(tree, is_right, tries=TRIES):
    """A sentence on one change with which a function is right; None if none was found.

    tree: its `ast.FunctionDef`. is_right: whether a function of this source is; it may raise
    `Ended`.
    """
    if not isinstance(tree, ast.FunctionDef):
        return None
    ended = 0
    with _changed([(tree, "decorator_list", [])]):
        for edit in islice(chain.from_iterable(kind(tree) for kind in KINDS), tries):
            before = edit.shown and _shown(edit.shown[0])
            try:
                with _changed(edit.changes):
                    if is_right(ast.unparse(tree)):
                        after = edit.shown and _shown(edit.shown[1])
                        message = edit.message or f"with `{after}` in place of `{before}`"
                        come = "would come" if message.startswith("if ") else "come"
                        place = f"Look at line {edit.line}"
                        return f"{place}: {message}, all test cases {come} out right."
            except Ended:
                ended += 1
            except (ValueError, TypeError, RecursionError):  # a change that is no Python
                continue
            if ended == ENDED:
                return None
    return None


def _shown(node):
    """Its source; that of an index such as `[:, 0]`, which is none by itself, in its brackets."""
    source = ast.unparse(node)
    is_index = isinstance(node, ast.Tuple) and nodes_of(node, ast.Slice)
    return f"[{source.strip('()')}]" if is_index else source


@contextmanager
def _changed(changes):
    """The tree with these changes, and afterwards as it was."""
    before = [(node, field, getattr(node, field)) for node, field, _ in changes]
    for node, field, value in changes:
        setattr(node, field, value)
    try:
        yield
    finally:
        for node, field, value in before:
            setattr(node, field, value)


def _within(node, **fields):
    """The edit that gives a node's fields these values."""
    changes = [(node, field, value) for field, value in fields.items()]
    return Edit(node.lineno, changes, shown=(node, node))


def _replaced(tree, old, new):
    """The edit that puts one node in place of another."""
    parent, field, value = next(
        (node, field, value)
        for node in ast.walk(tree)
        for field, value in ast.iter_fields(node)
        if value is old or isinstance(value, list) and old in value
    )
    value = new if value is old else [new if part is old else part for part in value]
    # One more step up says where a name or a number stands, and puts brackets around an operation.
    is_short = isinstance(old, (ast.Name, ast.Constant, ast.UnaryOp))
    has_place = isinstance(parent, (ast.expr, ast.keyword))
    needs_brackets = isinstance(new, OPERATIONS) and isinstance(parent, (*OPERATIONS, *PARTS))
    shown = (parent, parent) if is_short and has_place or needs_brackets else (old, new)
    return Edit(old.lineno, [(parent, field, value)], shown=shown)


def _expressions(tree, kind=ast.expr):
    """The expressions that are read, from the function's body."""
    for statement in tree.body:
        for node in nodes_of(statement, kind):
            if not isinstance(getattr(node, "ctx", None), ast.Store):
                yield node


def _bodies(tree):
    """`(node, field, statements)` of everything that holds statements."""
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            if isinstance(getattr(node, field, None), list):
                yield node, field, getattr(node, field)


def _first_line(statement):
    return ast.unparse(statement).split("\n")[0]


def _left_out(tree):
    """Without one of the statements, but for the function's last."""
    own, *others = _bodies(tree)
    for node, field, body in [*others, (*own[:2], own[2][:-1])]:
        for statement in body:
            left = [other for other in getattr(node, field) if other is not statement]
            message = f"without `{_first_line(statement)}`"
            yield Edit(statement.lineno, [(node, field, left or [ast.Pass()])], message)


def _moves(tree):
    """Statements one step to the left, into the block above, or one line up."""
    for node, field, body in _bodies(tree):
        for at, statement in enumerate(body):
            before, after = body[:at], body[at + 1 :]
            if isinstance(statement, BLOCKS) and len(statement.body) > 1:
                *inside, last = statement.body
                changes = [(node, field, [*before, statement, last, *after])]
                changes.append((statement, "body", inside))
                message = f"if `{_first_line(last)}` stood one step to the left"
                yield Edit(last.lineno, changes, message)
            if not at:
                continue
            above, line, own = body[at - 1], statement.lineno, _first_line(statement)
            if isinstance(getattr(statement, "value", None), ast.expr):
                changes = [(node, field, [*before[:-1], statement, above, *after])]
                yield Edit(line, changes, f"if `{own}` stood one line higher")
            if isinstance(above, BLOCKS):
                changes = [(node, field, [*before, *after])]
                changes.append((above, "body", [*above.body, statement]))
                block = type(above).__name__.lower()
                yield Edit(line, changes, f"if `{own}` stood inside the `{block}` above")


def _operators(tree):
    for node in _expressions(tree, ast.Compare):
        for other in OPERATORS.get(type(node.ops[0]), ()):
            yield _within(node, ops=[other(), *node.ops[1:]])
    for node in _expressions(tree, ast.BinOp):
        if isinstance(node.op, ast.BitXor):  # `(a - b) ^ 2` would be shown without its brackets
            message = "with `**` in place of `^`"
            yield _within(node, op=ast.Pow())._replace(message=message)
        for other in OPERATORS.get(type(node.op), ()):
            yield _within(node, op=other())
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.FloorDiv)):
            yield _within(node, left=node.right, right=node.left)


def _assignments(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            for other in OPERATORS.get(type(node.op), ()):
                yield _within(node, op=other())
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield _replaced(tree, node, ast.AugAssign(node.targets[0], ast.Add(), node.value))


def _calls_of_something(tree):
    """The calls, but those of numbers: `np.abs(2)` for `np.sqrt(2)` would be right by chance."""
    for node in _expressions(tree, ast.Call):
        if not all(isinstance(argument, ast.Constant) for argument in node.args):
            yield node


def _others(name):
    """The functions that one may have been taken for."""
    families = [family for family in FUNCTIONS if name in family]
    return sorted(set().union(*families) - {name})


def _functions(tree):
    for node in _calls_of_something(tree):
        field = "attr" if isinstance(node.func, ast.Attribute) else "id"
        for other in _others(getattr(node.func, field, None)):
            yield Edit(node.lineno, [(node.func, field, other)], shown=(node, node))
        inner = node.args[0] if node.args else None
        if isinstance(inner, ast.Call) and len(inner.args) == len(node.args) == 1:
            changes = [
                (node, "func", inner.func), (node, "keywords", inner.keywords),
                (inner, "func", node.func), (inner, "keywords", node.keywords),
            ]  # fmt: skip
            yield Edit(node.lineno, changes, shown=(node, node))


def _everywhere(tree):
    """Each call of a function changed in the same way."""
    names = [ast.unparse(node.func) for node in _calls_of_something(tree)]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        calls = [node for node in _expressions(tree, ast.Call) if ast.unparse(node.func) == name]
        line = min(node.lineno for node in calls)
        for keyword in KEYWORDS:
            changes = [(node, "keywords", _with_keyword(node, keyword)) for node in calls]
            yield Edit(line, changes, f"with `{keyword}` in each `{name}`")
        own = name.split(".")[-1]
        for other in _others(own):
            new = name.removesuffix(own) + other
            changes = [(node, "func", ast.parse(new, mode="eval").body) for node in calls]
            yield Edit(line, changes, f"with `{new}` in place of each `{name}`")


def _with_keyword(call, source):
    """The call's keywords with this one, in place of one of the same name."""
    new = ast.parse(f"_({source})", mode="eval").body.keywords[0]
    return [keyword for keyword in call.keywords if keyword.arg != new.arg] + [new]


def _known_names(tree):
    names = [argument.arg for argument in tree.args.args]
    names += [node.id for node in nodes_of(tree, ast.Name) if isinstance(node.ctx, ast.Store)]
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
            yield _replaced(tree, node, other)


def _exchanges(tree):
    """Two names exchanged where one statement reads them."""
    known = _known_names(tree)
    for statement in nodes_of(tree, (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)):
        read = [node for node in nodes_of(statement, ast.Name) if isinstance(node.ctx, ast.Load)]
        names = dict.fromkeys(node.id for node in read if node.id in known)
        for name, other in combinations(names, 2):
            new = {name: other, other: name}
            changes = [(node, "id", new[node.id]) for node in read if node.id in new]
            yield Edit(statement.lineno, changes, shown=(statement, statement))


def _arguments(tree):
    for node in _expressions(tree, ast.Call):
        for keyword in node.keywords:
            left = [other for other in node.keywords if other is not keyword]
            yield _within(node, keywords=left)
        for at in range(len(node.args) - 1):
            swapped = [*node.args[:at], node.args[at + 1], node.args[at], *node.args[at + 2 :]]
            yield _within(node, args=swapped)
        for keyword in KEYWORDS:
            if keyword.split("=")[0] not in [other.arg for other in node.keywords]:
                yield _within(node, keywords=_with_keyword(node, keyword))


def _taken_out(tree):
    """A part of an expression left out: `a` for `a / b`, `x` for `f(x)`."""
    for node in _expressions(tree, (ast.BinOp, ast.UnaryOp, ast.Call)):
        if isinstance(node, ast.BinOp):
            yield _replaced(tree, node, node.left)
            yield _replaced(tree, node, node.right)
        elif isinstance(node, ast.UnaryOp):
            yield _replaced(tree, node, node.operand)
        elif node.args:
            yield _replaced(tree, node, node.args[0])


def _put_around(tree):
    """A function around an expression."""
    for node in _expressions(tree, (ast.BinOp, ast.Name, ast.Call, ast.Subscript)):
        for around in AROUND_A_CALL if isinstance(node, ast.Call) else AROUND:
            new = ast.parse(f"{around}({ast.unparse(node)})", mode="eval").body
            yield _replaced(tree, node, new)


KINDS = (  # the likeliest first
    _left_out, _moves, _operators, _assignments, _taken_out, _functions, _everywhere, _names,
    _exchanges, _arguments, _put_around,
)  # fmt: skip
