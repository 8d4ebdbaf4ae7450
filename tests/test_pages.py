"""What README, TEACHING and the pages of the site say is what the course has."""

import json
import re
import shlex

import pytest
from notebook_tools import NOTEBOOKS, ROOT, text
from PIL import Image

import nst_helpers
from nst_helpers.cli import commands
from nst_helpers.course import EXERCISES, kept

README = (ROOT / "README.md").read_text(encoding="utf-8")
TEACHING = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
USAGE = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def minutes_of_lessons(page):
    """`{the lesson's two digits: minutes}` from a page's table, but of those without an end."""
    rows = re.findall(r"^\| \[?(\d\d) .*?\| (\d+) min", page, re.M)
    return {lesson: int(minutes) for lesson, minutes in rows}


def test_all_pages_name_the_same_times():
    times = minutes_of_lessons(README)
    assert len(times) == 10 and times == minutes_of_lessons(TEACHING)
    for lesson, minutes in times.items():
        (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
        assert f"{minutes} minutes" in re.search(r"\*\*Time\*\*.*", text(path))[0], lesson
    assert "nine and a half hours, plus as long as you like in the studio" in README
    assert sum(times.values()) / 60 == pytest.approx(9.5, abs=0.2)


@pytest.mark.parametrize("page", [README, TEACHING], ids=["README", "TEACHING"])
def test_the_pages_count_exercises_as_the_checks_do(page):
    found = re.search(
        r"Lessons 01, 04, 08 and 10 have (\w+) exercises each, 02, 03 and 05 (\w+), and 06 and 09 (\w+)",
        page,
    )
    four, three, two = (NUMBERS[word] for word in found.groups())
    counts = {lesson: len(exercises) for lesson, exercises in kept.LESSONS.items()}
    fours, threes = dict.fromkeys((1, 4, 8, 10), four), dict.fromkeys((2, 3, 5), three)
    assert counts == {**fours, **threes, 6: two, 9: two}
    assert "recognize" in page and "hundreds of mistakes" in page
    known = sum(len(pairs) for one in EXERCISES.values() for pairs in one.look_at.values())
    assert 200 <= known < 1000


def shell_commands(page):
    """The arguments of every `nst` that a page's code blocks show."""
    blocks = "\n".join(re.findall(r"^```(?:sh)?\n(.*?)^```", page, re.M | re.S))
    return [shlex.split(line) for line in re.findall(r"^(?:\.venv/bin/)?nst (.*)", blocks, re.M)]


def test_the_commands_that_the_pages_show_are_ones():
    shown = shell_commands(README) + shell_commands(USAGE)
    assert len(shown) > 12
    for words in shown:
        if "--help" not in words:
            assert commands.build_parser().parse_args(words).run


def test_the_page_on_installing_has_the_readmes_lines():
    *_, clone, command = re.findall(
        r"^```\n(.*?)^```", README.partition("<!-- end -->")[0], re.M | re.S
    )
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert f"```\n{clone}{command}```" in page


def test_what_a_learner_needs_is_the_same_on_all_pages():
    for needed in ("2.6 GB of disk", "700 MB"):
        for page in (README, TEACHING, (ROOT / "docs" / "install.md").read_text(encoding="utf-8")):
            assert needed in page
    assert "how matrices are multiplied" in README.replace("\n", " ")


def test_the_names_that_the_pages_import_are_there():
    for line in re.findall(r"from nst_helpers import (.*)", USAGE):
        assert set(line.split(", ")) <= set(nst_helpers.__all__)
    for code in re.findall(r"```python\n(.*?)```", USAGE, re.S):
        compile(code, "usage.md", "exec")


def test_the_samples_are_listed_for_those_without_a_notebook(capsys):
    for kind in (nst_helpers.PHOTOS, nst_helpers.PAINTINGS, nst_helpers.PATTERNS):
        assert ", ".join(f"`{name}`" for name in kind) in USAGE
    with pytest.raises(SystemExit):
        commands.main(["stylize", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(name in said.partition("Samples: ")[2] for name in nst_helpers.SAMPLES)


def test_links_between_files_lead_somewhere_on_github_too():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("*/*/*.md")]:
        if page.relative_to(ROOT).parts[0].startswith("."):
            continue  # an environment, or what a tool wrote
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^()\s:#]+)(?:#[^()\s]*)?\)", prose):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_there_is_one_spelling_of_the_command():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "benchmarks/README.md"]:
        said = path.read_text(encoding="utf-8").count("python -m nst_helpers")
        assert said == (path.name in ("usage.md", "CHANGELOG.md")), path


def test_the_readmes_pictures_are_small_and_move():
    assert "growing/horses_citrus_slices.webp" in README and "docs/static/check.webp" in README
    for path in (ROOT / "benchmarks" / "results" / "growing").glob("*.webp"):
        steps = json.loads(path.with_suffix(".json").read_text())["frames"]
        with Image.open(path) as film:
            assert film.n_frames == len(steps) and 15 <= film.n_frames <= 25
            assert path.stat().st_size < 1.5e6
    path = ROOT / "docs" / "static" / "check.webp"
    with Image.open(path) as film:
        assert film.n_frames >= 4 and path.stat().st_size < 600_000
    with Image.open(ROOT / "benchmarks" / "results" / "social.jpg") as picture:
        assert picture.size == (1280, 640)
