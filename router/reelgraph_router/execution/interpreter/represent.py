"""Make the representation of an entity from the merged tree, whatever was answered or has failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from reelgraph_federation.planning.query_plan import RepresentationField, Written
from reelgraph_router.execution.answers.faults import Faults, LocatedFault
from reelgraph_router.execution.tree_state import JsonObject, TreeState
from reelgraph_router.json_text import write_json


class Missing:
    """What a field that was never fetched, or failed, reads as; unlike null, it cannot be sent."""

    __slots__ = ("causes",)

    def __init__(self, causes: Sequence[LocatedFault] = ()) -> None:
        self.causes = causes


MISSING: Final = Missing()


class Blocked(NamedTuple):
    """Keys whose values cannot be asked for, since something that they need is missing."""

    keys: Sequence[str]
    causes: Sequence[LocatedFault]
    is_failure: bool
    """Whether something failed. Else a subgraph does not know the entity, and null is the answer."""


def build_representation(
    run: TreeState,
    place: JsonObject,
    typename: str | None,
    typename_key: str | None,
    fields: Sequence[RepresentationField],
    written: Sequence[Written],
) -> JsonObject | None:
    """The representation of the entity at `place`, or None where it must not be fetched.

    A requirement that is missing, or null because it failed, is left out, and what needs it is
    blocked; the entity's other fields (`written` has all) are asked for all the same.
    """
    name = typename if typename is not None else place.get(typename_key or "")
    if name is None:
        return None
    blocked: list[Blocked] = []
    found = _build_object(place, fields, run.faults, blocked)
    if isinstance(found, Missing):
        return None
    parts = [found.get(field.name) for field in fields if field.is_key]
    if parts and not any(map(_identifies, parts)):
        return None
    for one in blocked:
        run.block(place, one.keys, one.causes, one.is_failure)
    if blocked and _is_all_blocked(name, written, blocked):
        return None
    return {"__typename": name, **found}


def _is_all_blocked(name: object, written: Sequence[Written], blocked: list[Blocked]) -> bool:
    keys = {key for one in blocked for key in one.keys}
    return all(one.key in keys for one in written if one.types is None or name in one.types)


def _build_object(
    place: JsonObject,
    fields: Sequence[RepresentationField],
    faults: Faults | None,
    blocked: list[Blocked],
) -> JsonObject | Missing:
    """Read `fields`; MISSING when a key is null that must not be, or something was never fetched.

    A missing field that is no key is left out, and the keys that need it are added to `blocked`.
    """
    found: JsonObject = {}
    for field in fields:
        if field.types is not None and place.get(field.typename_key or "") not in field.types:
            continue
        value = _build_value(place.get(field.key, MISSING), field, faults, blocked)
        if value is None or value is MISSING:
            value = failure_at(place, field.key, faults) or value
        if isinstance(value, Missing):
            if not field.is_key:
                own = faults.at(place) if faults is not None else None
                is_failure = bool(value.causes or (own and own.get(None)))
                blocked.append(Blocked(field.needed_by, value.causes, is_failure))
                continue
            return value
        if value is None and field.is_key and not field.may_be_null:
            return MISSING
        found[field.name] = value
    return found


def _build_value(
    value: object, field: RepresentationField, faults: Faults | None, blocked: list[Blocked]
) -> object:
    """Lists item by item, objects field by field."""
    if value is None or isinstance(value, Missing):
        return value
    if isinstance(value, list):
        if field.children is None and faults is None:
            return value
        return _build_list(value, field, faults, blocked)
    if field.children is None:
        return value
    if not isinstance(value, dict):
        return MISSING
    return _build_object(value, field.children, faults, blocked)


def _build_list(
    value: list[object], field: RepresentationField, faults: Faults | None, blocked: list[Blocked]
) -> list[object] | Missing:
    """The items; missing with all that failed when one of them is missing."""
    items: list[object] = []
    missing: list[Missing] = []
    for index, item in enumerate(value):
        built = _build_value(item, field, faults, blocked)
        if built is None:
            built = failure_at(value, index, faults)
        if isinstance(built, Missing):
            missing.append(built)
        items.append(built)
    if not missing:
        return items
    return Missing([cause for one in missing for cause in one.causes])


def _identifies(value: object) -> bool:
    """Whether there is anything but nulls in a key's value."""
    if isinstance(value, dict):
        return any(_identifies(one) for name, one in value.items() if name != "__typename")
    return value is not None


def failure_at(container: object, key: str | int, faults: Faults | None) -> Missing | None:
    """What the null at a container's key reads as: something missing where it failed."""
    known = None if faults is None else faults.at(container)
    entries = known.get(key) if known else None
    return Missing(entries) if entries else None


def regroup(
    representations: list[JsonObject], targets: list[JsonObject]
) -> tuple[list[JsonObject], list[list[JsonObject]], bool]:
    """Match equal representations: each once, with all its targets."""
    known: dict[bytes, int] = {}
    unique: list[JsonObject] = []
    grouped: list[list[JsonObject]] = []
    for representation, target in zip(representations, targets, strict=True):
        at = known.setdefault(write_json(representation), len(unique))
        if at == len(unique):
            unique.append(representation)
            grouped.append([])
        grouped[at].append(target)
    return unique, grouped, False
