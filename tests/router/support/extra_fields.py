"""Subgraphs that answer more than they were asked: extra fields in every object of every answer.

Objects are those that the request has a selection set for; what stands in a custom scalar is its value,
and left alone. Names are those that the client or any fetch uses, where an object has no such field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from reelgraph_router.execution.program import Program
from reelgraph_router.transport.memory import GraphQLRequest, Handler, MemoryTransport

KINDS = ("null", "of other types", "like others")
ODD: list[object] = [
    "extra",
    7,
    {},
    [],
    {"__typename": "Extra", "id": "extra"},
    [{"id": "extra"}],
    True,
]

JsonObject = dict[str, object]


def names_in(program: Program) -> list[str]:
    """The keys of the merged tree, the client's names, and some of nobody."""
    found = {"__typename", "_entities", "extra", "id", "data", "errors"}
    waiting: list[object] = [program.plan]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += one
            continue
        slots = getattr(type(one), "__dataclass_fields__", {})
        for name in slots:
            value = getattr(one, name)
            if name in ("key", "response_name", "typename_key", "alias") and isinstance(value, str):
                found.add(value)
            waiting.append(value)
    return sorted(found)


class Extra:
    """Adds extra fields of one kind to what handlers answer."""

    def __init__(self, names: list[str], kind: str) -> None:
        self._names = names
        self._kind = kind
        self._odd = count()
        self._seen: dict[str, list[object]] = {}
        self.added = 0

    def handler(self, answer: Handler) -> Handler:
        """`answer`, with more in it than was asked."""

        def handle(request: GraphQLRequest) -> Mapping[str, object]:
            result = answer(request)
            assert isinstance(result, dict)
            document = parse(request.query, no_location=True)
            assert not any(isinstance(d, FragmentDefinitionNode) for d in document.definitions)
            (operation,) = document.definitions
            assert isinstance(operation, OperationDefinitionNode)
            data = self._value(result.get("data"), [operation.selection_set])
            return {**result, "data": data, "extra": 1}

        return handle

    def _value(self, value: object, selections: list[SelectionSetNode]) -> object:
        if isinstance(value, list):
            return [self._value(item, selections) for item in value]
        if not isinstance(value, dict) or not selections:
            return value
        below: dict[str, list[SelectionSetNode]] = {}
        for node in _fields(selections):
            key = node.alias.value if node.alias else node.name.value
            sets = below.setdefault(key, [])
            if node.selection_set is not None:
                sets.append(node.selection_set)
        made = {key: self._value(one, below[key]) for key, one in value.items()}
        for key, one in value.items():
            self._seen.setdefault(key, []).append(one)
        more: JsonObject = {}
        for name in self._names:
            if name not in made:
                more[name] = self._extra(name)
                self.added += 1
        return {**more, **made} if self._kind == "null" else {**made, **more}

    def _extra(self, name: str) -> object:
        if self._kind == "null":
            return None
        if self._kind == "like others":
            known = self._seen.get(name)
            if known:
                return known[next(self._odd) % len(known)]
        return ODD[next(self._odd) % len(ODD)]


def _fields(selections: list[SelectionSetNode]) -> Iterator[FieldNode]:
    for one in selections:
        for node in one.selections:
            if isinstance(node, FieldNode):
                yield node
            else:
                assert not hasattr(node, "name")
                yield from _fields([node.selection_set])


def with_extra_fields(subgraphs: Mapping[str, Handler], extra: Extra) -> MemoryTransport:
    """The subgraphs, each answering more than it was asked."""
    return MemoryTransport({name: extra.handler(one) for name, one in subgraphs.items()})
