"""The reading part of the SQL store."""

from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.history import HistoryEntry
from ..domain.subgraph_version import SubgraphVersion, SubgraphVersionInfo
from ..domain.supergraph_version import (
    Member,
    SupergraphInfo,
    SupergraphVersion,
    VariantState,
)
from .database import reading
from .named_queries import query
from .sql_base import (
    SqlPart,
    history_entry,
    moment,
    subgraph_version,
    supergraph_info,
    supergraph_version,
)

# Above any number there is, and within PostgreSQL's INTEGER.
_NO_LIMIT = 2_147_483_647


class SqlReading(SqlPart):
    """Reads graphs, variants, versions and history."""

    async def graphs(self) -> list[str]:
        """Name all graphs, in alphabetical order."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(query("graphs"))
            return [row.name for row in rows]

    async def variants(self, graph: str) -> list[str]:
        """Name the variants of a graph, in alphabetical order."""
        async with reading(self._engine) as connection:
            rows = await connection.execute(query("variants"), {"graph": graph})
            return [row.name for row in rows]

    async def variant_state(self, graph: str, variant: str) -> VariantState:
        """Return what a variant publishes; for an unknown one revision 0 and no version."""
        async with reading(self._engine) as connection:
            keys = {"graph": graph, "variant": variant}
            row = (await connection.execute(query("variant"), keys)).first()
            if row is None or row.supergraph_version is None:
                return VariantState(graph, variant, 0 if row is None else row.revision, None, ())
            members = await connection.execute(
                query("members_with_sdl"),
                {"graph": graph, "supergraph_version": row.supergraph_version},
            )
            versions = tuple(subgraph_version(member) for member in members)
            return VariantState(graph, variant, row.revision, row.supergraph_version, versions)

    async def published_version(self, graph: str, variant: str) -> str | None:
        """Return the id of the published supergraph version alone. Cheap, for polling."""
        async with reading(self._engine) as connection:
            keys = {"graph": graph, "variant": variant}
            row = (await connection.execute(query("variant"), keys)).first()
            return None if row is None else row.supergraph_version

    async def supergraph(self, graph: str, version: str) -> SupergraphVersion | None:
        """Return one exact supergraph version."""
        async with reading(self._engine) as connection:
            keys = {"graph": graph, "id": version}
            row = (await connection.execute(query("supergraph"), keys)).first()
            if row is None:
                return None
            return supergraph_version(row, await _members(connection, graph, version))

    async def supergraphs(
        self, graph: str, variant: str | None, limit: int, before: int | None = None
    ) -> list[SupergraphInfo]:
        """List supergraph versions, of one variant or of all."""
        keys: dict[str, object] = {
            "graph": graph,
            "before": _NO_LIMIT if before is None else before,
            "limit": limit,
        }
        name = "supergraphs"
        if variant is not None:
            name, keys = "supergraphs_of_variant", {**keys, "variant": variant}
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query(name), keys)).all()
            return [supergraph_info(row, await _members(connection, graph, row.id)) for row in rows]

    async def subgraph(self, graph: str, name: str, number: int) -> SubgraphVersion | None:
        """Return one exact subgraph version."""
        async with reading(self._engine) as connection:
            keys = {"graph": graph, "name": name, "number": number}
            row = (await connection.execute(query("subgraph"), keys)).first()
            return None if row is None else subgraph_version(row)

    async def subgraphs(
        self, graph: str, name: str, limit: int, before: int | None = None
    ) -> list[SubgraphVersionInfo]:
        """List the versions of a subgraph."""
        keys = {
            "graph": graph,
            "name": name,
            "before": _NO_LIMIT if before is None else before,
            "limit": limit,
        }
        async with reading(self._engine) as connection:
            rows = await connection.execute(query("subgraphs"), keys)
            return [
                SubgraphVersionInfo(
                    row.graph, row.name, row.number, row.url, row.digest, row.author, moment(row)
                )
                for row in rows
            ]

    async def history(
        self, graph: str, variant: str, limit: int, before: int | None = None
    ) -> list[HistoryEntry]:
        """List what happened to a variant."""
        keys = {
            "graph": graph,
            "variant": variant,
            "before": _NO_LIMIT if before is None else before,
            "limit": limit,
        }
        async with reading(self._engine) as connection:
            rows = await connection.execute(query("history"), keys)
            return [history_entry(row) for row in rows]


async def _members(connection: AsyncConnection, graph: str, version: str) -> tuple[Member, ...]:
    keys = {"graph": graph, "supergraph_version": version}
    rows = await connection.execute(query("members"), keys)
    return tuple(Member(row.subgraph, row.subgraph_number) for row in rows)
