"""Checks, changes and problems as JSON-ready values and back.

One shape for all: what the database keeps, what the API returns and what the command line prints.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reelgraph_federation.problems import Problem, Severity, SourceLocation
from reelgraph_federation.schema_changes import ChangeKind, Criticality, UsageHit

from .change_result import ChangeResult
from .check import Check, Finding, HintResult

Json = Mapping[str, Any]


def check_to_dict(check: Check) -> dict[str, object]:
    """Write a check, with the verdicts spelled out."""
    return {
        "id": check.id or None,
        "graph": check.graph,
        "variant": check.variant,
        "subgraphs": list(check.subgraphs),
        "baseVersion": check.base_version,
        "passes": check.passes,
        "composes": check.composes,
        "errors": [problem_to_dict(error) for error in check.errors],
        "hints": [{**problem_to_dict(h.problem), "passes": h.passes} for h in check.hints],
        "changes": [change_to_dict(change) for change in check.changes],
        "findings": [_finding_to_dict(finding) for finding in check.findings],
        "author": check.author,
        "createdAt": time_to_text(check.created_at),
    }


def check_from_dict(data: Json) -> Check:
    """Read a check; its verdicts follow from its parts."""
    return Check(
        id=data["id"] or "",
        graph=data["graph"],
        variant=data["variant"],
        subgraphs=tuple(data["subgraphs"]),
        base_version=data["baseVersion"],
        errors=tuple(problem_from_dict(error) for error in data["errors"]),
        hints=tuple(HintResult(problem_from_dict(h), bool(h["passes"])) for h in data["hints"]),
        changes=tuple(change_from_dict(change) for change in data["changes"]),
        findings=tuple(_finding_from_dict(finding) for finding in data["findings"]),
        author=data["author"],
        created_at=time_from_text(data["createdAt"]),
    )


def problem_to_dict(problem: Problem) -> dict[str, object]:
    """Write a composition error or hint."""
    return problem.to_dict()


def problem_from_dict(data: Json) -> Problem:
    """Read a composition error or hint."""
    places = (_location_from_dict(place) for place in data["locations"])
    return Problem(
        code=data["code"],
        severity=Severity(data["severity"]),
        message=data["message"],
        remedy=data["remedy"],
        coordinate=data["coordinate"],
        locations=tuple(place for place in places if place is not None),
    )


def change_to_dict(change: ChangeResult) -> dict[str, object]:
    """Write a change."""
    return {
        "kind": change.kind.value,
        "criticality": change.criticality.value,
        "coordinate": change.coordinate,
        "target": change.target,
        "message": change.message,
        "reason": change.reason,
        "passes": change.passes,
        "hits": [
            {
                "client": hit.client,
                "version": hit.version,
                "operation": hit.operation,
                "count": hit.count,
            }
            for hit in change.hits
        ],
        "location": None if change.location is None else change.location.to_dict(),
    }


def change_from_dict(data: Json) -> ChangeResult:
    """Read a change."""
    return ChangeResult(
        kind=ChangeKind(data["kind"]),
        criticality=Criticality(data["criticality"]),
        coordinate=data["coordinate"],
        target=data["target"],
        message=data["message"],
        reason=data["reason"],
        passes=bool(data["passes"]),
        hits=tuple(
            UsageHit(hit["client"], hit["version"], hit["operation"], int(hit["count"]))
            for hit in data["hits"]
        ),
        location=_location_from_dict(data["location"]),
    )


def time_to_text(moment: datetime) -> str:
    """Write a time as ISO 8601 in UTC with microseconds, so that texts sort as times do."""
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")


def time_from_text(text: str) -> datetime:
    """Read what :func:`time_to_text` wrote."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _finding_to_dict(finding: Finding) -> dict[str, object]:
    return {
        "contributor": finding.contributor,
        "message": finding.message,
        "coordinate": finding.coordinate,
        "passes": finding.passes,
        "location": None if finding.location is None else finding.location.to_dict(),
    }


def _finding_from_dict(data: Json) -> Finding:
    return Finding(
        contributor=data["contributor"],
        message=data["message"],
        coordinate=data["coordinate"],
        passes=bool(data["passes"]),
        location=_location_from_dict(data["location"]),
    )


def _location_from_dict(data: Json | None) -> SourceLocation | None:
    if data is None:
        return None
    return SourceLocation(
        data["subgraph"], data.get("file"), int(data["line"]), int(data["column"])
    )
