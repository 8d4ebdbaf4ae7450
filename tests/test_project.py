import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from notebook_tools import ROOT, all_notebooks, repository
from on_colab import pins
from packaging.requirements import Requirement

import nst_helpers
from nst_helpers.cli import doctor

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text()


def every_requirement():
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]


def test_every_dependency_has_a_lower_bound_and_a_cap():
    for requirement in every_requirement():
        if requirement.name == PROJECT["name"]:  # an extra that takes in another one
            assert requirement.extras <= set(PROJECT["optional-dependencies"])
            continue
        assert sorted(part.operator for part in requirement.specifier) == ["<", ">="], requirement


def test_colab_has_every_runtime_dependency():
    """Its setup cell installs the kit there with --no-deps."""
    colab = pins()
    for line in PROJECT["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(colab[requirement.name]), requirement


def libraries(path):
    """The libraries that a module imports, anywhere in it, by the names they are imported by."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add(node.module.split(".")[0])
    return imported


def test_the_package_imports_nothing_that_is_not_declared():
    declared = {Requirement(line).name for line in PROJECT["dependencies"]}
    declared |= {"PIL", "IPython"}  # as pillow and ipython are imported
    declared |= {"pillow_heif"}  # an extra, imported where it is installed
    declared |= {"ipykernel", "jupyter_server"}  # which JupyterLab brings, for `nst lab`
    imported = set().union(*map(libraries, (ROOT / "nst_helpers").rglob("*.py")))
    assert imported - set(sys.stdlib_module_names) <= declared


def test_the_conda_environment_takes_all_else_from_pyproject():
    lines = [
        line.strip()
        for line in (ROOT / "environment.yml").read_text().splitlines()
        if line.strip().startswith("-")
    ]
    names = [re.match(r"- ([\w.-]*)", line)[1] for line in lines]
    assert names == ["conda-forge", "python", "jupyterlab", "pip", "pip", "-e"]
    python = next(line for line in lines if line.startswith("- python"))
    assert PROJECT["requires-python"] in python
    assert f"- {PROJECT['optional-dependencies']['lab'][0]}" in lines


def test_the_readme_names_versions_and_extras_as_pyproject_does():
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    assert f"Python 3.{low} to 3.{int(high) - 1}" in README
    assert doctor.SUPPORTED_PYTHON == ((3, int(low)), (3, int(high) - 1))
    pages = README + (ROOT / "docs" / "install.md").read_text()
    for extra in re.findall(r"[.s]\[([\w,]+)\]", pages):
        assert set(extra.split(",")) <= set(PROJECT["optional-dependencies"])
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert f'"{repository()}"' in citation


def test_the_changelog_is_linked_and_has_this_version_on_top():
    assert PROJECT["urls"]["Changelog"] == f"{repository()}/blob/main/CHANGELOG.md"
    versions = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert versions[0] == "Unreleased" or versions[0] == PROJECT["version"]


def test_the_readme_can_be_read_in_a_sitting():
    assert len(README.splitlines()) <= 90
    for path in (ROOT / "docs" / "install.md", ROOT / "docs" / "usage.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert target.startswith("http") or (path.parent / target).exists(), target


def test_the_address_stands_in_one_place():
    assert repository() == PROJECT["urls"]["Repository"]
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    owner = repository().removeprefix("https://github.com/").split("/")[0]
    for name in tracked:
        if name.endswith((".py", ".toml", ".yml", "run")) and name != "pyproject.toml":
            assert f"{owner}/" not in (ROOT / name).read_text(), name


def test_one_command_without_any_package_gives_the_course_another_address(tmp_path):
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    names = ["README.md", "CHANGELOG.md", "CITATION.cff", "pyproject.toml"]
    for name in (*names, "docs/publish.py", "docs/install.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}

    def publish(repository):
        command = [sys.executable, "-I", "-S", str(tmp_path / "docs" / "publish.py"), repository]
        return subprocess.run(command, capture_output=True, text=True)

    old = repository().removeprefix("https://github.com/")
    run = publish("Ada/painted.lessons")
    assert run.returncode == 0, run.stderr
    assert "https://ada.github.io/painted.lessons/" in run.stdout and "social.jpg" in run.stdout
    changed = [path for path in files if path.read_bytes() != before[path]]
    assert len(changed) >= 3 + len(all_notebooks()) and f"{len(changed)} files" in run.stdout
    for path in files:
        after = path.read_bytes()
        assert old.encode() not in after and f"//{old.split('/')[0]}.github".encode() not in after
    readme = (tmp_path / "README.md").read_text()
    assert "colab.research.google.com/github/Ada/painted.lessons/blob" in readme
    assert "https://ada.github.io/painted.lessons/" in readme
    install = (tmp_path / "docs" / "install.md").read_text()
    assert "mybinder.org/v2/gh/Ada/painted.lessons/main" in install
    for wrong in ("Ada", "https://github.com/Ada/painted", "Ada/x y"):
        assert publish(wrong).returncode != 0
    assert publish(old).returncode == 0
    assert {path: path.read_bytes() for path in files} == before


PACKAGE = ROOT / "nst_helpers"


def fresh_python(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_every_public_name_is_had_from_the_package_and_only_when_it_is_used():
    every_name = """
import sys, nst_helpers
slow = {"tensorflow", "matplotlib", "ipywidgets", "IPython", "PIL"}
assert not slow & set(sys.modules), slow & set(sys.modules)
nst_helpers.SettingsError, nst_helpers.Settings
assert "tensorflow" not in sys.modules
for name in reversed(nst_helpers.__all__):
    assert getattr(nst_helpers, name) is not None
assert set(nst_helpers.__all__) <= set(dir(nst_helpers))
from nst_helpers import *
print(easel.__module__, stylize.__module__)
"""
    assert fresh_python(every_name) == "nst_helpers.widgets.easels nst_helpers.engine.run\n"
    with pytest.raises(AttributeError, match="no attribute 'paint_al'"):
        nst_helpers.paint_al  # noqa: B018


def test_notebooks_import_in_the_one_public_way():
    for path in all_notebooks():
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] != "code":
                continue
            code = "".join(cell["source"])
            for line in re.findall(r"^ *((?:from|import) nst_helpers.*)", code, re.M):
                one_way = line.startswith("from nst_helpers import ")
                assert one_way or line == "import nst_helpers", f"{path.name}: {line}"


def test_the_notebook_guard_is_in_force():
    """The plain guard refuses what is not loopback, also in a fresh Python such as a kernel."""
    attempt = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)"
    run = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True)
    assert (
        "the tests allow no connection" in run.stderr or "the tests allow no look-up" in run.stderr
    )


def test_tracked_files_are_small():
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    paths = [ROOT / name for name in tracked.split("\0") if name]
    assert sum(path.stat().st_size for path in paths if path.exists()) < 56e6


def test_the_license_or_the_credits_name_the_folder_of_every_picture():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout
    named = re.findall(r"`([\w./]+)`", (ROOT / "LICENSE").read_text())
    credits = (PACKAGE / "data" / "CREDITS.md").read_text()
    for name in tracked.split():
        if name.endswith((".svg", ".webp", ".jpg", ".png", ".gif")):
            assert name.startswith(
                tuple(set(named) - {"nst_helpers/", "benchmarks/", "docs/"})
            ) or (
                Path(name).parent.name in ("paintings", "photos") and Path(name).name in credits
            ), name


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_code_is_in_the_style_of_the_house(command):
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_notebooks_are_valid():
    import nbformat

    for path in all_notebooks():
        nbformat.validate(json.loads(path.read_text()))
