"""Pass: write down what is asked of `__schema` and `__type`; the router answers that itself.

The fields may stand wherever the query root is selected: at the operation's root or below a field
that returns it. Each gets an alias of its own in one operation for the API schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)

from reelgraph_federation.operations.conditions import Condition, Literal
from reelgraph_federation.operations.passes.inline_fragments import Entry

META_FIELDS = frozenset(("__schema", "__type"))


class IntrospectionCollector:
    """Collects the introspection fields of one operation."""

    def __init__(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self._definitions = operation.variable_definitions or ()
        self._fragments = fragments
        self._selections: list[SelectionNode] = []
        self._keys: dict[tuple[tuple[int, Condition], ...], str] = {}

    def add(self, entries: Sequence[Entry]) -> str:
        """Take in the occurrences of one field of a response; return the key of its answer."""
        same = tuple((id(entry.node), entry.condition) for entry in entries)
        key = self._keys.get(same)
        if key is None:
            key = self._keys[same] = f"__i{len(self._keys)}"
            self._selections += [one for entry in entries for one in _aliased(entry, key)]
        return key

    def finish(self) -> tuple[str | None, tuple[str, ...]]:
        """Return the operation as text, `None` where nothing is asked, and its variables."""
        if not self._selections:
            return None, ()
        fragments = self._used_fragments()
        variables = _variables_below([*self._selections, *fragments])
        definition = OperationDefinitionNode(
            operation=OperationType.QUERY,
            variable_definitions=tuple(
                one for one in self._definitions if one.variable.name.value in variables
            ),
            selection_set=SelectionSetNode(selections=tuple(self._selections)),
        )
        text = print_ast(DocumentNode(definitions=(definition, *fragments)))
        return text, tuple(sorted(variables))

    def _used_fragments(self) -> list[FragmentDefinitionNode]:
        used: dict[str, FragmentDefinitionNode] = {}
        fragments = self._fragments

        class Collector(Visitor):
            def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
                name = node.name.value
                if name not in used:
                    used[name] = fragments[name]
                    visit(fragments[name], self)

        for node in self._selections:
            visit(node, Collector())
        return list(used.values())


def _aliased(entry: Entry, key: str) -> Iterator[SelectionNode]:
    """Write an occurrence anew: under its key and, once for each alternative, its condition."""
    field: SelectionNode = FieldNode(
        alias=NameNode(value=key),
        name=entry.node.name,
        arguments=entry.node.arguments,
        selection_set=entry.node.selection_set,
    )
    for literals in entry.condition:
        selection = field
        for literal in literals:
            selection = InlineFragmentNode(
                directives=(_directive(literal),),
                selection_set=SelectionSetNode(selections=(selection,)),
            )
        yield selection


def _directive(literal: Literal) -> DirectiveNode:
    variable = VariableNode(name=NameNode(value=literal.variable))
    return DirectiveNode(
        name=NameNode(value="skip" if literal.negated else "include"),
        arguments=(ArgumentNode(name=NameNode(value="if"), value=variable),),
    )


def _variables_below(nodes: Sequence[SelectionNode | FragmentDefinitionNode]) -> set[str]:
    found: set[str] = set()

    class Collector(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            found.add(node.name.value)

    for node in nodes:
        visit(node, Collector())
    return found
