"""Pass: take `__schema` and `__type` out of a query's root; the router answers them itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    print_ast,
    visit,
)
from graphql.language import VariableNode

from reelgraph_federation.operations.conditions import Condition
from reelgraph_federation.operations.passes.inline_fragments import Entry

_META = ("__schema", "__type")


class IntrospectionBelowRootError(ValueError):
    """Introspection is asked of a field that returns the query root."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} can only be asked at the root of the operation, not below a field that"
            " returns Query; move it there."
        )


@dataclass(slots=True)
class Introspection:
    """The introspection part of an operation."""

    text: str | None = None
    fields: list[tuple[str, int, Condition, str]] = field(default_factory=list)
    variables: tuple[str, ...] = ()


def split_introspection(
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
    entries: list[Entry],
) -> tuple[list[tuple[int, Entry]], Introspection]:
    """Return the root entries without meta fields, and the meta fields as an own operation.

    Entries come back with their numbers: the place of a taken entry stays empty in the order.
    """
    meta = [entry for entry in entries if entry.node.name.value in _META]
    if not meta:
        return list(enumerate(entries)), Introspection()
    found: dict[str, tuple[str, int, Condition, str]] = {}
    for order, entry in enumerate(entries):
        name = entry.node.name.value
        if name in _META:
            alias = (entry.node.alias or entry.node.name).value
            found.setdefault(alias, (alias, order, entry.condition, name))
    nodes = [entry.node for entry in meta]
    used = _fragments_below(nodes, fragments)
    variables = _variables_below([*nodes, *used])
    definition = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=tuple(
            one
            for one in operation.variable_definitions or ()
            if one.variable.name.value in variables
        ),
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    text = print_ast(DocumentNode(definitions=(definition, *used)))
    rest = [(i, one) for i, one in enumerate(entries) if one.node.name.value not in _META]
    return rest, Introspection(text, list(found.values()), tuple(sorted(variables)))


def _fragments_below(
    nodes: list[FieldNode], fragments: dict[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    used: dict[str, FragmentDefinitionNode] = {}

    class Collector(Visitor):
        def enter_fragment_spread(self, node: object, *_: object) -> None:
            name: str = node.name.value  # type: ignore[attr-defined]
            if name not in used:
                used[name] = fragments[name]
                visit(fragments[name], self)

    for node in nodes:
        visit(node, Collector())
    return list(used.values())


def _variables_below(nodes: list[FieldNode | FragmentDefinitionNode]) -> set[str]:
    found: set[str] = set()

    class Collector(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            found.add(node.name.value)

    for node in nodes:
        visit(node, Collector())
    return found
