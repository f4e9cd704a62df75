"""Which object types of an interface or union are asked a field together.

A field that several types have is asked once, under one condition, where nothing that a plan
depends on tells these types apart: neither what the operation selects below it, nor who resolves it
and where it leads, nor a key by which one of them could better be entered elsewhere. Otherwise each
type is asked on its own: nested in each other, types that are asked apart multiply.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from reelgraph_federation.operations.fingerprint import Digests
from reelgraph_federation.operations.tree import SelectedField, Selections
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.waves import Waves
from reelgraph_federation.query_graph import TypeNode

Joint = tuple[SelectedField, list[str]]
"""A field of one of the types, and the types."""


class AlikeTypes:
    """Joins the types of a position that are asked the same."""

    def __init__(self, reach: Reach, *, defers: bool) -> None:
        self._reach = reach
        self._types = reach.graph.types
        self._defers = defers
        self._digests = Digests()
        self._free: dict[tuple[int, str, frozenset[tuple[TypeNode, int]]], bool] = {}

    def join(self, position: Position, asked: Mapping[str, Iterable[SelectedField]]) -> list[Joint]:
        """Return each field asked of some types of a position, with those that are asked together."""
        found: dict[Hashable, Joint] = {}
        several = len(asked) > 1
        for case, fields in asked.items():
            for field in fields:
                self._reach.budget.step()
                key = self._likeness(position, case, field) if several else None
                if key is None:
                    key = (case, field.tag)
                found.setdefault(key, (field, []))[1].append(case)
        return list(found.values())

    def _likeness(self, position: Position, case: str, field: SelectedField) -> Hashable:
        """Return what types must have in common to be asked a field together, `None`: alone."""
        leads = self._leads(position, case, field)
        if leads is None or self._types.contexts_of(case):
            return None
        signatures = self._reach.signatures(case, field.name)
        if len(signatures) > 1:
            return None  # each of such types may need a key of its own
        if self._may_be_entered(position, case) and not self._is_as_good(position, case, field):
            return None
        return (
            field.tag, field.name, field.arguments, field.type, field.condition, field.directives,
            field.defer, None if field.children is None else self._digests.of(field.children),
            signatures, leads,
        )  # fmt: skip

    def _leads(
        self, position: Position, case: str, field: SelectedField
    ) -> tuple[object, ...] | None:
        """Return where a field leads in each subgraph that stands here, `None` if not plainly."""
        found: list[object] = []
        is_plain = False
        for node in self._reach.direct(position):
            cast = node.cast(case)
            if cast is None or field.name not in cast.fields:
                found.append(cast is None)
                continue
            edge = self._reach.plain_edge(cast, field.name)
            if edge is None or cast is node:
                return None
            is_plain = True
            found.append(edge.target or "leaf")
        return tuple(found) if is_plain else None

    def _may_be_entered(self, position: Position, case: str) -> bool:
        moves = self._reach.graph.entity_moves
        return bool(moves(case) or moves(position.type_name))

    def _is_as_good(self, position: Position, case: str, field: SelectedField) -> bool:
        """Tell whether entering objects by a key could not be of use for a field of theirs."""
        if self._defers:
            return False
        reach = self._reach
        near = reach.narrow(reach.direct(position), case)
        far = reach.closure(case, reach.narrow(reach.closed(position), case))
        if field.children is None:
            more = (node for node in far if node not in near)
            return self._is_free(near, field) or not any(field.name in node.fields for node in more)
        child, selections = field.type.name, field.children
        below, others = reach.follow(near, case, field.name), reach.follow(far, case, field.name)
        if below.items() == others.items():
            return True
        return (
            self._is_free(near, field)
            and self._all_free(below, child, selections)
            and self._has_same_members(below, others, child, selections)
        )

    def _has_same_members(
        self, near: Waves, far: Waves, type_name: str, selections: Selections
    ) -> bool:
        """Tell whether fragments below apply to the same types if all that can be reached is asked.

        Types that stand alone may be entered elsewhere, and then it counts which members are known there
        (docs/decisions/0010): it must not matter whether they are asked alone.
        """
        if near.items() == far.items():
            return True
        if any(near.can_be(case) != far.can_be(case) for case in selections.cases):
            return False
        asked = [(type_name, near, far, selections.fields.values())]
        for case, fields in selections.cases.items():
            within = self._reach.narrow(near, case), self._reach.narrow(far, case)
            asked.append((case, *within, fields.values()))
        return all(
            self._has_same_members(
                self._reach.follow(some, name, field.name),
                self._reach.follow(self._reach.closure(name, every), name, field.name),
                field.type.name,
                field.children,
            )
            for name, some, every, fields in asked
            for field in fields
            if field.children is not None
        )

    def _all_free(self, nodes: Waves, type_name: str, selections: Selections) -> bool:
        """Tell whether every node here answers all that is selected, at any depth."""
        memo = (id(selections), type_name, frozenset(nodes.items()))
        found = self._free.get(memo)
        if found is None:
            self._free[memo] = True  # selections do not stand in circles
            found = self._free[memo] = self._are_free(nodes, type_name, selections)
        return found

    def _are_free(self, nodes: Waves, type_name: str, selections: Selections) -> bool:
        cases = self._types.possible(type_name) if self._types.is_abstract(type_name) else ()
        for field in selections.fields.values():
            if self._leaf_is_free(nodes, type_name, field):
                continue
            if not cases:
                return False
            if not all(
                self._leaf_is_free(self._reach.narrow(nodes, case), case, field)
                for case in cases
                if nodes.can_be(case)
            ):
                return False
        return all(
            self._leaf_is_free(self._reach.narrow(nodes, case), case, field)
            for case, fields in selections.cases.items()
            if nodes.can_be(case)
            for field in fields.values()
        )

    def _leaf_is_free(self, nodes: Waves, type_name: str, field: SelectedField) -> bool:
        if field.name == "__typename" or field.introspection:
            return True
        if not self._is_free(nodes, field):
            return False
        if field.children is None:
            return True
        below = self._reach.follow(nodes, type_name, field.name)
        return self._all_free(below, field.type.name, field.children)

    def _is_free(self, nodes: Waves, field: SelectedField) -> bool:
        """Tell whether every node here plainly has a field."""
        return bool(nodes) and all(self._reach.plain_edge(one, field.name) for one in nodes)
