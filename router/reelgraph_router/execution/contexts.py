"""Contextual arguments (`@fromContext`): one request for each distinct set of their values.

A place's values come from its ancestors, so entities with equal representations may still have to be asked
for separately. Such groups are rare, and walked by interpretation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from reelgraph_federation.planning.query_plan import (
    ContextValue,
    EntityGroup,
    RepresentationField,
    Step,
)
from reelgraph_router.execution.conditions import Conditions
from reelgraph_router.execution.faults import Faults
from reelgraph_router.execution.reduce import WHOLE, Parts
from reelgraph_router.execution.representations import (
    MISSING,
    JsonObject,
    Missing,
    build_representation,
    failure_at,
)

if TYPE_CHECKING:
    from reelgraph_router.execution.program import FetchProgram, GroupProgram, Targets
    from reelgraph_router.execution.run import Run

Ancestors = tuple[JsonObject, ...]


@dataclass(slots=True)
class ContextSet:
    """The entities of a group that share their contextual values."""

    values: dict[str, object]
    missing: frozenset[str]
    """The variables whose values could not be fetched."""
    representations: list[JsonObject] = field(default_factory=list)
    targets: list[list[JsonObject]] = field(default_factory=list)
    _known: dict[bytes, int] = field(default_factory=dict)

    def add(self, representation: JsonObject, place: JsonObject) -> None:
        """Add an entity's place; equal representations are sent once."""
        at = self._known.setdefault(orjson.dumps(representation), len(self.representations))
        if at == len(self.representations):
            self.representations.append(representation)
            self.targets.append([])
        self.targets[at].append(place)


@dataclass(frozen=True, slots=True)
class ContextualGroup:
    """What is needed to split a group: the plan's group and the index of its condition."""

    group: EntityGroup
    truth: int | None

    def split(self, run: Run) -> list[ContextSet]:
        """The group's entities by their contextual values, in the order of their places."""
        if self.truth is not None and not run.truths[self.truth]:
            return []
        if run.faults is not None:
            self._note_failures(run, run.faults)
        sets: dict[bytes, ContextSet] = {}
        wanted = self.group.representation
        for place in self.group.paths:
            for ancestors in walk(run.root, place.steps):
                found = self._set_for(run, ancestors)
                if found is None:
                    continue
                entity = ancestors[-1]
                representation = build_representation(
                    run, entity, wanted.typename, wanted.typename_key, wanted.fields,
                    self.group.written,
                )  # fmt: skip
                if representation is not None:
                    key = orjson.dumps([found.values, sorted(found.missing)])
                    sets.setdefault(key, found).add(representation, entity)
        return list(sets.values())

    def _note_failures(self, run: Run, faults: Faults) -> None:
        """Let values that failed be told where they are taken only: nowhere, if nothing takes them."""
        for context in self.group.contexts:
            for place in self.group.paths:
                for ancestors in walk(run.root, place.steps[: context.steps]):
                    value = read_context(context, ancestors, faults)
                    for cause in value.causes if isinstance(value, Missing) else ():
                        cause.is_cause = True

    def _set_for(self, run: Run, ancestors: Ancestors) -> ContextSet | None:
        """An entity's values; None where nothing is left to ask of it."""
        values: dict[str, object] = {}
        missing: set[str] = set()
        failed: set[str] = set()
        for context in self.group.contexts:
            value = read_context(context, ancestors, run.faults)
            if value is None and context.type.endswith("!"):
                value = MISSING
            if isinstance(value, Missing):
                missing.add(context.variable)
                failed.update(context.needed_by)
                run.block(ancestors[-1], context.needed_by, value.causes)
            else:
                values[context.variable] = value
        if failed and failed.issuperset(one.key for one in self.group.written):
            return None
        return ContextSet(values, frozenset(missing))


def contextual_group(group: EntityGroup, conditions: Conditions) -> ContextualGroup | None:
    """How to split the group, or None where it has no contextual arguments."""
    if not group.contexts:
        return None
    return ContextualGroup(group, conditions.index(group.condition))


def walk(root: JsonObject, steps: Sequence[Step]) -> Iterator[Ancestors]:
    """The objects that steps lead to, each with the objects on the way: one a step, root first."""
    yield from _descend((root,), steps)


def _descend(ancestors: Ancestors, steps: Sequence[Step]) -> Iterator[Ancestors]:
    if not steps:
        yield ancestors
        return
    step = steps[0]
    for item in _items(ancestors[-1].get(step.key), step.list_depth):
        if step.types is None or item.get(step.typename_key or "") in step.types:
            yield from _descend((*ancestors, item), steps[1:])


def _items(value: object, depth: int) -> Iterator[JsonObject]:
    if depth and isinstance(value, list):
        for item in value:
            yield from _items(item, depth - 1)
    elif not depth and isinstance(value, dict):
        yield value


def read_context(context: ContextValue, ancestors: Ancestors, faults: Faults | None) -> object:
    """A contextual argument's value, from the object that sets it.

    `Missing` where it was not fetched, or is null because it failed.
    """
    return _read(ancestors[context.steps], context.path, faults)


def _read(value: object, path: Sequence[RepresentationField], faults: Faults | None) -> object:
    if isinstance(value, list):
        return _read_items(value, path, faults)
    if not isinstance(value, dict):
        return None if value is None else MISSING
    for one in path:
        if one.types is not None and value.get(one.typename_key or "") not in one.types:
            continue
        below = value.get(one.key, MISSING)
        if below is None or below is MISSING:
            return failure_at(value, one.key, faults) or below
        if one.children is not None:
            return _read(below, one.children, faults)
        return _read_items(below, (), faults) if isinstance(below, list) else below
    return None


def _read_items(
    values: list[object], path: Sequence[RepresentationField], faults: Faults | None
) -> object:
    """Read a list item by item: of objects by a path, of leaves as they are."""
    items: list[object] = []
    for index, item in enumerate(values):
        built = _read(item, path, faults) if path or isinstance(item, list) else item
        if built is None:
            built = failure_at(values, index, faults)
        if isinstance(built, Missing):
            return built
        items.append(built)
    return items


@dataclass(slots=True)
class ContextualRequest:
    """One request of a contextual fetch: the values of its variables, and what they ask for."""

    parts: list[bytes]
    sent: list[tuple[GroupProgram, Targets, bool]]
    left_out: Parts


def make_requests(run: Run, fetch: FetchProgram) -> list[ContextualRequest]:
    """The requests that a contextual fetch needs, each with other values for some group.

    The first also carries the groups without contextual arguments.
    """
    split = [group.contextual.split(run) if group.contextual else [] for group in fetch.groups]
    plain = [None if group.contextual else group.represent(run) for group in fetch.groups]
    count = max([len(sets) for sets in split] + [int(any(p and p[0] for p in plain))])
    return [_make_request(fetch, split, plain, number) for number in range(count)]


def _make_request(
    fetch: FetchProgram,
    split: list[list[ContextSet]],
    plain: list[tuple[list[JsonObject], Targets, bool] | None],
    number: int,
) -> ContextualRequest:
    made = ContextualRequest([], [], WHOLE)
    groups: set[str] = set()
    missing: set[str] = set()
    for group, sets, own in zip(fetch.groups, split, plain, strict=True):
        representations: list[JsonObject] = []
        targets: Targets = []
        one_to_one = False
        if own is not None and number == 0:
            representations, targets, one_to_one = own
        elif number < len(sets):
            one = sets[number]
            representations, targets = one.representations, one.targets
            missing |= one.missing
            made.parts += [orjson.dumps(n) + b":" + orjson.dumps(v) for n, v in one.values.items()]
        if not representations:
            groups.add(group.alias)
            continue
        made.parts.append(group.variable + orjson.dumps(representations))
        made.sent.append((group, targets, one_to_one))
    made.left_out = frozenset(groups), frozenset(missing)
    return made
