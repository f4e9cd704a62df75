"""Let a built index version serve, in one step, and tidy up after a crash in between."""

from __future__ import annotations

from collections.abc import Callable

from reelgraph_search.indexing.versions import IndexVersion, State, VersionStore
from reelgraph_search.ports import SearchEngine

KEEP_SECONDS = 600.0
"""How long a replaced version is kept, so that pages of running searches stay whole."""


async def swap_alias(
    engine: SearchEngine, versions: VersionStore, version: IndexVersion, now: float
) -> None:
    """Point the alias at a version, then record it."""
    await engine.refresh(version.engine_index)
    await engine.point_alias(version.index, version.engine_index)
    await versions.make_live(version, now, KEEP_SECONDS)


async def reconcile(engine: SearchEngine, versions: VersionStore, index: str, now: float) -> None:
    """Bring the records in line with the alias: the alias is the truth of what serves."""
    serving = await engine.alias_target(index)
    for version in await versions.all_of(index):
        if version.engine_index == serving and version.state is State.BUILDING:
            await versions.make_live(version, now, KEEP_SECONDS)


async def drop_retired(
    engine: SearchEngine, versions: VersionStore, index: str, clock: Callable[[], float]
) -> None:
    """Drop versions that are no longer needed."""
    for version in await versions.droppable(index, clock()):
        await engine.drop_index(version.engine_index)
        await versions.forget(version)
