"""Find how far one comes from nodes of the query graph: by fields, entity moves and requirements.

A *wave* is the number of fetches that must be done before. The waves found here are lower bounds
for each field alone; choosing paths then shares fetches without exceeding them in total.
"""

from __future__ import annotations

from collections.abc import Set

from reelgraph_federation.field_sets import FieldSet, Selection
from reelgraph_federation.planning.bounds import NEVER_REACHED
from reelgraph_federation.planning.scopes import (
    NO_SCOPE,
    Scope,
    as_set_by,
    shadowed,
    value_wave,
)
from reelgraph_federation.planning.waves import Waves
from reelgraph_federation.query_graph import EntityMove, FieldEdge, QueryGraph, TypeNode
from reelgraph_federation.supergraph.model import UnionType
from reelgraph_federation.supergraph.type_refs import TypeRef


class NodeReach:
    """Answers in which wave fields, field sets and other nodes can be had from some nodes."""

    def __init__(self, graph: QueryGraph, labels: Set[str]) -> None:
        self.graph = graph
        self._labels = labels
        self._closures: dict[tuple[str, frozenset[tuple[TypeNode, int]], Scope], Waves] = {}
        self._scopes: dict[tuple[str, frozenset[tuple[TypeNode, int]], Scope], Scope] = {}
        self._entries: dict[tuple[object, ...], int] = {}
        self._open: set[tuple[object, ...]] = set()
        self._cuts = 0
        """How often a circle was cut: what was found meanwhile holds for this way in only."""

    def usable(self, edge: FieldEdge) -> bool:
        """Tell whether a progressive override leaves an edge in force."""
        return edge.label is None or (edge.label in self._labels) == edge.label_state

    def plain_edge(self, node: TypeNode, name: str) -> FieldEdge | None:
        """Return the edge of a field that anybody at a node can select."""
        edge = node.fields.get(name)
        if (
            edge is None
            or edge.requires
            or edge.contexts
            or (edge.label is not None and not self.usable(edge))
            or not node.covers(name)
        ):
            return None
        return edge

    def entry_edge(self, node: TypeNode, name: str) -> FieldEdge | None:
        """Return the edge of a field that needs its node to be entered with more inputs."""
        edge = node.fields.get(name)
        if edge is None or edge.is_plain or not self.usable(edge) or node.is_abstract:
            return None
        return edge

    def has_plainly(self, node: TypeNode, name: str) -> bool:
        """Tell whether whoever stands at a node can select a field."""
        if name == "__typename":
            return not node.is_interface_object
        return self.plain_edge(node, name) is not None

    def scope_below(self, nodes: Waves, type_name: str) -> Scope:
        """Return what is set as contexts for whatever stands below objects of a type."""
        names = self.graph.types.contexts_of(type_name)
        if not names:
            return nodes.scope
        memo = (type_name, frozenset(nodes.items()), nodes.scope)
        found = self._scopes.get(memo)
        if found is None:
            found = self._scopes[memo] = shadowed(nodes.scope, names)
            # What is selected may itself take from a context that is set here: once more, then.
            while (more := self._read_scope(nodes, type_name, found)) != found:
                found = self._scopes[memo] = more
        return found

    def _read_scope(self, nodes: Waves, type_name: str, known: Scope) -> Scope:
        """Return what is set as contexts, given what is known of it so far."""
        closed = self.closure(type_name, nodes)
        found = dict(known)
        for name in self.graph.types.contexts_of(type_name):
            for text in self.graph.context_selections.get(name, ()):
                if found.get((name, text), NEVER_REACHED) >= NEVER_REACHED:
                    fields = as_set_by(text, type_name, self.graph.types)
                    found[name, text] = self.set_wave(closed, type_name, fields)
        return tuple(sorted(found.items()))

    def narrow(self, nodes: Waves, type_name: str) -> Waves:
        """Return the nodes for one object type."""
        found: dict[TypeNode, int] = {}
        for node, wave in nodes.items():
            cast = node.cast(type_name)
            if cast is not None and wave < found.get(cast, NEVER_REACHED):
                found[cast] = wave
        return Waves(found, scope=nodes.scope)

    def follow(self, nodes: Waves, type_name: str, name: str) -> Waves:
        """Return the nodes to which a field leads."""
        found: dict[TypeNode, int] = {}
        for node, wave in nodes.items():
            if name not in node.fields:
                continue
            edge = self.plain_edge(node, name)
            if edge is None:
                edge = self.entry_edge(node, name)
                wave = self.entry_wave(nodes, type_name, node, edge) if edge else NEVER_REACHED
            if edge is not None and edge.target is not None and wave < NEVER_REACHED:
                found[edge.target] = min(wave, found.get(edge.target, NEVER_REACHED))
        return Waves(found, scope=self.scope_below(nodes, type_name) if found else NO_SCOPE)

    def closure(self, type_name: str, start: Waves) -> Waves:
        """Return the nodes reached from some by any number of entity moves."""
        memo = (type_name, frozenset(start.items()), start.scope)
        known = self._closures.get(memo)
        if known is not None:
            return known
        if ("closure", *memo) in self._open or not start:
            self._cuts += bool(start)
            return start
        self._open.add(("closure", *memo))
        cuts = self._cuts
        nodes = Waves(start, start.floor, start.scope)
        nodes.origin = start.origin
        edges = self.graph.entity_moves(type_name)
        while self._relax(type_name, nodes, edges):
            pass
        self._open.discard(("closure", *memo))
        if not self._open or cuts == self._cuts:
            self._closures[memo] = nodes
        return nodes

    def _relax(self, type_name: str, nodes: Waves, edges: tuple[EntityMove, ...]) -> bool:
        changed = False
        soonest = nodes.floor + 1
        for edge in edges:
            best = nodes.get(edge.target, NEVER_REACHED)
            if best <= soonest:
                continue
            wave = 1 + self.set_wave(nodes, type_name, edge.key)
            if wave < best:
                nodes[edge.target] = wave
                changed = True
        kind = self.graph.kind_below(type_name)
        if kind is not None:
            for node in self.graph.roots(kind):
                if nodes.get(node, NEVER_REACHED) > soonest:
                    nodes[node] = soonest
                    changed = True
        return changed

    def field_wave(self, nodes: Waves, type_name: str, name: str) -> int:
        """Return the first wave in which a field can be had from some of these nodes."""
        best = NEVER_REACHED
        floor = nodes.floor
        for node, wave in nodes.items():
            if wave >= best:
                continue
            if name == "__typename":
                if not node.is_interface_object:
                    best = wave
            elif name not in node.fields:
                continue
            elif self.plain_edge(node, name) is not None:
                best = wave
            elif (edge := self.entry_edge(node, name)) is not None:
                best = min(best, self.entry_wave(nodes, type_name, node, edge))
            if best <= floor:
                break
        return best

    def entry_wave(self, nodes: Waves, type_name: str, node: TypeNode, edge: FieldEdge) -> int:
        """Return the first wave in which a node can be entered with what a field requires."""
        guard = ("entry", type_name, node, edge, nodes.scope)
        if guard in self._open:
            self._cuts += 1
            return NEVER_REACHED
        memo = (*guard, frozenset(nodes.items()))
        known = self._entries.get(memo)
        if known is not None:
            return known
        self._open.add(guard)
        cuts = self._cuts
        wave = self._entry_wave(nodes, type_name, node, edge)
        self._open.discard(guard)
        if not self._open or cuts == self._cuts:
            self._entries[memo] = wave
        return wave

    def _entry_wave(self, nodes: Waves, type_name: str, node: TypeNode, edge: FieldEdge) -> int:
        required = self.set_wave(nodes, type_name, edge.requires)
        key = min(
            (self.set_wave(nodes, type_name, move.key) for move in self.entries(type_name, node)),
            default=NEVER_REACHED,
        )
        contexts = max((value_wave(nodes.scope, one) for one in edge.contexts), default=0)
        return min(1 + max(required, key, contexts), NEVER_REACHED)

    def entries(self, type_name: str, node: TypeNode) -> tuple[EntityMove, ...]:
        """Return the entity moves into the plain node that a node, perhaps a view, is of."""
        target = self.graph.node(node.subgraph, node.type_name)
        assert target is not None
        return self.graph.entity_moves_into(type_name, target)

    def set_wave(self, nodes: Waves, type_name: str, fields: FieldSet) -> int:
        """Return the first wave after which all of a field set is there."""
        wave = nodes.floor
        for selection in fields:
            wave = max(wave, self._selection_wave(nodes, type_name, selection))
            if wave >= NEVER_REACHED:
                break
        return wave

    def _selection_wave(self, nodes: Waves, type_name: str, selection: Selection) -> int:
        if not selection.name:
            return self._fragment_wave(nodes, type_name, selection)
        if not self.graph.types.has_field(type_name, selection.name):
            wave = NEVER_REACHED
        elif not selection.children:
            wave = self.field_wave(nodes, type_name, selection.name)
        else:
            wave = self.object_wave(nodes, type_name, selection)
        if wave > nodes.floor and self.graph.types.is_abstract(type_name):
            wave = min(wave, self.by_type_wave(nodes, type_name, selection))
        return wave

    def by_type_wave(self, nodes: Waves, type_name: str, selection: Selection) -> int:
        """Return the wave after which a field is there when it is asked type by type."""
        waves = [
            self._case_wave(self.narrow(nodes, name), name, (selection,))
            for name in self.graph.types.possible(type_name)
            if nodes.may_be(name)
        ]
        return max(waves, default=NEVER_REACHED)

    def _case_wave(self, case: Waves, name: str, fields: FieldSet) -> int:
        """Return the wave after which a field set is there for one object type, entity moves included."""
        if not case:
            return NEVER_REACHED  # an interface object's types are told by other subgraphs
        wave = self.set_wave(case, name, fields)
        if wave > case.floor:
            wave = min(wave, self.set_wave(self.closure(name, case), name, fields))
        return wave

    def object_wave(self, nodes: Waves, type_name: str, selection: Selection) -> int:
        """Return the wave after which an object field is there, with what is selected below it."""
        below = self.follow(nodes, type_name, selection.name)
        if not below:
            return NEVER_REACHED
        child = self.field_type(type_name, selection.name)
        wave = self.set_wave(below, child, selection.children)
        if wave > below.floor:
            wave = min(wave, self.set_wave(self.closure(child, below), child, selection.children))
        return wave

    def _fragment_wave(self, nodes: Waves, type_name: str, selection: Selection) -> int:
        types = self.graph.types
        if selection.on is None or types.possible_set(type_name) <= types.possible_set(
            selection.on
        ):
            return self.set_wave(nodes, type_name, selection.children)
        wave = 0
        possible = types.possible_set(type_name)
        for name in types.possible(selection.on):
            if name in possible and nodes.can_be(name):
                case = self.narrow(nodes, name)
                wave = max(wave, self._case_wave(case, name, selection.children))
        return wave

    def field_type(self, type_name: str, field_name: str) -> str:
        """Return the name of a field's type in the supergraph."""
        return self.field_ref(type_name, field_name).name

    def field_ref(self, type_name: str, field_name: str) -> TypeRef:
        """Return a field's type in the supergraph."""
        one = self.graph.types.composite(type_name)
        assert not isinstance(one, UnionType)
        return one.fields[field_name].type
