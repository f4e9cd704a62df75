"""Describe the response: the client's fields in order, and where each is in the merged tree."""

from __future__ import annotations

from reelgraph_federation.operations.tree import NormalizedOperation, SelectedField, Selections
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.nodes import (
    AbstractShape,
    EnumShape,
    FieldShape,
    ListShape,
    ObjectShape,
    ScalarShape,
    ValueShape,
)
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.supergraph.model import EnumType
from reelgraph_federation.supergraph.type_refs import TypeRef


class ShapeBuilder:
    """Builds the output shape from the positions that were planned."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._types = reach.graph.types
        self._supergraph = reach.graph.supergraph
        self._enums: dict[str, frozenset[str]] = {}

    def root(self, operation: NormalizedOperation, position: Position) -> ObjectShape:
        """Return the shape of the whole response."""
        name = position.type_name
        fields = [
            (field.order, self._field(position, position, name, field))
            for field in operation.selections.for_type(name)
        ]
        for response_name, order, condition, field_name in operation.introspection_fields:
            shape = FieldShape(
                response_name,
                response_name,
                ScalarShape(field_name, True),
                name,
                field_name,
                condition,
                introspection=True,
            )
            fields.append((order, shape))
        ordered = sorted(fields, key=lambda one: one[0])
        return ObjectShape(name, True, tuple(shape for _, shape in ordered if shape is not None))

    def _object(
        self, position: Position, type_name: str, selections: Selections, nullable: bool
    ) -> ObjectShape:
        fields: list[FieldShape] = []
        for field in selections.for_type(type_name):
            at = position
            if self._types.is_abstract(position.type_name):
                is_own = field.response_name in selections.fields
                if not is_own or field.response_name in position.pushed:
                    at = position.branches[type_name]
            fields.append(self._field(position, at, type_name, field))
        return ObjectShape(type_name, nullable, tuple(fields))

    def _field(
        self, whole: Position, position: Position, type_name: str, field: SelectedField
    ) -> FieldShape:
        if field.name == "__typename":
            return FieldShape(
                field.response_name,
                whole.names.get(TYPENAME, "__typename"),
                ScalarShape("String", False),
                type_name,
                field.name,
                field.condition,
                constant=type_name,
            )
        ident = Ident(field.name, field.arguments.text)
        if field.children is not None or ident not in position.names:
            ident = ident._replace(tag=field.response_name)
        child = position.children.get(ident)
        ref = self._reach.field_ref(type_name, field.name)
        return FieldShape(
            field.response_name,
            position.names[ident],
            self._value(ref, child, field.children),
            type_name,
            field.name,
            field.condition,
        )

    def _value(
        self, ref: TypeRef, position: Position | None, selections: Selections | None
    ) -> ValueShape:
        if ref.item is not None or (ref.bare is not None and ref.bare.item is not None):
            item = (ref.bare or ref).item
            assert item is not None
            return ListShape(self._value(item, position, selections), ref.nullable)
        if position is not None and selections is not None:
            if self._types.is_abstract(ref.name):
                return self._abstract(ref, position, selections)
            return self._object(position, ref.name, selections, ref.nullable)
        one = self._supergraph.types.get(ref.name)
        if isinstance(one, EnumType):
            return EnumShape(ref.name, ref.nullable, self._enum_values(one))
        return ScalarShape(ref.name, ref.nullable)

    def _abstract(self, ref: TypeRef, position: Position, selections: Selections) -> AbstractShape:
        possible: list[tuple[str, ObjectShape]] = []
        for name in self._types.possible(ref.name):
            if not self._supergraph.types[name].marks.inaccessible and self._is_planned(
                position, name, selections
            ):
                possible.append((name, self._object(position, name, selections, ref.nullable)))
        typename = position.names.get(TYPENAME) if position.tells_types else None
        return AbstractShape(ref.name, ref.nullable, typename, tuple(possible))

    def _is_planned(self, position: Position, name: str, selections: Selections) -> bool:
        """Tell whether a type can appear: types that no subgraph returns here were left out."""
        if not self._types.is_abstract(position.type_name):
            return name == position.type_name
        if name not in self._types.possible_set(position.type_name):
            return False
        if not position.pushed and name not in selections.cases:
            return True
        return name in position.branches

    def _enum_values(self, one: EnumType) -> frozenset[str]:
        found = self._enums.get(one.name)
        if found is None:
            found = self._enums[one.name] = frozenset(
                name for name, value in one.values.items() if not value.marks.inaccessible
            )
        return found
