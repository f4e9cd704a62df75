"""Find in how few waves all that is selected below a field can be had, and how it is best asked.

A field of an interface may be asked for all objects at once, or type by type. For all at once is one
selection, and what follows from it starts at the interface's own nodes. Type by type each object
is its type's: it can be entered by the type's key, and what the type's own field provides holds.
So what is selected at any depth below decides which of the two can be planned at all
(docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reelgraph_federation.operations.tree import SelectedField, Selections
from reelgraph_federation.planning.bounds import NEVER_REACHED
from reelgraph_federation.planning.node_reach import NodeReach
from reelgraph_federation.planning.waves import Waves


class Bound(NamedTuple):
    """The first wave after which all selected fields can be there, and the sum of their waves."""

    wave: int = 0
    total: int = 0

    def plus(self, other: Bound) -> Bound:
        """Return the bound of two selections together."""
        return Bound(max(self.wave, other.wave), self.total + other.total)


NEVER = Bound(NEVER_REACHED, NEVER_REACHED)


class ReachBelow:
    """Answers for fields of nodes that were reached by fields and entity moves (`Reach.closed`)."""

    def __init__(self, reach: NodeReach) -> None:
        self._reach = reach
        self._types = reach.graph.types
        self._known: dict[tuple[object, ...], Bound] = {}

    def is_by_type(self, nodes: Waves, type_name: str, field: SelectedField) -> bool:
        """Tell whether a field of an abstract type, with all below it, is best asked type by type.

        That is so where nothing else works, where it is earlier, and where nothing is later and the
        field of a type provides something.
        """
        own = self.of_field(nodes, type_name, field)
        provides = self._provides(nodes, type_name, field)
        if own.wave <= nodes.floor and not provides:
            return False
        each = [bound for _, bound in self.by_type(nodes, type_name, field)]
        if own.wave >= NEVER_REACHED:
            return any(one.wave < NEVER_REACHED for one in each) or self._is_hidden(type_name)
        wave = max((one.wave for one in each), default=NEVER_REACHED)
        if wave != own.wave or not provides:
            return wave < own.wave
        return sum(one.total for one in each) < own.total * len(each)

    def by_type(
        self, nodes: Waves, type_name: str, field: SelectedField
    ) -> Iterator[tuple[str, Bound]]:
        """Yield the types that objects here may have, each with the bound of a field of it."""
        for case in self._types.possible(type_name):
            within = self._within(nodes, case) if nodes.may_be(case) else None
            if within:
                yield case, self.of_field(within, case, field)

    def of_field(self, nodes: Waves, type_name: str, field: SelectedField) -> Bound:
        """Return the bound of a field and of all below it, asked once for all objects here."""
        if field.introspection:
            return Bound()
        if field.name == "__typename" and not self._types.is_abstract(type_name):
            return Bound()
        if field.children is None:
            return self._at(self._reach.field_wave(nodes, type_name, field.name))
        below = self._reach.follow(nodes, type_name, field.name)
        if not below:
            return NEVER
        child = self._reach.field_type(type_name, field.name)
        return self._of_selections(self._reach.closure(child, below), child, field.children)

    def _of_selections(self, nodes: Waves, type_name: str, selections: Selections) -> Bound:
        memo = (type_name, frozenset(nodes.items()), nodes.scope, id(selections))
        found = self._known.get(memo)
        if found is None:
            found = Bound()
            for one in self._each(nodes, type_name, selections):
                found = found.plus(one)
                if found.wave >= NEVER_REACHED:
                    found = NEVER
                    break
            self._known[memo] = found
        return found

    def _each(self, nodes: Waves, type_name: str, selections: Selections) -> Iterator[Bound]:
        if not self._types.is_abstract(type_name):
            for field in selections.for_type(type_name):
                yield self.of_field(nodes, type_name, field)
            return
        told = bool(selections.cases)
        for field in selections.fields.values():
            if self._types.has_field(type_name, field.name) and field.name != "__typename" and (
                self.is_by_type(nodes, type_name, field)
            ):  # fmt: skip
                told = True
                yield from self._reachable(nodes, type_name, field)
            else:
                yield self.of_field(nodes, type_name, field)
        for case, fields in selections.cases.items():
            within = self._within(nodes, case) if nodes.can_be(case) else None
            if within:
                for field in fields.values():
                    yield self.of_field(within, case, field)
        if told:
            yield self._at(self._reach.field_wave(nodes, type_name, "__typename"))

    def _reachable(self, nodes: Waves, type_name: str, field: SelectedField) -> Iterator[Bound]:
        """Yield what a field costs of each type of which it can be had: of some it can."""
        for _, bound in self.by_type(nodes, type_name, field):
            if bound.wave < NEVER_REACHED:
                yield bound

    def _within(self, nodes: Waves, case: str) -> Waves | None:
        """Return the nodes for objects of one type, none where they cannot be shown."""
        if self._reach.graph.supergraph.types[case].applied.inaccessible:
            return None
        return self._reach.closure(case, self._reach.narrow(nodes, case))

    def _is_hidden(self, type_name: str) -> bool:
        """Tell whether clients see none of the objects of an abstract type."""
        possible = self._types.possible_set(type_name)
        return bool(possible) and self._types.hidden(type_name) == possible

    def _provides(self, nodes: Waves, type_name: str, field: SelectedField) -> bool:
        """Tell whether the field of some type here provides what is below it."""
        if field.children is None or not self._reach.graph.has_provides:
            return False
        for node in nodes:
            for cast in node.casts.values():
                edge = cast.fields.get(field.name)
                if edge is not None and edge.target is not None and edge.target.provided:
                    return True
        return False

    def _at(self, wave: int) -> Bound:
        return NEVER if wave >= NEVER_REACHED else Bound(wave, wave)
