"""Text for people."""

from collections import Counter
from collections.abc import Iterable, Sequence

from reelgraph_federation.problems import Problem, SourceLocation
from reelgraph_federation.schema_changes import Criticality

from ...domain.change_result import ChangeResult
from ...domain.check import Check, Finding

_SHOWN_HITS = 5


def check_text(check: Check) -> str:
    """Write a check: the verdict first, then what led to it, the worst first."""
    sections = [
        _verdict(check),
        *(problem_text(error) for error in check.errors),
        *(change_text(change) for change in check.changes if not change.passes),
        *(problem_text(h.problem, failed=True) for h in check.hints if not h.passes),
        *(_finding_text(finding) for finding in check.findings if not finding.passes),
        *(change_text(change) for change in check.changes if change.passes),
        *(problem_text(hint.problem) for hint in check.hints if hint.passes),
        *(_finding_text(finding) for finding in check.findings if finding.passes),
    ]
    return "\n\n".join(sections)


def changes_text(changes: Sequence[ChangeResult]) -> str:
    """Write a list of changes."""
    if not changes:
        return "The API schemas are the same."
    return "\n\n".join([_counted(changes), *(change_text(change) for change in changes)])


def change_text(change: ChangeResult) -> str:
    """Write one change."""
    head = f"{change.criticality.value.lower():9}  {change.kind}  {change.coordinate or 'schema'}"
    lines = [head, f"    {change.message}"]
    if change.reason:
        lines.append(f"    {change.reason}")
    if not change.passes and change.criticality is not Criticality.BREAKING:
        lines.append("    Dangerous changes fail checks of this variant.")
    lines += [
        f"    used by {hit.client or 'an unnamed client'} {hit.version}".rstrip()
        + f": {hit.operation or 'an unnamed operation'}, {hit.count} times"
        for hit in change.hits[:_SHOWN_HITS]
    ]
    if len(change.hits) > _SHOWN_HITS:
        lines.append(f"    and by {len(change.hits) - _SHOWN_HITS} more")
    if change.location:
        lines.append(f"    {_place(change.location)}")
    return "\n".join(lines)


def problem_text(problem: Problem, failed: bool = False) -> str:
    """Write a composition error or hint."""
    word = "error" if problem.is_error or failed else "hint"
    lines = [f"{word:9}  {problem.code}  {problem.coordinate or ''}".rstrip()]
    lines += [f"    {line}" for line in problem.message.splitlines()]
    lines += [f"    {_place(place)}" for place in problem.locations]
    lines.append(f"    {problem.remedy}")
    return "\n".join(lines)


def problems_text(problems: Iterable[Problem]) -> str:
    """Write composition errors and hints."""
    return "\n\n".join(problem_text(problem) for problem in problems)


def when(time: str) -> str:
    """Write a time of the registry, ISO 8601 in UTC, to the second."""
    return f"{time[:19].replace('T', ' ')} UTC"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Write rows in columns as wide as they need to be."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _verdict(check: Check) -> str:
    names = ", ".join(check.subgraphs)
    word = "passes" if check.passes else "fails"
    head = f"The check of {names} against {check.graph}@{check.variant}"
    if not check.composes:
        return f"{head} {word}: it does not compose."
    if check.base_version is None:
        return f"{head} {word}: it composes, and nothing is published there yet."
    return f"{head} ({check.base_version}) {word}: {_counted(check.changes)}"


def _counted(changes: Sequence[ChangeResult]) -> str:
    if not changes:
        return "the API schema does not change."
    counts = Counter(change.criticality for change in changes)
    parts = [f"{counts[kind]} {kind.value.lower()}" for kind in Criticality if counts[kind]]
    return f"{', '.join(parts)} {'change' if len(changes) == 1 else 'changes'}."


def _finding_text(finding: Finding) -> str:
    word = "note" if finding.passes else "error"
    lines = [f"{word:9}  {finding.contributor}  {finding.coordinate}".rstrip()]
    lines.append(f"    {finding.message}")
    if finding.location:
        lines.append(f"    {_place(finding.location)}")
    return "\n".join(lines)


def _place(place: SourceLocation) -> str:
    name = place.file or f"subgraph {place.subgraph}"
    return f"{name}:{place.line}:{place.column}" if place.line else name
