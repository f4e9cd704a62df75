"""Contextual arguments (`@fromContext`): one request for each distinct set of their values.

A place's values come from its ancestors, so entities with equal representations may still have to be asked
for separately. Such groups are rare, and walked by interpretation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reelgraph_federation.planning.query_plan import (
    ContextValue,
    EntityGroup,
    RepresentationField,
)
from reelgraph_router.execution.answers.faults import Faults
from reelgraph_router.execution.code.conditions import Conditions
from reelgraph_router.execution.interpreter.collect import Ancestors, walk
from reelgraph_router.execution.interpreter.represent import (
    MISSING,
    Missing,
    build_representation,
    failure_at,
)
from reelgraph_router.execution.tree_state import JsonObject, TreeState
from reelgraph_router.json_text import write_json


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
        at = self._known.setdefault(write_json(representation), len(self.representations))
        if at == len(self.representations):
            self.representations.append(representation)
            self.targets.append([])
        self.targets[at].append(place)


@dataclass(frozen=True, slots=True)
class ContextualGroup:
    """What is needed to split a group: the plan's group and the index of its condition."""

    group: EntityGroup
    truth: int | None

    def split(self, run: TreeState) -> list[ContextSet]:
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
                    key = write_json([found.values, sorted(found.missing)])
                    sets.setdefault(key, found).add(representation, entity)
        return list(sets.values())

    def _note_failures(self, run: TreeState, faults: Faults) -> None:
        """Let values that failed be told where they are taken only: nowhere, if nothing takes them."""
        for context in self.group.contexts:
            for place in self.group.paths:
                for ancestors in walk(run.root, place.steps[: context.steps]):
                    value = read_context(context, ancestors, faults)
                    for cause in value.causes if isinstance(value, Missing) else ():
                        cause.is_cause = True

    def _set_for(self, run: TreeState, ancestors: Ancestors) -> ContextSet | None:
        """An entity's values; None where nothing is left to ask of it."""
        values: dict[str, object] = {}
        missing: set[str] = set()
        failed: set[str] = set()
        for context in self.group.contexts:
            value = read_context(context, ancestors, run.faults)
            if value is None and not context.type.nullable:
                value = MISSING
            if isinstance(value, Missing):
                missing.add(context.variable)
                failed.update(context.needed_by)
                if context.needed_by:
                    run.block(ancestors[-1], context.needed_by, value.causes)
                for path in context.needed_below:
                    run.block_below(ancestors[-1], path, value.causes)
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
