"""What is read from the source of a learner's function, without running it."""

import ast
import builtins
import inspect
import linecache
import re
from functools import lru_cache

CONSTANT = "tf.constant(", "tf.convert_to_tensor(", "tf.cast(", "float("  # no tape watches them
IN_PLACE = "append extend insert remove reverse sort clear update"  # they change, and give None
BLOCKS = ast.For, ast.While, ast.If, ast.With, ast.Try
REDUCTION = re.compile(r"(?:tf|np)\.(?:math\.)?(?:reduce_)?(max|min|sum|mean|prod)")
INNER = ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.AsyncFunctionDef


def make_findable(source, file):
    """Let a source that stands in no file be found under this name, as a notebook's cells are."""
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)


def tree_of(function):
    """The function's `ast.FunctionDef` or `ast.Lambda`; None where its source cannot be had."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return None
    functions = _functions_in("".join(linecache.getlines(code.co_filename)))
    return next((node for node in reversed(functions) if _is_made_from(code, node)), None)


@lru_cache(maxsize=4)
def _functions_in(source):
    try:
        return nodes_of(ast.parse(source), (ast.FunctionDef, ast.Lambda))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def nodes_of(tree, kind):
    """The nodes of a kind in a tree; none without one."""
    return [node for node in ast.walk(tree) if isinstance(node, kind)] if tree else []


def _own_nodes(tree, kind):
    """The same in a function's body, without those of functions inside it; none of a lambda."""
    todo, found = list(tree.body) if isinstance(tree, ast.FunctionDef) else [], []
    while todo:
        node = todo.pop(0)
        if isinstance(node, kind):
            found.append(node)
        if not isinstance(node, INNER):
            todo += ast.iter_child_nodes(node)
    return found


def _argument_names(tree):
    return [argument.arg for argument in tree.args.posonlyargs + tree.args.args]


def _is_made_from(code, node):
    """Whether a code's names and all of its places are a node's: lambdas may share a line."""
    decorators = getattr(node, "decorator_list", [])
    start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    places = [place for place in code.co_positions() if None not in place and place[3]]
    return (
        min(part.lineno for part in [node, *decorators]) == code.co_firstlineno
        and _argument_names(node) == list(code.co_varnames[: code.co_argcount])
        and getattr(node, "name", "<lambda>") == code.co_name
        and (decorators or all(start <= (p[0], p[2]) and (p[1], p[3]) <= end for p in places))
    )


def is_unfinished(tree):
    """Whether a `...` stands where code of one's own belongs; `features[..., i]` is no such one."""
    body = tree and ast.Module(tree.body)  # statements or, of a lambda, an expression
    slices = [node.slice for node in nodes_of(body, ast.Subscript)]
    indices = [part for index in slices for part in getattr(index, "elts", [index])]
    constants = nodes_of(body, ast.Constant)
    return any(_is_ellipsis(node) and node not in indices for node in constants)


def _is_ellipsis(node):
    return isinstance(node, ast.Constant) and node.value is ...


def is_empty(tree):
    """Whether nothing stands below the `def` line but a docstring or `pass`."""
    if not isinstance(tree, ast.FunctionDef):
        return False
    rest = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    return all(isinstance(node, ast.Pass) for node in rest)


def is_stub(tree):
    """Whether nothing was filled in yet, or a `...` is computed with: it need not be run."""
    if not is_unfinished(tree) or isinstance(tree, ast.Lambda):
        return False
    values = [node.value for node in tree.body if isinstance(node, ast.Expr)]
    texts = [value for value in values if isinstance(value, ast.Constant)]
    stored = nodes_of(tree, (ast.Assign, ast.AugAssign, ast.Return))
    return len(texts) == len(tree.body) or any(_is_ellipsis(node.value) for node in stored)


def parameters(function):
    """The names of a function's parameters; None for some that are written in C."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None


def fits(function, count):
    """Whether the function can be called with so many arguments, as far as can be told."""
    if parameters(function) is None:
        return True
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
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

    last_line: a function that gives the number of the line that it ended in, if it can be known.
    """
    if not isinstance(tree, ast.FunctionDef):
        return None
    returns = _own_nodes(tree, ast.Return)
    if not returns:
        inner = nodes_of(tree, ast.Return)
        if inner:
            return (
                f"The `return` in line {inner[0].lineno} belongs to the function inside yours: "
                "yours has none, so it gives None. End it with a `return` of its own."
            )
        return "Your function has no `return`, so it gives None: end it with one, and the result."
    line = last_line()
    if not line:
        return None
    reached = [node for node in returns if node.lineno <= line <= node.end_lineno]
    return _of_return(tree, reached[0]) if reached else _not_reached(tree, returns[-1])


def unused(tree):
    """A sentence on the parameters that the function never reads; None if it reads them all."""
    if tree is None or tree.args.vararg:
        return None
    read = {node.id for node in nodes_of(tree, ast.Name) if isinstance(node.ctx, ast.Load)}
    names = [f"`{name}`" for name in _argument_names(tree) if name not in read]
    return f"Your function does not use {' and '.join(names)}." if names else None


def power(tree):
    """A sentence on a `^`; None if the function has none."""
    for node in nodes_of(tree, ast.BinOp):
        if isinstance(node.op, ast.BitXor):
            return (
                f"In line {node.lineno} `^` is no power in Python (it compares bits): write `**`."
            )
    return None


def always_true(tree):
    """A sentence on an `or` with a text in it; None if the function has none."""
    for node in nodes_of(tree, ast.BoolOp):
        texts = [ast.unparse(part) for part in node.values if isinstance(part, ast.Constant)]
        if isinstance(node.op, ast.Or) and texts:
            return (
                f"In line {node.lineno} `or {texts[0]}` is true whatever came before: compare with "
                'each text, as in `name in ("one", "another")`.'
            )
    return None


def changed_in_place(tree):
    """A sentence on a name for what a method such as `append` gives; None if there is none."""
    for node in _own_nodes(tree, ast.Assign):
        owner = _changed_by(node.value)
        if owner:
            return (
                f"`{ast.unparse(node.value.func)}(...)` in line {node.lineno} changes `{owner}` "
                f"itself and gives None: leave out `{ast.unparse(node.targets[0])} =`."
            )
    return None


def _changed_by(value):
    """What a call of a method such as `append` changes in place; None for any other value."""
    method = value.func if isinstance(value, ast.Call) else None
    if not isinstance(method, ast.Attribute) or method.attr not in IN_PLACE.split():
        return None
    owner = ast.unparse(method.value)
    return None if owner in ("tf", "np") else owner  # these have functions of such names


def from_other_cells(function, known):
    """The names that a function uses and does not define. known: those that it has everywhere."""
    tree = tree_of(function)
    own = {getattr(node, "name", None) for node in ast.walk(tree)} if tree else set()
    own |= {node.arg for node in nodes_of(tree, ast.arg)}
    own |= {node.asname or node.name.split(".")[0] for node in nodes_of(tree, ast.alias)}
    names = nodes_of(tree, ast.Name)
    own |= {node.id for node in names if isinstance(node.ctx, ast.Store)} | {*known, *dir(builtins)}
    return [name for name in dict.fromkeys(node.id for node in names) if name not in own]


def not_kept(tree):
    """A sentence on a statement whose value is lost; None if the function has none."""
    for node in _own_nodes(tree, ast.Expr):
        source = ast.unparse(node.value)
        if source.startswith(("+", "-")):
            return (
                f"Line {node.lineno}, `{source}`, stands by itself: put brackets around it and the "
                "line that it goes on from, so that Python takes them for one."
            )
        is_call = re.match(r"(tf|np)\.(?!print|debugging|random)|\w+\.gradient\(", source)
        if is_call or isinstance(node.value, ast.BinOp):
            returns = any(line.value for line in _own_nodes(tree, ast.Return))
            changed = ast.unparse(node.value.args[0]) if is_call and node.value.args else ""
            return (
                f"What `{source}` gives in line {node.lineno} is not kept, and changes nothing: "
                + (
                    f"put it into `{changed}.assign(...)`, which changes `{changed}`."
                    if not returns and changed in _argument_names(tree)
                    else "give it a name, and go on with that."
                )
            )
    return None


def lengths(tree, tensors):
    """A sentence on the `len(...)` of a tensor; None if the function has none.

    tensors: the names of the parameters that are tensors.
    """
    made = ("tf.", *(f"{name}[" for name in tensors))
    assigned = _assigned(_own_nodes(tree, ast.Assign))
    names = {*tensors, *(name for name, value in assigned if value.startswith(made))}
    for call in _own_nodes(tree, ast.Call):
        name = ast.unparse(call.args[0]) if call.args else None
        if name in names and ast.unparse(call.func) == "len":
            return (
                f"`len({name})` is the length of the first axis, and not how many values "
                f"`{name}` has."
            )
    return None


def of_the_batch(tree, pictures):
    """A sentence on what is done along axis 0 of a picture; None if nothing is.

    pictures: the names of the parameters of the shape (1, height, width, channels).
    """
    changed = {node.id for node in nodes_of(tree, ast.Name) if isinstance(node.ctx, ast.Store)}
    name = "|".join(set(pictures) - changed) or "(?!)"
    along = re.compile(
        rf"(?:{name})\[(?!0?:1?[,\]])[^,\]]*:.*"  # a part of it, as `[1:]`
        rf"|(?:(?:{name})\.shape|tf\.shape\((?:{name})\))\[(?:0|:[23])\]"
        rf"|\w+\.(?:diff|roll)\((?:{name})\b[^()]*[ =[]0\]?\)"
    )
    for node in nodes_of(tree, (ast.Subscript, ast.Call)):
        source = ast.unparse(node)
        if along.fullmatch(source):
            return (
                f"`{source}` in line {node.lineno} is about axis 0, the batch, which has "
                "length 1: height is axis 1, and width is axis 2."
            )
    return None


def second_is_axis(tree, line):
    """A sentence on a value in a line that is taken for an axis; None if there is none."""
    for call in nodes_of(tree, ast.Call):
        function = ast.unparse(call.func)
        known = REDUCTION.fullmatch(function)
        axes = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "axis")]
        if not known or not axes or line not in range(call.lineno, call.end_lineno + 1):
            continue
        if not re.fullmatch(r"[-\d, ()\[\]]*|None|\w*(?:axis|axes|dim)\w*", ast.unparse(axes[0])):
            larger = {"max": "larger", "min": "smaller"}.get(known[1])
            return f"The second argument of `{function}` in line {line} is an axis: " + (
                f"the {larger} of two values is `{function[:2]}.{known[1]}imum(a, b)`."
                if larger
                else "combine the values first, as in `a + b` or `a * b`, and give it the result."
            )
    return None


def _not_reached(tree, node):
    for block in tree.body:
        if isinstance(block, BLOCKS) and node in ast.walk(block):
            return (
                f"The `return` in line {node.lineno} stands inside the "
                f"`{type(block).__name__.lower()}` of line {block.lineno} and was not reached, so "
                "your function gives None: the last line of the function has to be a `return`, as "
                "far to the left as the first."
            )
    return None


def _of_return(tree, node):
    value, line = node.value, node.lineno
    if isinstance(value, ast.Name):
        for assignment in _own_nodes(tree, ast.Assign):
            if node.value.id in map(ast.unparse, assignment.targets):
                value = assignment.value
    if value is None:
        return f"`return` stands alone in line {line}, which gives None: name what it returns."
    if isinstance(value, ast.Constant) and value.value is None:
        return f"Line {line} returns `None`: return the result."
    if not isinstance(value, ast.Call):
        return None
    called = value.func
    if isinstance(called, ast.Name) and called.id == "print":
        return "`print` shows a value and gives None: use `return` with the value itself."
    owner = _changed_by(value)
    if owner:
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
    of, to = map(ast.unparse, given[:2])
    if "Variable(" in to:
        return (
            f"The tape gave None, because `{to}` makes another variable than the one that "
            f"`{of}` was computed from: make one before the `with`, give it a name, and use that."
        )
    assigned = _assigned(_own_nodes(tree, ast.Assign))
    blocks = _own_nodes(tree, ast.With)
    tapes = [block for block in blocks if "GradientTape" in ast.unparse(block.items[0])]
    taped = {name for tape in tapes for name, _ in _assigned(nodes_of(tape, ast.Assign))}
    variables = {name for name, value in assigned if "Variable(" in value}
    if to in taped and of in variables:
        return (
            f"The tape gave None for `gradient({of}, {to})`: name first what is differentiated, "
            f"`{to}`, and then with respect to what, `{of}`."
        )
    names = {name for name, _ in assigned}
    if of not in taped and of in names:
        return (
            f"The tape gave None, because `{of}` is computed outside of the `with`: the tape sees "
            "only what happens inside."
        )
    constants = {name for name, value in assigned if value.startswith(CONSTANT)} - variables
    watched = any(f".watch({to})" in ast.unparse(tape) for tape in tapes)
    if to in constants | (set(_argument_names(tree)) - names) and not watched:
        return (
            f"The tape gave None, because it does not watch `{to}`, which is no variable: write "
            f"`tape.watch({to})` first inside the `with`, or make it a `tf.Variable` before."
        )
    return None


def _assigned(assignments):
    """`(name, source of its value)` of these assignments."""
    return [
        (ast.unparse(target), ast.unparse(node.value))
        for node in assignments
        for target in node.targets
    ]
