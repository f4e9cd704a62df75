"""Describe the response: the client's fields in order, and where each is in the merged tree."""

from __future__ import annotations

from dataclasses import replace

from reelgraph_federation.operations.tree import NormalizedOperation, SelectedField, Selections
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    EnumShape,
    FieldShape,
    ListShape,
    ObjectShape,
    PartialShape,
    ScalarShape,
    ValueShape,
)
from reelgraph_federation.supergraph.model import EnumType
from reelgraph_federation.supergraph.type_refs import TypeRef


class ShapeBuilder:
    """Builds the output shape from the positions that were planned."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._usage: int | None = None
        """The use of `@defer` whose part is being built, `None`: the first answer."""
        self._types = reach.graph.types
        self._supergraph = reach.graph.supergraph
        self._enums: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._made: dict[tuple[int | None, Position, int, TypeRef], ValueShape] = {}
        """The shapes made, so that what types have in common is one object."""

    def deferred(
        self, operation: NormalizedOperation, position: Position, usage: int
    ) -> ObjectShape:
        """Return the fields that a use of `@defer` delivers, and what leads to them."""
        self._usage = usage
        return self._object(position, position.type_name, operation.selections, True)

    def root(self, operation: NormalizedOperation, position: Position) -> ObjectShape:
        """Return the shape of the whole response, but for what is deferred."""
        self._usage = None
        return self._object(position, position.type_name, operation.selections, True)

    def _object(
        self, position: Position, type_name: str, selections: Selections, nullable: bool
    ) -> ObjectShape:
        fields: list[tuple[int, FieldShape]] = []
        elsewhere: list[str] = []
        for field in selections.for_type(type_name):
            self._reach.budget.spend()
            at = self._asked_at(position, type_name, selections, field)
            if at is not None:
                shape = self._field(position, at, type_name, field)
            elif (type_name, field.response_name) in position.unreached:
                shape = self._null(type_name, field, unreached=True)
            else:
                continue  # a fragment does not apply to what only some subgraphs return
            if self._is_shown(field, shape):
                fields += _placed(field, shape)
            else:
                elsewhere.append(shape.key)
        fields += self._left_out(type_name, selections)
        shown = tuple(shape for _, shape in sorted(fields, key=lambda one: one[0]))
        if elsewhere:
            return PartialShape(type_name, nullable, shown, tuple(elsewhere))
        return ObjectShape(type_name, nullable, shown)

    def _asked_at(
        self, position: Position, type_name: str, selections: Selections, field: SelectedField
    ) -> Position | None:
        """Return where a field of objects of a type was asked, `None` if nowhere."""
        if self._types.is_abstract(position.type_name):
            name = field.response_name
            if name not in selections.fields or name in position.asked_by_type:
                return position.asked_at.get((type_name, name))
        return position

    def _left_out(self, type_name: str, selections: Selections) -> list[tuple[int, FieldShape]]:
        """Return the fields that the caller may not have, with their place in the order."""
        found: list[tuple[int, FieldShape]] = []
        for field in selections.left_out_for(type_name):
            shape = self._null(type_name, field, left_out=True)
            if self._is_shown(field, shape):
                found += _placed(field, shape)
        return found

    def _null(
        self,
        type_name: str,
        field: SelectedField,
        *,
        left_out: bool = False,
        unreached: bool = False,
    ) -> FieldShape:
        """Return the shape of a field that is not fetched."""
        return FieldShape(
            response_name=field.response_name,
            key="",
            shape=ScalarShape(field.name, self._reach.field_ref(type_name, field.name).nullable),
            parent=type_name,
            name=field.name,
            condition=field.condition,
            left_out=left_out,
            unreached=unreached,
        )

    def _is_shown(self, field: SelectedField, shape: FieldShape) -> bool:
        """Tell whether the part of the answer being built has a field, or leads through it."""
        if self._usage is None:
            return not field.defer
        return self._usage in field.defer or _has_fields(shape.shape)

    def _field(
        self, outside: Position, position: Position, type_name: str, field: SelectedField
    ) -> FieldShape:
        if field.name == "__typename":
            return FieldShape(
                response_name=field.response_name,
                key=outside.names.get(TYPENAME, "__typename"),
                shape=ScalarShape("String", False),
                parent=type_name,
                name=field.name,
                condition=field.condition,
                constant=type_name,
            )
        if field.introspection:
            return FieldShape(
                response_name=field.response_name,
                key=field.introspection,
                shape=ScalarShape(field.type.name, field.type.nullable),
                parent=type_name,
                name=field.name,
                condition=field.condition,
                introspection=True,
            )
        ident = Ident(field.name, field.arguments.text)
        if field.children is not None or ident not in position.names:
            ident = ident._replace(tag=field.tag)
        child = position.children.get(ident)
        ref = self._reach.field_ref(type_name, field.name)
        return FieldShape(
            response_name=field.response_name,
            key=position.names[ident],
            shape=self._value(ref, child, field.children),
            parent=type_name,
            name=field.name,
            condition=field.condition,
        )

    def _value(
        self, ref: TypeRef, position: Position | None, selections: Selections | None
    ) -> ValueShape:
        if ref.item is not None or (ref.bare is not None and ref.bare.item is not None):
            item = (ref.bare or ref).item
            assert item is not None
            return ListShape(self._value(item, position, selections), ref.nullable)
        if position is not None and selections is not None:
            return self._composite(ref, position, selections)
        one = self._supergraph.types.get(ref.name)
        if isinstance(one, EnumType):
            return EnumShape(ref.name, ref.nullable, *self._enum(one))
        return ScalarShape(ref.name, ref.nullable)

    def _composite(self, ref: TypeRef, position: Position, selections: Selections) -> ValueShape:
        memo = (self._usage, position, id(selections), ref)
        found = self._made.get(memo)
        if found is None:
            if self._types.is_abstract(ref.name):
                found = self._abstract(ref, position, selections)
            else:
                found = self._object(position, ref.name, selections, ref.nullable)
            self._made[memo] = found
        return found

    def _abstract(self, ref: TypeRef, position: Position, selections: Selections) -> ValueShape:
        names = self._types.possible(ref.name)
        if not names and not position.tells_types:
            # An interface object of which nobody knows an implementation, and nobody asks the type.
            return self._object(position, ref.name, selections, ref.nullable)
        hidden = self._types.hidden(ref.name)
        possible = tuple(
            (name, self._object(position, name, selections, ref.nullable))
            for name in names
            if name not in hidden and self._is_planned(position, name, selections)
        )
        typename = position.names.get(TYPENAME) if position.tells_types else None
        return AbstractShape(ref.name, ref.nullable, typename, possible, hidden)

    def _is_planned(self, position: Position, name: str, selections: Selections) -> bool:
        """Tell whether a type can appear: some subgraph may return it here."""
        if not self._types.is_abstract(position.type_name):
            return name == position.type_name
        if name not in self._types.possible_set(position.type_name):
            return False
        if not position.asked_by_type and name not in selections.cases:
            return True
        return name in position.shown

    def _enum(self, one: EnumType) -> tuple[frozenset[str], frozenset[str]]:
        """Return the values of an enum that clients may see, and those that they may not."""
        found = self._enums.get(one.name)
        if found is None:
            hidden = frozenset(
                name for name, value in one.values.items() if value.applied.inaccessible
            )
            found = self._enums[one.name] = frozenset(one.values) - hidden, hidden
        return found


def _placed(field: SelectedField, shape: FieldShape) -> list[tuple[int, FieldShape]]:
    """Return a field's shape at each place where the response may have it."""
    if not field.places:
        return [(field.order, shape)]
    return [(order, replace(shape, condition=condition)) for order, condition in field.places]


def _has_fields(shape: ValueShape) -> bool:
    """Tell whether anything is shown at or below a value that is not delivered itself."""
    if isinstance(shape, ListShape):
        return _has_fields(shape.item)
    if isinstance(shape, AbstractShape):
        return any(_has_fields(possible) for _, possible in shape.possible)
    return isinstance(shape, ObjectShape) and bool(shape.fields)
