"""The merged types with a notion of what is hidden, as the rules look at them."""

from __future__ import annotations

from collections.abc import Iterator

from ....supergraph.model import (
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    NamedType,
    ObjectType,
)
from ...state import MergeState


class HiddenView:
    """Merged types, which of them are hidden, and where their elements stand."""

    def __init__(self, state: MergeState, types: dict[str, NamedType]) -> None:
        self.state = state
        self.types = types
        self.hidden_types = {name for name, t in types.items() if t.applied.inaccessible}

    def visible_types(self) -> Iterator[NamedType]:
        """Each type that is not hidden."""
        return (t for t in self.types.values() if not t.applied.inaccessible)

    def visible_fields(self) -> Iterator[tuple[ObjectType | InterfaceType, Field]]:
        """Each visible field of a visible object or interface type."""
        for type_def in self.visible_types():
            if isinstance(type_def, ObjectType | InterfaceType):
                for field in type_def.fields.values():
                    if not field.applied.inaccessible:
                        yield type_def, field

    def visible_inputs(self) -> Iterator[tuple[str, str, InputValue]]:
        """Each visible argument and input field as (coordinate, type that it belongs to, value)."""
        for type_def, field in self.visible_fields():
            for argument in field.arguments.values():
                if not argument.applied.inaccessible:
                    where = f"{type_def.name}.{field.name}({argument.name}:)"
                    yield where, type_def.name, argument
        for other in self.visible_types():
            if isinstance(other, InputObjectType):
                for value in other.fields.values():
                    if not value.applied.inaccessible:
                        yield f"{other.name}.{value.name}", other.name, value

    def places(self, type_name: str, member: str | None = None) -> list[tuple[int, int]]:
        """Return where a type, or its field or value ``member``, stands in the subgraphs."""
        found: list[tuple[int, int]] = []
        for index, type_def in self.state.by_type.get(type_name, ()):
            if member is None:
                found.append((index, type_def.at))
                continue
            for group in (type_def.fields, type_def.inputs, type_def.values):
                element = group.get(member)
                if element is not None:
                    found.append((index, element.at))
        return found

    def report(
        self, code: str, message: str, coordinate: str, type_name: str, member: str | None = None
    ) -> None:
        """Report a breach at a type or its member."""
        self.state.report(code, message, coordinate, self.places(type_name, member))
