"""The publishing part of the SQL store: each write is one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from reelgraph_federation.problems import Problem

from ..domain.errors import NotFound, StaleVariant
from ..domain.history import Action, HistoryEntry
from ..domain.json_form import change_to_dict, time_to_text
from ..domain.subgraph_version import SubgraphSchema
from ..domain.supergraph_version import (
    Member,
    SupergraphInfo,
    SupergraphVersion,
    VariantState,
    supergraph_id,
)
from ..ports import FailedAttempt, NewSupergraph, PointerMove
from .database import writing
from .named_queries import query
from .sql_base import SqlPart, problems_to_json, to_json

_Attempt = NewSupergraph | FailedAttempt | PointerMove


class SqlPublishing(SqlPart):
    """Stores versions and moves pointers.

    Locks are taken in one order, the variant before the graph, so that writers never wait for each
    other in a circle.
    """

    async def publish(self, new: NewSupergraph) -> SupergraphVersion:
        """Store a supergraph and point the variant to it; raises StaleVariant."""
        async with writing(self._engine) as connection:
            number = await _advance_variant(connection, new.based_on)
            version = await _store_supergraph(connection, new)
            await _point(connection, new.based_on, version.info.id)
            changed = tuple(m.id for m in version.info.members if m.subgraph in new.subgraphs)
            named = changed if new.action is Action.PUBLISH else new.subgraphs
            await _write_history(connection, new, number, _Outcome(version.info.id, named))
            return version

    async def record_failure(self, attempt: FailedAttempt) -> HistoryEntry:
        """Keep a proposal that did not compose; the pointer stays."""
        graph = attempt.based_on.graph
        async with writing(self._engine) as connection:
            await _ensure(connection, attempt.based_on)
            number = await _next_history_number(connection, attempt.based_on)
            await connection.execute(query("lock_graph"), {"graph": graph})
            proposed = [s for s in attempt.schemas if s.name in attempt.subgraphs]
            members = [
                await _store_subgraph(connection, graph, schema, attempt.author, attempt.created_at)
                for schema in proposed
            ]
            named = tuple(member.id for member in members) or attempt.subgraphs
            outcome = _Outcome(None, named, attempt.errors)
            return await _write_history(connection, attempt, number, outcome)

    async def move_pointer(self, move: PointerMove) -> HistoryEntry:
        """Point the variant to another stored version; raises StaleVariant, NotFound."""
        graph, version = move.based_on.graph, move.supergraph_version
        async with writing(self._engine) as connection:
            keys = {"graph": graph, "id": version}
            if (await connection.execute(query("supergraph"), keys)).first() is None:
                raise NotFound(f"The graph {graph} has no supergraph version {version}.")
            number = await _advance_variant(connection, move.based_on)
            await _point(connection, move.based_on, version)
            return await _write_history(connection, move, number, _Outcome(version))


@dataclass(frozen=True, slots=True)
class _Outcome:
    supergraph_version: str | None
    subgraphs: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()


async def _ensure(connection: AsyncConnection, state: VariantState) -> None:
    keys = {"graph": state.graph, "variant": state.variant}
    await connection.execute(query("ensure_graph"), {"graph": state.graph})
    await connection.execute(query("ensure_variant"), keys)


async def _advance_variant(connection: AsyncConnection, state: VariantState) -> int:
    await _ensure(connection, state)
    row = (
        await connection.execute(
            query("advance_variant"),
            {"graph": state.graph, "variant": state.variant, "revision": state.revision},
        )
    ).first()
    if row is None:
        raise StaleVariant
    return int(row.last_history_number)


async def _next_history_number(connection: AsyncConnection, state: VariantState) -> int:
    keys = {"graph": state.graph, "variant": state.variant}
    row = (await connection.execute(query("advance_history"), keys)).one()
    return int(row.last_history_number)


async def _store_supergraph(connection: AsyncConnection, new: NewSupergraph) -> SupergraphVersion:
    graph, variant = new.based_on.graph, new.based_on.variant
    row = (await connection.execute(query("next_supergraph_number"), {"graph": graph})).one()
    number = int(row.last_supergraph_number)
    members = tuple(
        [
            await _store_subgraph(connection, graph, schema, new.author, new.created_at)
            for schema in sorted(new.schemas, key=lambda schema: schema.name)
        ]
    )
    id = supergraph_id(number, new.composition.supergraph_sdl)
    info = SupergraphInfo(graph, id, number, variant, members, new.author, new.created_at)
    version = SupergraphVersion(
        info=info,
        supergraph_sdl=new.composition.supergraph_sdl,
        api_schema_sdl=new.composition.api_schema_sdl,
        hints=new.composition.hints,
        changes=new.changes,
    )
    await _insert_supergraph(connection, version)
    return version


async def _insert_supergraph(connection: AsyncConnection, version: SupergraphVersion) -> None:
    info = version.info
    await connection.execute(
        query("insert_supergraph_version"),
        {
            "graph": info.graph,
            "id": info.id,
            "number": info.number,
            "variant": info.variant,
            "supergraph_sdl": version.supergraph_sdl,
            "api_schema_sdl": version.api_schema_sdl,
            "hints": problems_to_json(version.hints),
            "changes": to_json([change_to_dict(change) for change in version.changes]),
            "author": info.author,
            "created_at": time_to_text(info.created_at),
        },
    )
    rows = [
        {
            "graph": info.graph,
            "supergraph_version": info.id,
            "subgraph": member.subgraph,
            "subgraph_number": member.number,
        }
        for member in info.members
    ]
    if rows:
        await connection.execute(query("insert_supergraph_member"), rows)


async def _store_subgraph(
    connection: AsyncConnection,
    graph: str,
    schema: SubgraphSchema,
    author: str,
    created_at: datetime,
) -> Member:
    """Store a subgraph version, or find the one that has this content already."""
    keys: dict[str, object] = {"graph": graph, "name": schema.name, "digest": schema.digest}
    row = (await connection.execute(query("subgraph_number_of_digest"), keys)).first()
    if row is not None:
        return Member(schema.name, int(row.number))
    last = (await connection.execute(query("last_subgraph_number"), keys)).one()
    number = int(last.number) + 1
    values = {
        **keys,
        "number": number,
        "url": schema.url,
        "sdl": schema.sdl,
        "author": author,
        "created_at": time_to_text(created_at),
    }
    await connection.execute(query("insert_subgraph_version"), values)
    return Member(schema.name, number)


async def _point(connection: AsyncConnection, state: VariantState, version: str) -> None:
    await connection.execute(
        query("point_variant"),
        {"graph": state.graph, "variant": state.variant, "supergraph_version": version},
    )


async def _write_history(
    connection: AsyncConnection, attempt: _Attempt, number: int, outcome: _Outcome
) -> HistoryEntry:
    state = attempt.based_on
    entry = HistoryEntry(
        graph=state.graph,
        variant=state.variant,
        number=number,
        action=attempt.action,
        supergraph_version=outcome.supergraph_version,
        previous_version=state.supergraph_version,
        subgraphs=outcome.subgraphs,
        errors=outcome.errors,
        author=attempt.author,
        created_at=attempt.created_at,
    )
    await connection.execute(
        query("insert_history"),
        {
            "graph": entry.graph,
            "variant": entry.variant,
            "number": entry.number,
            "action": entry.action.value,
            "supergraph_version": entry.supergraph_version,
            "previous_version": entry.previous_version,
            "subgraphs": to_json(list(entry.subgraphs)),
            "errors": problems_to_json(entry.errors),
            "author": entry.author,
            "created_at": time_to_text(entry.created_at),
        },
    )
    return entry
