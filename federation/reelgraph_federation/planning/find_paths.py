"""Find the paths to each position of an operation, and in how few waves each field can be had."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from reelgraph_federation.budget import Budget
from reelgraph_federation.planning.bounds import wave_or_none
from reelgraph_federation.planning.node_reach import NodeReach
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.scopes import value_wave
from reelgraph_federation.planning.waves import Waves
from reelgraph_federation.query_graph import EntityMove, FieldEdge, QueryGraph, TypeNode
from reelgraph_federation.supergraph.model import UnionType


class Candidate(NamedTuple):
    """A node that has a field, since which wave, and what must be brought there first."""

    node: TypeNode
    wave: int
    entry: FieldEdge | None
    """Set when the node must be entered with inputs that the field requires."""


class Reach(NodeReach):
    """Answers which nodes a position can have, and from which wave on; each answer is kept."""

    def __init__(
        self, graph: QueryGraph, labels: Set[str], kind: str, budget: Budget | None = None
    ) -> None:
        super().__init__(graph, labels)
        self.kind = kind
        self.budget = budget or Budget()
        self._signatures: dict[tuple[str, str], frozenset[str]] = {}
        self._declared: dict[tuple[str, str], tuple[str, ...]] = {}
        self._direct: dict[Position, Waves] = {}
        self._closed: dict[Position, Waves] = {}
        self._fields: dict[tuple[Position, str], list[Candidate]] = {}
        self._arrivals: dict[Position, dict[TypeNode, list[Candidate]]] = {}
        self._moves: dict[tuple[Position, EntityMove], int | None] = {}

    def direct(self, position: Position) -> Waves:
        """Return the nodes reached without an entity move at this position, with their waves."""
        found = self._direct.get(position)
        if found is None:
            found = self._arrive(position, closed=False) or self._arrive(position, closed=True)
            self._direct[position] = found
        return found

    def closed(self, position: Position) -> Waves:
        """Return all nodes that can be reached at a position, with their waves."""
        found = self._closed.get(position)
        if found is None:
            if position.is_joint:
                found = self.direct(position)  # types that are entered by key stand alone
            elif position.parent is None and self.kind != "query":
                found = self.direct(position)  # what changes something is asked of one subgraph
            else:
                start = self._arrive(position, closed=True)
                found = self.closure(position.type_name, start)
            self._closed[position] = found
        return found

    def candidates(self, position: Position, name: str) -> list[Candidate]:
        """Return the nodes at a position that have a field."""
        found = self._fields.get((position, name))
        if found is None:
            found = self._fields[position, name] = self._candidates(self.closed(position), name)
        return found

    def _candidates(self, nodes: Waves, name: str) -> list[Candidate]:
        found: list[Candidate] = []
        for node, wave in nodes.items():
            if name == "__typename":
                if not node.is_interface_object:
                    found.append(Candidate(node, wave, None))
            elif name not in node.fields:
                continue
            elif self.plain_edge(node, name) is not None:
                found.append(Candidate(node, wave, None))
            elif (edge := self.entry_edge(node, name)) is not None:
                found.append(Candidate(node, wave, edge))
        return found

    def arrivals(self, position: Position, node: TypeNode) -> list[Candidate]:
        """Return the nodes at the parent position from which a position's field leads to a node."""
        found = self._arrivals.get(position)
        if found is None:
            found = self._arrivals[position] = {}
            assert position.parent is not None
            for candidate in self.candidates(position.parent, position.name):
                if position.only_from not in (None, candidate.node):
                    continue
                target = candidate.node.fields[position.name].target
                if target is not None:
                    found.setdefault(target, []).append(candidate)
        return found.get(node, [])

    def _arrive(self, position: Position, *, closed: bool) -> Waves:
        nodes = self.closed if closed else self.direct
        if position.enclosing is not None:
            return self.narrow(nodes(position.enclosing), position.type_name)
        if position.parent is None:
            return Waves(dict.fromkeys(position.roots, 0))
        above = position.parent
        start = nodes(above)
        if position.only_from is not None:
            start = Waves({position.only_from: self.closed(above)[position.only_from]})
        found = self.follow(start, above.type_name, position.name)
        if self.graph.types.contexts_of(above.type_name):
            found.scope = self.scope_below(self.closed(above), above.type_name)
        return found

    def move_wave(self, position: Position, move: EntityMove) -> int | None:
        """Return the first wave in which an entity move at a position can be made, `None`: never."""
        memo = (position, move)
        if memo not in self._moves:
            wave = 1 + self.set_wave(self.closed(position), position.type_name, move.key)
            self._moves[memo] = wave_or_none(wave)
        return self._moves[memo]

    def inputs_wave(self, position: Position, edge: FieldEdge) -> int | None:
        """Return the wave after which all is there that a field needs beyond its entity's key.

        `None`: it never is.
        """
        nodes = self.closed(position)
        waves = [value_wave(nodes.scope, one) for one in edge.contexts]
        return wave_or_none(max(self.set_wave(nodes, position.type_name, edge.requires), *waves, 0))

    def declared(self, position: Position, field_name: str) -> tuple[str, frozenset[str]]:
        """Return what a field's key at a position goes by: its parent, and its signatures.

        The parent is the position's type. Where a subgraph declares a narrower one there, its field
        may have another type, so that such a position has keys of its own.
        """
        signatures = self.signatures(position.type_name, field_name)
        narrower = self._narrower(position)
        if not narrower:
            return position.type_name, signatures
        assert position.parent is not None
        for name in narrower:
            if self.graph.types.has_field(name, field_name):
                signatures |= self.signatures(name, field_name)
        return f"{position.parent.type_name}.{position.name}", signatures

    def _narrower(self, position: Position) -> tuple[str, ...]:
        """Return the types other than its own that subgraphs declare at a position."""
        if position.parent is None or position.enclosing is not None:
            return ()
        memo = (position.parent.type_name, position.name)
        found = self._declared.get(memo)
        if found is None:
            one = self.graph.types.composite(position.parent.type_name)
            field = None if isinstance(one, UnionType) else one.fields.get(position.name)
            joins = () if field is None else field.joins
            names = (join.type.name for join in joins if join.type is not None)
            found = tuple(name for name in names if name != position.type_name)
            self._declared[memo] = found
        return found

    def signatures(self, type_name: str, field_name: str) -> frozenset[str]:
        """Return the shapes of a field's type in all subgraphs; see `KeySpace.allocate`."""
        memo = (type_name, field_name)
        found = self._signatures.get(memo)
        if found is None:
            found = self._signatures[memo] = self._read_signatures(type_name, field_name)
        return found

    def _read_signatures(self, type_name: str, field_name: str) -> frozenset[str]:
        if field_name == "__typename":
            return frozenset(("String!",))
        one = self.graph.types.composite(type_name)
        assert not isinstance(one, UnionType)
        field = one.fields[field_name]
        refs = [field.type, *(join.type for join in field.joins if join.type is not None)]
        if self.graph.types.is_composite(field.type.name):
            return frozenset(ref.text.replace(ref.name, "") for ref in refs)
        return frozenset(ref.text for ref in refs)
