"""Contextual arguments (`@fromContext`): which object above a position sets what they take.

The nearest object above that sets a context gives the value. Its type decides, at run time where
it is abstract: `LeafCollector` asks fields type by type below objects of which only some set a
context that is taken from there.
"""

from __future__ import annotations

from reelgraph_federation.operations.conditions import both
from reelgraph_federation.operations.tree import Selections
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import ALWAYS, Condition
from reelgraph_federation.query_graph import QueryGraph
from reelgraph_federation.query_graph.types import TypeIndex
from reelgraph_federation.supergraph.model import ObjectType


def setter_of(position: Position, context: str, types: TypeIndex) -> Position | None:
    """Return the nearest position above that sets a context."""
    at = position.outside.parent
    while at is not None:
        if context in types.contexts_of(at.type_name):
            return at
        at = at.outside.parent
    return None


def condition_below(setter: Position, position: Position, condition: Condition) -> Condition:
    """Return when something under a condition at a position is needed, given that its setter is."""
    at: Position | None = position.outside
    while at is not None and at is not setter.outside:
        if at.source is None:
            return ALWAYS  # a field set's: it may come to be needed more often later
        condition = both(at.relative, condition)
        at = at.parent.outside if at.parent is not None else None
    return condition


def contexts_taken(graph: QueryGraph, selections: Selections) -> frozenset[str]:
    """Return the contexts that selected fields take from, at any depth."""
    if not graph.context_selections:
        return frozenset()
    found: set[str] = set()
    _add_taken(graph, selections, found, set())
    return frozenset(found)


def _add_taken(graph: QueryGraph, selections: Selections, found: set[str], seen: set[int]) -> None:
    if id(selections) in seen:
        return
    seen.add(id(selections))
    types = graph.supergraph.types
    possible = graph.types.possible(selections.type_name)
    groups = [(possible, selections.fields)]
    groups += [((case,), fields) for case, fields in selections.cases.items()]
    for cases, fields in groups:
        for field in fields.values():
            for case in cases:
                one = types[case]
                if isinstance(one, ObjectType) and field.name in one.fields:
                    for join in one.fields[field.name].joins:
                        found.update(argument.context for argument in join.context_arguments)
            if field.children is not None:
                _add_taken(graph, field.children, found, seen)
