"""Settle the conditions of a plan: what is left of it for requests with certain values.

`@skip` and `@include` with variables make fields come and go. Records have the fields that are there, so
each outcome of a plan's conditions that requests bring has record types of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from reelgraph_federation.operations.conditions import NEVER
from reelgraph_federation.planning.query_plan import (
    ALWAYS,
    AbstractShape,
    Condition,
    EntityGroup,
    Fetch,
    ListShape,
    ObjectShape,
    QueryPlan,
    RepresentationField,
    ValueShape,
    Written,
)
from reelgraph_router.execution.code.positions import KeyPath, key_path

Holds = Callable[[Condition], bool]


def settle_conditions(plan: QueryPlan, holds: Holds) -> QueryPlan:
    """The plan without what the conditions exclude.

    Fetches keep their numbers and groups their places among the others: an excluded fetch has the
    condition `NEVER`, an excluded group no places.
    """
    shape = _Settler(holds).object(plan.shape)
    gone = _visible(plan.shape) - _visible(shape)
    settled = [_without_excluded(fetch, holds) for fetch in plan.fetches]
    for fetch in settled:
        for group in fetch.groups:
            gone -= set(_needed(group))
    fetches = tuple(_without_gone(fetch, gone) for fetch in settled)
    return replace(plan, shape=shape, fetches=fetches)


# The shape


class _Settler:
    """Settles shapes; what several types have in common stays one object, looked at once."""

    def __init__(self, holds: Holds) -> None:
        self._holds = holds
        self._done: dict[int, ValueShape] = {}

    def object(self, shape: ObjectShape) -> ObjectShape:
        fields = tuple(
            replace(one, condition=ALWAYS, shape=self._settled(one.shape))
            for one in shape.fields
            if self._holds(one.condition)
        )
        return replace(shape, fields=fields)

    def _settled(self, shape: ValueShape) -> ValueShape:
        found = self._done.get(id(shape))
        if found is None:
            found = self._done[id(shape)] = self._settle(shape)
        return found

    def _settle(self, shape: ValueShape) -> ValueShape:
        if isinstance(shape, ListShape):
            return replace(shape, item=self._settled(shape.item))
        if isinstance(shape, ObjectShape):
            return self.object(shape)
        if isinstance(shape, AbstractShape):
            possible = [(name, self.object(one)) for name, one in shape.possible]
            return replace(shape, possible=tuple(possible))
        return shape


def _visible(shape: ObjectShape) -> set[KeyPath]:
    """Where the values stand that a shape reads."""
    found: set[KeyPath] = set()
    _add_visible(shape, (), found, set())
    return found


def _add_visible(
    shape: ValueShape, path: KeyPath, found: set[KeyPath], seen: set[tuple[int, KeyPath]]
) -> None:
    if (id(shape), path) in seen:
        return
    seen.add((id(shape), path))
    if isinstance(shape, ListShape):
        _add_visible(shape.item, path, found, seen)
    elif isinstance(shape, AbstractShape):
        if shape.typename_key is not None:
            found.add((*path, shape.typename_key))
        for _, one in shape.possible:
            _add_visible(one, path, found, seen)
    elif isinstance(shape, ObjectShape):
        for field in shape.fields:
            if field.constant is None:
                found.add((*path, field.key))
                _add_visible(field.shape, (*path, field.key), found, seen)


# The fetches


def _without_excluded(fetch: Fetch, holds: Holds) -> Fetch:
    if not holds(fetch.condition):
        return replace(fetch, condition=NEVER, groups=(), written=())
    groups = tuple(
        replace(group, condition=ALWAYS) if holds(group.condition) else _nobody(group)
        for group in fetch.groups
    )
    return replace(fetch, condition=ALWAYS, groups=groups)


def _nobody(group: EntityGroup) -> EntityGroup:
    """The group when it asks for nothing: it is sent with an empty list."""
    return replace(group, condition=ALWAYS, paths=(), written=())


def _needed(group: EntityGroup) -> Iterator[KeyPath]:
    """Where the values stand that a group's representations read, and what tells their types."""
    for place in group.paths:
        path = key_path(place)
        for length, step in enumerate(place.steps, 1):
            if step.typename_key is not None:
                yield (*path[:length], step.typename_key)
        if group.representation.typename_key is not None:
            yield (*path, group.representation.typename_key)
        yield from _read(group.representation.fields, path)


def _read(fields: tuple[RepresentationField, ...], path: KeyPath) -> Iterator[KeyPath]:
    for field in fields:
        yield (*path, field.key)
        if field.typename_key is not None:
            yield (*path, field.typename_key)
        yield from _read(field.children or (), (*path, field.key))


def _without_gone(fetch: Fetch, gone: set[KeyPath]) -> Fetch:
    base = key_path(fetch.path) if fetch.path is not None else ()
    return replace(
        fetch,
        written=_kept(fetch.written, [base], gone),
        groups=tuple(_group_without_gone(group, gone) for group in fetch.groups),
    )


def _group_without_gone(group: EntityGroup, gone: set[KeyPath]) -> EntityGroup:
    """No objects stand where those are excluded that led to them."""
    places = tuple(
        place
        for place in group.paths
        if gone.isdisjoint(key_path(place)[:end] for end in range(1, len(place.steps) + 1))
    )
    if not places:
        return _nobody(group)
    written = _kept(group.written, [key_path(place) for place in places], gone)
    return replace(group, paths=places, written=written)


def _kept(
    written: tuple[Written, ...], bases: list[KeyPath], gone: set[KeyPath]
) -> tuple[Written, ...]:
    """What is written and still there, seen from any of the places that it is written to."""
    kept = []
    for one in written:
        paths = [path for base in bases if (path := (*base, one.key)) not in gone]
        if paths:
            children = None if one.children is None else _kept(one.children, paths, gone)
            kept.append(replace(one, children=children))
    return tuple(kept)
