"""Build the query graph of a supergraph: nodes and edges appear as somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from reelgraph_federation.field_sets import FieldSet, parse_field_set, print_field_set
from reelgraph_federation.query_graph.edges import (
    Absence,
    EntityMove,
    FieldEdge,
    NodeContents,
    NodeKind,
    TypeNode,
)
from reelgraph_federation.query_graph.types import TypeIndex
from reelgraph_federation.query_graph.views import provided_below, provided_by_field
from reelgraph_federation.supergraph.model import (
    Field,
    FieldJoin,
    InterfaceType,
    MergedSchema,
    ObjectType,
    UnionType,
)


def build_query_graph(
    supergraph: MergedSchema, *, disabled: frozenset[str] = frozenset()
) -> QueryGraph:
    """Return the query graph of a supergraph, as if subgraphs that are disabled were not there."""
    return QueryGraph(supergraph, disabled)


class QueryGraph:
    """Where each field can be had: `node`, `roots`, `entity_moves`, `unresolvable`, `nodes`.

    Nodes are made on first use and kept, so a router starts at once even with a large supergraph;
    the outcome does not depend on the order in which they are asked for.
    """

    def __init__(self, supergraph: MergedSchema, disabled: frozenset[str] = frozenset()) -> None:
        self.supergraph = supergraph
        self._disabled = disabled
        self.types = TypeIndex(supergraph)
        self._conditions: dict[tuple[TypeNode, tuple[str, ...], str, bool], tuple[str, ...]] = {}
        self._nodes: dict[tuple[str, str, FieldSet], TypeNode] = {}
        self._entity_moves: dict[str, tuple[EntityMove, ...]] = {}
        self._entity_moves_into: dict[str, dict[TypeNode, tuple[EntityMove, ...]]] = {}
        self._order = {name: index for index, name in enumerate(supergraph.subgraphs)}

    def node(self, subgraph: str, type_name: str, provided: FieldSet = ()) -> TypeNode | None:
        """Return the node of a composite type in a subgraph, `None` when it is not there."""
        key = (subgraph, type_name, provided)
        node = self._nodes.get(key)
        if node is None and subgraph not in self._disabled and self._is_in(subgraph, type_name):
            node = self._nodes[key] = self._make(subgraph, type_name, provided)
        return node

    def _is_in(self, subgraph: str, type_name: str) -> bool:
        return subgraph in self.types.subgraphs_of(type_name)

    def nodes(self) -> Iterator[TypeNode]:
        """Yield the plain node (no view) of every composite type in every subgraph."""
        for type_name, one in self.supergraph.types.items():
            if isinstance(one, (ObjectType, InterfaceType, UnionType)):
                for subgraph in self.types.subgraphs_of(type_name):
                    node = self.node(subgraph, type_name)
                    if node is not None:
                        yield node

    def type_conditions(
        self, node: TypeNode, types: tuple[str, ...], field_name: str, has_arguments: bool
    ) -> tuple[str, ...]:
        """Return the type conditions under which a field of some of a node's object types is selected.

        One interface or union, where the subgraph has one that means these types here and the same
        field; else each of the types.
        """
        memo = (node, types, field_name, has_arguments)
        found = self._conditions.get(memo)
        if found is None:
            one = next(self._fitting(node, types, field_name, has_arguments), None)
            found = self._conditions[memo] = types if one is None else (one,)
        return found

    def _fitting(
        self, node: TypeNode, types: tuple[str, ...], field_name: str, has_arguments: bool
    ) -> Iterator[str]:
        wanted = frozenset(types)
        own = node.casts[types[0]].fields[field_name]
        for name in self.types.abstract_in(node.subgraph, types[0]):
            if self.types.surely_in(node.subgraph, name).intersection(node.possible) != wanted:
                continue
            abstract = self.node(node.subgraph, name)
            edge = None if abstract is None else abstract.fields.get(field_name)
            if edge is None or edge.type != own.type:
                continue
            if not has_arguments or edge.field.arguments.keys() == own.field.arguments.keys():
                yield name

    def roots(self, kind: str) -> tuple[TypeNode, ...]:
        """Return the nodes of the root type of `query`, `mutation` or `subscription`."""
        name = self.supergraph.root_types().get(kind)
        if name is None:
            return ()
        found = (self.node(subgraph, name) for subgraph in self.types.subgraphs_of(name))
        return tuple(node for node in found if node is not None)

    def kind_below(self, type_name: str) -> str | None:
        """Return the kind of root operation that objects of a type can be answered by.

        A field may return `Query` or `Mutation`: any subgraph's root fields can be asked for it.
        """
        if type_name == self.supergraph.query_type:
            return "query"
        return "mutation" if type_name == self.supergraph.mutation_type else None

    def entity_moves(self, type_name: str) -> tuple[EntityMove, ...]:
        """Return the entity moves by which an object of a type can be entered, in stable order.

        For an object type these are its own keys and those of interfaces that a subgraph has as
        interface objects; for an interface its own keys. A mutation's fields run once, so nobody
        asks for them again by a key of `Mutation`.
        """
        found = self._entity_moves.get(type_name)
        if found is None:
            found = self._entity_moves[type_name] = tuple(self._keys(type_name, resolvable=True))
        return found

    def entity_moves_into(self, type_name: str, target: TypeNode) -> tuple[EntityMove, ...]:
        """Return those of `entity_moves` that lead to one node."""
        by_target = self._entity_moves_into.get(type_name)
        if by_target is None:
            by_target = self._entity_moves_into[type_name] = {}
            for move in self.entity_moves(type_name):
                by_target[move.target] = (*by_target.get(move.target, ()), move)
        return by_target.get(target, ())

    def unresolvable(self, type_name: str) -> tuple[EntityMove, ...]:
        """Return the keys that lead nowhere, since they are not resolvable."""
        return tuple(self._keys(type_name, resolvable=False))

    @cached_property
    def labels(self) -> frozenset[str]:
        """Return every label of a progressive `@override`."""
        return frozenset(
            join.override_label
            for one in self.supergraph.types.values()
            if isinstance(one, (ObjectType, InterfaceType))
            for field in one.fields.values()
            for join in field.joins
            if join.override_label
        )

    @cached_property
    def has_provides(self) -> bool:
        """Whether any field has `@provides`."""
        return any(
            join.provides
            for one in self.supergraph.types.values()
            if isinstance(one, (ObjectType, InterfaceType))
            for field in one.fields.values()
            for join in field.joins
        )

    @cached_property
    def context_selections(self) -> dict[str, tuple[str, ...]]:
        """Return what arguments take from each context: the selections, as text."""
        found: dict[str, set[str]] = {}
        for one in self.supergraph.types.values():
            if isinstance(one, (ObjectType, InterfaceType)):
                for field in one.fields.values():
                    for join in field.joins:
                        for argument in join.context_arguments:
                            found.setdefault(argument.context, set()).add(argument.selection)
        return {name: tuple(sorted(texts)) for name, texts in found.items()}

    def _keys(self, type_name: str, *, resolvable: bool) -> Iterator[EntityMove]:
        if type_name in (self.supergraph.mutation_type, self.supergraph.subscription_type):
            return
        names = [type_name]
        if isinstance(self.supergraph.types[type_name], ObjectType):
            names += self.types.interfaces_of(type_name)
        edges: list[EntityMove] = []
        for name in names:
            for join in self.supergraph.types[name].joins:
                wanted = name == type_name or join.is_interface_object
                if wanted and join.key is not None and join.resolvable == resolvable:
                    target = self.node(join.subgraph, name)
                    if target is not None and (target.possible or target.is_interface_object):
                        key = parse_field_set(join.key)
                        edges.append(EntityMove(target, key, print_field_set(key), name))
        edges.sort(key=lambda edge: self._order[edge.target.subgraph])
        yield from edges

    def _make(self, subgraph: str, type_name: str, provided: FieldSet) -> TypeNode:
        kind = self._kind(subgraph, type_name)
        possible = (
            () if kind is NodeKind.INTERFACE_OBJECT else self.types.possible_in(subgraph, type_name)
        )
        index = len(self._nodes)
        return TypeNode(subgraph, type_name, kind, provided, possible, index, self._contents)

    def _kind(self, subgraph: str, type_name: str) -> NodeKind:
        one = self.supergraph.types[type_name]
        if isinstance(one, ObjectType):
            return NodeKind.OBJECT
        if any(join.subgraph == subgraph and join.is_interface_object for join in one.joins):
            return NodeKind.INTERFACE_OBJECT
        return NodeKind.INTERFACE if isinstance(one, InterfaceType) else NodeKind.UNION

    def _contents(self, node: TypeNode) -> NodeContents:
        one = self.supergraph.types[node.type_name]
        contents = NodeContents()
        if node.is_abstract:
            for name in node.possible:
                view = provided_below(node.provided, name, self.types)
                cast = self.node(node.subgraph, name, view)
                assert cast is not None  # `possible` has only types that the subgraph defines
                contents.casts[name] = cast
        if isinstance(one, (ObjectType, InterfaceType)):
            for field in one.fields.values():
                self._add_field(node, field, contents)
        return contents

    def _add_field(self, node: TypeNode, field: Field, contents: NodeContents) -> None:
        join = self._join(node, field)
        provided = provided_by_field(node.provided, field.name)
        reason = self._absence(node, field, join)
        if reason is not None and provided is None:
            contents.absent[field.name] = reason
            return
        join = join or FieldJoin(node.subgraph)
        edge = FieldEdge(field, join.type or field.type, None)
        contents.fields[field.name] = edge
        if self.types.is_composite(edge.type.name):
            below = (*(provided or ()), *(parse_field_set(join.provides) if join.provides else ()))
            edge.target = self.node(node.subgraph, edge.type.name, below)
        if provided is None:
            edge.requires = parse_field_set(join.requires) if join.requires else ()
            edge.contexts = join.context_arguments
            edge.label, edge.label_state = join.override_label, join.override is not None

    def _join(self, node: TypeNode, field: Field) -> FieldJoin | None:
        """Return how the node's subgraph has the field, `None` when it does not."""
        if not field.joins:
            return FieldJoin(node.subgraph)
        for join in field.joins:
            if join.subgraph == node.subgraph:
                return join
        return None

    def _absence(self, node: TypeNode, field: Field, join: FieldJoin | None) -> Absence | None:
        if join is None:
            taken = any(
                one.override == node.subgraph and not one.override_label for one in field.joins
            )
            return Absence.OVERRIDDEN if taken else Absence.NOT_DEFINED
        if join.used_overridden:
            return Absence.OVERRIDDEN
        is_external = join.external and not self.types.is_key_of_extension(
            node.subgraph, node.type_name, field.name
        )
        return Absence.EXTERNAL if is_external else None
