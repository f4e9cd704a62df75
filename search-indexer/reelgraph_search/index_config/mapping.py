"""The mapping of an index: which fields a document has and how each is indexed."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class FieldKind(StrEnum):
    """How an engine stores and searches a field."""

    KEYWORD = "keyword"
    TEXT = "text"
    INTEGER = "integer"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    OBJECT = "object"
    NESTED = "nested"
    FLATTENED = "flattened"


RANGED = frozenset({FieldKind.INTEGER, FieldKind.DOUBLE, FieldKind.DATE})
"""Kinds whose values have an order that `<` and `BETWEEN` may use."""

COMPOSITE = frozenset({FieldKind.OBJECT, FieldKind.NESTED})
"""Kinds that hold fields instead of values."""


class MappedField(BaseModel):
    """One field of the mapping; `path` is dotted and starts at the root of the document."""

    model_config = ConfigDict(frozen=True)

    path: str
    kind: FieldKind
    type_name: str
    many: bool = False
    analyzer: str | None = None
    boost: float = 1.0
    suggest: bool = False
    sort: bool = False
    facet: bool = False
    histogram: float | None = None
    values: tuple[str, ...] = ()
    requires_scope: str | None = None
    fields: tuple[MappedField, ...] = ()

    @property
    def name(self) -> str:
        """The last segment of the path: the response key in the template."""
        return self.path.rpartition(".")[2]


class IndexMapping(BaseModel):
    """All fields of one index; `root` is the type whose entities are the documents."""

    model_config = ConfigDict(frozen=True)

    index: str
    root: str
    fields: tuple[MappedField, ...]
    template_fingerprint: str = ""

    def walk(self) -> Iterator[MappedField]:
        """Every field, parents before their children."""
        return _walk(self.fields)

    def leaves(self) -> Iterator[MappedField]:
        """Every field that holds values."""
        return (field for field in self.walk() if field.kind not in COMPOSITE)

    def by_path(self) -> dict[str, MappedField]:
        """All fields by their dotted path."""
        return {field.path: field for field in self.walk()}

    def suggesting(self) -> tuple[MappedField, ...]:
        """The fields that suggestions are taken from."""
        return tuple(field for field in self.leaves() if field.suggest)

    def searched(self) -> tuple[MappedField, ...]:
        """The fields that take part in a free text search."""
        return tuple(
            field for field in self.leaves() if field.kind is FieldKind.TEXT and field.boost > 0
        )


def _walk(fields: tuple[MappedField, ...]) -> Iterator[MappedField]:
    for field in fields:
        yield field
        yield from _walk(field.fields)
