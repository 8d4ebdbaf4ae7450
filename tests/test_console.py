"""Printing must never end a run: streams that are closed, full or of a narrow encoding."""

import io
import os
import sys

import numpy as np
import pytest
from PIL import Image

from nst_helpers import PictureError, SettingsError, console, load_image, paint_all
from nst_helpers.cli import main


class Broken(io.StringIO):
    """A stream to which nothing can be written, and which is no file of the system's."""

    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")

    def flush(self):
        self.write("")


@pytest.fixture
def pipe():
    """A stream to write to, whose reader has gone away."""
    reader, writer = os.pipe()
    os.close(reader)
    stream = open(writer, "w", buffering=1, encoding="ascii")
    yield stream
    stream.close()


def narrow():
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict", newline="")


def test_what_the_encoding_lacks_is_printed_as_its_code(monkeypatch):
    stream = narrow()
    console.say("64 × 36 px", stream)
    assert stream.buffer.getvalue() == b"64 \\xd7 36 px\n"
    monkeypatch.setattr(sys, "stdout", narrow())
    monkeypatch.setattr(sys, "stderr", None)  # as under pythonw
    console.prepare()
    print("×", end="", flush=True)
    assert sys.stdout.buffer.getvalue() == b"\\xd7"


def test_a_line_goes_out_at_once_to_standard_output_or_where_it_is_told(capsys, tmp_path):
    console.say(ValueError("to be read"))
    console.say("wrong", sys.stderr)
    assert capsys.readouterr() == ("to be read\n", "wrong\n")
    with open(tmp_path / "log", "w") as stream:
        console.say("a line", stream)
        assert (tmp_path / "log").read_text() == "a line\n"


@pytest.mark.parametrize(
    "words, shown",
    [
        ("\x1b[2J\x07\b", "\\x1b[2J\\x07\\x08"),
        ("a\rb\tc\0", "a\\rb\\tc\\x00"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),  # the same, as one byte
        ("gpj\u202e.exe\u2069", "gpj\\u202e.exe\\u2069"),
        ("one\u2028two", "one\\u2028two"),
        ("\udce9", "\\udce9"),
        ("two\nlines", "two\nlines"),
        (
            "64 × 36 px, å, 海, \u06cc\u200c, 👩\u200d🎨, \xa0",
            "64 × 36 px, å, 海, \u06cc\u200c, 👩\u200d🎨, \xa0",
        ),
    ],
)
def test_what_a_terminal_would_obey_is_printed_as_its_code(capsys, words, shown):
    console.say(words)
    console.say(ValueError(words), sys.stderr)
    assert capsys.readouterr() == (f"{shown}\n", f"{shown}\n")
    said = str(SettingsError(words))
    assert said == shown.replace("\n", "\\n")  # an error is one line


@pytest.mark.parametrize("words", [["stylize", "a", "b", "-o", "c", "--\x1b[31m"], ["\x1b[31m"]])
def test_so_are_words_of_the_command_line(capsys, words):
    with pytest.raises(SystemExit) as raised:
        main(words)
    said = capsys.readouterr().err
    assert raised.value.code == 2 and "\\x1b[31m" in said and said[:-1].isprintable()


def test_so_are_names_of_files(capsys, tmp_path):
    """In a folder's list, in an error, in a warning, and in the name of what is saved."""
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "notes\x1b[31m.txt").write_text("no picture")
    (photos / "photo\x1b[2J.png").write_text("no picture")
    paint_all(photos, ["mosaic"], tmp_path / "out\x07", size=64, steps=1)
    dark = tmp_path / "dark\x1b[2J.png"
    Image.fromarray(np.full((64, 64), 9, np.uint16)).save(dark)
    with pytest.warns(UserWarning, match="dark.*is nearly black") as caught:
        load_image(dark)
    said = capsys.readouterr().out + str(caught[0].message) + str(read_error(photos))
    assert said.replace("\n", "").isprintable() and said.count("\\x1b") == 4


def read_error(folder):
    with pytest.raises(PictureError) as caught:
        load_image(folder / "photo\x1b[2J.png")
    return caught.value


@pytest.mark.parametrize(
    "text, lines",
    [
        ("short", ["short"]),
        ("word " * 30, [" ".join(["word"] * 16), " ".join(["word"] * 14)]),
        ("a" * 78 + " `x = [1, 2]`.", ["a" * 78, "`x = [1, 2]`."]),
        ("a" * 78 + " well-known", ["a" * 78, "well-known"]),
        ("a" * 99 + " b", ["a" * 99, "b"]),
        ("two\n  lines", ["two", "  lines"]),
    ],
)
def test_lines_end_between_words_and_code_is_whole(text, lines):
    assert console.wrapped(text).split("\n") == lines


def test_a_reader_that_has_gone_away_is_no_fault(pipe):
    console.say("to nobody", pipe)
    console.say("from now on to nowhere", pipe)
    pipe.write("what Python writes as it ends")
    pipe.flush()


def test_a_stream_to_print_to_forgives(pipe):
    for stream in (pipe, Broken()):
        out = console.Forgiving(stream)
        out.write("to nobody\n")
        out.flush()
        console.say("neither", Broken())
    out = console.Forgiving(narrow())
    out.write("a bar")
    out.flush()
    assert out.buffer.getvalue() == b"a bar" and out.encoding == "ascii"
    with pytest.raises(UnicodeEncodeError):
        out.write("×")


def test_silence_leaves_no_file_open(pipe):
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    console.silence(pipe)
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before
