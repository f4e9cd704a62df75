"""The embedded document store: JSON in one SQLite file, found through indexes on its fields."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from reelgraph_kit.document_store.port import (
    PAGE,
    Condition,
    Document,
    DocumentStoreError,
    DuplicateValue,
    Json,
    Scalar,
    Sort,
    VersionConflict,
)
from reelgraph_kit.sqlite_worker import SqliteWorker

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_COMPARISONS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class SqliteDocumentStore:
    """Document store in the file at `path`, one table a collection."""

    def __init__(self, path: Path) -> None:
        self._worker = SqliteWorker(path, "")

    def collection(self, name: str) -> SqliteCollection:
        """Return a collection."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no collection name: use letters, digits, underscores.")
        return SqliteCollection(self._worker, name)

    async def ping(self) -> None:
        """Read from the file."""
        with _errors():
            await self._worker.read(lambda connection: connection.execute("SELECT 1"))

    async def close(self) -> None:
        """Close the file."""
        await self._worker.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


class SqliteCollection:
    """One table of documents: id, version, data (JSON)."""

    def __init__(self, worker: SqliteWorker, name: str) -> None:
        self._worker = worker
        self._name = name
        self._table = f'"documents_{name}"'
        self._exists = False

    async def get(self, id: str) -> Document | None:
        """Return a document, or None."""
        return (await self.get_many([id])).get(id)

    async def get_many(self, ids: Sequence[str]) -> dict[str, Document]:
        """Return those of the documents that exist."""
        sql = (
            f"SELECT id, version, data FROM {self._table} "
            "WHERE id IN (SELECT value FROM json_each(?))"
        )
        rows = await self._read(sql, [json.dumps(list(ids))])
        return {row.id: row for row in map(_document, rows)}

    async def put(
        self, id: str, data: Mapping[str, Json], *, expected_version: int | None = None
    ) -> Document:
        """Create or replace a document, one version higher."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        sql, parameters = self._put_statement(id, text, expected_version)
        try:
            row = await self._write(
                lambda connection: connection.execute(sql, parameters).fetchone()
            )
        except DocumentStoreError as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                raise DuplicateValue(f"Document {id!r} of {self._name}: {error}") from error
            raise
        if row is None:
            raise VersionConflict(
                f"Document {id!r} of {self._name} is not at version {expected_version}."
            )
        return Document(id, int(row[0]), json.loads(text))

    async def delete(self, id: str) -> bool:
        """Delete a document; say whether it was there."""
        sql = f"DELETE FROM {self._table} WHERE id = ?"
        return await self._write(lambda connection: connection.execute(sql, (id,)).rowcount) > 0

    async def find(
        self,
        *conditions: Condition,
        sort: Sort | None = None,
        limit: int = PAGE,
        offset: int = 0,
    ) -> list[Document]:
        """Return the documents that meet all conditions."""
        clause, parameters = _where(conditions)
        order = "id"
        if sort is not None:
            order = f"{_extract(sort.field)} {'DESC' if sort.descending else 'ASC'}, id"
        sql = (
            f"SELECT id, version, data FROM {self._table}{clause} ORDER BY {order} LIMIT ? OFFSET ?"
        )
        return [_document(row) for row in await self._read(sql, [*parameters, limit, offset])]

    async def count(self, *conditions: Condition) -> int:
        """Count the documents that meet all conditions."""
        clause, parameters = _where(conditions)
        rows = await self._read(f"SELECT count(*) FROM {self._table}{clause}", parameters)
        return int(str(rows[0][0]))

    async def delete_where(self, *conditions: Condition) -> int:
        """Delete the documents that meet all conditions."""
        clause, parameters = _where(conditions)
        sql = f"DELETE FROM {self._table}{clause}"
        return await self._write(lambda connection: connection.execute(sql, parameters).rowcount)

    async def ensure_index(self, *fields: str, unique: bool = False) -> None:
        """Make an index unless it is there."""
        name = "_".join(["index", self._name, *(field.replace(".", "__") for field in fields)])
        columns = ", ".join(_extract(field) for field in fields)
        present = " AND ".join(f"{_extract(field)} IS NOT NULL" for field in fields)
        sql = (
            f"CREATE {'UNIQUE ' if unique else ''}INDEX IF NOT EXISTS {name} "
            f"ON {self._table} ({columns})" + (f" WHERE {present}" if unique else "")
        )
        await self._write(lambda connection: connection.execute(sql))

    def _put_statement(
        self, id: str, text: str, expected: int | None
    ) -> tuple[str, tuple[object, ...]]:
        insert = f"INSERT INTO {self._table} (id, version, data) VALUES (?, 1, ?)"
        if expected is None:
            upsert = "ON CONFLICT (id) DO UPDATE SET version = version + 1, data = excluded.data"
            return f"{insert} {upsert} RETURNING version", (id, text)
        if expected == 0:
            return f"{insert} ON CONFLICT (id) DO NOTHING RETURNING version", (id, text)
        update = f"UPDATE {self._table} SET version = version + 1, data = ?"
        return f"{update} WHERE id = ? AND version = ? RETURNING version", (text, id, expected)

    async def _read(self, sql: str, parameters: Sequence[object]) -> list[Sequence[object]]:
        await self._ensure_table()
        with _errors():
            return await self._worker.read(
                lambda connection: connection.execute(sql, parameters).fetchall()
            )

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        await self._ensure_table()
        with _errors():
            return await self._worker.write(work)

    async def _ensure_table(self) -> None:
        if self._exists:
            return
        sql = (
            f"CREATE TABLE IF NOT EXISTS {self._table} "
            "(id TEXT PRIMARY KEY, version INTEGER NOT NULL, data TEXT NOT NULL) WITHOUT ROWID"
        )
        with _errors():
            await self._worker.write(lambda connection: connection.execute(sql))
        self._exists = True


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DocumentStoreError(f"The document store cannot do this: {error}") from error


def _document(row: Sequence[object]) -> Document:
    return Document(str(row[0]), int(str(row[1])), json.loads(str(row[2])))


def _where(conditions: Sequence[Condition]) -> tuple[str, list[object]]:
    if not conditions:
        return "", []
    tests = [_test(condition) for condition in conditions]
    parameters = [parameter for _, given in tests for parameter in given]
    return " WHERE " + " AND ".join(sql for sql, _ in tests), parameters


def _test(condition: Condition) -> tuple[str, list[object]]:
    value = condition.value
    if condition.operator == "in":
        assert isinstance(value, Sequence)
        tests = [_equals(condition.field, item) for item in value]
        if not tests:
            return "0", []
        parameters = [parameter for _, given in tests for parameter in given]
        return "(" + " OR ".join(sql for sql, _ in tests) + ")", parameters
    assert value is None or isinstance(value, str | int | float)
    if condition.operator == "eq":
        return _equals(condition.field, value)
    sql = f"{_extract(condition.field)} {_COMPARISONS[condition.operator]} ?"
    return f"({sql} AND {_kind_test(condition.field, value)})", [value]


def _equals(field: str, value: Scalar) -> tuple[str, list[object]]:
    if value is None:
        return f"{_extract(field)} IS NULL", []
    return f"({_extract(field)} = ? AND {_kind_test(field, value)})", [value]


def _kind_test(field: str, value: Scalar) -> str:
    """SQLite reads true as 1, and sorts text above numbers: compare within one kind only."""
    kinds = "'text'"
    if isinstance(value, bool):
        kinds = "'true', 'false'"
    elif isinstance(value, int | float):
        kinds = "'integer', 'real'"
    return f"json_type(data, '{_path(field)}') IN ({kinds})"


def _extract(field: str) -> str:
    return f"json_extract(data, '{_path(field)}')"


def _path(field: str) -> str:
    if not _FIELD.fullmatch(field):
        raise ValueError(f"{field!r} is no field: use names of letters and digits, with dots.")
    return "$." + field
