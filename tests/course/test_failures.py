"""What is said of an exception, from what is known of it."""

import ast

import pytest

from nst_helpers.course import failures


@pytest.mark.parametrize(
    ("of", "is_tensor", "name", "known", "words"),
    [
        ("", True, "mean", [], "That is NumPy's; for tensors there is `tf.reduce_mean`."),
        (
            "tensorflow",
            False,
            "mean",
            [],
            "That is NumPy's; for tensors there is `tf.reduce_mean`.",
        ),
        ("", False, "mean", [], ""),
        ("", True, "sqare", [], ""),
        ("tensorflow", False, "sqare", ["square"], "Did you mean `tf.square`?"),
        ("numpy", False, "sqare", ["square", "sqrt"], "Did you mean `np.square` or `np.sqrt`?"),
        ("", True, "shap", ["shape"], "Did you mean `.shape`?"),
        ("", False, "apend", ["append"], "Did you mean `append`?"),
        ("", True, "_id", [], "The tape can be asked about tensors only, and not about numbers or"),
    ],
)
def test_an_attribute_that_is_not_there(of, is_tensor, name, known, words):
    said = failures._of_attribute({"of": of, "is_tensor": is_tensor, "name": name, "known": known})
    assert said.startswith(words) and bool(said) == bool(words)


def failure(kind, text, *more, name=None, line=None, code="", shapes=()):
    return {
        "type": kind, "bases": [kind, *more], "text": text, "name": name, "line": line,
        "code": code, "shapes": dict(shapes), "known": [], "own": ["f", "t"], "is_tensor": False,
        "of": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [
        (
            failure("TypeError", "'dict' object is not callable", line=3, code="w('a')"),
            "Your function stopped with TypeError in line 3, `w('a')`: 'dict' object is not callable",
            "The entries of a dict are asked for in square brackets",
        ),
        (
            failure("TypeError", "unsupported operand type(s) for /: 'list' and 'int'"),
            "Your function stopped with TypeError: unsupported operand type(s)",
            "Python has no such operation for a list",
        ),
        (
            failure("TypeError", "unsupported operand type(s) for *: 'float' and 'dict'"),
            "Your function stopped with TypeError: ",
            "Python has no such operation for a dict",
        ),
        (
            failure("KeyError", "'styl'"),
            "Your function stopped with KeyError: 'styl'",
            "There is no such entry in the dictionary",
        ),
        (
            failure("OperatorNotAllowed", "Iterating over a symbolic `tf.Tensor` is not allowed"),
            "Your function stopped with OperatorNotAllowed: Iterating",
            "Take a list in place of the tensor that is gone through",
        ),
        (
            failure(
                "UnboundLocalError", "cannot access local variable 'total' where", "NameError",
                name="total", line=2,
            ),
            "Your function stopped with UnboundLocalError in line 2: ",
            "Give `total` a first value before this line",
        ),
        (
            failure("NameError", "name 'tff' is not defined", name="tff"),
            "Your function stopped with NameError: name 'tff'",
            "`tff` has no value in your function. These have: `f`, `t`. Give it one before this line, "
            "take another name, or put it in quotation marks if it is a text.",
        ),
        (
            failure("NameError", "name 'square' is not defined", name="square", code="square(f)"),
            "Your function stopped with NameError: name 'square'",
            "Did you mean `tf.square`?",
        ),
        (
            failure("NameError", "name 'mean' is not defined", name="mean", code="mean(f)"),
            "Your function stopped with NameError: name 'mean'",
            "Did you mean `tf.reduce_mean`?",
        ),
        (
            failure("NameError", "name 'mine' is not defined", name="mine", code="mine(f)"),
            "Your function stopped with NameError: name 'mine'",
            "Run the cell that defines `mine` first, or define it inside your function.",
        ),
        (
            failure("NameError", "name 'math' is not defined", name="math", code="math.sqrt(f)"),
            "Your function stopped with NameError: name 'math'",
            "It is one of Python's modules: write `import math` at the top of the cell.",
        ),
        (
            failure("NameError", "name 'torch' is not defined", name="torch", code="torch.mm(f)"),
            "Your function stopped with NameError: name 'torch'",
            "These lessons use TensorFlow, not PyTorch: look for the function in `tf`.",
        ),
        (
            failure("NameError", "name 'numpy' is not defined", name="numpy", code="numpy.max(f)"),
            "Your function stopped with NameError: name 'numpy'",
            "Did you mean `np`?",
        ),
        (
            failure("NameError", "name 'np' is not defined", name="np", code="np.max(f)"),
            "Your function stopped with NameError: name 'np'",
            "Write `import numpy as np` at the top of the cell.",
        ),
        (
            failure("TypeError", "`x` and `y` must have the same dtype, got tf.float32 != tf.int32."),
            "Your function stopped with TypeError: numbers of the types int32 and float32 meet there",
            "Make them the same with `tf.cast(..., tf.float32)`.",
        ),
        (
            failure("NameError", "name 'tff' is not defined", name="tff") | {"known": ["tf"]},
            "Your function stopped with NameError: name 'tff'",
            "Did you mean `tf`?",
        ),
        (
            failure("InvalidArgumentError", "'dims' must be 1-dimension, but is 0"),
            "Your function stopped with InvalidArgumentError: ",
            "`tf.reverse` takes a list of axes",
        ),
        (
            failure("InvalidArgumentError", "Incompatible shapes: [2] vs. [3]", shapes={"f": [2]}),
            "Your function stopped with InvalidArgumentError: shapes meet there that do not fit "
            "together. In this line `f` has the shape [2]. In its own words: Incompatible shapes",
            "",
        ),
        (
            failure("InvalidArgumentError", "x is expected to be a float tensor but is a half tensor"),
            "Your function stopped with InvalidArgumentError: numbers of the types half and float "
            "meet there",
            "Make them the same with `tf.cast",
        ),
        (
            failure("AttributeError", "'EagerTensor' object has no attribute '_keras'", name="_keras"),
            "Your function stopped with AttributeError: a plain tensor stands there where a variable",
            "",
        ),
        (failure("ValueError", ""), "Your function stopped with ValueError", ""),
    ],
)  # fmt: skip
def test_an_exception_in_words(what, first, second):
    said, meant = failures.described(what)
    assert said.startswith(first)
    assert meant.startswith(second) and bool(meant) == bool(second)


def test_a_long_text_is_cut_between_words():
    assert failures.shortened("ValueError: a  {{x}}b") == "a b"
    words = "word " * failures.LONGEST
    cut = failures.shortened(words)
    assert cut.endswith("word …") and failures.LONGEST - 6 < len(cut) <= failures.LONGEST
    assert failures.shortened("w" * failures.LONGEST) == "w" * failures.LONGEST


def test_a_sentence_ends_once():
    ends = {"So it is": "So it is.", "Is it so?": "Is it so?", "…": "…", "No!": "No!", "A.": "A."}
    assert {text: failures.sentence(text) for text in ends} == ends


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("np.mean(f)", "NumPy's result is a plain number or array: the tape cannot see how it came "
         "about. Take `tf.reduce_mean` in place of `np.mean(...)` in line 2."),
        ("np.sqrt(2) * f", None),
        ("f.numpy() + 1", "what `f.numpy()` gives is a plain number or array: the tape cannot see how "
         "it came about. Take `f` itself in place of `f.numpy()` in line 2."),
        ("float(f)", "what `float(...)` gives is a plain number or array: the tape cannot see how it "
         "came about. Take what is in its brackets in place of `float(...)` in line 2."),
        ("np.sum(np.square(f.T))", "NumPy's result is a plain number or array: the tape cannot see how "
         "it came about. Take `tf.square` in place of `np.square(...)` in line 2, and "
         "`tf.reduce_sum` in place of `np.sum(...)` in line 2, and `tf.transpose` in place of `.T` in "
         "line 2."),
        ("np.trapz(tf.constant(f))", "NumPy's result is a plain number or array: the tape cannot see "
         "how it came about. Take one of TensorFlow's own functions in place of `np.trapz(...)` in "
         "line 2, and what is in its brackets in place of `tf.constant(...)` in line 2."),
        ("np.zeros(f)", "NumPy's result is a plain number or array: the tape cannot see how it came "
         "about. Take a list that you fill, and `tf.stack` of it at the end, in place of `np.zeros(...)` in line 2."),
        ("tf.reduce_mean(f.T)", None),
    ],
)  # fmt: skip
def test_what_cuts_the_tape(body, words):
    tree = ast.parse(f"def mine(f):\n    return {body}").body[0]
    assert failures._what_cuts_the_tape(tree) == words
    assert failures.of_the_tape(tree, {"gradients": {"list": [1, 2]}}, False) is None
    lost = failures.of_the_tape(tree, {"gradients": {"dict": [["a", None]]}}, False)
    assert lost == words or words is None and lost.startswith("the tape finds no way")
    stopped = {"failure": failure("KeyError", "'a'")}
    for in_graph, where in {True: "inside of `tf.function`", False: "under a tape"}.items():
        said = failures.of_the_tape(tree, stopped, in_graph)
        assert said.startswith(f"{where}, as the lesson calls it, it stops with KeyError: 'a'. ")
