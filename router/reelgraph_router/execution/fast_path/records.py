"""Record types for the positions of a plan's merged tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import GenericAlias
from typing import Annotated, Any, Literal, Union

import msgspec

from reelgraph_federation.planning.query_plan import (
    ALWAYS,
    AbstractShape,
    EnumShape,
    FieldShape,
    ListShape,
    ObjectShape,
    QueryPlan,
    ScalarShape,
    ValueShape,
    Written,
)
from reelgraph_router.execution.code.positions import KeyPath, Positions
from reelgraph_router.execution.fast_path.mixtures import (
    Likeness,
    Member,
    Mixture,
    UnsupportedPlan,
    mix,
)

INT = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
ANY_BUT_NULL = bool | int | float | str | list[Any] | dict[str, Any]
SCALARS: dict[str, Any] = {
    "String": str,
    "ID": str,
    "Boolean": bool,
    "Int": INT,
    "Float": int | float,
}


RecordType = type[msgspec.Struct]


def attribute(key: str) -> str:
    """The attribute for a key of the merged tree: never a keyword, never a dunder."""
    return f"k_{key}"


@dataclass(slots=True)
class Record:
    """The record type of one position.

    `hidden` are keys that the client did not select; `exact` tells that equal records are the same
    to a client: no custom scalar, in which 1 and true would be equal, stands in or below.
    """

    type: RecordType
    keys: tuple[str, ...]
    hidden: tuple[str, ...]
    exact: bool


FieldForm = tuple[str, str | None, Any, bool]
"""A field: its key, its constant value, its type, and whether it is added late."""


@dataclass(slots=True)
class Records:
    """The record types of a plan, equal ones made once."""

    positions: Positions
    folds: frozenset[KeyPath] = frozenset()
    """Positions whose objects are kept as the bytes that came until they are looked into."""
    folded: dict[KeyPath, Any] = field(default_factory=dict)
    """What the bytes at a folded position are decoded as."""
    shapes: dict[KeyPath, ObjectShape] = field(default_factory=dict)
    by_path: dict[KeyPath, Record] = field(default_factory=dict)
    mixtures: dict[KeyPath, Mixture] = field(default_factory=dict)
    """The positions where objects of several types may stand."""
    _made: dict[object, RecordType] = field(default_factory=dict)
    _likeness: Likeness = field(default_factory=Likeness)

    def type_at(self, path: KeyPath, written: Written) -> Any:
        """The type of the value that a fetch writes at `path`."""
        shape = self.shape_at(path[:-1], written.key)
        if shape is None:
            assert written.key in self.by_path[path[:-1]].hidden
            return Any
        return self._form(shape, path)[0]

    def shape_at(self, path: KeyPath, key: str) -> ValueShape | None:
        """The shape of the value at a key of an object; None where the client does not see it."""
        fields = self.shapes[path].fields
        return next((f.shape for f in fields if f.constant is None and f.key == key), None)

    def add(self, shape: ObjectShape, path: KeyPath) -> Record:
        """Make the record type of an object position and of all below; raises UnsupportedPlan."""
        self.shapes[path] = shape
        fields: list[FieldForm] = []
        exact = True
        for one in shape.fields:
            self._check_field(one)
            if one.constant is not None:
                fields.append((one.response_name, one.constant, None, False))
                continue
            form, sure = self._field_form(one, path)
            exact = exact and sure
            fields.append((one.key, None, form, self._is_late(path, one.key)))
        hidden = self._hidden(shape, path)
        fields += [(key, None, Any, self._is_late(path, key)) for key in hidden]
        made = self._make(tuple(fields))
        record = Record(made, tuple(f[0] for f in fields), hidden, exact)
        self.by_path[path] = record
        return record

    def is_mixed(self, path: KeyPath) -> bool:
        """Whether objects of several types may stand at a position, or above it."""
        return any(path[:length] in self.mixtures for length in range(1, len(path) + 1))

    def _add_mixture(self, abstract: AbstractShape, path: KeyPath) -> Record:
        """Make the record type of objects of several types; all but the type may be missing."""
        mixture = self.mixtures[path] = mix(abstract, self._likeness)
        key = mixture.typename_key
        shape = ObjectShape(abstract.name, abstract.nullable, mixture.fields)
        self.shapes[path] = shape
        entries = self.positions.entries.get((*path, key), [])
        if not entries or any(e.joined or e.written.types is not None for e in entries):
            raise UnsupportedPlan("a type that does not come with the object")
        typename: Any = Literal[tuple(member.name for member in mixture.members)]
        fields: list[FieldForm] = []
        for one in mixture.fields:
            self._check_field(one)
            if one.constant is None:
                fields.append((one.key, None, self._field_form(one, path)[0], True))
            elif one.response_name == key:
                fields.append((key, None, typename, False))
            else:
                fields.append((one.response_name, None, str, True))
        hidden = self._hidden(shape, path)
        fields += [(other, None, Any, True) for other in hidden if other != key]
        if not mixture.shows_typename:
            fields.append((key, None, typename, False))
        for below in self.positions.below.get(path, ()):
            if any(entry.written.shared for entry in self.positions.entries[(*path, below)]):
                raise UnsupportedPlan("a key that is answered twice")
        made = self._make(tuple(fields), mixture.members)
        record = Record(made, tuple(f[0] for f in fields), hidden, False)
        self.by_path[path] = record
        return record

    def _check_field(self, one: FieldShape) -> None:
        if one.introspection or one.left_out or one.unreached or one.condition != ALWAYS:
            raise UnsupportedPlan(
                "introspection, what the caller may not have, what no subgraph has, or a condition"
            )

    def _field_form(self, one: FieldShape, path: KeyPath) -> tuple[Any, bool]:
        if one.key != one.response_name:
            raise UnsupportedPlan("a key that is not the response name")
        entries = self.positions.entries.get((*path, one.key), [])
        if not entries:
            raise UnsupportedPlan("a field that no fetch writes")
        return self._form(one.shape, (*path, one.key))

    def _form(self, shape: ValueShape, path: KeyPath) -> tuple[Any, bool]:
        """A shape's type, and whether equal values are the same to a client."""
        exact = True
        form: Any
        if isinstance(shape, ScalarShape):
            form = SCALARS.get(shape.name, ANY_BUT_NULL)
            exact = shape.name in SCALARS
        elif isinstance(shape, EnumShape):
            if not shape.values:
                raise UnsupportedPlan("an enum without accessible values")
            form = Literal[tuple(sorted(shape.values))]
        elif isinstance(shape, ListShape):
            item, exact = self._form(shape.item, path)
            form = list_of(item)
        else:
            record = self.by_path.get(path) or self._add_at(shape, path)
            form, exact = record.type, record.exact
            if path in self.folds:
                self.folded[path] = Union[form, None] if shape.nullable else form  # noqa: UP007
                return msgspec.Raw, exact
        return (form | None if shape.nullable else form), exact

    def _add_at(self, shape: ObjectShape | AbstractShape, path: KeyPath) -> Record:
        if isinstance(shape, ObjectShape):
            return self.add(shape, path)
        if shape.typename_key is None and shape.possible:
            return self.add(shape.possible[0][1], path)
        return self._add_mixture(shape, path)

    def _is_late(self, path: KeyPath, key: str) -> bool:
        """Whether the key is added to objects that stand there already."""
        entries = self.positions.entries.get((*path, key), [])
        late = [entry.joined or not path for entry in entries]
        if any(entry.written.types is not None or entry.written.shared for entry in entries):
            raise UnsupportedPlan("a key that depends on the runtime type, or is answered twice")
        if any(late) and not all(late):
            raise UnsupportedPlan("a key that comes with an object and is added to it as well")
        return any(late)

    def _hidden(self, shape: ObjectShape, path: KeyPath) -> tuple[str, ...]:
        seen = {
            one.key for one in shape.fields if one.constant is None or one.key == one.response_name
        }
        hidden = tuple(sorted(self.positions.below.get(path, set()) - seen))
        for key in hidden:
            if any(e.written.children is not None for e in self.positions.entries[(*path, key)]):
                raise UnsupportedPlan("an object that the client does not see")
            if any(one.response_name == key for one in shape.fields):
                raise UnsupportedPlan("a hidden key under a response name")
        return hidden

    def _make(self, fields: tuple[FieldForm, ...], members: tuple[Member, ...] = ()) -> RecordType:
        """The record type; where objects are finished differently, it is another one."""
        known = self._made.get((fields, members))
        if known is None:
            known = define("Record", [_define_field(*f) for f in fields])
            self._made[fields, members] = known
        return known


def records_of(
    plan: QueryPlan, positions: Positions, folds: frozenset[KeyPath] = frozenset()
) -> Records:
    """The record types of a plan; raises UnsupportedPlan."""
    records = Records(positions, folds)
    records.add(plan.shape, ())
    return records


def list_of(form: Any) -> Any:
    """The type of lists of `form`, which is known only now."""
    return GenericAlias(list, (form,))


def define(name: str, fields: Iterable[tuple[str, Any] | tuple[str, Any, Any]]) -> RecordType:
    """A record type whose attributes are named by `attribute`, its JSON by the plain keys.

    Its records never stand in circles, so the garbage collector need not look at them.
    """
    named = [(attribute(key), *rest) for key, *rest in fields]
    names = {attribute(key): key for key, *_ in fields}
    return msgspec.defstruct(name, named, rename=names, gc=False, kw_only=True)


def _define_field(
    key: str, constant: str | None, form: Any, late: bool
) -> tuple[str, Any] | tuple[str, Any, Any]:
    if constant is not None:
        return (key, Literal[constant], constant)
    if late:
        return (key, Union[form, msgspec.UnsetType], msgspec.UNSET)  # noqa: UP007 - not all take `|`
    return (key, form)
