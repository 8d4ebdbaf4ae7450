import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from importlib.metadata import EntryPoint

import pytest
from notebook_tools import NOTEBOOKS, ROOT, all_notebooks

from nst_helpers.cli import lab
from nst_helpers.cli.commands import main
from nst_helpers.course.grading import places

SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


@pytest.fixture
def started(monkeypatch):
    """The command lines with which JupyterLab would be started."""
    lines = []

    def note(module, run_name, alter_sys):
        assert (module, run_name) == ("jupyterlab", "__main__")
        lines.append(sys.argv[1:])

    monkeypatch.setattr(lab.runpy, "run_module", note)
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(sys, "argv", ["nst"])
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/somebodys/own")
    return lines


def test_the_entry_point_is_the_command_line(capsys, monkeypatch):
    assert EntryPoint("nst", SCRIPTS["nst"], "console_scripts").load() is main
    monkeypatch.setattr(sys, "argv", ["/some/where/nst"])
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith("usage: nst ")


@pytest.mark.parametrize(
    "name, lesson",
    [
        (None, "00_start_here"),
        ("03", "03_style_loss"),
        ("05_optimization_loop.ipynb", "05_optimization_loop"),
        (str(NOTEBOOKS / "07_studio.ipynb"), "07_studio"),
    ],
)
def test_a_lesson_is_opened_where_its_links_lead_somewhere(started, tmp_path, name, lesson):
    assert main(["lab", *filter(None, [name]), "--no-browser"]) == 0
    assert started == [
        [
            f"--ServerApp.root_dir={ROOT}",
            lab.CONTENTS,
            f"--LabApp.default_url=/lab/tree/notebooks/{lesson}.ipynb",
            "--no-browser",
        ]
    ]
    assert os.environ["JUPYTER_CONFIG_PATH"] == f"/somebodys/own{os.pathsep}{lab.QUIET}"


@pytest.mark.parametrize(
    "words, lesson, options",
    [
        ("--port 8889", "00_start_here", "--port 8889"),
        ("--port 0", "00_start_here", "--port 0"),
        (
            "--ServerApp.port 8889 --no-browser",
            "00_start_here",
            "--ServerApp.port 8889 --no-browser",
        ),
        ("--notebook-dir .", "00_start_here", "--notebook-dir ."),
        ("--config my_config.py", "00_start_here", "--config my_config.py"),
        ("--port 8889 03", "03_style_loss", "--port 8889"),
        ("03 --port 8889", "03_style_loss", "--port 8889"),
        ("--no-browser 05_optimization_loop.ipynb", "05_optimization_loop", "--no-browser"),
        ("--no-browser 05 --port=9999", "05_optimization_loop", "--no-browser --port=9999"),
    ],
)
def test_the_value_of_an_option_is_no_notebook(
    started, tmp_path, monkeypatch, words, lesson, options
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_config.py").write_text("")
    assert main(["lab", *words.split()]) == 0
    place = f"--LabApp.default_url=/lab/tree/notebooks/{lesson}.ipynb"
    assert started == [[f"--ServerApp.root_dir={ROOT}", lab.CONTENTS, place, *options.split()]]


@pytest.mark.parametrize("name", ["~nobody", "~nobody/03", "a" * 300, "a\0b", ".", "/", "\x1b[31m"])
def test_whatever_is_no_notebook_gets_a_sentence(started, capsys, name):
    assert main(["lab", name]) == 1 and not started
    said = capsys.readouterr().err
    assert said.startswith("There is no notebook ") and said[:-1].isprintable()


def test_the_help_of_lab_is_the_kits(capsys):
    with pytest.raises(SystemExit):
        main(["lab", "--help"])
    assert "lab [NOTEBOOK] [options of JupyterLab]" in capsys.readouterr().out


def test_a_notebook_of_ones_own_is_opened_in_its_folder(started, tmp_path):
    (tmp_path / "my own.ipynb").write_text("{}")
    assert main(["lab", str(tmp_path / "my own.ipynb")]) == 0
    place = "--LabApp.default_url=/lab/tree/my%20own.ipynb"
    assert started == [[f"--ServerApp.root_dir={tmp_path}", lab.CONTENTS, place]]


def test_where_there_is_no_clone_the_lessons_are_sought_here(
    started, tmp_path, monkeypatch, capsys
):
    installed = tmp_path / "site" / "nst_helpers" / "course" / "grading" / "places.py"
    monkeypatch.setattr(places, "__file__", str(installed))
    monkeypatch.chdir(tmp_path)
    assert main(["lab"]) == 1 and not started
    said = capsys.readouterr().err
    assert "only the package is installed" in said and said.count("\n") == 1
    assert main(["lab", "03"]) == 1
    assert "no notebook 03" in capsys.readouterr().err
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text("{}")
    assert main(["lab"]) == 0
    monkeypatch.chdir(tmp_path / "notebooks")
    assert main(["lab"]) == 0
    assert [line[0] for line in started] == 2 * [f"--ServerApp.root_dir={tmp_path}"]


def test_what_is_missing_is_said(started, monkeypatch, capsys):
    assert main(["lab", "42"]) == 1
    assert "the lessons are 00_start_here, 01_vgg19" in capsys.readouterr().err
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: None)
    assert main(["lab"]) == 1
    said = capsys.readouterr().err
    assert "-m pip install jupyterlab" in said and said.count("\n") == 1 and not started


@pytest.mark.parametrize("path", all_notebooks(), ids=lambda path: path.stem)
def test_jupyterlab_finds_in_a_notebook_what_it_would_write_there(path):
    """Else it counts as unsaved as soon as its kernel answers."""
    pytest.importorskip("jupyterlab")
    from ipykernel.ipkernel import IPythonKernel

    from nst_helpers.cli.contents import Contents

    contents = Contents(root_dir=str(path.parent))
    read = asyncio.run(contents.get(path.name))["content"]
    assert read["metadata"] == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": IPythonKernel.language_info,
    }
    assert (read["nbformat"], read["nbformat_minor"]) >= (4, 5)
    assert all(cell["id"] for cell in read["cells"])
    assert asyncio.run(contents.get(path.name, content=False))["content"] is None


def test_jupyterlab_opens_a_lesson_and_neither_asks_for_news_nor_looks_for_updates(tmp_path):
    """A real one, with nobody's settings: what it asks for is a setting's default."""
    pytest.importorskip("jupyterlab")
    folders = {"JUPYTER_CONFIG_DIR": f"{tmp_path}/c", "JUPYTER_DATA_DIR": f"{tmp_path}/d"}
    command = [sys.executable, "-m", "nst_helpers", "lab", "02", "--no-browser", "--allow-root"]
    log = tmp_path / "log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [*command, "--IdentityProvider.token=abc", "--ServerApp.port=18990"],
            env=os.environ | folders,
            stdout=file,
            stderr=file,
        )
    try:
        end, address = time.monotonic() + 90, None
        while not address:
            assert time.monotonic() < end and server.poll() is None, log.read_text()
            address = re.search(
                r"http://127\S*/lab/tree/notebooks/02_content_loss", log.read_text()
            )
            time.sleep(0.2)
        base = address[0].split("/lab/")[0]
        name = "@jupyterlab/apputils-extension:notification"
        with urllib.request.urlopen(f"{base}/lab/api/settings/{name}?token=abc") as answer:
            asked = json.load(answer)["schema"]["properties"]
        assert asked["fetchNews"]["default"] == "false"
        assert asked["checkForUpdates"]["default"] is False
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
