import ast
import json
import re
import subprocess
import sys
import tomllib

from notebook_tools import ROOT, repository
from on_colab import pins
from packaging.requirements import Requirement

from nst_helpers import __main__ as command_line

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text()


def every_requirement():
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]


def test_every_dependency_has_a_lower_bound_and_a_cap():
    for requirement in every_requirement():
        assert sorted(part.operator for part in requirement.specifier) == ["<", ">="], requirement


def test_colab_has_every_runtime_dependency():
    """Its setup cell installs the kit there with --no-deps."""
    colab = pins()
    for line in PROJECT["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(colab[requirement.name]), requirement


def test_the_package_imports_nothing_that_is_not_declared():
    declared = {Requirement(line).name for line in PROJECT["dependencies"]} - {"pillow"} | {"PIL"}
    imported = set()
    for path in (ROOT / "nst_helpers").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) <= declared


def test_the_conda_environment_takes_all_else_from_pyproject():
    lines = [
        line.strip() for line in (ROOT / "environment.yml").read_text().splitlines() if line.strip().startswith("-")
    ]
    names = [re.match(r"- ([\w.-]*)", line)[1] for line in lines]
    assert names == ["conda-forge", "python", "jupyterlab", "pip", "pip", "-e"]
    python = next(line for line in lines if line.startswith("- python"))
    assert PROJECT["requires-python"] in python
    assert f"- {PROJECT['optional-dependencies']['lab'][0]}" in lines


def test_the_readme_names_versions_and_extras_as_pyproject_does():
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    assert f"Python 3.{low} to 3.{int(high) - 1}" in README
    assert command_line.SUPPORTED_PYTHON == ((3, int(low)), (3, int(high) - 1))
    for extra in re.findall(r"\.\[([\w,]+)\]", README):
        assert set(extra.split(",")) <= set(PROJECT["optional-dependencies"])


def test_the_address_stands_in_one_place():
    assert repository() == PROJECT["urls"]["Repository"]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    owner = repository().removeprefix("https://github.com/").split("/")[0]
    for name in tracked:
        if name.endswith((".py", ".toml", ".yml", "run")) and name != "pyproject.toml":
            assert f"{owner}/" not in (ROOT / name).read_text(), name


def test_modules_import_in_one_direction_only():
    allowed = {
        "card": set(),
        "images": {"card"},  # the name under which a card stands in a PNG
        "vgg": set(),
        "losses": set(),
        "machine": set(),
        "optimizers": set(),
        "optimize": {"card", "machine", "images", "vgg", "losses", "optimizers"},
        "plots": set(),
        "frames": {"images", "optimize"},
        "studio": {"card", "images", "optimize"},
        "widgets": {"card", "frames", "machine", "images", "optimize", "vgg"},
        "exercises": {"losses", "vgg"},
        "checks": {"exercises"},
        "__init__": set(),
        "__main__": {"card", "images", "vgg", "optimize", "machine", "frames"},
    }
    for path in (ROOT / "nst_helpers").glob("*.py"):
        found = set(re.findall(r"^\s*from \.(\w+) import", path.read_text(), re.M))
        for names in re.findall(r"^\s*from \. import (.+)$", path.read_text(), re.M):
            found |= set(names.split(", "))
        assert found <= allowed[path.stem], path.name
        if path.stem not in ("plots", "images"):
            assert "matplotlib" not in path.read_text(), path.name
        if path.stem != "widgets":
            assert "ipywidgets" not in path.read_text(), path.name


def test_the_notebook_guard_is_in_force():
    """The plain guard refuses what is not loopback, also in a fresh Python such as a kernel."""
    attempt = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)"
    run = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True)
    assert "the tests allow no connection" in run.stderr or "the tests allow no look-up" in run.stderr


def test_tracked_files_are_small():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout
    paths = [ROOT / name for name in tracked.split("\0") if name]
    assert sum(path.stat().st_size for path in paths if path.exists()) < 45e6


def test_notebooks_are_valid():
    import nbformat
    from notebook_tools import all_notebooks

    for path in all_notebooks():
        nbformat.validate(json.loads(path.read_text()))
