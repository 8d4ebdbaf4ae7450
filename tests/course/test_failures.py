"""What is said of an exception, from what is known of it."""

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
