"""Bring what a fetch answered into the merged tree."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from reelgraph_federation.planning.query_plan import Written
from reelgraph_router.execution.program import FetchProgram, GroupProgram
from reelgraph_router.execution.tree_state import JsonObject


def merge_into(target: JsonObject, source: JsonObject, written: Sequence[Written]) -> None:
    """Write `source` into `target`; keys marked as shared merge deeply, lists by position."""
    shared = {w.key: w.children or () for w in written if w.shared}
    for key, value in source.items():
        if key in shared and key in target:
            target[key] = merge_values(target[key], value, shared[key])
        else:
            target[key] = value


def merge_values(target: object, source: object, written: Sequence[Written]) -> object:
    """Two answers for one value. Where one is null or of another shape, the other one stands."""
    if isinstance(target, dict) and isinstance(source, dict):
        merge_into(target, source, _all_shared(written))
        return target
    if isinstance(target, list) and isinstance(source, list):
        for index, item in enumerate(source):
            if index < len(target):
                target[index] = merge_values(target[index], item, written)
            else:
                target.append(item)
        return target
    return source if target is None else target


def _all_shared(written: Sequence[Written]) -> list[Written]:
    """Below a shared key every composite may be answered twice."""
    return [Written(w.key, w.children, w.types, shared=w.children is not None) for w in written]


def is_plain(written: Sequence[Written]) -> bool:
    """Whether plain assignment is enough: no key is shared, at any depth."""
    return not any(w.shared or not is_plain(w.children or ()) for w in written)


def own_copy(value: JsonObject) -> JsonObject:
    """A deep copy, for a target that must not share what lies below with another."""
    return copy.deepcopy(value)


def write_root(fetch: FetchProgram, targets: Sequence[JsonObject], data: JsonObject) -> None:
    """Put what a fetch without entities answered into its places."""
    for number, target in enumerate(targets):
        own = data if number == 0 else own_copy(data)
        if fetch.plain:
            target.update(own)
        else:
            merge_into(target, own, fetch.written)


def write_entity(group: GroupProgram, places: list[JsonObject], entity: JsonObject) -> None:
    """Put an answered entity into all its places."""
    for number, place in enumerate(places):
        own = own_copy(entity) if group.own_copies and number else entity
        if group.plain:
            place.update(own)
        else:
            merge_into(place, own, group.written)
