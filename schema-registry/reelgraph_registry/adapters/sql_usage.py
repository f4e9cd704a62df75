"""The part of the SQL store that sums up what clients asked for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from reelgraph_federation.schema_changes import RecordedUsage, UsageHit

from ..domain.json_form import time_to_text
from ..domain.usage import OperationUsage, UsageBatch, with_holders
from .database import reading, writing
from .named_queries import query
from .sql_base import SqlPart

# SQLite allows some thousands of placeholders in one statement, PostgreSQL's driver 32767.
_COORDINATES_A_QUERY = 500


class SqlUsage(SqlPart):
    """Keeps hourly aggregates."""

    async def record_usage(self, batch: UsageBatch) -> bool:
        """Add a batch to the aggregates; False when it was added before."""
        keys = {"graph": batch.graph, "variant": batch.variant}
        async with writing(self._engine) as connection:
            values = {**keys, "id": batch.id, "received_at": time_to_text(batch.received_at)}
            row = (await connection.execute(query("insert_usage_batch"), values)).first()
            if row is None:
                return False
            # Rows are locked in one order, whatever the batch's own: two batches cannot deadlock.
            ordered = sorted(batch.operations, key=_order)
            for operation in ordered:
                await _add(connection, {**keys, "hour": _hour(batch.received_at)}, operation)
        return True

    async def usage_of(
        self,
        graph: str,
        variant: str,
        coordinates: frozenset[str],
        since: datetime,
        excluded_clients: Sequence[str] = (),
    ) -> RecordedUsage:
        """Return how often, and by whom, each coordinate was used since a time."""
        keys: dict[str, object] = {
            "graph": graph,
            "variant": variant,
            "since": _hour(since),
            "excluded": list(excluded_clients),
        }
        hits: dict[str, tuple[UsageHit, ...]] = {}
        async with reading(self._engine) as connection:
            row = (await connection.execute(query("total_usage"), keys)).one()
            wanted = sorted(coordinates)
            for start in range(0, len(wanted), _COORDINATES_A_QUERY):
                some = wanted[start : start + _COORDINATES_A_QUERY]
                rows = await connection.execute(
                    query("usage_of_coordinates"), {**keys, "coordinates": some}
                )
                for use in rows:
                    hit = UsageHit(use.client, use.client_version, use.name, int(use.uses))
                    hits[use.coordinate] = (*hits.get(use.coordinate, ()), hit)
        return RecordedUsage(int(row.total), hits)

    async def forget_usage(self, before: datetime) -> int:
        """Delete aggregates of hours before a time; return how many rows went."""
        deleted = 0
        async with writing(self._engine) as connection:
            for name in ("forget_usage_operations", "forget_usage_coordinates"):
                result = await connection.execute(query(name), {"before": _hour(before)})
                deleted += result.rowcount
            await connection.execute(
                query("forget_usage_batches"), {"before": time_to_text(before)}
            )
        return deleted


async def _add(
    connection: AsyncConnection, keys: dict[str, str], operation: OperationUsage
) -> None:
    named: dict[str, object] = {
        **keys,
        "signature": operation.signature,
        "name": operation.name,
        "client": operation.client,
        "client_version": operation.client_version,
        "count": operation.count,
    }
    sums = {"errors": operation.errors, "duration_ms": operation.duration_ms}
    await connection.execute(query("add_usage_operation"), {**named, **sums})
    rows = [
        {**named, "coordinate": coordinate}
        for coordinate in sorted(with_holders(operation.coordinates))
    ]
    if rows:
        await connection.execute(query("add_usage_coordinate"), rows)


def _order(operation: OperationUsage) -> tuple[str, str, str, str]:
    return operation.signature, operation.name, operation.client, operation.client_version


def _hour(moment: datetime) -> str:
    return time_to_text(moment.replace(minute=0, second=0, microsecond=0))
