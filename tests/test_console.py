"""Printing must never end a run: streams that are closed, full or of a narrow encoding."""

import io
import os
import sys

import pytest

from nst_helpers import console


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
