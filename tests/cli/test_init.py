"""`reelgraph init`: what it makes runs, passes its tests, prints what is committed, and composes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from reelgraph_cli.main import main
from reelgraph_federation import Subgraph, compose

ROOT = Path(__file__).parents[2]
NAMES = {"reviews": "reviews { id", "film-reviews": "filmReviews { id", "stock2": "stock2s { id"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project, with this checkout's packages."""
    command = [sys.executable, *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Make a project; returns its folder."""
    monkeypatch.chdir(tmp_path)

    def make(name: str, *options: str) -> Path:
        done = CliRunner().invoke(main, ["init", name, *options])
        assert done.exit_code == 0, done.output
        return tmp_path / name

    return make


@pytest.mark.parametrize("name", NAMES)
def test_a_project_passes_its_own_tests_and_checks(name, project):
    folder = project(name)
    package = name.replace("-", "_")
    tests = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert tests.returncode == 0, tests.stdout
    assert "3 passed" in tests.stdout
    for tool in (["ruff", "check", "."], ["mypy", package]):
        done = run(
            folder, "-m", *tool, "--no-cache" if tool[0] == "ruff" else "--cache-dir=/dev/null"
        )
        assert done.returncode == 0, done.stdout + done.stderr
    schema = (folder / "schema.graphql").read_text()
    again = ("-m", "reelgraph_dgs", "print-schema", f"{package}.schema:schema", "--output")
    done = run(folder, *again, "schema.graphql", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    result = compose([Subgraph(name, "http://127.0.0.1:4030/graphql", schema)])
    assert result.errors == ()
    assert "{{" not in "".join(
        path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and "${{" not in path.read_text()
    )


def test_the_snippet_for_ci_names_commands_that_exist(project):
    folder = project("reviews")
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "schema.yml").read_text())
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    commands = [step.split() for step in steps if step.startswith("reelgraph ")]
    assert len(commands) == 2
    for command in commands:
        done = CliRunner().invoke(main, [*command[1:3], "--help"])
        assert done.exit_code == 0
        assert all(word in done.output for word in command if word.startswith("--"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Reviews"], "small letters"),
        (["../reviews"], "small letters"),
        (["json"], "exists already"),
        (["class"], "exists already"),
        (["reviews", "--type", "Query"], "cannot name a type"),
        (["reviews", "--type", "review"], "cannot name a type"),
    ],
)
def test_names_that_cannot_be_are_refused(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["init", *arguments])
    assert done.exit_code == 2
    assert told in done.output
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(project):
    folder = project("reviews")
    (folder / "README.md").write_text("mine")
    done = CliRunner().invoke(main, ["init", "reviews"])
    assert done.exit_code == 2
    assert "not empty" in done.output
    assert (folder / "README.md").read_text() == "mine"
