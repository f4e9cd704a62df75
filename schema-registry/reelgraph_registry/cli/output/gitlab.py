"""The Code Quality report of GitLab, which it shows in merge requests."""

from hashlib import sha256

from .annotations import Annotation
from .as_json import to_json

_SEVERITIES = {"error": "blocker", "warning": "minor", "notice": "info"}


def to_gitlab(annotations: list[Annotation]) -> str:
    """Write the report: a JSON list with one entry a remark."""
    return to_json([_entry(annotation) for annotation in annotations])


def _entry(annotation: Annotation) -> dict[str, object]:
    place = annotation.location
    # A path is mandatory; a remark without a file is filed under the subgraph's name.
    path = (place.file or place.subgraph) if place else "supergraph"
    return {
        "description": annotation.message,
        "check_name": annotation.title,
        "fingerprint": sha256(annotation.identity.encode()).hexdigest(),
        "severity": _SEVERITIES[annotation.level],
        "location": {"path": path, "lines": {"begin": max(1, place.line if place else 1)}},
    }
