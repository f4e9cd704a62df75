"""What the directives of a subgraph's SDL say."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaExtensionNode,
    Visitor,
    parse,
    value_from_ast_untyped,
    visit,
)

from reelgraph_federation.field_sets import FieldSet, parse_field_set

KEPT = {"deprecated", "specifiedBy", "oneOf"}


@dataclass
class FieldFacts:
    """Directives of one field."""

    requires: FieldSet = ()
    provides: FieldSet = ()
    external: bool = False
    override_from: str | None = None
    label: str | None = None
    hidden_arguments: dict[str, object] = field(default_factory=dict)
    """Defaults of arguments that clients do not know."""


@dataclass
class SubgraphFacts:
    """Directives of one subgraph."""

    fields: dict[tuple[str, str], FieldFacts] = field(default_factory=dict)
    keys: dict[str, list[tuple[FieldSet, bool]]] = field(default_factory=dict)
    interface_objects: set[str] = field(default_factory=set)
    implementations: dict[str, list[str]] = field(default_factory=dict)
    """Interface → object types."""
    hidden_types: set[str] = field(default_factory=set)
    hidden_values: set[str] = field(default_factory=set)


def read_facts(sdl: str) -> tuple[SubgraphFacts, DocumentNode]:
    """Return the facts of a subgraph and its document without federation's directives."""
    document = parse(sdl, no_location=True)
    facts = SubgraphFacts()
    for node in document.definitions:
        if isinstance(
            node,
            (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, ObjectTypeExtensionNode),
        ):
            _read_type(node, facts)
        elif isinstance(node, EnumTypeDefinitionNode):
            for value in node.values or ():
                if value.directives:
                    facts.hidden_values.add(value.name.value)
    stripped = visit(document, _Stripper())
    nodes = tuple(_as_definition(node) for node in stripped.definitions)
    return facts, DocumentNode(definitions=nodes)


def _read_type(
    node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | ObjectTypeExtensionNode,
    facts: SubgraphFacts,
) -> None:
    name = node.name.value
    for directive in node.directives or ():
        match directive.name.value:
            case "key":
                values = _values(directive)
                key = parse_field_set(str(values["fields"]))
                resolvable = values.get("resolvable", True) is True
                facts.keys.setdefault(name, []).append((key, resolvable))
            case "interfaceObject":
                facts.interface_objects.add(name)
            case "inaccessible":
                facts.hidden_types.add(name)
    if not isinstance(node, InterfaceTypeDefinitionNode):
        for interface in node.interfaces or ():
            facts.implementations.setdefault(interface.name.value, []).append(name)
    for one in node.fields or ():
        facts.fields[name, one.name.value] = _field_facts(one)


def _field_facts(node: FieldDefinitionNode) -> FieldFacts:
    facts = FieldFacts()
    for argument in node.arguments or ():
        is_hidden = any(one.name.value == "inaccessible" for one in argument.directives or ())
        if is_hidden and argument.default_value is not None:
            default = value_from_ast_untyped(argument.default_value)
            facts.hidden_arguments[argument.name.value] = default
    for directive in node.directives or ():
        values = _values(directive)
        match directive.name.value:
            case "requires":
                facts.requires = parse_field_set(str(values["fields"]))
            case "provides":
                facts.provides = parse_field_set(str(values["fields"]))
            case "external":
                facts.external = True
            case "override":
                facts.override_from = str(values["from"])
                facts.label = str(values["label"]) if "label" in values else None
    return facts


def _values(directive: ConstDirectiveNode) -> dict[str, object]:
    return {one.name.value: getattr(one.value, "value", None) for one in directive.arguments or ()}


def _as_definition(node: object) -> object:
    """Return an extension of Federation 1 as the definition that it stands for."""
    if isinstance(node, ObjectTypeExtensionNode):
        return ObjectTypeDefinitionNode(
            name=node.name, interfaces=node.interfaces, directives=(), fields=node.fields
        )
    return node


class _Stripper(Visitor):
    def enter_directive(self, node: ConstDirectiveNode, *_: object) -> object:
        return None if node.name.value in KEPT else self.REMOVE

    def enter_schema_extension(self, node: SchemaExtensionNode, *_: object) -> object:
        return self.REMOVE
