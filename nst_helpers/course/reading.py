"""What is read from the source of a learner's function, without running it."""

import ast
import inspect
import linecache
from functools import lru_cache

CONSTANT = "tf.constant(", "tf.convert_to_tensor(", "tf.cast(", "float("  # no tape watches them
IN_PLACE = "append extend insert remove reverse sort clear update"  # they change, and give None
BLOCKS = {
    ast.For: "for", ast.While: "while", ast.If: "if", ast.With: "with", ast.Try: "try"
}  # fmt: skip
INNER = ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.AsyncFunctionDef


def make_findable(source, file):
    """Let a source that stands in no file be found under this name, as a notebook's cells are."""
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)


def tree_of(function):
    """The function's `ast.FunctionDef` or `ast.Lambda`; None where its source cannot be had."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return None
    names = code.co_varnames[: code.co_argcount]
    found = [
        node
        for node in _functions_in("".join(linecache.getlines(code.co_filename)))
        if min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        == code.co_firstlineno
        and tuple(one.arg for one in node.args.posonlyargs + node.args.args) == names
        and getattr(node, "name", "<lambda>") == code.co_name
        and _holds(node, code)
    ]
    return found[-1] if found else None


@lru_cache(maxsize=4)
def _functions_in(source):
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.Lambda))]


def _holds(node, code):
    """Whether all that the code says of its places lies within the node: lambdas share a line."""
    places = [place for place in code.co_positions() if None not in place and place[3]]
    start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    decorators = getattr(node, "decorator_list", None)
    return bool(decorators) or all(start <= (p[0], p[2]) and (p[1], p[3]) <= end for p in places)


def is_unfinished(tree):
    """Whether a `...` stands where code of one's own belongs; `features[..., i]` is no such one."""
    if tree is None:
        return False
    indices = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            indices |= set(map(id, inside))
    body = tree.body if isinstance(tree.body, list) else [tree.body]
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in indices
        for statement in body
        for node in ast.walk(statement)
    )


def is_stub(tree):
    """Whether nothing was filled in yet, or a `...` is computed with: it need not be run."""
    if not is_unfinished(tree) or isinstance(tree, ast.Lambda):
        return False
    own = [
        node
        for node in tree.body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    stored = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return))
    ]
    return not own or any(
        isinstance(value, ast.Constant) and value.value is ... for value in stored
    )


def parameters(function):
    """The names of a function's parameters; None for some that are written in C."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None


def fits(function, count):
    """Whether the function can be called with so many arguments, as far as can be told."""
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return parameters(function) is None
    except ValueError:
        return True
    return True


def misfit(names, count):
    """A sentence on a function that the check cannot call, by the names of its parameters."""
    own = f"{len(names)} parameter{'s' * (len(names) != 1)}"
    own += f" ({', '.join(f'`{name}`' for name in names)})" * bool(names)
    by_place = ", all without their names" * (len(names) == count)
    return (
        f"Your function has {own}, and the check calls it with {count} "
        f"argument{'s' * (count != 1)}{by_place}: leave the `def` line as it was given."
    )


def other_order(names, given):
    """A sentence on parameters that stand in another order than they were given; else None."""
    if names and sorted(names) == sorted(given) and names != given:
        return (
            f"Your parameters stand in another order than in the lesson, `({', '.join(given)})`: "
            "leave the `def` line as it was given."
        )
    return None


def inputs(names, arguments):
    """`{parameter's name: argument}`, as the learner's function calls them."""
    names = (names or [])[: len(arguments)]
    names += [f"argument {number}" for number in range(len(names) + 1, len(arguments) + 1)]
    return dict(zip(names, arguments, strict=True))


def why_none(tree, last_line):
    """Why a function gave None, as a sentence; None if it cannot be told.

    last_line: a function that gives the number of the line that it ended in, or None.
    """
    if tree is None or isinstance(tree, ast.Lambda):
        return None
    own = list(own_nodes(tree))
    returns = [node for node in own if isinstance(node, ast.Return)]
    if not returns:
        inner = [node for node in ast.walk(tree) if isinstance(node, ast.Return)]
        if inner:
            return (
                f"The `return` in line {inner[0].lineno} belongs to the function inside yours: "
                "yours has none, so it gives None. End it with a `return` of its own."
            )
        return "Your function has no `return`, so it gives None: end it with one, and the result."
    line = last_line()
    if line is None:
        return None
    reached = [node for node in returns if node.lineno <= line <= node.end_lineno]
    return _of_return(tree, reached[0]) if reached else _not_reached(tree, returns)


def unused(tree):
    """A sentence on the parameters that the function never reads; None if it reads them all."""
    if tree is None or tree.args.vararg:
        return None
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    names = [one.arg for one in tree.args.posonlyargs + tree.args.args if one.arg not in read]
    words = " and ".join(f"`{name}`" for name in names)
    return f"Your function does not use {words}." if names else None


def power(tree):
    """A sentence on a `^`; None if the function has none."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            return (
                f"In line {node.lineno} `^` is no power in Python (it compares bits): write `**`."
            )
    return None


def lengths(tree, tensors):
    """A sentence on the `len(...)` of a tensor; None if the function has none.

    tensors: the names of the parameters that are tensors.
    """
    if tree is None or isinstance(tree, ast.Lambda):
        return None
    made = ("tf.", *(f"{name}[" for name in tensors))
    names = {name for name, value in _assigned(own_nodes(tree)) if value.startswith(made)}
    for node in own_nodes(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "len" and node.args:
            name = ast.unparse(node.args[0])
            if name in names | set(tensors):
                return (
                    f"`len({name})` is the length of the first axis, and not how many values "
                    f"`{name}` has."
                )
    return None


def own_nodes(tree):
    """The nodes of a function's body, without those of functions inside it."""
    todo = list(tree.body)
    while todo:
        node = todo.pop(0)
        yield node
        if not isinstance(node, INNER):
            todo += ast.iter_child_nodes(node)


def _not_reached(tree, returns):
    block, line = _block_of(tree, returns[-1]), returns[-1].lineno
    if block is None:
        return None
    return (
        f"The `return` in line {line} stands inside the `{BLOCKS[type(block)]}` of line "
        f"{block.lineno} and was not reached, so your function gives None: the last line of the "
        "function has to be a `return`, as far to the left as the first."
    )


def _block_of(tree, wanted):
    """The outermost block of the function that holds a node; None if it stands in none."""
    for node in tree.body:
        if type(node) in BLOCKS and any(inner is wanted for inner in ast.walk(node)):
            return node
    return None


def _of_return(tree, node):
    value, line = node.value, node.lineno
    if isinstance(value, ast.Name):
        stored = [
            one.value
            for one in own_nodes(tree)
            if isinstance(one, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == value.id for t in one.targets)
        ]
        value = stored[-1] if stored else value
    if value is None:
        return f"`return` stands alone in line {line}, which gives None: name what it returns."
    if isinstance(value, ast.Constant) and value.value is None:
        return f"Line {line} returns `None`: return the result."
    if not isinstance(value, ast.Call):
        return None
    called = value.func
    if isinstance(called, ast.Name) and called.id == "print":
        return "`print` shows a value and gives None: use `return` with the value itself."
    if isinstance(called, ast.Attribute) and called.attr in IN_PLACE.split():
        owner = ast.unparse(called.value)
        return (
            f"`{owner}.{called.attr}(...)` changes `{owner}` itself and gives None: write it on a "
            f"line of its own, and return `{owner}`."
        )
    if isinstance(called, ast.Attribute) and called.attr == "gradient":
        return _no_gradient(tree, value)
    return None


def _no_gradient(tree, call):
    """Why `tape.gradient(of, to)` gave None."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if len(given) < 2:
        return None
    of, to = (ast.unparse(one) for one in given[:2])
    if "Variable(" in to:
        return (
            f"The tape gave None, because `{to}` makes another variable than the one that "
            f"`{of}` was computed from: make one before the `with`, give it a name, and use that."
        )
    nodes = list(own_nodes(tree))
    assigned = _assigned(nodes)
    tapes = [
        node
        for node in nodes
        if isinstance(node, ast.With) and "GradientTape" in ast.unparse(node.items[0])
    ]
    taped = {name for tape in tapes for name, _ in _assigned(ast.walk(tape))}
    variables = {name for name, value in assigned if "Variable(" in value}
    if to in taped and of in variables:
        return (
            f"The tape gave None for `gradient({of}, {to})`: name first what is differentiated, "
            f"`{to}`, and then with respect to what, `{of}`."
        )
    if of not in taped and of in dict(assigned):
        return (
            f"The tape gave None, because `{of}` is computed outside of the `with`: the tape sees "
            "only what happens inside."
        )
    constants = {name for name, value in assigned if value.startswith(CONSTANT)} - variables
    watched = any(f".watch({to})" in ast.unparse(tape) for tape in tapes)
    parameters = {one.arg for one in tree.args.posonlyargs + tree.args.args}
    parameters -= {name for name, _ in assigned}
    if to in constants | parameters and not watched:
        return (
            f"The tape gave None, because it does not watch `{to}`, which is no variable: write "
            f"`tape.watch({to})` first inside the `with`, or make it a `tf.Variable` before."
        )
    return None


def _assigned(nodes):
    """`(name, source of its value)` of all assignments among the nodes."""
    return [
        (ast.unparse(target), ast.unparse(node.value))
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
