"""What to say when a learner's function stops with an exception: which line, and why, shortly."""

import ast
import re

import tensorflow as tf

EMPTY = "zeros", "ones", "empty", "zeros_like"  # NumPy's arrays to be filled: asked about last
WORDS = 300  # characters of an exception's text that are shown
# How TensorFlow and NumPy begin to say that shapes do not fit.
SHAPES = re.compile(
    r"\A(?!.*(?:out of bounds|must be 1-dimension))"  # these are of an index or an argument
    r".*(?:shape|broadcast|size-incompatible|[Dd]imension|mismatch|must be equal|In\[0\])",
    re.DOTALL,
)
OPERANDS = re.compile(
    r"unsupported operand type\(s\) for .*: '(list|dict)' and|and '(list|dict)'$|"
    r"with an unsupported type \(<class '(list|dict)'>"
)
OTHER_KIND = re.compile(r"expected to be an? (\w+) tensor but is an? (\w+) tensor")
NOISE = re.compile(  # of TensorFlow's own, in the text of an exception
    r"\{\{.*?\}\}|\[Op:\w+\]|name:\s*$|\bdevice: \S+|Traceback \(most recent call last\):.*|"
    r"If you are looking for numpy-related methods.*|^in user code:.*\n\n\s+(?=\S)|"
    r"You can attempt the following resolutions.*| ?; NodeDef:.*",
    re.DOTALL,
)
# Functions and objects of the kit's own, as Python shows them.
OBJECTS = re.compile(r"<(?:class ')?(?:function|nst_helpers).*?(?: at 0x\w+|')>")
INSTEAD = {  # what NumPy's functions and methods are called in TensorFlow
    "T": "tf.transpose", "astype": "tf.cast", "clip": "tf.clip_by_value", "copy": "tf.identity",
    "dot": "tf.tensordot", "flatten": "tf.reshape", "max": "tf.reduce_max",
    "mean": "tf.reduce_mean", "min": "tf.reduce_min", "prod": "tf.reduce_prod",
    "ravel": "tf.reshape", "reshape": "tf.reshape", "size": "tf.size", "std": "tf.math.reduce_std",
    "sum": "tf.reduce_sum", "tolist": "tf.unstack", "transpose": "tf.transpose",
    "var": "tf.math.reduce_variance",
}  # fmt: skip


def told(failure):
    """What happened, where, and what that means (or nothing), of a `trial.failure_of`."""
    said = f"Your function stopped with {failure['type']}{place(failure['line'], failure['code'])}"
    words, kinds = shortened(failure["text"]), OTHER_KIND.search(failure["text"])
    if kinds:
        return (
            f"{said}: numbers of the types {kinds[2]} and {kinds[1]} meet there, and TensorFlow "
            "does not mix them.",
            "Make them the same with `tf.cast(..., tf.float32)`.",
        )
    if failure["type"] in ("InvalidArgumentError", "ValueError") and SHAPES.search(words):
        seen = " and ".join(f"`{name}` has the shape {s}" for name, s in failure["shapes"].items())
        seen = f" In this line {seen}." if seen else ""
        return (
            f"{said}: shapes meet there that do not fit together.{seen} In its own words: {words}",
            "",
        )
    return f"{said}{words and ': '}{words}", _meant(failure)


def sentence(words):
    """The words with a full stop, if they end without one."""
    return words if words.endswith(("?", "!", "…", ".")) else f"{words}."


def _meant(failure):
    """A sentence on what stands behind an exception; nothing where its own text is enough."""
    bases, name, text = failure["bases"], failure.get("name"), failure["text"]
    operands = OPERANDS.search(text)
    if operands:
        kind = next(one for one in ("list", "dict") if one in operands.groups())
        return f"Python has no such operation for a {kind}: go through its entries one by one."
    if "'dims' must be 1-dimension" in text:
        return "`tf.reverse` takes a list of axes, in square brackets even if it is one."
    if "KeyError" in bases:
        return "There is no such entry in the dictionary."
    first = re.search(r"local variable '(\w+)'", text)
    if "UnboundLocalError" in bases and first:
        return f"Give `{first[1]}` a first value before this line, outside of any loop."
    if "AttributeError" in bases and name:
        return _of_attribute(failure)
    if "NameError" in bases and name:
        if failure["known"]:
            return f"Did you mean `{failure['known'][0]}`?"
        return (
            f"`{name}` has no value in your function: give it one before this line, use one of the "
            "function's own names, or put it in quotation marks if it is a text."
        )
    return ""


def _of_attribute(failure):
    name, known = failure["name"], failure["known"]
    if name == "_id":  # asked of a tensor by the tape
        return "The tape can be asked about tensors only, and not about numbers or arrays."
    if (failure["is_tensor"] or failure["of"] == "tensorflow") and name in INSTEAD:
        return f"That is NumPy's; for tensors there is `{INSTEAD[name]}`."
    own = "tf." if failure["of"] == "tensorflow" else "np." if failure["of"] == "numpy" else ""
    own = own or ("." if failure["is_tensor"] else "")
    return f"Did you mean {' or '.join(f'`{own}{one}`' for one in known)}?" if known else ""


def is_of_operands(failure):
    """Whether the exception says that a list or a dict was taken for a number."""
    return bool(OPERANDS.search(failure["text"]))


def too_long(line, code, seconds):
    """The same for a function that the check has ended."""
    return (
        f"Your function stopped only because the check ended it after {seconds:g} "
        f"seconds{place(line, code)}. Is there a loop that never ends?"
    )


def place(line, code):
    """Where in the learner's cell, as the end of a sentence's part."""
    return (f" in line {line}" + (f", `{code}`" if code else "")) if line else ""


def shortened(words):
    """An exception's text in one line without TensorFlow's own remarks, and cut."""
    words = " ".join(OBJECTS.sub("a function", NOISE.sub("", words)).split())
    words = re.sub(r"^\w+(?:Error|Exception): ", "", words)  # its type is said already
    return words if len(words) <= WORDS else words[: WORDS - 2].rsplit(" ", 1)[0] + " …"


def of_the_tape(tree, answer, in_graph):
    """How a sentence goes on that says the values are right: what the tape could not do.

    answer: of `trial.differentiated`. None if it found a gradient.
    """
    if "gradients" in answer and not _has_none(answer["gradients"]):
        return None
    cut = cuts_the_tape(tree)
    if cut:
        line, source, instead = cut
        kind = "NumPy's result" if source.startswith("np.") else f"what `{source}` gives"
        why = (
            f"{kind} is a plain number: the tape cannot see how it came about. "
            f"Take {instead} in place of `{source}` in line {line}."
        )
    if "failure" not in answer and not cut:
        return (
            "the tape finds no way from your result back to what came in, and the lesson asks for "
            "its gradient: compute it from the arguments, with TensorFlow's functions alone."
        )
    if "failure" not in answer:
        return why
    where = "inside of `tf.function`" if in_graph else "under a tape"
    first, second = told(answer["failure"])
    why = why[0].upper() + why[1:] if cut else second
    first = sentence(first).replace("Your function stopped", "it stops", 1)
    return f"{where}, as the lesson calls it, {first} {why}".strip()


def _has_none(data):
    """Whether an encoded value has a None in it."""
    if isinstance(data, dict):
        entries = data.get("list") or [value for _, value in data.get("dict", [])]
        return any(map(_has_none, entries))
    return data is None


def cuts_the_tape(tree):
    """`(line, what stands there, what to take)` of what makes plain numbers of tensors, or None."""
    calls = [(ast.unparse(node.func), node) for node in _calls(tree)]
    calls.sort(key=lambda call: (call[0].removeprefix("np.") in EMPTY, call[1].lineno))
    for called, node in calls:
        module, _, name = called.rpartition(".")
        if module in ("np", "numpy"):
            return node.lineno, f"np.{name}(...)", _of_tensorflow(name)
        if name == "numpy":
            return node.lineno, f"{called}()", f"`{module}` itself"
        if called in ("float", "int", "sum", "max", "min", "abs", "round"):
            return node.lineno, f"{called}(...)", _of_tensorflow(called)
    return None


def _calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []


def _of_tensorflow(name):
    """What to take in TensorFlow for a function of NumPy or Python."""
    names = {
        "int": "`tf.cast`", "dot": "`tf.tensordot(..., 1)`", "inner": "`tf.tensordot(..., 1)`",
        "power": "`tf.pow`", "clip": "`tf.clip_by_value`", "flip": "`tf.reverse`",
        "ravel": "`tf.reshape`", "average": "`tf.reduce_mean`",
    }  # fmt: skip
    names |= dict.fromkeys(EMPTY, "a list and `tf.stack`")
    kept = ("array", "asarray", "float", "float32", "float64")
    names |= dict.fromkeys(kept, "what is in its brackets")
    known = next((one for one in (f"reduce_{name}", name) if hasattr(tf, one)), None)
    other = f"`tf.{known}`" if known else "one of TensorFlow's own functions"
    return names.get(name, other)
