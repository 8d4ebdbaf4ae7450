"""The picture that grows in a notebook or a terminal while it is painted, and what is left of it."""

import base64
import io
import re
from types import SimpleNamespace

import pytest
import tensorflow as tf
from PIL import Image

from nst_helpers.engine import growing

PICTURE = tf.zeros((1, 16, 20, 3))
SIDES = 64, 64, 64, 96, 96, 96


class Place:
    def __init__(self):
        self.shown, self.metadata = [], None

    def update(self, what, raw, metadata=None):
        assert raw
        self.shown.append(what)
        self.metadata = metadata or self.metadata


@pytest.fixture
def place(monkeypatch):
    """A notebook with a clock that goes on by 0.4 seconds whenever somebody looks."""
    place, ticks = Place(), iter(range(100))
    monkeypatch.setattr(growing, "get_ipython", lambda: SimpleNamespace(kernel=1))
    monkeypatch.setattr(growing, "display", lambda what, **options: place)
    monkeypatch.setattr(growing.time, "monotonic", lambda: 100 + 0.4 * next(ticks))
    return place


def steps(picture=PICTURE):
    return (
        SimpleNamespace(side=side, picture=picture, number=number, total=len(SIDES))
        for number, side in enumerate(SIDES, 1)
    )


def test_each_scale_and_the_last_step_show_at_once_and_else_one_a_second(place):
    counts = []
    for step in growing.shown_growing(steps(), height=240, width=300):
        assert step.picture is PICTURE
        counts.append(len(place.shown))
    assert counts == [1, 1, 1, 2, 2, 3]
    *images, last = place.shown
    assert all(base64.b64decode(image["image/jpeg"])[:2] == b"\xff\xd8" for image in images)
    assert place.metadata == {"image/jpeg": {"width": 300, "alt": "The picture so far"}}
    assert last == {}


def test_a_second_later_the_next_one_is_shown(place, monkeypatch):
    monkeypatch.setattr(growing, "SECONDS_BETWEEN", 0.7)
    counts = [len(place.shown) for _ in growing.shown_growing(steps(), height=240, width=300)]
    assert counts == [1, 1, 2, 3, 3, 4]


def test_nothing_is_left_of_a_run_that_ends_early(place):
    shown = growing.shown_growing(steps(), height=240, width=300)
    next(shown)
    shown.close()
    assert place.shown[-1] == {}


# In a terminal.


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(place, monkeypatch):
    """Of 100 columns and 40 lines, with nothing in its environment that says what it is."""
    for name in ("TERM", "TERM_PROGRAM", "LC_TERMINAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "40")
    monkeypatch.setattr(growing, "get_ipython", lambda: None)
    monkeypatch.setattr(growing, "sys", SimpleNamespace(stdout=Terminal()))
    return growing.sys.stdout


@pytest.mark.parametrize(
    "environment, shown",
    [
        ({}, None),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, None),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iTerm2"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "iTerm2"),  # through ssh
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "iTerm2"),
        ({"TERM": "tmux-256color", "LC_TERMINAL": "iTerm2"}, None),
    ],
)
def test_a_terminal_is_known_by_its_environment(terminal, monkeypatch, environment, shown):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert growing.place_to_show() == shown
    monkeypatch.setattr(growing.sys, "stdout", io.StringIO())  # as into a file
    assert growing.place_to_show() is None
    monkeypatch.setattr(growing.sys, "stdout", None)
    assert growing.place_to_show() is None


IMAGES = {  # the codes around a picture and, by groups, its rows and its bytes in base 64
    "kitty": r"\x1b_Ga=T,f=100,i=\d+,p=1,C=1,r=(\d+),q=2,m=1;(.*\x1b_Gq=2,m=0;[^\x1b]*)\x1b\\",
    "iTerm2": r"\x1b]1337;File=inline=1;size=\d+;height=(\d+);preserveAspectRatio=1:([^\a]*)\a",
}


@pytest.mark.parametrize(
    "variable, name, codes",
    [("TERM", "xterm-kitty", "kitty"), ("TERM_PROGRAM", "iTerm.app", "iTerm2")],
)
def test_a_terminals_picture_is_drawn_above_the_bar_each_time_at_the_same_place(
    terminal, monkeypatch, variable, name, codes
):
    monkeypatch.setenv(variable, name)
    noise = tf.random.stateless_uniform((1, 240, 300, 3), (1, 2))  # whose file is of many parts
    list(growing.shown_growing(steps(noise), height=240, width=300))
    room, *drawn = terminal.getvalue().split("\x1b7")
    assert room == 15 * "\n" and len(drawn) == 3  # 240 px in rows of 16
    for image in drawn:
        assert image.startswith("\x1b[15A\r\x1b") and image.endswith("\x1b8")
        rows, text = re.search(IMAGES[codes], image, re.DOTALL).groups()
        png = base64.b64decode(re.sub(r"\x1b(_Gq=2,m=[01];|\\)", "", text))
        assert rows == "15" and Image.open(io.BytesIO(png)).size == (300, 240)


@pytest.mark.parametrize("height, width, rows", [(2000, 100, 37), (1000, 2000, 25), (3, 90, 1)])
def test_it_fits_the_terminal(terminal, monkeypatch, height, width, rows):
    monkeypatch.setenv("TERM", "xterm-kitty")
    next(growing.shown_growing(steps(), height, width))
    assert terminal.getvalue().startswith(rows * "\n" + "\x1b7")


def test_a_long_picture_is_sent_smaller(terminal, monkeypatch):
    monkeypatch.setenv("TERM_PROGRAM", "iTerm.app")
    step = SimpleNamespace(side=1, number=1, total=1, picture=tf.zeros((1, 30, 1024, 3)))
    list(growing.shown_growing(iter([step]), 30, 1024))
    text = re.search(IMAGES["iTerm2"], terminal.getvalue())[2]
    assert Image.open(io.BytesIO(base64.b64decode(text))).size == (512, 15)


def test_what_cannot_be_shown_ends_no_run(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    nothing = tf.fill((1, 4, 4, 3), float("nan"))
    broken = [SimpleNamespace(side=1, number=n, total=2, picture=nothing) for n in (1, 2)]
    assert len(list(growing.shown_growing(iter(broken), 4, 4))) == 2
    monkeypatch.setattr(terminal, "write", lambda text: _broken_pipe())
    assert len(list(growing.shown_growing(steps(), 240, 300))) == len(SIDES)


def _broken_pipe():
    raise BrokenPipeError(32, "Broken pipe")


def test_in_another_shell_nothing_is_shown(place, terminal):
    assert len(list(growing.shown_growing(steps(), height=240, width=300))) == len(SIDES)
    assert place.shown == [] and terminal.getvalue() == ""
