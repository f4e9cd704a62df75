"""Keys, requirements and provisions can be read and name fields that exist."""

from __future__ import annotations

from reelgraph_federation.field_sets import FieldSet, FieldSetSyntaxError, parse_field_set
from reelgraph_federation.supergraph.model import Field, InterfaceType, MergedSchema, ObjectType
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems


def check_field_sets(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    """Report field sets that cannot be read, and fields in them that their type lacks."""
    check = _Check(supergraph, problems)
    for one in supergraph.types.values():
        for join in one.joins:
            if join.key is not None:
                check.field_set(one.name, join.key, one.name, "key")
        if isinstance(one, ObjectType | InterfaceType):
            for field in one.fields.values():
                if field.joins:
                    check.joins(one.name, field)


class _Check:
    def __init__(self, supergraph: MergedSchema, problems: ReadingProblems) -> None:
        self._types = supergraph.types
        self._problems = problems
        self._seen: set[tuple[str, str]] = set()

    def joins(self, type_name: str, field: Field) -> None:
        for join in field.joins:
            if join.requires is not None:
                coordinate = f"{type_name}.{field.name}"
                self.field_set(type_name, join.requires, coordinate, "requires")
            if join.provides is not None:
                coordinate = f"{type_name}.{field.name}"
                self.field_set(field.type.name, join.provides, coordinate, "provides")

    def field_set(self, type_name: str, text: str, coordinate: str, argument: str) -> None:
        if (type_name, text) in self._seen:
            return
        self._seen.add((type_name, text))
        try:
            selections = parse_field_set(text)
        except FieldSetSyntaxError as error:
            message = f'{argument}: "{text[:200]}" of "{coordinate}" is no field set: {error}'
            self._problems.add(INVALID, message, coordinate=coordinate)
            return
        unknown = self._unknown(type_name, selections)
        if unknown is not None:
            message = (
                f'{argument}: "{text}" of "{coordinate}" names {unknown}, which is not defined'
            )
            self._problems.add(INVALID, message, coordinate=coordinate)

    def _unknown(self, type_name: str, selections: FieldSet) -> str | None:
        """Return the first field or type of a selection that does not exist."""
        one = self._types.get(type_name)
        fields = one.fields if isinstance(one, ObjectType | InterfaceType) else {}
        for selection in selections:
            below = type_name
            if not selection.name:
                below = selection.on or type_name
                if below not in self._types:
                    return f'the type "{below}"'
            elif selection.name != "__typename":
                field = fields.get(selection.name)
                if field is None:
                    return f'the field "{type_name}.{selection.name}"'
                below = field.type.name
            found = self._unknown(below, selection.children) if selection.children else None
            if found is not None:
                return found
        return None
