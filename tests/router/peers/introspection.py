"""Lists of introspection as sets: the specification says "set", and composers order types in their own ways."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

Path = tuple[str, ...]
ROOTS = ("__schema", "__type")


def without_order(data: Any, query: str) -> Any:
    """Return an operation's data with each list below `__schema` and `__type` sorted."""
    document = parse(query)
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    paths = {
        path
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
        for path in _roots(one.selection_set, fragments, ())
    }
    return _sort_at(data, paths, ()) if paths else data


def _roots(
    selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], path: Path
) -> Iterable[Path]:
    """Yield the response keys that lead to each root of introspection."""
    for one in selected.selections:
        match one:
            case FieldNode():
                below = (*path, (one.alias or one.name).value)
                if one.name.value in ROOTS:
                    yield below
                elif one.selection_set is not None:
                    yield from _roots(one.selection_set, fragments, below)
            case InlineFragmentNode():
                yield from _roots(one.selection_set, fragments, path)
            case FragmentSpreadNode():
                yield from _roots(fragments[one.name.value].selection_set, fragments, path)


def _sort_at(value: Any, paths: set[Path], path: Path) -> Any:
    if path in paths:
        return _sort(value)
    if isinstance(value, dict):
        return {key: _sort_at(one, paths, (*path, key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_sort_at(one, paths, path) for one in value]
    return value


def _sort(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sort(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted(map(_sort, value), key=lambda one: json.dumps(one, sort_keys=True))
    return value
