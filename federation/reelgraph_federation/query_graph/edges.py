"""The parts of the query graph: a node for each type in each subgraph, and edges between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from reelgraph_federation.field_sets import FieldSet
from reelgraph_federation.supergraph.model import ContextArgument, Field
from reelgraph_federation.supergraph.type_refs import TypeRef


class NodeKind(Enum):
    """What a type is in a subgraph."""

    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    INTERFACE_OBJECT = "interface object"
    """An interface of the supergraph that this subgraph has as an object (`@interfaceObject`)."""


class Absence(Enum):
    """Why a field of the supergraph has no edge at a node."""

    NOT_DEFINED = "the subgraph does not define the field"
    EXTERNAL = "the field is @external there"
    OVERRIDDEN = "the field is overridden by another subgraph"


class TypeNode:
    """A composite type as one subgraph has it, perhaps with more fields than elsewhere.

    `provided` is not empty for a view: the type as it stands under a field with `@provides`,
    where external copies of fields may be read. `possible` are the object types that the subgraph
    may return here, in the supergraph's order (empty for an interface object: it does not know
    them). `index` orders equal choices. Nodes are compared by identity; fields and casts are
    filled when first looked at.
    """

    __slots__ = (
        "_contents",
        "_fill",
        "index",
        "kind",
        "possible",
        "provided",
        "subgraph",
        "type_name",
    )

    def __init__(
        self,
        subgraph: str,
        type_name: str,
        kind: NodeKind,
        provided: FieldSet,
        possible: tuple[str, ...],
        index: int,
        fill: Callable[[TypeNode], NodeContents],
    ) -> None:
        self.subgraph = subgraph
        self.type_name = type_name
        self.kind = kind
        self.provided = provided
        self.possible = possible
        self.index = index
        self._fill = fill
        self._contents: NodeContents | None = None

    @property
    def contents(self) -> NodeContents:
        """What is behind the properties below."""
        contents = self._contents
        if contents is None:
            contents = self._contents = self._fill(self)
        return contents

    @property
    def fields(self) -> dict[str, FieldEdge]:
        """The fields that can be resolved here. Fields that cannot are in `absent`."""
        return (self._contents or self.contents).fields

    @property
    def absent(self) -> dict[str, Absence]:
        """The fields of the supergraph's type that cannot be resolved here, and why."""
        return self.contents.absent

    @property
    def casts(self) -> dict[str, TypeNode]:
        """For interfaces and unions: the node of each possible object type, in this same view."""
        return (self._contents or self.contents).casts

    @property
    def is_abstract(self) -> bool:
        """Whether the subgraph tells the runtime type apart here."""
        return self.kind in (NodeKind.INTERFACE, NodeKind.UNION)

    @property
    def is_interface_object(self) -> bool:
        """Whether the concrete type is unknown to the subgraph."""
        return self.kind is NodeKind.INTERFACE_OBJECT

    def cast(self, type_name: str) -> TypeNode | None:
        """Return the node for one object type, `None` when this subgraph cannot return it here.

        A subgraph may declare a narrower type than the supergraph: then the node is its own cast.
        """
        return self if self.type_name == type_name else self.casts.get(type_name)

    def covers(self, field_name: str) -> bool:
        """Tell whether an interface's field is plainly resolved by every possible type here.

        If not, the field must be asked type by type. True for every field of an object.
        """
        if self.kind is not NodeKind.INTERFACE:
            return True
        covered = self.contents.covered
        known = covered.get(field_name)
        if known is None:
            known = covered[field_name] = all(
                (edge := cast.fields.get(field_name)) is not None
                and edge.is_plain
                and edge.label is None
                for cast in self.casts.values()
            )
        return known

    def __repr__(self) -> str:
        return f"<{self.type_name}@{self.subgraph}{' provided' if self.provided else ''}>"


@dataclass(eq=False, slots=True)
class NodeContents:
    """The part of a node that is made on first use."""

    fields: dict[str, FieldEdge] = field(default_factory=dict)
    absent: dict[str, Absence] = field(default_factory=dict)
    casts: dict[str, TypeNode] = field(default_factory=dict)
    covered: dict[str, bool] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class FieldEdge:
    """A field that a subgraph resolves at a node."""

    field: Field
    type: TypeRef
    """The field's type in this subgraph."""
    target: TypeNode | None
    """The node of the field's type, `None` for scalars and enums."""
    requires: FieldSet = ()
    """What must be in the representation: the node must be entered by an entity move with it."""
    label: str | None = None
    """A progressive override's label …"""
    label_state: bool = True
    """… and whether the label must be active (new subgraph) or not (old one) for this edge."""
    contexts: tuple[ContextArgument, ...] = ()
    """Contextual arguments: the node must be entered by an entity move that supplies them."""

    @property
    def is_plain(self) -> bool:
        """Whether the field can be selected by whoever stands at the node."""
        return not self.requires and not self.contexts


@dataclass(eq=False, slots=True)
class EntityMove:
    """A move into a node by a key, from any subgraph that can supply the key's fields.

    A key that its subgraph does not resolve (`resolvable: false`) has no edge in `entity_moves`, and
    stands in `unresolvable`, for explanations.
    """

    target: TypeNode
    key: FieldSet
    text: str
    """The key as `@key` writes it, with single blanks."""
    representation: str
    """The type name that this subgraph knows the entity by: an interface's for interface objects."""
