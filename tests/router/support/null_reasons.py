"""Nothing becomes null without a reason: the data's null, or an error that says why.

`unexplained_nulls` walks over an answer beside the plan's shape, and looks for each null in what the
subgraphs answered: it must have come from there, or stand where something did not come that depends on
such a null (an entity that a subgraph does not know, a key that is null), or be hidden from clients
(`@inaccessible`, what the caller may not have), or have an error at its place, above it or below it. Nothing of the executor's is
read, so that what it loses is seen. Below entities places are told by their keys alone, without indexes
in lists: which entity stands where is what the executor knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    EntityGroup,
    EnumShape,
    Fetch,
    FieldShape,
    ListShape,
    ObjectShape,
    QueryPlan,
    RepresentationField,
    ResponsePath,
    ValueShape,
)
from reelgraph_federation.supergraph import Supergraph
from reelgraph_router.execution.interpreter.complete import holds
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport

Trail: TypeAlias = tuple[str, ...]
"""The internal keys that lead to a place of the merged tree, `@` for each level of lists."""
LIST = "@"
Exact: TypeAlias = tuple[str | int, ...]
"""The same with the index of each item."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a subgraph answered to a request."""

    subgraph: str
    request: GraphQLRequest
    answer: Mapping[str, Any]


class HearingTransport(MemoryTransport):
    """Remembers what the subgraphs answered, in `heard`."""

    def __init__(self, handlers: Mapping[str, Any]) -> None:
        self.heard: list[Heard] = []
        super().__init__({name: self._listen(name, one) for name, one in handlers.items()})

    def _listen(self, name: str, handler: Any) -> Any:
        def handle(request: GraphQLRequest) -> Any:
            answer = handler(request)
            if isinstance(answer, Mapping):
                self.heard.append(Heard(name, request, answer))
            return answer

        return handle


def unexplained_nulls(
    supergraph: Supergraph,
    plan: QueryPlan,
    variables: Mapping[str, Any],
    answer: Mapping[str, Any],
    heard: Sequence[Heard],
) -> list[str]:
    """Return the client's path of each null that nothing explains; `variables` are coerced."""
    told = _Told(plan, heard)
    walk = _Walk(supergraph, variables, told, answer.get("errors", ()))
    data = answer.get("data")
    if data is None:
        return [] if answer.get("errors") else ["data"]
    walk.fields(plan.shape, data, (), ())
    return walk.found


@dataclass
class _Told:
    """What the subgraphs told: nulls and values by place, and what did not come because of nulls."""

    plan: QueryPlan
    heard: Sequence[Heard]
    nulls: set[Trail] = field(default_factory=set)
    of_roots: set[Exact] = field(default_factory=set)
    """Nulls that root fetches answered, at the root."""
    of_others: set[Trail] = field(default_factory=set)
    """Nulls that all others answered."""
    missing: set[Trail] = field(default_factory=set)
    """Places of which nothing came since their entity is not known, or could not be asked."""
    values: dict[Trail, set[str]] = field(default_factory=dict)
    values_at: dict[Exact, set[str]] = field(default_factory=dict)
    """Those that root fetches answered, at the root."""

    def __post_init__(self) -> None:
        for one in self.heard:
            for fetch in self._fetches_of(one):
                self._hear(fetch, one.answer.get("data"))
        known = -1
        while known != len(self.missing):
            known = len(self.missing)
            for fetch in self.plan.fetches:
                for group in fetch.groups:
                    self._note_unsent(group)

    def _fetches_of(self, one: Heard) -> list[Fetch]:
        """Return the fetches that a request was made for: all of the subgraph's if it was cut."""
        of_subgraph = [fetch for fetch in self.plan.fetches if fetch.subgraph == one.subgraph]
        same = [fetch for fetch in of_subgraph if fetch.operation == one.request.query]
        return same or of_subgraph

    def _hear(self, fetch: Fetch, data: Any) -> None:
        if not isinstance(data, Mapping):
            return
        if not fetch.groups:
            self._note(data, trail_of(fetch.path) if fetch.path else (), None if fetch.path else ())
            return
        for group in fetch.groups:
            for entity in data.get(group.alias) or ():
                for path in group.paths:
                    if entity is None:
                        self._note_missing(group, trail_of(path))
                    else:
                        self._note(entity, trail_of(path), None)

    def _note(self, value: Any, trail: Trail, at: Exact | None) -> None:
        if value is None:
            self.nulls.add(trail)
            if at is None:
                self.of_others.add(trail)
            else:
                self.of_roots.add(at)
        elif isinstance(value, Mapping):
            for key, below in value.items():
                self._note(below, (*trail, key), None if at is None else (*at, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._note(item, (*trail, LIST), None if at is None else (*at, index))
        elif isinstance(value, str):
            self.values.setdefault(trail, set()).add(value)
            if at is not None:
                self.values_at.setdefault(at, set()).add(value)

    def _note_missing(self, group: EntityGroup, base: Trail, keys: Sequence[str] = ()) -> None:
        self.missing.update(
            (*base, one.key) for one in group.written if not keys or one.key in keys
        )

    def _note_unsent(self, group: EntityGroup) -> None:
        """Note what does not come of entities with a null key, or without what a field requires."""
        for path in group.paths:
            base = trail_of(path)
            for one, trail in inputs_of(group.representation.fields, base):
                if self.is_missing(trail) or (one.is_key and self.is_null(trail)):
                    self._note_missing(group, base, () if one.is_key else one.needed_by)
            for context in group.contexts:
                setter = trail_of(ResponsePath(path.steps[: context.steps]))
                if any(self.is_missing(trail) for _, trail in inputs_of(context.path, setter)):
                    self._note_missing(group, base, context.needed_by)

    def is_null(self, trail: Trail) -> bool:
        """Tell whether null was answered at a place, or above it, for some object."""
        return _has_start(self.nulls, trail)

    def is_missing(self, trail: Trail) -> bool:
        """Tell whether nothing came at a place, or above it, for a reason that is no error."""
        return _has_start(self.missing, trail)

    def explains(self, at: Exact) -> bool:
        """Tell whether a null of the answer is the data's."""
        trail = _trail(at)
        return (
            _has_start(self.of_roots, at)
            or _has_start(self.of_others, trail)
            or self.is_missing(trail)
        )


def _trail(at: Exact) -> Trail:
    return tuple(LIST if isinstance(one, int) else one for one in at)


def _has_start(known: Set[Any], path: tuple[Any, ...]) -> bool:
    return any(path[:length] in known for length in range(1, len(path) + 1))


def trail_of(path: ResponsePath) -> Trail:
    """Return the trail of a response path."""
    return tuple(key for step in path.steps for key in (step.key, *(LIST,) * step.list_depth))


def inputs_of(
    fields: Sequence[RepresentationField], base: Trail
) -> Iterator[tuple[RepresentationField, Trail]]:
    """Yield the leaves of a representation, with the place that each is read from, lists apart."""
    for one in fields:
        trail = (*base, one.key)
        yield one, trail
        for depth in range(4) if one.children else ():
            for inner, below in inputs_of(one.children or (), (*trail, *(LIST,) * depth)):
                yield (inner if inner.needed_by else one), below


class _Walk:
    """Walks over the answer."""

    def __init__(
        self,
        supergraph: Supergraph,
        variables: Mapping[str, Any],
        told: _Told,
        errors: Sequence[Any],
    ) -> None:
        self._supergraph = supergraph
        self._variables = variables
        self._told = told
        self._paths = [tuple(one.get("path", ())) for one in errors]
        self.found: list[str] = []

    def fields(self, shape: ObjectShape, value: Mapping[str, Any], path: Any, at: Exact) -> None:
        """Walk over an object, which stands at the client's path and at a place of the merged tree."""
        for one in self._shown(shape):
            known = one.constant is not None or one.introspection or one.left_out
            if not known and one.response_name in value:
                below = value[one.response_name]
                self._value(one.shape, below, (*path, one.response_name), (*at, one.key))

    def _shown(self, shape: ObjectShape) -> list[FieldShape]:
        return [one for one in shape.fields if holds(one.condition, self._variables)]

    def _value(self, shape: ValueShape, value: Any, path: Any, at: Exact) -> None:
        if value is None:
            if not self._is_explained(shape, path, at):
                self.found.append(".".join(map(str, path)))
        elif isinstance(shape, ListShape):
            for index, item in enumerate(value):
                self._value(shape.item, item, (*path, index), (*at, index))
        elif isinstance(shape, ObjectShape):
            self.fields(shape, value, path, at)
        elif isinstance(shape, AbstractShape):
            self._abstract(shape, value, path, at)

    def _abstract(
        self, shape: AbstractShape, value: Mapping[str, Any], path: Any, at: Exact
    ) -> None:
        """Walk over an object as each type that it may be of: the one that explains most is its."""
        before, best = self.found, None
        for possible in self._possible(shape, value, at):
            self.found = []
            self.fields(possible, value, path, at)
            if best is None or len(self.found) < len(best):
                best = self.found
        self.found = [*before, *(best or ())]

    def _possible(
        self, shape: AbstractShape, value: Mapping[str, Any], at: Exact
    ) -> Iterator[ObjectShape]:
        """Yield what an object may have been made by: those types that were told, with its names."""
        key = shape.typename_key or ""
        told = self._told.values_at.get((*at, key)) or self._told.values.get((*_trail(at), key))
        for name, one in shape.possible:
            names = {known.response_name for known in self._shown(one)}
            if (told is None or name in told) and value.keys() == names:
                yield one

    def _is_explained(self, shape: ValueShape, path: Any, at: Exact) -> bool:
        if self._told.explains(at):
            return True
        if any(one[: len(path)] == path or path[: len(one)] == one for one in self._paths):
            return True
        return self._is_hidden(shape, _trail(at))

    def _is_hidden(self, shape: ValueShape, trail: Trail) -> bool:
        """Tell whether a value, or what makes it null, is something that clients may not see."""
        if isinstance(shape, EnumShape):
            one = self._supergraph.types[shape.name]
            told = self._told.values.get(trail, set())
            return any(one.values[name].applied.inaccessible for name in told if name in one.values)
        if isinstance(shape, ListShape):
            return not shape.item.nullable and self._is_hidden(shape.item, (*trail, LIST))
        if isinstance(shape, AbstractShape):
            told = self._told.values.get((*trail, shape.typename_key or ""), set())
            types = self._supergraph.types
            if any(types[name].applied.inaccessible for name in told if name in types):
                return True
            return any(self._is_hidden(one, trail) for _, one in shape.possible)
        if isinstance(shape, ObjectShape):
            return any(
                not one.shape.nullable
                and (one.left_out or self._is_hidden(one.shape, (*trail, one.key)))
                for one in self._shown(shape)
            )
        return False
