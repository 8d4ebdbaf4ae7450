"""What a check accepts works in the lessons, and no attempt ends the kernel or loses a file."""

import os
import re
import time

import pytest
import tensorflow as tf
import test_checks

from nst_helpers import check
from nst_helpers.course import apart, kept, trial
from nst_helpers.course.checks import STOPPED, verdict
from nst_helpers.course.exercises import EXERCISES


def of_cell(source):
    return test_checks.of_cell(f"\n{source}")


RIGHT = EXERCISES["content loss"].reference
MEAN = "def mine(f, t):\n    return tf.reduce_mean(tf.square(f - t))"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


CUT = {
    "np.mean(np.square(f - t))": r"`tf.reduce_mean` in place of `np.mean\(",
    "tf.reduce_mean(tf.square(f - t)).numpy()": "is a plain number or array: the tape cannot see",
    "float(tf.reduce_mean(tf.square(f - t)))": r"`float\(...\)` gives is a plain number",
    "np.dot(np.ravel(f - t), np.ravel(f - t)) / np.size(f)": "the tape cannot see how it came about",
    "np.sqrt(np.mean(np.square(f - t)) ** 2)": "`tf.square` in place of .* in line 2, and `tf.reduce_mean` in place of .*`tf.sqrt`",
    "tf.constant(np.array([1.0])[0] * np.mean((f - t) ** 2))": r"Take `tf.reduce_mean` in place of `np.mean\(...\)` in line 2, and what is in its brackets in place of `tf.constant\(...\)` in line 2\.",
    "tf.reduce_mean(tf.square(tf.stop_gradient(f) - t))": "no way from your result back",
    "tf.reduce_mean((f - t) * tf.stop_gradient(f - t))": "the gradient that the tape finds is not",
}


@pytest.mark.parametrize("formula, words", CUT.items(), ids=CUT)
def test_what_the_tape_cannot_see_through_is_not_right(formula, words):
    found = verdict(EXERCISES["content loss"], of_cell(f"def mine(f, t):\n    return {formula}"))
    assert found.state == "not yet" and "The values are right, but" in found.first
    assert re.search(words, found.first), found.first


def test_a_gram_matrix_by_numpy_is_told_what_to_take():
    found = verdict(
        EXERCISES["gram matrix"],
        of_cell(
            """
            def mine(features):
                v = np.reshape(features, (-1, features.shape[-1]))
                return v.T @ v / len(v)
            """
        ),
    )
    assert "Take `tf.reshape` in place of `np.reshape(...)` in line 2" in found.first


def test_what_works_alone_only_is_refused_with_where_it_stops():
    source = "def mine(f, t):\n    return tf.reduce_sum((f - t) ** 2) / int(tf.size(f))"
    found = verdict(EXERCISES["content loss"], of_cell(source))
    assert found.state == "not yet" and "inside of `tf.function`" in found.first


def test_an_if_of_tensors_works_inside_of_a_graph():
    """AutoGraph reads the function's source, which the other process must find, too."""
    source = """
    def mine(f, t):
        if tf.reduce_sum(f) > 1e9:
            f = 1.0 * f
        return tf.reduce_mean((f - t) ** 2)
    """
    assert verdict(EXERCISES["content loss"], of_cell(source)).state == "right"


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("os.abort()", "(signal 6)"),
        ("os._exit(0)", "(exit code 0)"),
        ("ctypes.string_at(0)", "(signal 11)"),
        ("os.kill(os.getpid(), 19)", "ended it after 10 seconds"),
        ("os.closerange(3, 99)", "ended "),
    ],
)
def test_no_attempt_ends_the_kernel(body, how):
    source = f"import os, ctypes\ndef mine(f, t):\n    {body}"
    space = {}
    exec(compile(source, "<hostile>", "exec"), space)
    found = verdict(EXERCISES["content loss"], space["mine"])
    assert found.state == STOPPED and how in found.first
    assert verdict(EXERCISES["content loss"], RIGHT).state == "right"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_answers_once_and_is_gone(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 3.0)
    space = {"tf": tf}
    source = "import os\ndef mine(f, t):\n    os.fork()\n    return tf.reduce_mean((f - t) ** 2)"
    exec(compile(source, "<fork>", "exec"), space)
    for _ in range(2):
        assert verdict(EXERCISES["content loss"], space["mine"]).state == "right"
        assert verdict(EXERCISES["content loss"], RIGHT).state == "right"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_what_is_left_of_a_process_that_ended_is_ended_too(monkeypatch):
    """A fork that stays holds the pipe on which the check waits for an answer."""
    monkeypatch.setattr(trial, "SECONDS", 0.5)
    source = (
        "def mine(f, t):\n    import os, time\n    os.fork() or time.sleep(600)\n    os._exit(3)"
    )
    start = time.monotonic()
    assert verdict(EXERCISES["content loss"], of_cell(source)).state == STOPPED
    assert time.monotonic() - start < 60


@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n        try:\n            x = 1\n        except:\n            pass",
        "while True:\n        try:\n            while True: x = 1\n        except:\n            pass",
    ],
)
def test_a_bare_except_does_not_hold_up_the_end(monkeypatch, loop):
    monkeypatch.setattr(trial, "SECONDS", 0.5)
    found = verdict(EXERCISES["content loss"], of_cell(f"def mine(f, t):\n    {loop}"))
    assert found.state == STOPPED and "check ended it after 0.5 seconds" in found.first


def test_what_does_more_than_compute_is_not_run_with_changes(folder):
    source = """
    def helper(x):
        open("log.txt", "a").write("x")
        return x

    def mine(f, t):
        return tf.reduce_sum(tf.square(helper(f) - t))
    """
    cases = len(EXERCISES["content loss"].cases())
    verdict(EXERCISES["content loss"], of_cell(source), tries=3)
    assert (folder / "log.txt").read_text() == "x" * cases


def test_only_what_computes_is_called_harmless(folder):
    assert trial.computes_only(of_cell(MEAN))
    assert trial.computes_only(of_cell("def mine(f, t):\n    return np.mean(np.square(f - t))"))
    writes = "os.remove('x')", "np.save('x', f)", "f.numpy().tofile('x')", "tf.io.write_file"
    for body in (*writes, "keep(f)"):
        function = of_cell(f"def mine(f, t):\n    return {body}")
        function.__globals__.update(os=os, keep=[].append)
        assert not trial.computes_only(function)
    for helper, harmless in {"return x + 1": True, "return open('x')": False}.items():
        source = f"def helper(x):\n    {helper}\n\ndef mine(f, t):\n    return helper(f)"
        assert trial.computes_only(of_cell(source)) == harmless


def test_what_a_function_prints_is_shown_once_up_to_a_length(capsys):
    check(
        "content loss", of_cell(MEAN.replace("    return", "    print(len(f.shape))\n    return"))
    )
    assert capsys.readouterr().out.startswith("1\n4\n4\nRight.")
    check(
        "content loss", of_cell(MEAN.replace("    return", "    print('ab' * 15_000)\n    return"))
    )
    assert capsys.readouterr().out.count("ab") == trial.PRINTED // 2


def test_in_the_process_of_its_own_a_check_has_none_of_its_own(monkeypatch):
    monkeypatch.setenv(apart.INSIDE, "1")
    with pytest.raises(apart.CannotLeave):
        apart.Apart(of_cell(MEAN), [])


def test_each_try_says_more_and_a_right_one_begins_anew(capsys):
    wrong = of_cell("def mine(f, t):\n    return tf.reduce_sum(tf.square(f - t))")
    said = []
    for _ in range(3):
        check("content loss", wrong)
        said.append(capsys.readouterr().out)
    assert "Look at" in said[0] and "sum" not in said[0] and "it should be" in said[0]
    assert said[1].startswith("Not yet. You took the sum.\n")
    assert "with `tf.reduce_mean(tf.square(f - t))` in place of" in said[2]
    check("content loss", of_cell(MEAN))
    assert kept.tries("content loss") == 0


def test_shapes_that_do_not_fit_are_told_without_a_traceback():
    found = verdict(
        EXERCISES["content loss"], of_cell("def mine(f, t):\n    return len(tf.reduce_mean(f))")
    )
    assert "Traceback" not in found.first and "TypeError in line 2" in found.first


def test_what_a_learner_wrote_beside_the_kept_functions_stays(folder):
    check("content loss", of_cell(MEAN))
    file = folder / kept.FUNCTIONS
    mine = "def my_helper(x):\n    return 2 * x\n\n\n"
    file.write_text(file.read_text().replace(kept.MARK, mine + kept.MARK, 1) + "\nNOTES = 'mine'\n")
    check("content loss", of_cell(MEAN.replace("mine", "another")))
    text = file.read_text()
    assert mine in text and "NOTES = 'mine'" in text and "def another" in text
    assert "def mine" not in text and kept.kept("content loss").__name__ == "another"
    file.write_text(text + f"\n{kept.MARK}style loss")
    check("content loss", of_cell(MEAN))
    assert kept.kept("style loss") is None and kept.kept("content loss").__name__ == "mine"


def test_a_lambda_is_kept_by_a_name_and_spoils_nothing(folder):
    check("content loss", of_cell("mine = lambda f, t: tf.reduce_mean(tf.square(f - t))"))
    compile((folder / kept.FUNCTIONS).read_text(), kept.FUNCTIONS, "exec")
    assert kept.kept("content loss") is not None
