"""Read the directives of a supergraph SDL: joins, marks, and what other features add."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeAlias, TypeVar

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    EnumValueDefinitionNode,
    EnumValueNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectTypeDefinitionNode,
    ObjectValueNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    ValueNode,
    print_ast,
)

from reelgraph_federation.supergraph.links import InvalidSupergraphError, Names
from reelgraph_federation.supergraph.model import (
    NO_MARKS,
    Access,
    AppliedDirective,
    ContextArgument,
    FieldJoin,
    ListSize,
    Marks,
    Subgraph,
    TypeJoin,
)
from reelgraph_federation.supergraph.type_refs import type_ref

Annotated: TypeAlias = (
    SchemaDefinitionNode
    | TypeDefinitionNode
    | FieldDefinitionNode
    | InputValueDefinitionNode
    | EnumValueDefinitionNode
)
_Interned = TypeVar("_Interned", TypeJoin, FieldJoin, Marks)
_Values: TypeAlias = Mapping[str, ValueNode]


class DirectiveReader:
    """Reads directives by the names under which this supergraph links their features."""

    def __init__(self, names: Names, subgraphs: Mapping[str, Subgraph]) -> None:
        self.names = names
        self._subgraphs = subgraphs
        self._seen: dict[object, object] = {}

    def type_joins(self, node: TypeDefinitionNode) -> tuple[TypeJoin, ...]:
        """Read `@join__type`; for join v0.1 `@join__owner` too, which names no further key."""
        return tuple(
            self._intern(
                TypeJoin(
                    self._subgraph(values),
                    _string(values.get("key")),
                    _boolean(values.get("extension"), False),
                    _boolean(values.get("resolvable"), True),
                    _boolean(values.get("isInterfaceObject"), False),
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

    def _field_join(self, values: _Values) -> FieldJoin:
        type_text = _string(values.get("type"))
        return FieldJoin(
            self._subgraph(values) if "graph" in values else None,
            type_ref(type_text) if type_text else None,
            _boolean(values.get("external"), False),
            _string(values.get("requires")),
            _string(values.get("provides")),
            _string(values.get("override")),
            _string(values.get("overrideLabel")),
            _boolean(values.get("usedOverridden"), False),
            _context_arguments(values.get("contextArguments")),
        )

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
        return tuple(name for values in applications if (name := _string(values.get("name"))))

    def deprecation(
        self, node: FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode
    ) -> str | None:
        """Read `@deprecated`: the reason, `None` when not deprecated."""
        for values in self._applications(node, "deprecated"):
            return _string(values.get("reason")) or "No longer supported"
        return None

    def specified_by(self, node: ScalarTypeDefinitionNode) -> str | None:
        """Read `@specifiedBy`."""
        for values in self._applications(node, "specifiedBy"):
            return _string(values.get("url"))
        return None

    def is_one_of(self, node: InputObjectTypeDefinitionNode) -> bool:
        """Tell whether `@oneOf` stands on an input object."""
        return bool(self._applications(node, "oneOf"))

    def marks(self, node: Annotated) -> Marks:
        """Read all other directives; elements with equal ones share one value."""
        if not node.directives:
            return NO_MARKS
        local, applications = self.names.local, partial(self._applications, node)
        costs = [_integer(values.get("weight")) for values in applications(local("cost"))]
        sizes = [_list_size(values) for values in applications(local("listSize"))]
        tags = [_string(values.get("name")) for values in applications(local("tag"))]
        marks = Marks(
            bool(applications(local("inaccessible"))),
            tuple(tag for tag in tags if tag),
            self._access(node),
            costs[0] if costs else None,
            sizes[0] if sizes else None,
            self._applied(node),
        )
        return NO_MARKS if marks == NO_MARKS else self._intern(marks)

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
            for alternative in _items(values.get(argument)):
                names = [_string(item) for item in _items(alternative)]
                found.append(tuple(name for name in names if name))
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

    def _applications(self, node: Annotated, name: str) -> list[_Values]:
        return [_values(one) for one in node.directives or () if one.name.value == name]

    def _grouped(
        self, node: TypeDefinitionNode, directive: str, argument: str
    ) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for values in self._applications(node, directive):
            name = _string(values.get(argument)) or ""
            found[name] = (*found.get(name, ()), self._subgraph(values))
        return found

    def _subgraph(self, values: _Values) -> str:
        node = values.get("graph")
        graph = node.value if isinstance(node, EnumValueNode) else ""
        try:
            return self._subgraphs[graph].name
        except KeyError:
            raise InvalidSupergraphError(
                f"A join directive names the graph {graph!r}, which {self.names.graph} lacks."
            ) from None

    def _intern(self, value: _Interned) -> _Interned:
        return self._seen.setdefault((type(value), value), value)  # type: ignore[return-value]


def _values(directive: ConstDirectiveNode) -> _Values:
    return {
        one.name.value: one.value
        for one in directive.arguments or ()
        if not isinstance(one.value, NullValueNode)
    }


def _string(node: ValueNode | None) -> str | None:
    return node.value if isinstance(node, (StringValueNode, EnumValueNode)) else None


def _boolean(node: ValueNode | None, default: bool) -> bool:
    return node.value if isinstance(node, BooleanValueNode) else default


def _integer(node: ValueNode | None) -> int | None:
    return int(node.value) if isinstance(node, IntValueNode) else None


def _items(node: ValueNode | None) -> tuple[ValueNode, ...]:
    return (
        tuple(node.values or ())
        if isinstance(node, ListValueNode)
        else ()
        if node is None
        else (node,)
    )


def _strings(node: ValueNode | None) -> tuple[str, ...]:
    return tuple(text for item in _items(node) if (text := _string(item)))


def _list_size(values: _Values) -> ListSize:
    return ListSize(
        _integer(values.get("assumedSize")),
        _strings(values.get("slicingArguments")),
        _strings(values.get("sizedFields")),
        _boolean(values.get("requireOneSlicingArgument"), True),
    )


def _context_arguments(node: ValueNode | None) -> tuple[ContextArgument, ...]:
    found: list[ContextArgument] = []
    for item in _items(node):
        if isinstance(item, ObjectValueNode):
            parts = {one.name.value: _string(one.value) or "" for one in item.fields or ()}
            found.append(
                ContextArgument(
                    parts.get("context", ""),
                    parts.get("name", ""),
                    type_ref(parts.get("type", "")),
                    parts.get("selection", ""),
                )
            )
    return tuple(found)
