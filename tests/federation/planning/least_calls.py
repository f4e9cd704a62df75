"""The fewest calls that an operation needs: an exact answer for small operations, found by search.

A plan is a set of calls, each a subgraph in a wave; calls of wave 0 ask root fields, later ones enter
entities. Given the calls, `Outcome` asks for everything that each can answer, so whether they are
enough needs no choice. More calls never answer less, so the smallest set is found by hitting sets:
a set that is not enough is enlarged for as long as it is not; one of the calls then still left out
must be made. The smallest set of calls that has one of each of those is tried next, till one is enough.

Nothing of the planner is used but the query graph and the normalised operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from reelgraph_federation.field_sets import FieldSet
from reelgraph_federation.operations.tree import NormalizedOperation, SelectedField, Selections
from reelgraph_federation.query_graph import EntityMove, FieldEdge, QueryGraph, TypeNode
from reelgraph_federation.supergraph.model import UnionType

MOST_WAVES = 12
MOST_OUTCOMES = 4_000
"""Sets of calls looked at for one operation, before `TooLargeError`."""


class TooLargeError(Exception):
    """The search would take too long."""


class UnsupportedError(Exception):
    """The operation has what the reference does not know."""


class Call(NamedTuple):
    """A request to a subgraph, so many waves after the first."""

    subgraph: str
    wave: int


class Least(NamedTuple):
    """The fewest waves, and with them the fewest calls."""

    waves: int
    calls: int


@dataclass(eq=False)
class Place:
    """Objects at one path, the types of those above included; `type_name` is the declared type."""

    type_name: str
    above: tuple[Place, str, str] | None = None
    """The place above, the type of the object there, and the field that leads here."""
    is_typed: bool = False
    """Whether that field is asked for objects of one type only."""
    selected: set[str] = field(default_factory=set)
    """The fields that the client selects for all objects here."""
    below: dict[tuple[str, str, bool], Place] = field(default_factory=dict)


class Standing(NamedTuple):
    """A node where a call reads objects."""

    node: TypeNode
    is_entered: bool
    """Whether the objects were entered by a key."""
    tells_types: bool
    """Whether the call can ask for fields of one type only: an interface object does not know it."""


class Places:
    """The places of one operation, and those that keys and requirements read."""

    def __init__(self, graph: QueryGraph, operation: NormalizedOperation) -> None:
        self.graph = graph
        self.root = Place(operation.selections.type_name)
        self._read(self.root, operation.selections)

    def _read(self, place: Place, selections: Selections) -> None:
        place.selected.update(one.name for one in selections.fields.values())
        for type_name in self.graph.types.possible(place.type_name):
            for one in selections.for_type(type_name):
                if one.children is not None:
                    is_typed = one.response_name not in selections.fields
                    self._read(self.below(place, type_name, one.name, is_typed), one.children)

    def below(self, place: Place, type_name: str, name: str, is_typed: bool) -> Place:
        """Return the place that a field of an object of some type leads to."""
        is_typed = is_typed and name not in place.selected
        found = place.below.get((type_name, name, is_typed))
        if found is None:
            one = self.graph.types.composite(type_name)
            assert not isinstance(one, UnionType)
            child = one.fields[name].type.name
            if child == self.graph.supergraph.query_type:
                raise UnsupportedError("the root type below the root")
            found = Place(child, (place, type_name, name), is_typed)
            place.below[type_name, name, is_typed] = found
        return found


class Outcome:
    """What a set of calls can answer, wave by wave; every call asks all that it can."""

    def __init__(
        self,
        places: Places,
        calls: frozenset[Call],
        labels: frozenset[str],
        most: Outcome | None = None,
    ) -> None:
        """`most` is the outcome of all calls that there can be: it tells which objects there are."""
        self._most = most or self
        self._places = places
        self._graph = places.graph
        self._types = places.graph.types
        self._calls = calls
        self._labels = labels
        self._roots = places.graph.roots("query")
        self._last = max((call.wave for call in calls), default=-1)
        self._types_at: dict[tuple[Place, int], frozenset[str]] = {}
        self._standing: dict[tuple[Place, str, int], frozenset[Standing]] = {}
        self._known: dict[tuple[Place, str, FieldSet, int, bool], bool] = {}

    def answers(self, place: Place, selections: Selections) -> bool:
        """Tell whether everything that the client selects at a place is answered."""
        if self._tells_types(selections) and not self._all_types(place, "__typename"):
            return False
        return all(
            self._answers_field(place, name, one, one.response_name not in selections.fields)
            for name in self._returned(place)
            for one in selections.for_type(name)
        )

    def _answers_field(
        self, place: Place, type_name: str, one: SelectedField, is_typed: bool
    ) -> bool:
        if one.children is None:
            is_told = one.name == "__typename" and place.type_name == type_name
            return is_told or self._has(place, type_name, one.name, self._last, is_typed)
        child = self._places.below(place, type_name, one.name, is_typed)
        return self._is_there(child, self._last) and self.answers(child, one.children)

    def _all_types(self, place: Place, name: str) -> bool:
        return all(self._has(place, one, name, self._last, False) for one in self._returned(place))

    def _returned(self, place: Place) -> Iterator[str]:
        """Yield the types that objects of a place can have, of those that clients may see."""
        for name in self._most.types_at(place, MOST_WAVES):
            if not self._graph.supergraph.types[name].applied.inaccessible:
                yield name

    def types_at(self, place: Place, wave: int) -> frozenset[str]:
        """Return the types that objects of a place can have.

        What resolves one field of one object returns the same object, so all that resolve it as
        soon as any do can return its type.
        """
        for one in range(wave + 1):
            found = self._types_at.get((place, one))
            if found is None:
                found = self._types_at[place, one] = self._find_types(place, one)
            if found:
                return found
        return frozenset()

    def _find_types(self, place: Place, wave: int) -> frozenset[str]:
        names = self._types.possible(place.type_name)
        if place.above is None:
            return frozenset(names)
        above, above_type, name = place.above
        found: list[frozenset[str]] = []
        for standing in self._stands(above, above_type, wave):
            edge = self._edge(above, above_type, standing, name, wave, place.is_typed)
            if edge is not None and edge.target is not None and not edge.target.is_interface_object:
                found.append(frozenset(one for one in names if edge.target.cast(one)))
            elif edge is not None:
                found.append(frozenset(names))
        if not found:
            return frozenset()
        return frozenset.intersection(*found) or frozenset.union(*found)

    def _tells_types(self, selections: Selections) -> bool:
        """Tell whether the response depends on the runtime type."""
        if not self._types.is_abstract(selections.type_name):
            return False
        if selections.cases or "__typename" in (one.name for one in selections.fields.values()):
            return True
        possible = self._types.possible(selections.type_name)
        if any(self._graph.supergraph.types[one].applied.inaccessible for one in possible):
            return True
        return any(
            len({self._types.composite(one).fields[each.name].type for one in possible}) > 1  # type: ignore[union-attr]  # objects
            for each in selections.fields.values()
        )

    # What is known after a wave ------------------------------------------------------------------

    def _knows(
        self, place: Place, type_name: str, fields: FieldSet, wave: int, is_typed: bool
    ) -> bool:
        """Tell whether a field set of objects, perhaps of one type only, is there after a wave."""
        key = (place, type_name, fields, wave, is_typed)
        if key not in self._known:
            self._known[key] = self._reads(*key)
        return self._known[key]

    def _reads(
        self, place: Place, type_name: str, fields: FieldSet, wave: int, is_typed: bool
    ) -> bool:
        for one in fields:
            if not one.name:
                fits = one.on is None or type_name in self._types.possible_set(one.on)
                if fits and not self._knows(place, type_name, one.children, wave, is_typed):
                    return False
            elif not one.children:
                if not self._has(place, type_name, one.name, wave, is_typed):
                    return False
            else:
                child = self._places.below(place, type_name, one.name, is_typed)
                if not self._is_there(child, wave):
                    return False
                if not all(
                    self._knows(child, each, one.children, wave, False)
                    for each in self._most.types_at(child, wave)
                    if self._most.is_seen(child, each, wave)
                ):
                    return False
        return True

    def _is_there(self, place: Place, wave: int) -> bool:
        return any(self.is_seen(place, name, wave) for name in self._most.types_at(place, wave))

    def is_seen(self, place: Place, type_name: str, wave: int) -> bool:
        """Tell whether any call up to a wave reads the objects of a type at a place."""
        return any(self._stands(place, type_name, one) for one in range(wave + 1))

    def _has(self, place: Place, type_name: str, name: str, wave: int, is_typed: bool) -> bool:
        return any(
            self._edge(place, type_name, standing, name, one, is_typed) is not None
            if name != "__typename"
            else not standing.node.is_interface_object
            for one in range(wave + 1)
            for standing in self._stands(place, type_name, one)
        )

    def _edge(
        self,
        place: Place,
        type_name: str,
        standing: Standing,
        name: str,
        wave: int,
        is_typed: bool,
    ) -> FieldEdge | None:
        """Return the edge of a field that a call can select where it reads objects."""
        edge = standing.node.fields.get(name)
        if edge is None or edge.contexts:
            return None
        if is_typed and not standing.tells_types and name not in place.selected:
            return None
        if edge.label is not None and (edge.label in self._labels) != edge.label_state:
            return None
        if edge.requires and not (
            standing.is_entered
            and self._knows(
                place, type_name, edge.requires, wave - 1, not standing.node.is_interface_object
            )
        ):
            return None
        return edge

    # Where a call reads --------------------------------------------------------------------------

    def _stands(self, place: Place, type_name: str, wave: int) -> frozenset[Standing]:
        """Return where the calls of a wave read the objects of a type at a place."""
        key = (place, type_name, wave)
        found = self._standing.get(key)
        if found is None:
            found = self._standing[key] = frozenset(self._find(place, type_name, wave))
        return found

    def _find(self, place: Place, type_name: str, wave: int) -> Iterator[Standing]:
        if place.above is None:
            if wave == 0:
                for node in self._roots:
                    if Call(node.subgraph, 0) in self._calls:
                        yield Standing(node, False, True)
            return
        above, above_type, name = place.above
        for standing in self._stands(above, above_type, wave):
            edge = self._edge(above, above_type, standing, name, wave, place.is_typed)
            if edge is not None and edge.target is not None:
                yield from self._as_type(edge.target, type_name, False, False)
        if wave > 0:
            is_told = self._knows_type(place, type_name, wave - 1)
            for move in self._entity_moves(place, type_name, wave):
                yield from self._as_type(move.target, type_name, True, is_told)

    def _as_type(
        self, node: TypeNode, type_name: str, is_entered: bool, is_told: bool
    ) -> Iterator[Standing]:
        cast = node if node.is_interface_object else node.cast(type_name)
        if cast is not None:
            yield Standing(cast, is_entered, is_told or not node.is_interface_object)

    def _knows_type(self, place: Place, type_name: str, wave: int) -> bool:
        is_static = place.type_name == type_name
        return is_static or self._has(place, type_name, "__typename", wave, False)

    def _entity_moves(self, place: Place, type_name: str, wave: int) -> Iterator[EntityMove]:
        """Yield the key jumps that the calls of a wave can make with what is there before."""
        entity_moves = [(one, False) for one in self._graph.entity_moves(place.type_name)]
        if place.type_name != type_name:
            entity_moves += [(one, True) for one in self._graph.entity_moves(type_name)]
        for move, is_typed in entity_moves:
            if (
                Call(move.target.subgraph, wave) in self._calls
                and self.is_seen(place, type_name, wave - 1)
                and self._knows(place, type_name, move.key, wave - 1, False)
                and (not is_typed or self._knows_type(place, type_name, wave - 1))
            ):
                yield move


class Search:
    """Finds the fewest calls of one query."""

    def __init__(
        self, graph: QueryGraph, operation: NormalizedOperation, labels: frozenset[str]
    ) -> None:
        if operation.kind != "query" or operation.defers:
            raise UnsupportedError("not a plain query")
        self._operation = operation
        self._places = Places(graph, operation)
        self._labels = labels
        self._roots = [node.subgraph for node in graph.roots("query")]
        self._subgraphs = list(graph.supergraph.subgraphs)
        self._outcomes: dict[frozenset[Call], bool] = {}
        self._most = Outcome(self._places, frozenset(self.possible(MOST_WAVES)), labels)

    def least(self) -> Least:
        """Return the fewest waves, and the fewest calls with so many waves."""
        for waves in range(MOST_WAVES):
            calls = self.possible(waves)
            if self.is_enough(frozenset(calls)):
                return Least(waves, self._fewest(calls) if waves else 0)
        raise UnsupportedError("no set of calls is enough")

    def possible(self, waves: int) -> list[Call]:
        """Return every call that can be made in so many waves."""
        later = [Call(name, wave) for wave in range(1, waves) for name in self._subgraphs]
        return [*(Call(name, 0) for name in self._roots if waves), *later]

    def _fewest(self, calls: list[Call]) -> int:
        needed: list[frozenset[Call]] = []
        while True:
            chosen = smallest_hitting_set(needed)
            if self.is_enough(chosen):
                return len(chosen)
            grown = chosen
            for call in calls:
                if not self.is_enough(grown | {call}):
                    grown |= {call}
            needed.append(frozenset(calls) - grown)

    def is_enough(self, calls: frozenset[Call]) -> bool:
        """Tell whether some calls answer the operation."""
        known = self._outcomes.get(calls)
        if known is None:
            if len(self._outcomes) >= MOST_OUTCOMES:
                raise TooLargeError
            places = self._places
            outcome = Outcome(places, calls, self._labels, self._most)
            known = outcome.answers(places.root, self._operation.selections)
            self._outcomes[calls] = known
        return known


def smallest_hitting_set(sets: list[frozenset[Call]]) -> frozenset[Call]:
    """Return a smallest set that has an element of each of some sets."""
    for size in range(len(sets) + 1):
        found = _hit(sets, frozenset(), size)
        if found is not None:
            return found
    raise AssertionError("one element of each set is enough")


def _hit(sets: list[frozenset[Call]], chosen: frozenset[Call], left: int) -> frozenset[Call] | None:
    missed = [one for one in sets if not one & chosen]
    if not missed:
        return chosen
    if left == 0:
        return None
    for call in sorted(min(missed, key=len)):
        found = _hit(missed, chosen | {call}, left - 1)
        if found is not None:
            return found
    return None
