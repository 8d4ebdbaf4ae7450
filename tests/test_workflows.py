"""What GitHub, Binder and dev containers read cannot run here: it is held to the other files."""

import json
import os
import re

import pytest
import yaml
from notebook_tools import NOTEBOOKS, ROOT
from packaging.specifiers import SpecifierSet
from test_project import PROJECT

DOCUMENTED = (ROOT / "CONTRIBUTING.md").read_text() + (ROOT / "README.md").read_text()
every_workflow = pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem
)


def steps(path):
    jobs = yaml.safe_load(path.read_text())["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@every_workflow
def test_each_step_is_one_documented_command(path):
    commands = [step["run"] for step in steps(path) if "run" in step]
    assert commands
    here = DOCUMENTED.replace(".venv/bin/", "")
    for command in commands:
        assert "\n" not in command and "&&" not in command
        assert re.search(rf"(?<![\w/]){re.escape(command)}(?![\w/])", here), command


@every_workflow
def test_each_action_is_of_a_fixed_version(path):
    for step in steps(path):
        assert "run" in step or re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


def test_the_tests_run_on_every_version_that_the_kit_supports():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())["jobs"]
    matrix = jobs["tests"]["strategy"]["matrix"]
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    assert matrix["python"] == [f"3.{minor}" for minor in range(int(low), int(high))]
    assert {name.split("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}


# Issue forms, Binder and the dev container.


def form(name):
    return yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text())


def questions(name):
    """`{id: field}` of an issue form."""
    return {field["id"]: field for field in form(name)["body"]}


@pytest.mark.parametrize("name", ["lesson", "program", "idea"])
def test_an_issue_form_is_one_that_github_takes(name):
    assert {"name", "description", "body"} <= set(form(name)) <= {
        "name", "description", "body", "labels", "title",
    }  # fmt: skip
    assert len(questions(name)) == len(form(name)["body"])
    for field in questions(name).values():
        assert field["type"] in ("dropdown", "input", "textarea")
        assert field["attributes"]["label"]
    assert any(field.get("validations") for field in questions(name).values())
    assert form("config").keys() == {"blank_issues_enabled"}


def test_a_mistake_in_a_lesson_comes_with_lesson_cell_message_and_doctor():
    asked = questions("lesson")
    assert {"lesson", "cell", "check", "doctor"} <= set(asked)
    for name in ("lesson", "cell"):
        assert asked[name]["validations"]["required"] is True
    offered = [option[:2] for option in asked["lesson"]["attributes"]["options"]]
    assert offered == [path.stem[:2] for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    for name in ("lesson", "program"):
        assert "`nst doctor`" in questions(name)["doctor"]["attributes"]["label"]


def test_binder_and_the_dev_container_install_the_course_on_a_python_that_it_supports():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    install = 'pip install -e ".[lab]"'
    assert container["postCreateCommand"] == install
    assert container["forwardPorts"] == [8888]  # JupyterLab's
    build = ROOT / ".binder" / "postBuild"
    assert build.read_text().startswith("#!") and os.access(build, os.X_OK)
    assert install in build.read_text().replace("--no-cache-dir ", "")
    supported = SpecifierSet(PROJECT["requires-python"])
    binder = (ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    for version in (binder, container["image"].rpartition(":")[2]):
        assert re.fullmatch(r"3\.\d+", version) and version in supported


def test_one_range_of_ruff_checks_the_style_everywhere():
    (ruff,) = [one for one in PROJECT["optional-dependencies"]["test"] if one.startswith("ruff")]
    commits = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repo in commits["repos"] for hook in repo["hooks"]]
    assert [hook["entry"] for hook in hooks] == ["ruff check", "ruff format"]
    assert all(hook["additional_dependencies"] == [ruff] for hook in hooks)
    commands = [step.get("run") for step in steps(ROOT / ".github" / "workflows" / "tests.yml")]
    assert f'pip install "{ruff}"' in commands
