"""Write a supergraph as SDL, in join v0.5: byte for byte the same for equal supergraphs.

Specifications: https://specs.apollo.dev/join/v0.5 and https://specs.apollo.dev/link/v1.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql.language.block_string import print_block_string

from ..kept import Kept
from .definitions import (
    JOIN_DEFINITIONS,
    FeatureNames,
    feature_definitions,
    feature_names,
    links_of,
    used_features,
)
from .distinct_applied import KeptApplied
from .model import (
    NONE_APPLIED,
    AppliedDirectives,
    DirectiveDefinition,
    EnumType,
    EnumValue,
    Field,
    FieldJoin,
    InputObjectType,
    InputValue,
    InterfaceType,
    ListSize,
    MergedSchema,
    NamedType,
    ObjectType,
    ScalarType,
    TypeJoin,
    UnionType,
)

_DEFAULT_DEPRECATION = "No longer supported"
_USUAL_NAMES = FeatureNames()


@dataclass(slots=True)
class PrintMemory:
    """Printed types of the last supergraph, kept for the next. An empty memory is always right."""

    graphs: dict[str, str] = field(default_factory=dict)
    """Subgraph → its name in the enum of graphs, which stands in the texts."""
    names: FeatureNames = _USUAL_NAMES
    texts: Kept[NamedType, str] = field(default_factory=Kept)
    applied: KeptApplied = field(default_factory=Kept)


def print_supergraph(supergraph: MergedSchema, memory: PrintMemory | None = None) -> str:
    """Return the supergraph's SDL."""
    printer = _Printer(supergraph, memory or PrintMemory())
    return "\n\n".join(printer.definitions()) + "\n"


def quote(text: str) -> str:
    """Return a GraphQL string literal."""
    return json.dumps(text, ensure_ascii=False)


def print_description(text: str | None, indent: str = "") -> str:
    """Return the lines of a description as a block string, ending in a line break."""
    if not text:
        return ""
    block = print_block_string(text)
    return f"{indent}{block}\n" if not indent else _indented(block, indent)


def _indented(block: str, indent: str) -> str:
    return "".join(f"{indent}{line}\n" if line else "\n" for line in block.split("\n"))


def print_applied(
    applied: AppliedDirectives,
    deprecation: str | None = None,
    names: FeatureNames = _USUAL_NAMES,
) -> str:
    """Return the directives of an element, each with a blank before it."""
    name = names.of
    parts = [f" @{name('tag')}(name: {quote(tag)})" for tag in applied.tags]
    if applied.inaccessible:
        parts.append(f" @{name('inaccessible')}")
    if deprecation is not None:
        reason = "" if deprecation == _DEFAULT_DEPRECATION else f"(reason: {quote(deprecation)})"
        parts.append(f" @deprecated{reason}")
    if applied.access is not None:
        if applied.access.authenticated:
            parts.append(f" @{name('authenticated')}")
        if applied.access.scopes:
            scopes = json.dumps(applied.access.scopes)
            parts.append(f" @{name('requiresScopes')}(scopes: {scopes})")
        if applied.access.policies:
            policies = json.dumps(applied.access.policies)
            parts.append(f" @{name('policy')}(policies: {policies})")
    if applied.cost is not None:
        parts.append(f" @{name('cost')}(weight: {applied.cost})")
    if applied.list_size is not None:
        parts.append(f" @{name('listSize')}{_print_list_size(applied.list_size)}")
    for composed in applied.composed:
        arguments = ", ".join(f"{name}: {value}" for name, value in composed.arguments)
        parts.append(f" @{composed.name}({arguments})" if arguments else f" @{composed.name}")
    return "".join(parts)


def _print_list_size(size: ListSize) -> str:
    parts: list[str] = []
    if size.assumed_size is not None:
        parts.append(f"assumedSize: {size.assumed_size}")
    if size.slicing_arguments:
        parts.append(f"slicingArguments: {json.dumps(size.slicing_arguments)}")
    if size.sized_fields:
        parts.append(f"sizedFields: {json.dumps(size.sized_fields)}")
    if not size.require_one_slicing_argument:
        parts.append("requireOneSlicingArgument: false")
    return f"({', '.join(parts)})" if parts else ""


class _Printer:
    """The names that printing one supergraph needs over and over."""

    def __init__(self, supergraph: MergedSchema, memory: PrintMemory) -> None:
        self.supergraph = supergraph
        self.graphs = {name: subgraph.graph for name, subgraph in supergraph.subgraphs.items()}
        self.names = feature_names(supergraph)
        if (memory.graphs, memory.names) != (self.graphs, self.names):
            memory.texts = Kept()
            memory.graphs, memory.names = self.graphs, self.names
        self.texts = memory.texts
        self.features = used_features(supergraph, memory.applied)

    def applied(self, applied: AppliedDirectives, deprecation: str | None = None) -> str:
        return print_applied(applied, deprecation, self.names)

    def contexts(self, names: Iterable[str]) -> Iterable[str]:
        directive = self.names.of("context")
        return (f"\n  @{directive}(name: {quote(name)})" for name in names)

    def definitions(self) -> Iterable[str]:
        yield self.schema_definition()
        yield JOIN_DEFINITIONS
        yield from feature_definitions(self.supergraph, self.features, self.names)
        for definition in self.supergraph.directives.values():
            yield self.directive_definition(definition)
        yield self.graph_enum()
        for type_def in self.supergraph.types.values():
            yield self.texts.get(type_def.name, type_def, self.type_definition)

    def schema_definition(self) -> str:
        supergraph = self.supergraph
        links = "".join(f"\n  {link}" for link in links_of(supergraph, self.features, self.names))
        roots = "".join(f"  {kind}: {name}\n" for kind, name in supergraph.root_types().items())
        description = print_description(supergraph.description)
        applied = self.applied(supergraph.applied)
        return f"{description}schema{links}{applied and f'{chr(10)} {applied}'}\n{{\n{roots}}}"

    def graph_enum(self) -> str:
        values = "".join(
            f"  {s.graph} @join__graph(name: {quote(s.name)}, url: {quote(s.url)})\n"
            for s in self.supergraph.subgraphs.values()
        )
        return f"enum join__Graph {{\n{values}}}"

    def directive_definition(self, definition: DirectiveDefinition) -> str:
        arguments = self.arguments(definition.arguments)
        repeatable = " repeatable" if definition.repeatable else ""
        description = print_description(definition.description)
        locations = " | ".join(definition.locations)
        return f"{description}directive @{definition.name}{arguments}{repeatable} on {locations}"

    def type_definition(self, type_def: NamedType) -> str:
        description = print_description(type_def.description)
        joins = "".join(f"\n  {self.type_join(join)}" for join in type_def.joins)
        if isinstance(type_def, ObjectType | InterfaceType):
            return description + self.composite(type_def, joins)
        if isinstance(type_def, UnionType):
            return description + self.union(type_def, joins)
        applied = self.applied(type_def.applied)
        applied = f"\n {applied}" if applied else ""
        if isinstance(type_def, EnumType):
            values = "".join(self.enum_value(value) for value in type_def.values.values())
            return f"{description}enum {type_def.name}{joins}{applied}\n{{\n{values}}}"
        if isinstance(type_def, InputObjectType):
            one_of = " @oneOf" if type_def.one_of else ""
            fields = "".join(self.input_field(value) for value in type_def.fields.values())
            return f"{description}input {type_def.name}{one_of}{joins}{applied}\n{{\n{fields}}}"
        assert isinstance(type_def, ScalarType)
        url = type_def.specified_by
        specified = f" @specifiedBy(url: {quote(url)})" if url is not None else ""
        return f"{description}scalar {type_def.name}{specified}{joins}{applied}"

    def composite(self, type_def: ObjectType | InterfaceType, joins: str) -> str:
        word = "type" if isinstance(type_def, ObjectType) else "interface"
        names = " & ".join(type_def.interfaces)
        implements = f" implements {names}" if names else ""
        parts = [f"{word} {type_def.name}{implements}"]
        for interface, subgraphs in type_def.interfaces.items():
            for subgraph in subgraphs or self.graphs_of(type_def):
                graph = self.graphs[subgraph]
                parts.append(f'\n  @join__implements(graph: {graph}, interface: "{interface}")')
        parts.append(joins)
        parts.extend(self.contexts(type_def.contexts))
        applied = self.applied(type_def.applied)
        parts.append(f"\n {applied}" if applied else "")
        fields = "".join(map(self.field, type_def.fields.values()))
        return f"{''.join(parts)}\n{{\n{fields}}}"

    def graphs_of(self, type_def: NamedType) -> list[str]:
        return list(dict.fromkeys(join.subgraph for join in type_def.joins))

    def union(self, type_def: UnionType, joins: str) -> str:
        parts = [f"union {type_def.name}{joins}"]
        for member, subgraphs in type_def.members.items():
            for subgraph in subgraphs or self.graphs_of(type_def):
                graph = self.graphs[subgraph]
                parts.append(f'\n  @join__unionMember(graph: {graph}, member: "{member}")')
        parts.extend(self.contexts(type_def.contexts))
        applied = self.applied(type_def.applied)
        parts.append(f"\n {applied}" if applied else "")
        return f"{''.join(parts)}\n  = {' | '.join(type_def.members)}"

    def type_join(self, join: TypeJoin) -> str:
        text = f"@join__type(graph: {self.graphs[join.subgraph]}"
        if join.key is not None:
            text += f", key: {quote(join.key)}"
        if join.extension:
            text += ", extension: true"
        if not join.resolvable:
            text += ", resolvable: false"
        if join.is_interface_object:
            text += ", isInterfaceObject: true"
        return text + ")"

    def field(self, field: Field) -> str:
        text = print_description(field.description, "  ") if field.description else ""
        text += f"  {field.name}"
        if field.arguments:
            text += self.arguments(field.arguments)
        text += f": {field.type.text}"
        for join in field.joins:
            text += self.field_join(join)
        if field.applied is NONE_APPLIED and field.deprecation is None:
            return f"{text}\n"
        return f"{text}{self.applied(field.applied, field.deprecation)}\n"

    def field_join(self, join: FieldJoin) -> str:
        if join.subgraph is None:
            return " @join__field"
        parts = [f"graph: {self.graphs[join.subgraph]}"]
        for name, value in (("requires", join.requires), ("provides", join.provides)):
            if value is not None:
                parts.append(f"{name}: {quote(value)}")
        if join.type is not None:
            parts.append(f"type: {quote(join.type.text)}")
        if join.external:
            parts.append("external: true")
        if join.override is not None:
            parts.append(f"override: {quote(join.override)}")
        if join.used_overridden:
            parts.append("usedOverridden: true")
        if join.override_label is not None:
            parts.append(f"overrideLabel: {quote(join.override_label)}")
        if join.context_arguments:
            contexts = ", ".join(
                f"{{context: {quote(c.context)}, name: {quote(c.name)}, "
                f"type: {quote(c.type.text)}, selection: {quote(c.selection)}}}"
                for c in join.context_arguments
            )
            parts.append(f"contextArguments: [{contexts}]")
        return f" @join__field({', '.join(parts)})"

    def arguments(self, arguments: Mapping[str, InputValue]) -> str:
        if not arguments:
            return ""
        if any(argument.description for argument in arguments.values()):
            lines = "".join(
                print_description(argument.description, "    ")
                + f"    {self.input_value(argument)}\n"
                for argument in arguments.values()
            )
            return f"(\n{lines}  )"
        return f"({', '.join(map(self.input_value, arguments.values()))})"

    def input_field(self, value: InputValue) -> str:
        return f"{print_description(value.description, '  ')}  {self.input_value(value)}\n"

    def input_value(self, value: InputValue) -> str:
        text = f"{value.name}: {value.type.text}"
        if value.default is not None:
            text += f" = {value.default}"
        for join in value.joins:
            text += self.field_join(join)
        if value.applied is NONE_APPLIED and value.deprecation is None:
            return text
        return text + self.applied(value.applied, value.deprecation)

    def enum_value(self, value: EnumValue) -> str:
        text = f"{print_description(value.description, '  ')}  {value.name}"
        for subgraph in value.subgraphs:
            text += f" @join__enumValue(graph: {self.graphs[subgraph]})"
        return f"{text}{self.applied(value.applied, value.deprecation)}\n"
