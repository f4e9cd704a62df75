"""The page docs/problems.md, written from the table of problems."""

from __future__ import annotations

from collections.abc import Iterator

from . import PROBLEM_KINDS
from .kind import ProblemKind

_HEAD = """\
# Problems

What composition, planning and failing subgraphs are reported as. An error of composition keeps a
supergraph from being made; hints (warnings, information, details) do not. `reelgraph explain CODE` prints an entry. This page is written from the table in
`reelgraph_federation.problem_kinds`; a test keeps it current.
"""


def render_page() -> str:
    """Return the page as Markdown, family by family in the order of the table."""
    return "\n".join([_HEAD, *_lines()])


def _lines() -> Iterator[str]:
    family = None
    for kind in PROBLEM_KINDS.values():
        if kind.family != family:
            family = kind.family
            yield f"## {family}\n"
        yield _entry(kind)


def _entry(kind: ProblemKind) -> str:
    since = f", since federation {kind.since}" if kind.since else ""
    return (
        f"### {kind.code}\n\n"
        f"{kind.severity.value}{since}\n\n"
        f"{kind.meaning}\n\n"
        f"**What to do.** {kind.remedy}\n"
    )
