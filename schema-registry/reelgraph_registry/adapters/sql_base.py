"""What the parts of the SQL store share: the engine and how rows become values."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from reelgraph_federation.problems import Problem

from ..domain.history import Action, HistoryEntry
from ..domain.json_form import (
    change_from_dict,
    problem_from_dict,
    problem_to_dict,
    time_from_text,
)
from ..domain.subgraph_version import SubgraphVersion
from ..domain.supergraph_version import Member, SupergraphInfo, SupergraphVersion

AnyRow = Row[Any]


class SqlPart:
    """One part of the store."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine


def to_json(value: object) -> str:
    """Write JSON as it is stored."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def problems_to_json(problems: tuple[Problem, ...]) -> str:
    """Write problems as they are stored."""
    return to_json([problem_to_dict(problem) for problem in problems])


def problems_from_json(text: str) -> tuple[Problem, ...]:
    """Read stored problems."""
    return tuple(problem_from_dict(item) for item in json.loads(text))


def subgraph_version(row: AnyRow) -> SubgraphVersion:
    """Read a subgraph version."""
    return SubgraphVersion(
        graph=row.graph,
        name=row.name,
        number=row.number,
        url=row.url,
        sdl=row.sdl,
        digest=row.digest,
        author=row.author,
        created_at=moment(row),
    )


def supergraph_info(row: AnyRow, members: tuple[Member, ...]) -> SupergraphInfo:
    """Read a supergraph version without its texts."""
    return SupergraphInfo(
        graph=row.graph,
        id=row.id,
        number=row.number,
        variant=row.variant,
        members=members,
        author=row.author,
        created_at=moment(row),
    )


def supergraph_version(row: AnyRow, members: tuple[Member, ...]) -> SupergraphVersion:
    """Read a supergraph version."""
    return SupergraphVersion(
        info=supergraph_info(row, members),
        supergraph_sdl=row.supergraph_sdl,
        api_schema_sdl=row.api_schema_sdl,
        hints=problems_from_json(row.hints),
        changes=tuple(change_from_dict(item) for item in json.loads(row.changes)),
    )


def history_entry(row: AnyRow) -> HistoryEntry:
    """Read what happened to a variant."""
    return HistoryEntry(
        graph=row.graph,
        variant=row.variant,
        number=row.number,
        action=Action(row.action),
        supergraph_version=row.supergraph_version,
        previous_version=row.previous_version,
        subgraphs=tuple(json.loads(row.subgraphs)),
        errors=problems_from_json(row.errors),
        author=row.author,
        created_at=moment(row),
    )


def moment(row: AnyRow) -> datetime:
    """Read when a row was made."""
    return time_from_text(row.created_at)
