"""How an index is: what serves, what is waiting, and what went wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass

from reelgraph_search.indexing.keeper import IndexKeeper
from reelgraph_search.indexing.versions import State
from reelgraph_search.ports import EngineError


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The state of one index; times are in seconds, None where there is nothing to tell."""

    index: str
    state: str
    version: int | None
    building: int | None
    documents: int | None
    dirty: int
    backfill: int
    oldest_dirty_seconds: float | None
    dead_letters: int
    lag_seconds: float | None
    freshness_slo_seconds: float
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


async def index_status(keeper: IndexKeeper, index: str) -> IndexStatus:
    """Collect the status of an index."""
    definition = keeper.definitions[index]
    versions = await keeper.versions.all_of(index)
    serving = await _serving(keeper, index)
    live = next((one for one in versions if one.engine_index == serving), None)
    building = next(
        (one for one in versions if one.state is State.BUILDING and one is not live), None
    )
    backlog = await keeper.ledger.backlog(index)
    problems = list(keeper.problems.get(index, ()))
    if index in keeper.waits_for:
        problems.append(keeper.waits_for[index])
    if backlog.last_error is not None:
        problems.append(backlog.last_error)
    documents = None
    try:
        documents = await keeper.engine.count(live.engine_index) if live else None
    except EngineError as error:
        problems.append(str(error))
    oldest = backlog.oldest_event_at
    return IndexStatus(
        index=index,
        state="LIVE" if live else "BUILDING" if building else "WAITING",
        version=live.version if live else None,
        building=building.version if building else None,
        documents=documents,
        dirty=backlog.dirty,
        backfill=backlog.backfill,
        oldest_dirty_seconds=None if oldest is None else max(0.0, time.time() - oldest),
        dead_letters=backlog.dead_letters,
        lag_seconds=keeper.metrics.lag(index),
        freshness_slo_seconds=definition.freshness_slo,
        problems=tuple(problems),
        warnings=keeper.warnings(index),
    )


async def _serving(keeper: IndexKeeper, index: str) -> str | None:
    """The engine index that the alias names; the ledger's word for it when the engine is away."""
    try:
        return await keeper.engine.alias_target(index)
    except EngineError:
        known = await keeper.versions.all_of(index)
        return next((one.engine_index for one in known if one.state is State.LIVE), None)
