"""Each kind of small change on a function of few lines: all of its changes, read one by one."""

import ast

import pytest

from nst_helpers.course import repair

CHANGES = [  # kind, a function's body, its line, and the body after each change
    (
        "_left_out",
        "a = x\nfor i in a:\n    b = i\nreturn a",
        [
            (4, "a = x\nfor i in a:\n    pass\nreturn a"),
            (2, "for i in a:\n    b = i\nreturn a"),
            (3, "a = x\nreturn a"),
        ],
    ),
    (
        "_moves",
        "for i in x:\n    a = i\n    b = a\nreturn b",
        [
            (4, "for i in x:\n    a = i\nb = a\nreturn b"),
            (5, "return b\nfor i in x:\n    a = i\n    b = a"),
            (5, "for i in x:\n    a = i\n    b = a\n    return b"),
            (4, "for i in x:\n    b = a\n    a = i\nreturn b"),
        ],
    ),
    ("_moves", "while x:\n    return x", []),
    (
        "_moves",
        "a = x\nb = a\nif x:\n    a = b\nb = a",
        [
            (3, "b = a\na = x\nif x:\n    a = b\nb = a"),
            (6, "a = x\nb = a\nb = a\nif x:\n    a = b"),
            (6, "a = x\nb = a\nif x:\n    a = b\n    b = a"),
        ],
    ),
    (
        "_operators",
        "return x + y",
        [
            (2, "return x - y"),
            (2, "return x * y"),
        ],
    ),
    (
        "_operators",
        "return x / y",
        [
            (2, "return x * y"),
            (2, "return x // y"),
            (2, "return y / x"),
        ],
    ),
    (
        "_operators",
        "return x ^ y",
        [
            (2, "return x ** y"),
        ],
    ),
    (
        "_operators",
        "return x <= y",
        [
            (2, "return x < y"),
            (2, "return x >= y"),
        ],
    ),
    (
        "_assignments",
        "s = x\ns += x",
        [
            (2, "s += x\ns += x"),
            (3, "s = x\ns -= x"),
            (3, "s = x\ns *= x"),
        ],
    ),
    (
        "_taken_out",
        "return g(x, y) - -x",
        [
            (2, "return g(x, y)"),
            (2, "return -x"),
            (2, "return x - -x"),
            (2, "return g(x, y) - x"),
        ],
    ),
    (
        "_functions",
        "return tf.square(tf.reduce_sum(x, axis=0))",
        [
            (2, "return tf.abs(tf.reduce_sum(x, axis=0))"),
            (2, "return tf.sqrt(tf.reduce_sum(x, axis=0))"),
            (2, "return tf.reduce_sum(tf.square(x), axis=0)"),
            (2, "return tf.square(tf.reduce_max(x, axis=0))"),
            (2, "return tf.square(tf.reduce_mean(x, axis=0))"),
        ],
    ),
    ("_functions", "return max(2, 3)", []),
    (
        "_functions",
        "return min(x)",
        [
            (2, "return max(x)"),
        ],
    ),
    (
        "_everywhere",
        "return g.mean(x, axis=0) + g.mean(y)",
        [
            (2, "return g.mean(x, axis=0, keepdims=True) + g.mean(y, keepdims=True)"),
            (2, "return g.mean(x, axis=-1) + g.mean(y, axis=-1)"),
            (2, "return g.mean(x, axis=0) + g.mean(y, axis=0)"),
            (2, "return g.mean(x, axis=0, transpose_a=True) + g.mean(y, transpose_a=True)"),
            (2, "return g.mean(x, axis=0, transpose_b=True) + g.mean(y, transpose_b=True)"),
            (2, "return g.max(x, axis=0) + g.max(y)"),
            (2, "return g.sum(x, axis=0) + g.sum(y)"),
        ],
    ),
    (
        "_names",
        "return x[1]",
        [
            (2, "return y[1]"),
            (2, "return x[x]"),
            (2, "return x[y]"),
            (2, "return x[2]"),
            (2, "return x[0]"),
            (2, "return x[-1]"),
            (2, "return x[2]"),
        ],
    ),
    (
        "_names",
        "return x.get(-1, True, 'A')",
        [
            (2, "return x.get(0, True, 'A')"),
            (2, "return x.get(1, True, 'A')"),
            (2, "return x.get(2, True, 'A')"),
            (2, "return x.get(-1, False, 'A')"),
            (2, "return x.get(-1, True, 'a')"),
            (2, "return y.get(-1, True, 'A')"),
            (2, "return x.get(-x, True, 'A')"),
            (2, "return x.get(-y, True, 'A')"),
            (2, "return x.get(-2, True, 'A')"),
            (2, "return x.get(-0, True, 'A')"),
            (2, "return x.get(--1, True, 'A')"),
            (2, "return x.get(-2, True, 'A')"),
        ],
    ),
    (
        "_exchanges",
        "z = x - y\nreturn z * x",
        [
            (2, "z = y - x\nreturn z * x"),
            (3, "z = x - y\nreturn x * z"),
        ],
    ),
    (
        "_arguments",
        "return g(x, y, 1, axis=0, b=2)",
        [
            (2, "return g(x, y, 1, b=2)"),
            (2, "return g(x, y, 1, axis=0)"),
            (2, "return g(y, x, 1, axis=0, b=2)"),
            (2, "return g(x, 1, y, axis=0, b=2)"),
            (2, "return g(x, y, 1, axis=0, b=2, keepdims=True)"),
            (2, "return g(x, y, 1, axis=0, b=2, transpose_a=True)"),
            (2, "return g(x, y, 1, axis=0, b=2, transpose_b=True)"),
        ],
    ),
    (
        "_put_around",
        "return g(x)[0] + 1",
        [
            (2, "return tf.square(g(x)[0] + 1)"),
            (2, "return tf.reduce_mean(g(x)[0] + 1)"),
            (2, "return tf.reduce_sum(g(x)[0] + 1)"),
            (2, "return -(g(x)[0] + 1)"),
            (2, "return tf.square(g(x)[0]) + 1"),
            (2, "return tf.reduce_mean(g(x)[0]) + 1"),
            (2, "return tf.reduce_sum(g(x)[0]) + 1"),
            (2, "return -g(x)[0] + 1"),
            (2, "return tf.square(g(x))[0] + 1"),
            (2, "return tf.reduce_mean(g(x))[0] + 1"),
            (2, "return tf.reduce_sum(g(x))[0] + 1"),
            (2, "return (-g(x))[0] + 1"),
            (2, "return tf.sqrt(g(x))[0] + 1"),
            (2, "return tf.square(g)(x)[0] + 1"),
            (2, "return tf.reduce_mean(g)(x)[0] + 1"),
            (2, "return tf.reduce_sum(g)(x)[0] + 1"),
            (2, "return (-g)(x)[0] + 1"),
            (2, "return g(tf.square(x))[0] + 1"),
            (2, "return g(tf.reduce_mean(x))[0] + 1"),
            (2, "return g(tf.reduce_sum(x))[0] + 1"),
            (2, "return g(-x)[0] + 1"),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "body", "changed"), CHANGES)
def test_changes_of_a_kind(kind, body, changed):
    tree = ast.parse(
        "def mine(x, y):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    ).body[0]
    before, found = ast.unparse(tree), []
    for edit in getattr(repair, kind)(tree):
        with repair._changed(edit.changes):
            lines = ast.unparse(tree).split("\n")[1:]
        found.append((edit.line, "\n".join(line[4:] for line in lines)))
    assert found == changed
    assert ast.unparse(tree) == before


def test_what_is_said_of_a_change():
    """The first change with which all is right, in the words of its kind."""
    source = "def mine(x):\n    for i in x:\n        a = i\n        b = a\n    return b"

    def said(*changed):
        """Of the source as it stands now."""
        return repair.repaired(ast.parse(source).body[0], lambda new: new.endswith(changed))

    assert said("a = i\n    return b").startswith("Look at line 4: without `b = a`, all test")
    assert said("a = i\n    b = a\n    return b") == (
        "Look at line 4: if `b = a` stood one step to the left, all test cases would come out right."
    )
    assert "with `x` in place of `b`" in said("return x")
    assert said("return c") is None
    source = "def mine(x, y):\n    return 2 * tf.square(x - y) / 3"
    assert "with `2 * (x - y)` in place of `2 * tf.square(x - y)`" in said("return 2 * (x - y) / 3")
    assert repair.repaired(ast.parse("lambda x: x").body[0], lambda new: True) is None


def test_tries_are_counted():
    tree, tried = ast.parse("def mine(x, y):\n    return x + y").body[0], []
    assert repair.repaired(tree, tried.append, tries=5) is None and len(tried) == 5
    assert repair.repaired(tree, tried[4].__eq__, tries=4) is None
    assert repair.repaired(tree, tried[4].__eq__, tries=5).startswith("Look at line 2")
