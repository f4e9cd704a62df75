"""The notes of a release are its part of the change log, whole; without one there is no release."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "release_notes.py"
LOG = """# Changelog

## Unreleased

- **New** thing.

## 1.1.0 - 2026-05-01

- **Other** thing.

### Mended

- One.

## 1.0.0 - 2026-04-01

- First.
"""


@pytest.fixture(scope="module")
def notes():
    spec = importlib.util.spec_from_file_location("release_notes", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.notes


def test_a_version_gets_its_own_part(notes):
    expected = "# reelgraph 1.1.0\n\n- **Other** thing.\n\n### Mended\n\n- One.\n"
    assert notes(LOG, "1.1.0") == expected
    assert notes(LOG, "1.0.0") == "# reelgraph 1.0.0\n\n- First.\n"


def test_a_development_version_gets_what_is_not_released(notes):
    assert notes(LOG, "1.1.1.dev3+gabc") == "# reelgraph 1.1.1.dev3+gabc\n\n- **New** thing.\n"


def test_a_release_without_notes_is_refused(notes):
    with pytest.raises(KeyError, match=r"2\.0\.0"):
        notes(LOG, "2.0.0")
