"""Read the definitions of executable and composed directives of a supergraph SDL."""

from __future__ import annotations

from graphql import DirectiveDefinitionNode, DocumentNode, print_ast

from reelgraph_federation.supergraph.directives import DirectiveReader
from reelgraph_federation.supergraph.model import DirectiveDefinition, InputValue
from reelgraph_federation.supergraph.type_refs import type_ref_from_node


def read_directive_definitions(
    document: DocumentNode, reader: DirectiveReader
) -> dict[str, DirectiveDefinition]:
    """Return every directive that is not part of a known feature, by name."""
    return {
        definition.name.value: _read(definition, reader)
        for definition in document.definitions
        if isinstance(definition, DirectiveDefinitionNode)
        and reader.names.is_composed(definition.name.value)
    }


def _read(node: DirectiveDefinitionNode, reader: DirectiveReader) -> DirectiveDefinition:
    return DirectiveDefinition(
        node.name.value,
        {
            one.name.value: InputValue(
                one.name.value,
                type_ref_from_node(one.type),
                print_ast(one.default_value) if one.default_value else None,
                one.description.value if one.description else None,
                reader.deprecation(one),
                reader.applied(one),
            )
            for one in node.arguments or ()
        },
        tuple(location.value for location in node.locations),
        node.repeatable,
        node.description.value if node.description else None,
    )
