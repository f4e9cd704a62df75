"""The query plan as values: what to ask of which subgraph, when, and how the answer looks.

A plan is a directed acyclic graph of fetches over one *merged tree*: a JSON-like tree, rooted at
an empty object, keyed by *internal keys*. A root fetch writes at the root; an entity group reads
representations at its response paths and writes each entity's fields there. The output
shape then reads the merged tree in the client's order. Internal keys equal the client's response
names wherever possible; they differ only where two fields would meet under one key.

Everything is frozen, so plans compare equal for equal inputs and may be compiled and cached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from reelgraph_federation.operations.conditions import ALWAYS, Condition, Literal
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.supergraph.type_refs import TypeRef

_MOST_NAMED = 8
"""Types that a step names to people; of more it tells the number."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step down the merged tree: into `key`, then through `list_depth` levels of lists.

    `types`, unless `None`, are the runtime type names (by `typename_key` of the objects reached)
    that go on; all others are left out. `on` is an interface or union that means these types here, for
    people, where there is one.
    """

    key: str
    list_depth: int = 0
    types: tuple[str, ...] | None = None
    typename_key: str | None = None
    on: str | None = None

    def __str__(self) -> str:
        """Return the step for people: `media.@|[Film,Song]`."""
        text = self.key + ".@" * self.list_depth
        if self.types is None:
            return text
        names = [self.on] if self.on else list(self.types)
        if len(names) > _MOST_NAMED:
            names[_MOST_NAMED - 1 :] = [f"{len(names) - _MOST_NAMED + 1} more"]
        return f"{text}|[{','.join(names)}]"


@dataclass(frozen=True, slots=True)
class ResponsePath:
    """Where entities stand, from the root of the merged tree. No steps: the root itself."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class RepresentationField:
    """`name` in the representation is read from `key` in the merged tree.

    A `key` field (`is_key`) that is null or missing means that the entity is not fetched, unless
    it `may_be_null` and another field of the key is not. A field
    that is not a key (from `@requires`), at whatever depth, is sent as null when null. When it is
    missing or failed (or was left out by a condition), it is left out of the representation, and
    the entity's keys in `needed_by` count as failed there; the others do not depend on it. Lists are mapped item by item at any depth. `types`, unless `None`,
    restricts the field to objects of these runtime types.
    """

    name: str
    key: str
    is_key: bool = True
    children: tuple[RepresentationField, ...] | None = None
    types: tuple[str, ...] | None = None
    typename_key: str | None = None
    """With `types`: where the objects that hold this field keep their runtime type name."""
    needed_by: tuple[str, ...] = ()
    """For fields that are not keys: which keys of the group's selection need them."""
    may_be_null: bool = False
    """A part of a key that its subgraph takes as null, since other parts tell the entity."""


@dataclass(frozen=True, slots=True)
class Representation:
    """The shape of the representations of a group.

    `typename` is sent as `__typename`; `None` means: the runtime type read from `typename_key`.
    """

    typename: str | None
    typename_key: str | None
    fields: tuple[RepresentationField, ...]


@dataclass(frozen=True, slots=True)
class ContextValue:
    """A value for a contextual argument (`@fromContext`), read from an ancestor in the merged tree.

    Of each path, the first `steps` steps lead to the object that sets the context; `path` are the
    keys from there, by runtime type when several types set it. Equal values share a request; if
    values differ between entities, the executor sends the group once for each distinct set.
    """

    variable: str
    """The variable of the subgraph operation that takes the value."""
    type: TypeRef
    """The variable's type."""
    steps: int
    path: tuple[RepresentationField, ...]
    needed_by: tuple[str, ...] = ()
    """Which keys of the group's selection take the value: they fail where it was not fetched."""
    needed_below: tuple[tuple[str, ...], ...] = ()
    """The keys that lead to those that take it further down, through lists of any depth."""


@dataclass(frozen=True, slots=True)
class Written:
    """A key that a fetch writes at an object position, and what lies below it.

    `types` names the runtime types under which it is written (`None`: all). `shared` says that
    another fetch may write below the same key at the same position (a value type or a list
    answered by several subgraphs): then the values merge deeply, lists by position.
    """

    key: str
    children: tuple[Written, ...] | None = None
    types: tuple[str, ...] | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class EntityGroup:
    """Entities of one kind, asked as one `_entities` field of a fetch's operation.

    `alias` is the response key of that field, `variable` takes the representations. A group whose
    `condition` does not hold is sent with an empty list (its field carries no directive).
    """

    alias: str
    variable: str
    type_name: str
    """The type of the fragment under `_entities`, as the subgraph names it."""
    paths: tuple[ResponsePath, ...]
    representation: Representation
    selection: str
    """The selection under `_entities`, as text, for plans that people read."""
    written: tuple[Written, ...]
    condition: Condition = ALWAYS
    contexts: tuple[ContextValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to a subgraph: a root operation, or one or more entity groups.

    It may start as soon as every fetch in `depends_on` is done (its inputs), and every fetch in
    `after` as well (order alone: mutations in series). A fetch in `depends_on` that failed or was
    left out by its condition leaves its inputs missing; the entities concerned are not fetched.
    """

    id: int
    subgraph: str
    kind: str
    """`query`, `mutation` or `subscription`."""
    operation: str
    operation_name: str | None
    variables: tuple[str, ...]
    """The client's variables that the operation text uses (not those of the groups)."""
    depends_on: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    condition: Condition = ALWAYS
    written: tuple[Written, ...] = ()
    """What a root fetch writes; empty for entity fetches (see their groups)."""
    groups: tuple[EntityGroup, ...] = ()
    wave: int = 0
    """How many fetches stand before it on the longest path, 0 for those that start at once."""
    path: ResponsePath | None = None
    """For a root query below the root (a field that returns `Query`): where its result goes."""
    defer: DeferSet = ()
    """The parts of `QueryPlan.deferred` that it is made for; none: the first answer."""


@dataclass(frozen=True, slots=True)
class ScalarShape:
    """A leaf whose value is passed on as the subgraph gave it."""

    name: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class EnumShape:
    """A leaf that must be one of `values`, the enum's accessible values.

    One of `hidden`, the inaccessible ones, is null; anything else is an error.
    """

    name: str
    nullable: bool
    values: frozenset[str]
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list."""

    item: ValueShape
    nullable: bool


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """An object whose runtime type is known when planning."""

    name: str
    nullable: bool
    fields: tuple[FieldShape, ...]


@dataclass(frozen=True, slots=True)
class PartialShape(ObjectShape):
    """An object of which another part of the answer shows more: what stands at the keys `elsewhere`."""

    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AbstractShape:
    """An interface or a union.

    `possible` has every accessible runtime type with its fields in order; the shapes inside are
    the same object where types do not differ. A runtime type in `hidden` is inaccessible: the value is
    null. One that is in neither list cannot be returned here: that is an error. `typename_key` is `None` when nothing depends on the runtime type.
    """

    name: str
    nullable: bool
    typename_key: str | None
    possible: tuple[tuple[str, ObjectShape], ...]
    hidden: frozenset[str] = frozenset()


ValueShape: TypeAlias = ScalarShape | EnumShape | ListShape | ObjectShape | AbstractShape


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A field of the response: `response_name` for the client, `key` in the merged tree."""

    response_name: str
    key: str
    shape: ValueShape
    parent: str
    """The type that the field stands on, for error messages: `parent.name`."""
    name: str
    condition: Condition = ALWAYS
    constant: str | None = None
    """`__typename` where the type is static: the value itself, `key` is not read."""
    introspection: bool = False
    """`__schema` or `__type`: answered from `QueryPlan.introspection`, where `key` is its alias."""
    left_out: bool = False
    """The caller may not have it: null, `key` is not read."""
    unreached: bool = False
    """No subgraph has it for objects of this type: null with an error, `key` is not read."""


@dataclass(frozen=True, slots=True)
class DeferredPart:
    """A part under `@defer`, delivered when all `fetches` are done.

    `path` are the response names that lead to its objects, `parent` the index of the part in
    `QueryPlan.deferred` that must be delivered before. `shape` starts at the root. Fields that an
    earlier answer has delivered only lead down; the others are what this part adds.
    """

    label: str | None
    path: tuple[str, ...]
    shape: ObjectShape
    fetches: tuple[int, ...]
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How to answer one operation.

    `fetches` are in topological order and `fetches[i].id == i`. A subscription's first fetch is
    the stream; its event data are written at the root, and the others complete each event.
    """

    kind: str
    fetches: tuple[Fetch, ...]
    shape: ObjectShape
    introspection: str | None = None
    """An operation with all `__schema` and `__type` fields, for the API schema."""
    introspection_variables: tuple[str, ...] = ()
    deferred: tuple[DeferredPart, ...] = ()
    """What `shape` leaves out and the client gets later; outer parts before inner ones."""


__all__ = [
    "ALWAYS",
    "AbstractShape",
    "Condition",
    "ContextValue",
    "DeferredPart",
    "EntityGroup",
    "EnumShape",
    "Fetch",
    "FieldShape",
    "ListShape",
    "Literal",
    "ObjectShape",
    "PartialShape",
    "QueryPlan",
    "Representation",
    "RepresentationField",
    "ResponsePath",
    "ScalarShape",
    "Step",
    "ValueShape",
    "Written",
]
