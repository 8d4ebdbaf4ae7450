"""Paths as people give them."""

from pathlib import Path

import pytest

from nst_helpers.errors import as_path


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "given, meant",
    [
        ("photo.jpg", "photo.jpg"),
        (b"photo.jpg", "photo.jpg"),
        (Path("photo.jpg"), "photo.jpg"),
        (" 'photo of me.jpg' \n", "photo of me.jpg"),
        ('"photo.jpg"\r\n', "photo.jpg"),
        ("''", "''"),
        (" ", " "),
        ("~nobody-of-this-name/photo.jpg", "~nobody-of-this-name/photo.jpg"),
    ],
)
def test_quotes_and_line_ends_go(home, given, meant):
    assert as_path(given) == Path(meant)


def test_the_tilde_is_the_home_unless_a_file_is_called_so(home):
    assert as_path("~/photo.jpg") == as_path(" ~/photo.jpg\n") == home / "photo.jpg"
    Path("~").mkdir()
    Path("~/photo.jpg").touch()
    for given in ("~/photo.jpg", "'~/photo.jpg'"):
        assert as_path(given) == Path("~/photo.jpg")
    assert as_path("~/another.jpg") == home / "another.jpg"


@pytest.mark.parametrize("name", ["'photo.jpg'", " photo.jpg", "photo.jpg "])
def test_a_file_of_exactly_that_name_comes_first(home, name):
    Path("photo.jpg").touch()
    Path(name).symlink_to("nothing")  # also a link that leads nowhere: it is to be named
    assert as_path(name) == Path(name)
