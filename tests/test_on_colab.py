import on_colab
import pytest


def test_every_line_of_colabs_packages_is_a_pin():
    lines = (on_colab.COLAB / "requirements.txt").read_text().splitlines()
    assert len(on_colab.pins()) == sum(not line.startswith("#") for line in lines)


def command(folder, name, line):
    folder.mkdir()
    path = folder / name
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def test_the_newest_python_is_the_newest_that_runs(tmp_path, monkeypatch):
    command(tmp_path / "shims", "python3.13", "exit 127")
    runs = command(tmp_path / "good", "python3.12", "exit 0")
    command(tmp_path / "old", "python3.11", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}:{tmp_path / 'shims'}:{tmp_path / 'good'}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert on_colab.newest_python() == runs
    of_pyenv = command(tmp_path / "bin", "python3.13", "exit 0")
    (tmp_path / "pyenv" / "versions" / "3.13.0").mkdir(parents=True)
    of_pyenv.parent.rename(tmp_path / "pyenv" / "versions" / "3.13.0" / "bin")
    assert on_colab.newest_python().parent == tmp_path / "pyenv" / "versions" / "3.13.0" / "bin"


def test_without_a_python_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(SystemExit, match="No Python 3.11 to 3.13"):
        on_colab.newest_python()
