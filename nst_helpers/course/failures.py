"""What to say when a learner's function stops with an exception: which line, and why, shortly."""

import ast
import re
import sys

import tensorflow as tf

from .reading import nodes_of

EMPTY = "zeros", "ones", "empty", "zeros_like"  # NumPy's arrays to be filled: asked about last
LONGEST = 300  # characters of an exception's text that are shown
# How TensorFlow and NumPy begin to say that shapes do not fit.
SHAPES = re.compile(
    r"\A(?!.*(?:out of bounds|must be 1-dimension|NumPy dtype))"  # of an index or an argument
    r".*(?:shape|broadcast|size-incompatible|[Dd]imension|mismatch|must be equal|In\[0\])",
    re.DOTALL,
)
OPERANDS = re.compile(
    r"unsupported operand type\(s\) for .*: '(list|dict)' and|and '(list|dict)'$|"
    r"with an unsupported type \(<class '(list|dict)'>"
)
OTHER_KIND = re.compile(
    r"expected to be an? (\w+) tensor but is an? (\w+) tensor|same dtype, got tf.(\w+) != tf.(\w+)"
)
SIZE = re.compile(r"[*/] ?(tf\.(?:size|shape)\(\w+\)(?:\[\w+\])?)")  # whole numbers in a product
NOISE = re.compile(  # of TensorFlow's own, in the text of an exception
    r"\{\{.*?\}\}|\[Op:\w+\]|name:\s*(?:\w+/)*\s*$|\bdevice: \S+|"
    r"Traceback \(most recent call last\):.*|"
    r"If you are looking for numpy-related methods.*|^in user code:.*\n\n\s+(?=\S)|"
    r"You can attempt the following resolutions.*| ?; NodeDef:.*",
    re.DOTALL,
)
# Functions and objects of the kit's own, as Python shows them.
OBJECTS = re.compile(r"<(?:class ')?(?:function|nst_helpers).*?(?: at 0x\w+|')>")
INSTEAD = {  # what NumPy's functions and methods, and Python's, are called in TensorFlow
    "T": "tf.transpose", "astype": "tf.cast", "average": "tf.reduce_mean",
    "clip": "tf.clip_by_value", "copy": "tf.identity", "dot": "tf.tensordot(..., 1)",
    "flatten": "tf.reshape", "flip": "tf.reverse(..., axis=[-1])", "inner": "tf.tensordot(..., 1)",
    "int": "tf.cast", "max": "tf.reduce_max", "mean": "tf.reduce_mean", "min": "tf.reduce_min",
    "power": "tf.pow", "prod": "tf.reduce_prod", "ravel": "tf.reshape", "reshape": "tf.reshape",
    "size": "tf.size(..., tf.float32)", "std": "tf.math.reduce_std", "sum": "tf.reduce_sum",
    "tolist": "tf.unstack", "transpose": "tf.transpose", "var": "tf.math.reduce_variance",
}  # fmt: skip

MEANT = {  # words of an exception's text, and what stands behind them
    "'dims' must be 1-dimension": "`tf.reverse` takes a list of axes, in square brackets even if "
    "it is one.",
    "Iterating over a symbolic": "Take a list in place of the tensor that is gone through, or "
    "`tf.unstack` of it.",
    "of dimension 0 out of bounds": "Axis 0 has fewer entries than that. Axis 0 of a picture or of "
    "features is the batch, which has one entry.",
    "out of bounds for axis 0 with size 1": "Axis 0 has one entry. Of a picture or of features it "
    "is the batch.",
    "sum() takes at most": "Python's `sum` adds up one list, as in `sum([a, b])`.",
}
MODULES = {"np": "numpy", "tf": "tensorflow"}  # as the lessons call them


def described(failure):
    """What happened, where, and what that means (or nothing), of a `trial.failure_of`."""
    stopped = f"Your function stopped with {failure['type']}"
    stopped += place(failure["line"], failure["code"])
    text, types = shortened(failure["text"]), OTHER_KIND.search(failure["text"])
    if types:
        one, other = filter(None, types.groups())
        size = SIZE.search(failure["code"])
        return (
            f"{stopped}: numbers of the types {other} and {one} meet there, and TensorFlow does "
            "not mix them.",
            f"Make them the same with `tf.cast({size[1] if size else '...'}, tf.float32)`.",
        )
    if failure["type"] in ("InvalidArgumentError", "ValueError") and SHAPES.search(text):
        shapes = (f"`{name}` has the shape {shape}" for name, shape in failure["shapes"].items())
        seen = f" In this line {' and '.join(shapes)}." if failure["shapes"] else ""
        meet = "shapes meet there that do not fit together."
        return f"{stopped}: {meet}{seen} In its own words: {text}", ""
    if "Tensor' object has no attribute '_" in text and failure.get("name") != "_id":
        text = "a plain tensor stands there where a variable has to be."
    return f"{stopped}{text and ': '}{text}", _meant(failure)


def sentence(text):
    """The text with a full stop, if it ends without one."""
    return text if text.endswith(("?", "!", "…", ".")) else f"{text}."


def _meant(failure):
    """A sentence on what stands behind an exception; nothing where its own text is enough."""
    bases, name, text = failure["bases"], failure.get("name"), failure["text"]
    operands = OPERANDS.search(text)
    if operands:
        kind = next(filter(None, operands.groups()))
        return f"Python has no such operation for a {kind}: go through its entries one by one."
    called = re.search(r"'(dict|list|tuple)' object is not callable", text)
    if called:
        return f"The entries of a {called[1]} are asked for in square brackets, as in `name[...]`."
    if "KeyError" in bases:
        return "There is no such entry in the dictionary: go through the names that it has."
    for words, meaning in MEANT.items():
        if words in text:
            return meaning
    first = re.search(r"local variable '(\w+)'", text)
    if "UnboundLocalError" in bases and first:
        return f"Give `{first[1]}` a first value before this line, outside of any loop."
    if "AttributeError" in bases and name:
        return _of_attribute(failure)
    return _of_name(failure) if "NameError" in bases and name else ""


def _of_name(failure):
    """What to do about a name without a value. own: of `trial.failure_of`."""
    name, own = failure["name"], failure["own"]
    if re.search(rf"(?<![\w.]){name}\.", failure["code"]):  # as a module is used
        if name in sys.stdlib_module_names:
            return f"It is one of Python's modules: write `import {name}` at the top of the cell."
        if name == "torch":
            return "These lessons use TensorFlow, not PyTorch: look for the function in `tf`."
    if name in MODULES:
        return f"Write `import {MODULES[name]} as {name}` at the top of the cell."
    modules = [short for short, module in MODULES.items() if name.lower() in (short, module)]
    known = modules or failure["known"]
    is_called = re.search(rf"(?<![\w.]){name}\(", failure["code"])
    if is_called and not known:
        in_tensorflow = [f"tf.{one}" for one in (f"reduce_{name}", name) if hasattr(tf, one)]
        known = in_tensorflow[:1] or list(filter(None, [INSTEAD.get(name)]))
    if known:
        return f"Did you mean {' or '.join(f'`{other}`' for other in known)}?"
    if is_called:
        return f"Run the cell that defines `{name}` first, or define it inside your function."
    have = f" These have: {', '.join(f'`{other}`' for other in own)}." if own else ""
    return (
        f"`{name}` has no value in your function.{have} Give it one before this line, take another "
        "name, or put it in quotation marks if it is a text."
    )


def _of_attribute(failure):
    name, known = failure["name"], failure["known"]
    if name == "_id":  # asked of a tensor by the tape
        return "The tape can be asked about tensors only, and not about numbers or arrays."
    if (failure["is_tensor"] or failure["of"] == "tensorflow") and name in INSTEAD:
        return f"That is NumPy's; for tensors there is `{INSTEAD[name]}`."
    own = {"tensorflow": "tf.", "numpy": "np."}.get(failure["of"], "." * failure["is_tensor"])
    return f"Did you mean {' or '.join(f'`{own}{other}`' for other in known)}?" if known else ""


def too_long(line, code, seconds):
    """What happened, and where, of a function that the check has ended."""
    return (
        f"Your function stopped only because the check ended it after {seconds:g} "
        f"seconds{place(line, code)}. Is there a loop that never ends?"
    )


def place(line, code):
    """Where in the learner's cell, as the end of a sentence's part."""
    return (f" in line {line}" + (f", `{code}`" if code else "")) if line else ""


def shortened(text):
    """An exception's text in one line without TensorFlow's own remarks, and cut."""
    text = " ".join(OBJECTS.sub("a function", NOISE.sub("", text)).split())
    text = re.sub(r"^\w+(?:Error|Exception): ", "", text)  # its type is said already
    return text if len(text) <= LONGEST else text[: LONGEST - 2].rsplit(" ", 1)[0] + " …"


def of_the_tape(tree, answer, in_graph):
    """How a sentence goes on that says the values are right: what the tape could not do.

    answer: of `trial.differentiated`. None if it found one, of numbers.
    """
    if "gradients" in answer and not _has_none(answer["gradients"]):
        return NOT_A_NUMBER if _has_nan(answer["gradients"]) else None
    why = _what_cuts_the_tape(tree)
    if "failure" not in answer:
        return why or (
            "the tape finds no way from your result back to what came in, and the lesson asks for "
            "its gradient: compute it from the arguments, with TensorFlow's functions alone."
        )
    where = "inside of `tf.function`" if in_graph else "under a tape"
    first, second = described(answer["failure"])
    second = why[0].upper() + why[1:] if why else second
    first = sentence(first).replace("Your function stopped", "it stops", 1)
    return f"{where}, as the lesson calls it, {first} {second}".strip()


NOT_A_NUMBER = (
    "the gradient that the tape finds is not a number (NaN): a root has an infinite slope at 0, so "
    "add a small number, such as 1e-5, before you take it."
)


def _has_nan(data):
    """Whether an encoded value has a NaN in it."""
    if not isinstance(data, dict):
        return False
    entries = data.get("list") or [value for _, value in data.get("dict", [])]
    return any(value != value for value in data.get("array", [])) or any(map(_has_nan, entries))


def _has_none(data):
    """Whether an encoded value has a None in it."""
    if isinstance(data, dict):
        entries = data.get("list") or [value for _, value in data.get("dict", [])]
        return any(map(_has_none, entries))
    return data is None


def _what_cuts_the_tape(tree):
    """A sentence's end on the calls that make plain numbers of tensors; None without any."""
    found, after = [], []
    for node in nodes_of(tree, ast.Attribute):
        if node.attr == "T":
            after.append(f"`tf.transpose` in place of `.T` in line {node.lineno}")
    for node in nodes_of(tree, ast.Call):
        module, dot, name = ast.unparse(node.func).rpartition(".")
        parts = (part for argument in node.args for part in nodes_of(argument, ast.Name))
        given = {part.id for part in parts} - {"np", "numpy", "tf"}
        if module in ("np", "numpy") and given:  # and not of constants alone
            call, instead = f"np.{name}(...)", _of_tensorflow(name)
        elif ast.unparse(node.func) == "tf.constant" and given:  # takes no tensor in a graph
            after.append(
                f"what is in its brackets in place of `tf.constant(...)` in line {node.lineno}"
            )
            continue
        elif name == "numpy":
            call, instead = f"{module}{dot}numpy()", f"`{module}` itself"
        elif not dot and name in ("float", "int", "sum", "max", "min", "abs", "round"):
            call, instead = f"{name}(...)", _of_tensorflow(name)
        else:
            continue
        # The inner of two calls first, since it ends first; what is only filled, last.
        order = name in EMPTY, node.lineno, node.end_lineno, node.end_col_offset
        found.append((order, call, f"{instead} in place of `{call}` in line {node.lineno}"))
    if not found:
        return None
    found.sort()
    kind = "NumPy's result" if found[0][1].startswith("np.") else f"what `{found[0][1]}` gives"
    changes = dict.fromkeys([*(change for *_, change in found), *after])
    return (
        f"{kind} is a plain number or array: the tape cannot see how it came about. "
        f"Take {', and '.join(changes)}."
    )


def _of_tensorflow(name):
    """What to take in TensorFlow for a function of NumPy or Python."""
    if name in EMPTY:
        return "a list that you fill, and `tf.stack` of it at the end,"
    if name in ("array", "asarray", "float", "float32", "float64"):
        return "what is in its brackets"
    equal = (f"tf.{known}" for known in (f"reduce_{name}", name) if hasattr(tf, known))
    instead = INSTEAD.get(name) or next(equal, None)
    return f"`{instead}`" if instead else "one of TensorFlow's own functions"
