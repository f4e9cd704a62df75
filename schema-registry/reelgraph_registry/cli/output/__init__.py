"""How results are written, one format a file."""

from ...domain.check import Check
from .annotations import Annotation, annotations_of_check, annotations_of_problems
from .as_json import to_json
from .github import to_github
from .gitlab import to_gitlab
from .text import check_text

__all__ = [
    "Annotation",
    "annotations_of_problems",
    "render_annotations",
    "render_check",
    "to_json",
]


def render_check(check: Check, output_format: str) -> str:
    """Write a check in one of the formats."""
    if output_format == "text":
        return check_text(check)
    if output_format == "json":
        from ...domain.json_form import check_to_dict

        return to_json(check_to_dict(check))
    return render_annotations(annotations_of_check(check), output_format)


def render_annotations(annotations: list[Annotation], output_format: str) -> str:
    """Write annotations for GitHub or for GitLab."""
    return to_github(annotations) if output_format == "github" else to_gitlab(annotations)
