"""The check itself, pure: compare what is published with what is proposed, and judge.

The server and the offline command line both run this; they differ in where the baseline and the
usage come from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from graphql import GraphQLSchema, build_schema

from reelgraph_federation.problems import SHRINKING_HINTS, Problem
from reelgraph_federation.schema_changes import (
    Change,
    Criticality,
    RecordedUsage,
    find_changes,
    judge_changes,
    usage_coordinate,
)

from .change_result import ChangeResult
from .check import Check, CheckSettings, Finding, HintResult
from .composition import Composition
from .locate import SdlIndex, locate
from .subgraph_version import SubgraphSchema

_SEVEREST_FIRST = (Criticality.BREAKING, Criticality.DANGEROUS, Criticality.SAFE)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a proposal is compared with: the published supergraph, if there is one."""

    version: str | None = None
    api_schema_sdl: str = ""
    hints: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposedChanges:
    """Both API schemas and the changes between them, before judgement."""

    old: GraphQLSchema
    new: GraphQLSchema
    changes: tuple[Change, ...]

    @property
    def usage_coordinates(self) -> frozenset[str]:
        """The coordinates whose recorded usage decides about breaking changes."""
        coordinates = (
            usage_coordinate(change)
            for change in self.changes
            if change.criticality is not Criticality.SAFE
        )
        return frozenset(coordinate for coordinate in coordinates if coordinate is not None)


@dataclass(frozen=True, slots=True)
class CheckSubject:
    """What is checked, by whom and when; ``id`` is empty for a check that is not stored."""

    graph: str
    variant: str
    names: tuple[str, ...]
    author: str
    created_at: datetime
    id: str = ""


def find_proposed_changes(old_api_sdl: str, new_api_sdl: str) -> ProposedChanges | None:
    """Compare two API schemas given as SDL; None when there is nothing on either side."""
    if not old_api_sdl or not new_api_sdl:
        return None
    old, new = build_schema(old_api_sdl), build_schema(new_api_sdl)
    return ProposedChanges(old, new, tuple(find_changes(old, new)))


def judge_proposed_changes(
    proposed: ProposedChanges | None,
    settings: CheckSettings,
    usage: RecordedUsage | None = None,
    schemas: Iterable[SubgraphSchema] = (),
) -> tuple[ChangeResult, ...]:
    """Judge changes by the settings and the usage, the worst first, with their places."""
    if proposed is None:
        return ()
    judged = judge_changes(proposed.changes, proposed.old, proposed.new, settings.as_rules(), usage)
    indexes = [SdlIndex(schema) for schema in schemas]
    results = [
        ChangeResult.of(one, settings.fail_on_dangerous).at(
            locate(one.change.coordinate, indexes) if one.change.coordinate else None
        )
        for one in judged
    ]
    return tuple(sorted(results, key=lambda change: _SEVEREST_FIRST.index(change.criticality)))


def conclude(
    subject: CheckSubject,
    baseline: Baseline,
    composition: Composition,
    changes: tuple[ChangeResult, ...],
    settings: CheckSettings,
    findings: Iterable[Finding] = (),
) -> Check:
    """Put the result together."""
    return Check(
        id=subject.id,
        graph=subject.graph,
        variant=subject.variant,
        subgraphs=subject.names,
        base_version=baseline.version,
        errors=composition.errors,
        hints=judge_hints(composition.hints, baseline.hints, settings),
        changes=changes,
        findings=tuple(findings),
        author=subject.author,
        created_at=subject.created_at,
    )


def judge_hints(
    hints: Iterable[Problem], known: Iterable[Problem], settings: CheckSettings
) -> tuple[HintResult, ...]:
    """Fail the hints by which the proposal silently shrinks the graph.

    Those that the published supergraph has at the same coordinate pass: they are not this
    proposal's doing.
    """
    before = {(hint.code, hint.coordinate) for hint in known}
    return tuple(
        HintResult(
            hint,
            passes=not settings.fail_on_shrinking_hints
            or hint.code not in SHRINKING_HINTS
            or (hint.code, hint.coordinate) in before,
        )
        for hint in hints
    )
