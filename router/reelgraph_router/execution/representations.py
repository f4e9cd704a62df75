"""Representations and places of a shape that the generated code does not handle itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import orjson

from reelgraph_federation.planning.nodes import RepresentationField, Step

JsonObject = dict[str, object]


class _Missing:
    """What a field that was never fetched reads as; unlike null, it cannot be sent."""


MISSING: Final = _Missing()


class Blocking(Protocol):
    """What is told of fields that cannot be asked for at a place."""

    def block(self, place: JsonObject, keys: Sequence[str]) -> None:
        """Make the values at `keys` null, whatever the subgraph answers for them."""


def build_representation(
    run: Blocking,
    place: JsonObject,
    typename: str | None,
    typename_key: str | None,
    fields: Sequence[RepresentationField],
) -> JsonObject | None:
    """The representation of the entity at `place`, or None where it must not be fetched.

    A requirement that is missing is left out, and what needs it is blocked; the entity's other
    fields are asked for all the same.
    """
    name = typename if typename is not None else place.get(typename_key or "")
    if name is None:
        return None
    blocked: list[str] = []
    found = _build_object(place, fields, blocked)
    if isinstance(found, _Missing) or found is None:
        return None
    if blocked:
        run.block(place, blocked)
    return {"__typename": name, **found}


def _build_object(
    place: JsonObject, fields: Sequence[RepresentationField], blocked: list[str] | None = None
) -> JsonObject | _Missing | None:
    """Read `fields`; None when a key is null, MISSING when something was never fetched.

    With `blocked`, a missing field that is no key is left out, and the keys that need it are added.
    """
    found: JsonObject = {}
    for field in fields:
        if field.types is not None and place.get(field.typename_key or "") not in field.types:
            continue
        value = _build_value(place.get(field.key, MISSING), field)
        if isinstance(value, _Missing):
            if blocked is not None and not field.is_key:
                blocked += field.needed_by
                continue
            return MISSING
        if value is None and field.is_key:
            return None
        found[field.name] = value
    return found


def _build_value(value: object, field: RepresentationField) -> object:
    """Lists item by item; an object whose key part is null counts as null itself."""
    if field.children is None or value is None or isinstance(value, _Missing):
        return value
    if isinstance(value, list):
        items = [_build_value(item, field) for item in value]
        return MISSING if any(isinstance(item, _Missing) for item in items) else items
    if not isinstance(value, dict):
        return MISSING
    return _build_object(value, field.children)


def regroup(
    representations: list[JsonObject], targets: list[JsonObject]
) -> tuple[list[JsonObject], list[list[JsonObject]], bool]:
    """Match equal representations: each once, with all its targets."""
    known: dict[bytes, int] = {}
    unique: list[JsonObject] = []
    grouped: list[list[JsonObject]] = []
    for representation, target in zip(representations, targets, strict=True):
        at = known.setdefault(orjson.dumps(representation), len(unique))
        if at == len(unique):
            unique.append(representation)
            grouped.append([])
        grouped[at].append(target)
    return unique, grouped, False


def walk_safely(objects: Iterable[object], steps: Sequence[Step]) -> list[JsonObject]:
    """The objects that `steps` lead to; values of another shape than planned are left out."""
    found = [item for item in objects if isinstance(item, dict)]
    for step in steps:
        reached: list[JsonObject] = []
        for item in found:
            _flatten(item.get(step.key), step, step.list_depth, reached)
        found = reached
    return found


def _flatten(value: object, step: Step, depth: int, reached: list[JsonObject]) -> None:
    if depth and isinstance(value, list):
        for item in value:
            _flatten(item, step, depth - 1, reached)
    elif depth or not isinstance(value, dict):
        return
    elif step.types is None or value.get(step.typename_key or "") in step.types:
        reached.append(value)
