"""The port of the document store, and the values that go through it.

Exceptions:
    DocumentStoreError        the store could not do it; trying again later may help
    ├── VersionConflict       the document has changed since it was read
    └── DuplicateValue        another document has the value of a unique index
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
"""A JSON value. Times are ISO 8601 texts in UTC, so that they sort."""

Scalar = str | int | float | bool | None
Operator = Literal["eq", "in", "lt", "lte", "gt", "gte"]


PAGE = 1000
"""Documents found at once where nothing else is said."""


class DocumentStoreError(Exception):
    """The document store could not do what was asked."""


class VersionConflict(DocumentStoreError):
    """The document has changed since it was read; read it again and decide anew."""


class DuplicateValue(DocumentStoreError):
    """Another document of the collection has this value in a unique index."""


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document. `version` is 1 when new and grows by one with each write."""

    id: str
    version: int
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one field; the field's name may go into objects with dots (`a.b`)."""

    field: str
    operator: Operator
    value: Scalar | Sequence[Scalar]


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by one field; documents that are equal in it follow their ids, upwards."""

    field: str
    descending: bool = False


def where(field: str, operator: Operator, value: Scalar | Sequence[Scalar]) -> Condition:
    """Make a condition: `where("memberId", "eq", "m1")`. A missing field equals None."""
    if (operator == "in") != (isinstance(value, Sequence) and not isinstance(value, str)):
        raise ValueError(f"operator {operator} does not fit the value {value!r}")
    return Condition(field, operator, value)


class Collection(Protocol):
    """Documents of one kind, by id."""

    async def get(self, id: str) -> Document | None:
        """Return a document, or None."""
        ...

    async def get_many(self, ids: Sequence[str]) -> dict[str, Document]:
        """Return those of the documents that exist, by id."""
        ...

    async def put(
        self, id: str, data: Mapping[str, Json], *, expected_version: int | None = None
    ) -> Document:
        """Create or replace a document.

        With `expected_version` it is written only if the stored one has that version (0: does
        not exist), else `VersionConflict`. Raises `DuplicateValue` too.
        """
        ...

    async def delete(self, id: str) -> bool:
        """Delete a document; say whether it was there."""
        ...

    async def find(
        self,
        *conditions: Condition,
        sort: Sort | None = None,
        limit: int = PAGE,
        offset: int = 0,
    ) -> list[Document]:
        """Return the documents that meet all conditions, by id if no order is asked for.

        Comparisons other than `eq` and `in` match only values of the condition's own kind
        (number, text).
        """
        ...

    async def count(self, *conditions: Condition) -> int:
        """Count the documents that meet all conditions."""
        ...

    async def delete_where(self, *conditions: Condition) -> int:
        """Delete the documents that meet all conditions; returns how many."""
        ...

    async def ensure_index(self, *fields: str, unique: bool = False) -> None:
        """Make an index unless it is there.

        A unique one ignores documents that have none of the fields; leave a field out rather
        than storing null in it.
        """
        ...


class DocumentStore(Protocol):
    """Collections of documents."""

    def collection(self, name: str) -> Collection:
        """Return a collection; it comes into being with its first document.

        Names are letters, digits and underscores, else `ValueError`.
        """
        ...

    async def ping(self) -> None:
        """Return when the store can be reached; raises `DocumentStoreError`."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...
