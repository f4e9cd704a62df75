"""Follow `graph.changes`: event → roots that must be fetched again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, JsonValue, ValidationError

from reelgraph_search.documents.fetch import Router, RouterUnavailable
from reelgraph_search.indexing.ledger import Ledger, Mark, Priority
from reelgraph_search.indexing.metrics import Metrics
from reelgraph_search.indexing.targets import Targets
from reelgraph_search.ports import NoSuchIndex, SearchEngine
from reelgraph_search.templates.compiled import CompiledTemplate, entity_ref, ref_alias

_PAGE = 1000
_BIG_FAN_OUT = 5000
_logger = logging.getLogger("reelgraph.search.changes")

Key = dict[str, str | int]


class AffectedEntity(BaseModel):
    """An entity that an event names besides the one that changed."""

    type: str
    key: Key


class ChangeEvent(BaseModel):
    """One event of `graph.changes`; it never carries content."""

    id: str
    type: str
    key: Key
    op: str
    version: int | None = None
    occurredAt: datetime | None = None
    affects: tuple[AffectedEntity, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    type: str
    key: Key
    event: ChangeEvent
    direct: bool


class ChangeFollower:
    """Turns batches of events into dirty roots; handling a batch twice does no harm."""

    def __init__(
        self,
        ledger: Ledger,
        engine: SearchEngine,
        router: Router,
        metrics: Metrics,
        targets: Callable[[], Iterable[Targets]],
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._router = router
        self._metrics = metrics
        self._targets = targets
        self._clock = clock

    async def handle(self, payloads: Sequence[bytes]) -> None:
        """Mark everything that the events concern; raises when an engine or router is away.

        First it is noted which entities changed, so that documents on their way learn of it; then
        written documents that hold them are looked up. Together none can slip through.
        """
        events = [event for payload in payloads if (event := self._parse(payload))]
        changes = list(_changes(events))
        for targets in self._targets():
            refs = [ref for change in changes if (ref := _ref(change, targets)) is not None]
            await self._ledger.mark(_root_marks(changes, targets), self._clock(), refs)
            await self._follow_references(changes, targets)
            await self._follow_inverse(changes, targets)

    def _parse(self, payload: bytes) -> ChangeEvent | None:
        self._metrics.events += 1
        try:
            return ChangeEvent.model_validate_json(payload)
        except ValidationError as error:
            self._metrics.malformed_events += 1
            _logger.warning("an event of graph.changes is malformed and left out: %s", error)
            return None

    async def _follow_references(self, changes: Sequence[_Change], targets: Targets) -> None:
        """Mark the roots of written documents that hold a changed entity."""
        found: dict[str, ChangeEvent] = {}
        for change in changes:
            ref = _ref(change, targets)
            if ref is not None and change.type != targets.root:
                found[ref] = change.event
        if not found:
            return
        event = next(iter(found.values())).model_dump_json()
        for target in targets.targets:
            try:
                await self._engine.refresh(target.version.engine_index)
                await self._mark_holders(target.version.engine_index, targets, list(found), event)
            except NoSuchIndex:
                continue

    async def _mark_holders(
        self, engine_index: str, targets: Targets, refs: Sequence[str], event: str
    ) -> None:
        after, seen = None, 0
        while True:
            keys = await self._engine.keys_with_ref(engine_index, refs, after, _PAGE)
            seen += len(keys)
            self._metrics.fan_out += len(keys)
            priority = Priority.REFERENCE if seen <= _BIG_FAN_OUT else Priority.FAN_OUT
            marks = [Mark(targets.index, key, priority, event) for key in keys]
            await self._ledger.mark(marks, self._clock())
            if len(keys) < _PAGE:
                return
            after = keys[-1]

    async def _follow_inverse(self, changes: Sequence[_Change], targets: Targets) -> None:
        """Mark the roots to which the `inverse` queries lead: edges that no document holds yet."""
        for target in targets.targets:
            template = target.plan.template
            for change in changes:
                operation = template.inverse_operations.get(change.type)
                if operation is None or not change.direct:
                    continue
                variables: dict[str, JsonValue] = dict(change.key)
                answer = await self._router.run(operation, variables)
                if answer.data is None:
                    raise RouterUnavailable(f"the inverse query of {change.type} failed")
                event = change.event.model_dump_json()
                marks = [
                    Mark(targets.index, root, Priority.REFERENCE, event)
                    for root in sorted(roots_in(answer.data, template))
                ]
                await self._ledger.mark(marks, self._clock())


def roots_in(data: JsonValue, template: CompiledTemplate) -> set[str]:
    """The keys of all root entities in a response."""
    root, key = template.definition.root, template.definition.key
    found: set[str] = set()
    if isinstance(data, list):
        for item in data:
            found |= roots_in(item, template)
    elif isinstance(data, Mapping):
        value = data.get(ref_alias(root, key))
        if data.get("__typename") == root and value is not None:
            found.add(entity_ref(root, (value,)))
        for inner in data.values():
            found |= roots_in(inner, template)
    return found


def _changes(events: Iterable[ChangeEvent]) -> Iterable[_Change]:
    for event in events:
        yield _Change(event.type, event.key, event, direct=True)
        for affected in event.affects:
            yield _Change(affected.type, affected.key, event, direct=False)


def _ref(change: _Change, targets: Targets) -> str | None:
    """The entity's name in documents; None when no template passes its type."""
    for target in targets.targets:
        key = target.plan.template.keys.get(change.type)
        if key is not None and all(name in change.key for name in key):
            return entity_ref(change.type, tuple(change.key[name] for name in key))
    return None


def _root_marks(changes: Iterable[_Change], targets: Targets) -> list[Mark]:
    marks: list[Mark] = []
    for change in changes:
        ref = _ref(change, targets)
        if ref is None or change.type != targets.root:
            continue
        event = change.event.model_dump_json()
        version = change.event.version if change.direct else None
        priority = Priority.LIVE if change.direct else Priority.REFERENCE
        marks.append(Mark(targets.index, ref, priority, event, version))
    return marks
