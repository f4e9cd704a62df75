"""A supergraph as values: what the merged schema says, and which subgraph says it.

Made by `parse_supergraph` (from any Federation 2 composer's SDL) and directly by composition.
The words are those of the join specification; every `subgraph` here is the subgraph's name, never
its join enum value. All GraphQL values (defaults, directive arguments) are kept as GraphQL text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from reelgraph_federation.supergraph.type_refs import TypeRef


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A subgraph: its name, where it is served, and its value of the `join__Graph` enum."""

    name: str
    url: str
    graph: str


@dataclass(frozen=True, slots=True)
class AppliedDirective:
    """A composed custom directive standing on an element; arguments are GraphQL text."""

    name: str
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see an element: `@authenticated`, `@requiresScopes`, `@policy`.

    `scopes` and `policies` are lists of alternatives (or), each a list of names (and).
    """

    authenticated: bool = False
    scopes: tuple[tuple[str, ...], ...] = ()
    policies: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ListSize:
    """The arguments of `@listSize`."""

    assumed_size: int | None = None
    slicing_arguments: tuple[str, ...] = ()
    sized_fields: tuple[str, ...] = ()
    require_one_slicing_argument: bool = True


@dataclass(frozen=True, slots=True)
class AppliedDirectives:
    """What directives say about an element besides its meaning for joining.

    Elements without any share `NONE_APPLIED`, so that a large supergraph stays light.
    """

    inaccessible: bool = False
    tags: tuple[str, ...] = ()
    access: Access | None = None
    cost: int | None = None
    list_size: ListSize | None = None
    composed: tuple[AppliedDirective, ...] = ()


NONE_APPLIED = AppliedDirectives()


@dataclass(frozen=True, slots=True)
class TypeJoin:
    """`@join__type`: a subgraph defines the type, with this key (one join for each key)."""

    subgraph: str
    key: str | None = None
    extension: bool = False
    resolvable: bool = True
    is_interface_object: bool = False


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that the router fills from a `@context` set higher up."""

    context: str
    """The name of the context, with the subgraph's prefix, as `@context` sets it."""
    name: str
    """The argument's name in the subgraph; the API schema does not show it."""
    type: TypeRef
    selection: str
    """The selection on the type that sets the context, as in `{ locale }` or `... on A { x }`."""


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """`@join__field`: how one subgraph has the field. `subgraph=None` means: none has it itself."""

    subgraph: str | None
    type: TypeRef | None = None
    """The field's type in this subgraph where it differs from the supergraph's."""
    external: bool = False
    requires: str | None = None
    provides: str | None = None
    override: str | None = None
    """The name of the subgraph from which the field is taken over."""
    override_label: str | None = None
    used_overridden: bool = False
    """The field is overridden, and kept in the subgraph since keys or requires there use it."""
    context_arguments: tuple[ContextArgument, ...] = ()


@dataclass(slots=True)
class InputValue:
    """An argument, or a field of an input object.

    `joins` is for fields of input objects; empty means every subgraph that has the input object.
    """

    name: str
    type: TypeRef
    default: str | None = None
    description: str | None = None
    deprecation: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[FieldJoin, ...] = ()


@dataclass(slots=True)
class Field:
    """A field of an object or an interface.

    `joins` empty means: every subgraph that has the type resolves the field, with this very type.
    """

    name: str
    type: TypeRef
    arguments: dict[str, InputValue] = field(default_factory=dict)
    description: str | None = None
    deprecation: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[FieldJoin, ...] = ()


@dataclass(slots=True)
class EnumValue:
    """A value of an enum and the subgraphs that know it; none named means all that have the enum."""

    name: str
    description: str | None = None
    deprecation: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    subgraphs: tuple[str, ...] = ()


@dataclass(slots=True)
class ScalarType:
    """A custom scalar; the five built in ones are not listed."""

    name: str
    description: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[TypeJoin, ...] = ()
    specified_by: str | None = None


@dataclass(slots=True)
class ObjectType:
    """An object type."""

    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    interfaces: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Interface name → the subgraphs where the type implements it (none named: all that have both)."""
    description: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[TypeJoin, ...] = ()
    contexts: tuple[str, ...] = ()
    """The contexts that `@context` sets at this type."""


@dataclass(slots=True)
class InterfaceType:
    """An interface; in a subgraph with `is_interface_object` it is an object of the same name."""

    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    interfaces: dict[str, tuple[str, ...]] = field(default_factory=dict)
    description: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[TypeJoin, ...] = ()
    contexts: tuple[str, ...] = ()


@dataclass(slots=True)
class UnionType:
    """A union."""

    name: str
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Member → the subgraphs that list it (none named: all that have the union)."""
    description: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[TypeJoin, ...] = ()
    contexts: tuple[str, ...] = ()


@dataclass(slots=True)
class EnumType:
    """An enum."""

    name: str
    values: dict[str, EnumValue] = field(default_factory=dict)
    description: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[TypeJoin, ...] = ()


@dataclass(slots=True)
class InputObjectType:
    """An input object."""

    name: str
    fields: dict[str, InputValue] = field(default_factory=dict)
    description: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    joins: tuple[TypeJoin, ...] = ()
    one_of: bool = False


CompositeType: TypeAlias = ObjectType | InterfaceType | UnionType
NamedType: TypeAlias = CompositeType | ScalarType | EnumType | InputObjectType


@dataclass(slots=True)
class DirectiveDefinition:
    """The definition of an executable or composed directive."""

    name: str
    arguments: dict[str, InputValue] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    repeatable: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A `@link` of the supergraph schema to a composed feature (not link, join or federation)."""

    url: str
    as_name: str | None = None
    imports: tuple[tuple[str, str | None], ...] = ()
    purpose: str | None = None


@dataclass(eq=False)
class MergedSchema:
    """The merged schema with its joins. Never changed after it was made.

    `subgraphs` is keyed by name, in the order of the join enum; all dictionaries keep the order of
    definition, so equal inputs give equal output everywhere downstream.
    """

    subgraphs: dict[str, Subgraph]
    types: dict[str, NamedType]
    query_type: str = "Query"
    mutation_type: str | None = None
    subscription_type: str | None = None
    directives: dict[str, DirectiveDefinition] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    description: str | None = None
    applied: AppliedDirectives = NONE_APPLIED
    """Tags and composed directives of the schema definition itself."""

    def root_types(self) -> dict[str, str]:
        """Return the root type name of each operation kind that exists."""
        roots = {
            "query": self.query_type,
            "mutation": self.mutation_type,
            "subscription": self.subscription_type,
        }
        return {kind: name for kind, name in roots.items() if name is not None}
