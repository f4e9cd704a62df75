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
            for values in self._applications(node, self.names.join_type)
        )

    def field_joins(
        self, node: FieldDefinitionNode | InputValueDefinitionNode
    ) -> tuple[FieldJoin, ...]:
        """Read `@join__field`."""
        return tuple(
            self._intern(self._field_join(values))
            for values in self._applications(node, self.names.join_field)
        )

    def owner(self, node: TypeDefinitionNode) -> str | None:
        """Read `@join__owner` of join v0.1: the subgraph that owns an entity."""
        for values in self._applications(node, self.names.join_owner):
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
        found = self._grouped(node, self.names.join_implements, "interface")
        return {one.name.value: found.get(one.name.value, ()) for one in node.interfaces or ()}

    def members(self, node: UnionTypeDefinitionNode) -> dict[str, tuple[str, ...]]:
        """Read `@join__unionMember`: member → subgraphs."""
        found = self._grouped(node, self.names.join_union_member, "member")
        return {one.name.value: found.get(one.name.value, ()) for one in node.types or ()}

    def enum_value_subgraphs(self, node: EnumValueDefinitionNode) -> tuple[str, ...]:
        """Read `@join__enumValue`."""
        applications = self._applications(node, self.names.join_enum_value)
        return tuple(self._subgraph(values) for values in applications)

    def contexts(self, node: TypeDefinitionNode) -> tuple[str, ...]:
        """Read `@context`: the names of the contexts that a type sets."""
        applications = self._applications(node, self.names.local("context"))
        return tuple(name for values in applications if (name := values.string("name")))

    def deprecation(
        self, node: FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode
    ) -> str | None:
        """Read `@deprecated`: the reason, `None` when not deprecated."""
        for values in self._applications(node, "deprecated"):
            return values.string("reason") or "No longer supported"
        return None

    def specified_by(self, node: ScalarTypeDefinitionNode) -> str | None:
        """Read `@specifiedBy`."""
        for values in self._applications(node, "specifiedBy"):
            return values.string("url")
        return None

    def is_one_of(self, node: InputObjectTypeDefinitionNode) -> bool:
        """Tell whether `@oneOf` stands on an input object."""
        return bool(self._applications(node, "oneOf"))

    def applied(self, node: Annotated) -> AppliedDirectives:
        """Read all other directives; elements with equal ones share one value."""
        if not node.directives:
            return NONE_APPLIED
        local, applications = self.names.local, partial(self._applications, node)
        costs = [values.integer("weight") for values in applications(local("cost"))]
        sizes = [_list_size(values) for values in applications(local("listSize"))]
        tags = [values.string("name") for values in applications(local("tag"))]
        applied = AppliedDirectives(
            bool(applications(local("inaccessible"))),
            tuple(tag for tag in tags if tag),
            self._access(node),
            costs[0] if costs else None,
            sizes[0] if sizes else None,
            self._applied(node),
        )
        return NONE_APPLIED if applied == NONE_APPLIED else self._intern(applied)

    def _access(self, node: Annotated) -> Access | None:
        authenticated = bool(self._applications(node, self.names.local("authenticated")))
        scopes = self._alternatives(node, "requiresScopes", "scopes")
        policies = self._alternatives(node, "policy", "policies")
        if not (authenticated or scopes or policies):
            return None
        return Access(authenticated, scopes, policies)

    def _alternatives(
        self, node: Annotated, directive: str, argument: str
    ) -> tuple[tuple[str, ...], ...]:
        found: list[tuple[str, ...]] = []
        for values in self._applications(node, self.names.local(directive)):
            for alternative in values.items(argument):
                found.append(values.strings_of(alternative, argument))
        return tuple(found)

    def _applied(self, node: Annotated) -> tuple[AppliedDirective, ...]:
        return tuple(
            AppliedDirective(
                directive.name.value,
                tuple((one.name.value, print_ast(one.value)) for one in directive.arguments or ()),
            )
            for directive in node.directives or ()
            if self.names.is_composed(directive.name.value)
            or directive.name.value == "join__directive"
        )

    def _applications(self, node: Annotated, name: str) -> list[Arguments]:
        return [
            Arguments(one, self.problems) for one in node.directives or () if one.name.value == name
        ]

    def _grouped(
        self, node: TypeDefinitionNode, directive: str, argument: str
    ) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for values in self._applications(node, directive):
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
