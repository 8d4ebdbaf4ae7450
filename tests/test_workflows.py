"""GitHub's workflows cannot run here: what they say is held to what the other files say."""

import re

import pytest
import yaml
from notebook_tools import ROOT
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
