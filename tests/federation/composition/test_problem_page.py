"""docs/problems.md says what the table of problems says."""

from __future__ import annotations

from pathlib import Path

from reelgraph_federation.problem_kinds.page import render_page
from reelgraph_federation.problems import PROBLEM_KINDS

PAGE = Path(__file__).parents[3] / "docs" / "problems.md"


def test_page_is_current(update_golden: bool) -> None:
    if update_golden:
        PAGE.write_text(render_page())
    assert PAGE.read_text() == render_page(), "write it with pytest --update-golden"


def test_every_entry_is_complete() -> None:
    assert PROBLEM_KINDS
    for code, kind in PROBLEM_KINDS.items():
        assert code == kind.code
        assert kind.meaning.endswith(".")
        assert kind.remedy.endswith(".")
