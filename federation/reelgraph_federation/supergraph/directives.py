"""Read the directives of a supergraph SDL: joins, marks, and what other features add."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeAlias, TypeVar

from graphql import (
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    print_ast,
)

from reelgraph_federation.supergraph.arguments import Arguments
from reelgraph_federation.supergraph.links import Names
from reelgraph_federation.supergraph.model import (
    NONE_APPLIED,
    Access,
    AppliedDirective,
    AppliedDirectives,
    ContextArgument,
    FieldJoin,
    ListSize,
    Subgraph,
    TypeJoin,
)
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems
from reelgraph_federation.supergraph.type_refs import type_ref

Annotated: TypeAlias = (
    SchemaDefinitionNode
    | TypeDefinitionNode
    | FieldDefinitionNode
    | InputValueDefinitionNode
    | EnumValueDefinitionNode
)
_Interned = TypeVar("_Interned", TypeJoin, FieldJoin, AppliedDirectives)


_ARGUMENTS = {
    spec: frozenset(names.split())
    for spec, names in {
        "join__type": "graph key extension resolvable isInterfaceObject",
        "join__field": "graph type external requires provides override overrideLabel "
        "usedOverridden contextArguments",
        "join__owner": "graph",
        "join__implements": "graph interface",
        "join__unionMember": "graph member",
        "join__enumValue": "graph",
        "inaccessible": "",
        "tag": "name",
        "authenticated": "",
        "requiresScopes": "scopes",
        "policy": "policies",
        "cost": "weight",
        "listSize": "assumedSize slicingArguments sizedFields requireOneSlicingArgument",
        "context": "name",
        "deprecated": "reason",
        "specifiedBy": "url",
        "oneOf": "",
    }.items()
}
"""The arguments of each directive that is read. A version with others has a link of its own."""


class DirectiveReader:
    """Reads directives by the names under which this supergraph links their features."""

    def __init__(
        self, names: Names, subgraphs: Mapping[str, Subgraph], problems: ReadingProblems
    ) -> None:
        self.names = names
        self.problems = problems
        self._subgraphs = subgraphs
        self._seen: dict[object, object] = {}

    def type_joins(self, node: TypeDefinitionNode) -> tuple[TypeJoin, ...]:
        """Read `@join__type`."""
        return tuple(
            self._intern(
                TypeJoin(
                    self._subgraph(values),
                    values.string("key"),
                    values.boolean("extension", False),
                    values.boolean("resolvable", True),
                    values.boolean("isInterfaceObject", False),
                )
            )
            for values in self._applications(node, self.names.join_type, "join__type")
        )

    def field_joins(
        self, node: FieldDefinitionNode | InputValueDefinitionNode
    ) -> tuple[FieldJoin, ...]:
        """Read `@join__field`."""
        return tuple(
            self._intern(self._field_join(values))
            for values in self._applications(node, self.names.join_field, "join__field")
        )

    def owner(self, node: TypeDefinitionNode) -> str | None:
        """Read `@join__owner` of join v0.1: the subgraph that owns an entity."""
        for values in self._applications(node, self.names.join_owner, "join__owner"):
            return self._subgraph(values)
        return None

    def _field_join(self, values: Arguments) -> FieldJoin:
        return FieldJoin(
            self._subgraph(values) if "graph" in values else None,
            values.type_reference("type"),
            values.boolean("external", False),
            values.string("requires"),
            values.string("provides"),
            values.string("override"),
            values.string("overrideLabel"),
            values.boolean("usedOverridden", False),
            self._context_arguments(values),
        )

    def _context_arguments(self, values: Arguments) -> tuple[ContextArgument, ...]:
        found: list[ContextArgument] = []
        for item in values.objects("contextArguments"):
            parts = {
                key: one.value for key, one in item.items() if isinstance(one, StringValueNode)
            }
            try:
                found.append(
                    ContextArgument(
                        parts["context"], parts["name"], type_ref(parts["type"]), parts["selection"]
                    )
                )
            except (KeyError, ValueError):
                message = "@join__field(contextArguments:) needs context, name, type and selection"
                self.problems.add(INVALID, message, values.node)
        return tuple(found)

    def implements(
        self, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
    ) -> dict[str, tuple[str, ...]]:
        """Read `@join__implements`: interface name → subgraphs."""
        found = self._grouped(node, self.names.join_implements, "join__implements", "interface")
        return {one.name.value: found.get(one.name.value, ()) for one in node.interfaces or ()}

    def members(self, node: UnionTypeDefinitionNode) -> dict[str, tuple[str, ...]]:
        """Read `@join__unionMember`: member → subgraphs."""
        found = self._grouped(node, self.names.join_union_member, "join__unionMember", "member")
        return {one.name.value: found.get(one.name.value, ()) for one in node.types or ()}

    def enum_value_subgraphs(self, node: EnumValueDefinitionNode) -> tuple[str, ...]:
        """Read `@join__enumValue`."""
        applications = self._applications(node, self.names.join_enum_value, "join__enumValue")
        return tuple(self._subgraph(values) for values in applications)

    def contexts(self, node: TypeDefinitionNode) -> tuple[str, ...]:
        """Read `@context`: the names of the contexts that a type sets."""
        applications = self._linked(node, "context")
        return tuple(values.required_string("name") for values in applications)

    def deprecation(
        self, node: FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode
    ) -> str | None:
        """Read `@deprecated`: the reason, `None` when not deprecated."""
        for values in self._applications(node, "deprecated", "deprecated"):
            return values.string("reason") or "No longer supported"
        return None

    def specified_by(self, node: ScalarTypeDefinitionNode) -> str | None:
        """Read `@specifiedBy`."""
        for values in self._applications(node, "specifiedBy", "specifiedBy"):
            return values.given_string("url")
        return None

    def is_one_of(self, node: InputObjectTypeDefinitionNode) -> bool:
        """Tell whether `@oneOf` stands on an input object."""
        return bool(self._applications(node, "oneOf", "oneOf"))

    def applied(self, node: Annotated) -> AppliedDirectives:
        """Read all other directives; elements with equal ones share one value."""
        if not node.directives:
            return NONE_APPLIED
        applications = partial(self._linked, node)
        costs = [values.required_integer("weight") for values in applications("cost")]
        sizes = [_list_size(values) for values in applications("listSize")]
        tags = [values.required_string("name") for values in applications("tag")]
        applied = AppliedDirectives(
            bool(applications("inaccessible")),
            tuple(tag for tag in tags if tag),
            self._access(node),
            costs[0] if costs else None,
            sizes[0] if sizes else None,
            self._applied(node),
        )
        return NONE_APPLIED if applied == NONE_APPLIED else self._intern(applied)

    def _access(self, node: Annotated) -> Access | None:
        authenticated = bool(self._linked(node, "authenticated"))
        scopes = self._alternatives(node, "requiresScopes", "scopes")
        policies = self._alternatives(node, "policy", "policies")
        if not (authenticated or scopes or policies):
            return None
        return Access(authenticated, scopes, policies)

    def _alternatives(
        self, node: Annotated, directive: str, argument: str
    ) -> tuple[tuple[str, ...], ...]:
        applications = self._linked(node, directive)
        if len(applications) > 1:
            message = f"@{applications[0].node.name.value} stands twice on one element"
            self.problems.add(INVALID, message, applications[1].node)
        return tuple(names for values in applications for names in values.alternatives(argument))

    def _applied(self, node: Annotated) -> tuple[AppliedDirective, ...]:
        return tuple(
            AppliedDirective(
                directive.name.value,
                tuple((one.name.value, print_ast(one.value)) for one in directive.arguments or ()),
            )
            for directive in node.directives or ()
            if self.names.is_composed(directive.name.value)
            or directive.name.value == f"{self.names.join}__directive"
        )

    def _linked(self, node: Annotated, spec: str) -> list[Arguments]:
        """Return the applications of a directive of a linked feature, whatever its name is here."""
        return self._applications(node, self.names.local(spec), spec)

    def _applications(self, node: Annotated, name: str, spec: str) -> list[Arguments]:
        return [
            Arguments(one, self.problems).allow(_ARGUMENTS[spec])
            for one in node.directives or ()
            if one.name.value == name
        ]

    def _grouped(
        self, node: TypeDefinitionNode, directive: str, spec: str, argument: str
    ) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for values in self._applications(node, directive, spec):
            name = values.required_string(argument)
            found[name] = (*found.get(name, ()), self._subgraph(values))
        return found

    def _subgraph(self, values: Arguments) -> str:
        graph = values.enum("graph")
        found = self._subgraphs.get(graph)
        if found is not None:
            return found.name
        if graph:
            directive = values.node.name.value
            message = f"@{directive} names the graph {graph!r}, which {self.names.graph} lacks"
            self.problems.add(INVALID, message, values.node)
        return ""

    def _intern(self, value: _Interned) -> _Interned:
        return self._seen.setdefault((type(value), value), value)  # type: ignore[return-value]


def _list_size(values: Arguments) -> ListSize:
    return ListSize(
        values.integer("assumedSize"),
        values.strings("slicingArguments"),
        values.strings("sizedFields"),
        values.boolean("requireOneSlicingArgument", True),
    )
