"""Write how a publish or a deletion ended."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from .exits import finish
from .given import relocate_problem
from .subgraphs_config import GivenSubgraph

_OUTCOMES = {
    "SubgraphsPublished": "published",
    "NothingChanged": "unchanged",
    "CompositionFailure": "failed",
    "VersionMismatch": "conflict",
}


def write_outcome(
    result: Mapping[str, Any], given: list[GivenSubgraph], target: str, output_format: str
) -> None:
    """Write the outcome in one of the formats; exits with 1 unless it is published.

    Nothing was given where a subgraph was deleted.
    """
    outcome = _OUTCOMES[result["__typename"]]
    errors = _with_places(result.get("errors", ()), given)
    hints = _with_places(_hints(result), given)
    if output_format == "json":
        _write_json(result, outcome, errors, hints)
    elif output_format == "text":
        click.echo(_summary(result, outcome, target, "with" if given else "without"))
        _write_problems([*errors, *hints])
    else:
        _write_annotations(errors, hints, output_format)
    finish(outcome in ("published", "unchanged"))


def published_version(result: Mapping[str, Any]) -> str | None:
    """Return the version that is published after the attempt."""
    if result["__typename"] == "SubgraphsPublished":
        return str(result["supergraphVersion"]["id"])
    version = result.get("supergraphVersionId") or result.get("publishedVersion")
    return None if version is None else str(version)


def _hints(result: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if result["__typename"] == "SubgraphsPublished":
        result = result["supergraphVersion"]
    found: Iterable[Mapping[str, Any]] = result.get("hints", ())
    return found


def _with_places(
    problems: Iterable[Mapping[str, Any]], given: list[GivenSubgraph]
) -> list[dict[str, object]]:
    found = list(problems)
    if not found:
        return []
    from ..domain.json_form import problem_from_dict, problem_to_dict

    return [problem_to_dict(relocate_problem(problem_from_dict(one), given)) for one in found]


def _summary(result: Mapping[str, Any], outcome: str, target: str, preposition: str) -> str:
    version = published_version(result)
    if outcome == "published":
        names = ", ".join(result["subgraphs"])
        return f"{target} now publishes version {version} {preposition} {names}."
    if outcome == "unchanged":
        return f"Nothing changed: {target} publishes version {version} with these schemas already."
    if outcome == "conflict":
        return str(result["message"])
    remains = f"; it goes on publishing version {version}" if version else ""
    return f"{target} stays as it is{remains}: the subgraphs do not compose."


def _write_json(
    result: Mapping[str, Any],
    outcome: str,
    errors: list[dict[str, object]],
    hints: list[dict[str, object]],
) -> None:
    from .output.as_json import to_json

    document = {
        "outcome": outcome,
        "supergraphVersion": published_version(result),
        "subgraphs": result.get("subgraphs", []),
        "message": result.get("message"),
        "errors": errors,
        "hints": hints,
    }
    click.echo(to_json(document))


def _write_problems(problems: list[dict[str, object]]) -> None:
    if problems:
        from ..domain.json_form import problem_from_dict
        from .output.text import problems_text

        click.echo(f"\n{problems_text(problem_from_dict(one) for one in problems)}")


def _write_annotations(
    errors: list[dict[str, object]], hints: list[dict[str, object]], output_format: str
) -> None:
    from ..domain.json_form import problem_from_dict
    from .output import annotations_of_problems, render_annotations

    remarks = annotations_of_problems(map(problem_from_dict, errors), map(problem_from_dict, hints))
    if text := render_annotations(remarks, output_format):
        click.echo(text)
