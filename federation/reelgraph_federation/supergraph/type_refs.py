"""References to types, interned: `[Title!]!` exists once however many fields have that type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graphql import GraphQLSyntaxError, ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode
from graphql import parse_type as parse_type_node


@dataclass(frozen=True, slots=True, eq=False)
class TypeRef:
    """A reference to a type: `Title`, `Title!`, `[Title!]!`.

    Made by `type_ref` (from text), `named_type`, `list_of` and `non_null` only, which intern; so
    equal references are the same object and compare by identity.
    """

    text: str
    """As the GraphQL language writes it."""
    name: str
    """The name of the innermost type."""
    nullable: bool
    """Whether the value itself, at the outermost level, may be null."""
    item: TypeRef | None
    """The type of the items of a list, `None` when this is not a list."""
    bare: TypeRef | None
    """Of a non-null reference the same without the outermost `!`, else `None`."""

    @property
    def is_list(self) -> bool:
        """Whether this is a list, be it nullable or not."""
        return self.item is not None

    @property
    def list_depth(self) -> int:
        """How many lists stand around the innermost type: 2 for `[[Int]]`."""
        return 0 if self.item is None else 1 + self.item.list_depth

    @property
    def as_nullable(self) -> TypeRef:
        """This reference without an outermost `!`."""
        return self.bare or self

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[object, ...]:
        return (type_ref, (self.text,))


@lru_cache(maxsize=1 << 17)
def named_type(name: str) -> TypeRef:
    """Return the nullable reference to a named type."""
    return TypeRef(name, name, True, None, None)


@lru_cache(maxsize=1 << 17)
def list_of(item: TypeRef) -> TypeRef:
    """Return the nullable list of an item type."""
    return TypeRef(f"[{item.text}]", item.name, True, item, None)


@lru_cache(maxsize=1 << 17)
def non_null(nullable: TypeRef) -> TypeRef:
    """Return the non-null form of a reference; a non-null reference comes back as it is."""
    if not nullable.nullable:
        return nullable
    return TypeRef(f"{nullable.text}!", nullable.name, False, nullable.item, nullable)


def type_ref_from_node(node: TypeNode) -> TypeRef:
    """Return the reference that a type node of graphql-core spells."""
    if isinstance(node, NonNullTypeNode):
        return non_null(type_ref_from_node(node.type))
    if isinstance(node, ListTypeNode):
        return list_of(type_ref_from_node(node.type))
    assert isinstance(node, NamedTypeNode)
    return named_type(node.name.value)


@lru_cache(maxsize=1 << 17)
def type_ref(text: str) -> TypeRef:
    """Return the interned reference for a type in the GraphQL language.

    Raises `ValueError` when the text is not a type.
    """
    try:
        return type_ref_from_node(parse_type_node(text, no_location=True))
    except GraphQLSyntaxError as error:
        raise ValueError(f"{text!r} is not a GraphQL type: {error.message}") from error
