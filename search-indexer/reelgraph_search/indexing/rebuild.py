"""Build an index version beside the serving one: list the roots, wait for the work, swap."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass

from reelgraph_search.documents.fetch import (
    LARGEST_BATCH,
    Present,
    Router,
    RouterUnavailable,
    fetch_documents,
)
from reelgraph_search.documents.flatten import DoesNotFit, flatten
from reelgraph_search.index_config.compare import compare
from reelgraph_search.index_config.mapping import IndexMapping
from reelgraph_search.indexing.follow_changes import roots_in
from reelgraph_search.indexing.ledger import Ledger, Mark, Priority
from reelgraph_search.indexing.swap_alias import swap_alias
from reelgraph_search.indexing.targets import Plan, Target, Targets
from reelgraph_search.indexing.versions import IndexVersion, State, VersionStore
from reelgraph_search.ports import EngineQuery, JsonObject, SearchEngine

PAGE = 200
WATERMARK = 400
"""Roots that may wait before more are listed: a rebuild must not drown the live changes."""
_COUNT_TOLERANCE = 0.001
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step of a rebuild did; `waits_for` says what keeps a whole version from serving."""

    moved: bool
    live: bool = False
    waits_for: str | None = None


class Rebuilder:
    """Builds index versions; every step can be repeated after a crash."""

    def __init__(
        self,
        ledger: Ledger,
        versions: VersionStore,
        engine: SearchEngine,
        router: Router,
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._versions = versions
        self._engine = engine
        self._router = router
        self._clock = clock

    async def begin_if_needed(self, plan: Plan, force: str | None = None) -> IndexVersion | None:
        """Begin a new version when none is as the plan wants it; returns what was begun.

        A version that is being built after an older plan is given up.
        """
        definition = plan.template.definition
        known = await self._versions.all_of(definition.index)
        building = next((one for one in known if one.state is State.BUILDING), None)
        wanted = _fingerprint(plan)
        if building is not None and building.fingerprint == wanted and force is None:
            # After a crash between the record and the engine.
            await self._engine.create_index(building.engine_index, plan.mapping)
            return None
        reason = force or await self._reason(plan, known)
        if building is not None:
            await self._versions.give_up(building, self._clock())
        if reason is None:
            return None
        version = await self._versions.begin(definition, wanted, reason, self._clock())
        await self._engine.create_index(version.engine_index, plan.mapping)
        return version

    async def _reason(self, plan: Plan, known: list[IndexVersion]) -> str | None:
        live = next((one for one in known if one.state is State.LIVE), None)
        if live is None:
            return "the index does not exist yet"
        mapping = await self._engine.mapping_of(live.engine_index)
        if mapping is None:
            return f"the engine has lost {live.engine_index}"
        return "; ".join(compare(mapping, plan.mapping).reindex) or None

    async def step(self, targets: Targets) -> Progress:
        """Do the next thing for the version being built, if there is one."""
        target = next((one for one in targets.targets if one.building), None)
        if target is None:
            return Progress(moved=False)
        waiting = await self._versions.waiting_backfill(targets.index)
        if not target.version.listed_all:
            if waiting >= WATERMARK:
                return Progress(moved=False)
            await self._list_roots(target)
            return Progress(moved=True)
        if waiting:
            return Progress(moved=False)
        obstacle = await self._obstacle(target, targets)
        if obstacle is not None:
            return Progress(moved=False, waits_for=obstacle)
        await swap_alias(self._engine, self._versions, target.version, self._clock())
        return Progress(moved=True, live=True)

    async def _list_roots(self, target: Target) -> None:
        """Make the next page of roots dirty; the cursor is kept with them."""
        template, version = target.plan.template, target.version
        answer = await self._router.run(
            template.roots_operation, {"first": PAGE, "after": version.cursor}
        )
        if answer.data is None or answer.errors:
            reasons = "; ".join(error.message for error in answer.errors[:3])
            raise RouterUnavailable(f"the query for the roots of {version.index} failed: {reasons}")
        marks = [
            Mark(version.index, root, Priority.BACKFILL, only_building=True)
            for root in sorted(roots_in(answer.data, template))
        ]
        page = _page_info(answer.data)
        cursor = page.get("endCursor")
        more = page.get("hasNextPage") is True and isinstance(cursor, str)
        await self._versions.advance(
            version,
            marks,
            cursor if isinstance(cursor, str) else version.cursor,
            listed_all=not more,
            now=self._clock(),
        )

    async def _obstacle(self, target: Target, targets: Targets) -> str | None:
        """What speaks against serving a version; None when nothing does."""
        version = target.version
        backlog = await self._ledger.backlog(version.index)
        if not any(not one.building for one in targets.targets):
            # A first version serves with what could be fetched: incomplete is better than nothing.
            # But each root has its try before: a change event takes a root over from the backfill.
            if backlog.untried > version.roots * _COUNT_TOLERANCE:
                return f"{backlog.untried} of {version.roots} documents are still to be fetched"
            return None
        if backlog.dead_letters:
            return f"{backlog.dead_letters} documents could not be built"
        await self._engine.refresh(version.engine_index)
        count = await self._engine.count(version.engine_index)
        if version.roots - count > version.roots * _COUNT_TOLERANCE:
            # Roots may have gone since they were listed; a second list shows it.
            await self._versions.relist(version)
            return f"{count} documents for {version.roots} roots; they are listed again"
        return await self._sample(target)

    async def _sample(self, target: Target) -> str | None:
        """Compare some documents with the graph; what differs is fetched again."""
        name, template = target.version.engine_index, target.plan.template
        found = await self._engine.search(name, EngineQuery(size=10 * _SAMPLE))
        keys = [hit.key for hit in found.hits]
        chosen = random.sample(keys, min(_SAMPLE, len(keys), LARGEST_BATCH))
        if not chosen:
            return None
        stored = await self._engine.stored(name, chosen)
        fetched = await fetch_documents(
            self._router, template, [key.partition(":")[2] for key in chosen]
        )
        differing: list[str] = []
        for key in chosen:
            now = fetched[key.partition(":")[2]]
            wanted = (
                _hash(now.node, target.plan.mapping, template.keys)
                if isinstance(now, Present)
                else None
            )
            if key in stored and stored[key].hash != wanted:
                differing.append(key)
        await self._ledger.mark(
            [Mark(template.definition.index, key, Priority.REFERENCE) for key in differing],
            self._clock(),
        )
        return f"{len(differing)} documents differ from the graph" if differing else None


def _fingerprint(plan: Plan) -> str:
    return f"{plan.template.fingerprint}-{hash_of_mapping(plan.mapping)}"


def hash_of_mapping(mapping: IndexMapping) -> str:
    """Changes with anything that is stored in an index."""
    return hashlib.blake2b(mapping.model_dump_json().encode(), digest_size=8).hexdigest()


def _hash(node: JsonObject, mapping: IndexMapping, keys: dict[str, tuple[str, ...]]) -> str | None:
    try:
        return flatten(node, mapping, keys).hash
    except DoesNotFit:
        return None


def _page_info(data: JsonObject) -> JsonObject:
    """The `pageInfo` of a response, wherever it stands."""
    for value in data.values():
        if isinstance(value, dict):
            info = value.get("pageInfo")
            found = info if isinstance(info, dict) else _page_info(value)
            if found:
                return found
    return {}
