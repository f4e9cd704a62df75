"""The document store on MongoDB.

One adapter for two drivers: Motor's client and PyMongo's own `AsyncMongoClient` have the same
calls, except that the latter's `close` is a coroutine.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

from reelgraph_kit.document_store.port import (
    PAGE,
    Condition,
    Document,
    DocumentStoreError,
    DuplicateValue,
    Json,
    Sort,
    VersionConflict,
)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TIMEOUT_MS = 5_000

Client = Any
"""`motor.motor_asyncio.AsyncIOMotorClient` or `pymongo.AsyncMongoClient`."""


def motor_client(url: str) -> Client:
    """Make a Motor client that gives up on an unreachable server after five seconds."""
    from motor.motor_asyncio import AsyncIOMotorClient

    return AsyncIOMotorClient(url, serverSelectionTimeoutMS=_TIMEOUT_MS)


def pymongo_client(url: str) -> Client:
    """Make a PyMongo asyncio client that gives up on an unreachable server after five seconds."""
    from pymongo import AsyncMongoClient

    return AsyncMongoClient(url, serverSelectionTimeoutMS=_TIMEOUT_MS)


class MongoDocumentStore:
    """Document store in one database of a MongoDB server; closing it closes the client."""

    def __init__(self, client: Client, database: str) -> None:
        self._client = client
        self._database = client[database]

    def collection(self, name: str) -> MongoCollection:
        """Return a collection."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no collection name: use letters, digits, underscores.")
        return MongoCollection(self._database[name], name)

    async def ping(self) -> None:
        """Ask the server for a sign of life."""
        with _errors():
            await self._database.command("ping")

    async def close(self) -> None:
        """Close the client."""
        closing = self._client.close()
        if inspect.isawaitable(closing):
            await closing

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


class MongoCollection:
    """Documents stored as `{_id, version, data}`."""

    def __init__(self, collection: Any, name: str) -> None:
        self._collection = collection
        self._name = name

    async def get(self, id: str) -> Document | None:
        """Return a document, or None."""
        with _errors():
            found = await self._collection.find_one({"_id": id})
        return None if found is None else _document(found)

    async def get_many(self, ids: Sequence[str]) -> dict[str, Document]:
        """Return those of the documents that exist."""
        with _errors():
            rows = await self._collection.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {row["_id"]: _document(row) for row in rows}

    async def put(
        self, id: str, data: Mapping[str, Json], *, expected_version: int | None = None
    ) -> Document:
        """Create or replace a document, one version higher."""
        plain = json.loads(json.dumps(data, allow_nan=False))
        try:
            with _errors():
                version = await self._put(id, plain, expected_version)
        except DocumentStoreError as error:
            if isinstance(error.__cause__, DuplicateKeyError):
                raise DuplicateValue(f"Document {id!r} of {self._name}: {error}") from error
            raise
        if version is None:
            raise VersionConflict(
                f"Document {id!r} of {self._name} is not at version {expected_version}."
            )
        return Document(id, version, plain)

    async def delete(self, id: str) -> bool:
        """Delete a document; say whether it was there."""
        with _errors():
            result = await self._collection.delete_one({"_id": id})
        return int(result.deleted_count) > 0

    async def find(
        self,
        *conditions: Condition,
        sort: Sort | None = None,
        limit: int = PAGE,
        offset: int = 0,
    ) -> list[Document]:
        """Return the documents that meet all conditions."""
        if limit <= 0:
            return []  # MongoDB takes 0 for no limit
        order = [("_id", 1)]
        if sort is not None:
            order.insert(0, (f"data.{sort.field}", -1 if sort.descending else 1))
        with _errors():
            cursor = self._collection.find(_filter(conditions)).sort(order)
            rows = await cursor.skip(offset).limit(limit).to_list(None)
        return [_document(row) for row in rows]

    async def count(self, *conditions: Condition) -> int:
        """Count the documents that meet all conditions."""
        with _errors():
            return int(await self._collection.count_documents(_filter(conditions)))

    async def delete_where(self, *conditions: Condition) -> int:
        """Delete the documents that meet all conditions."""
        with _errors():
            result = await self._collection.delete_many(_filter(conditions))
        return int(result.deleted_count)

    async def ensure_index(self, *fields: str, unique: bool = False) -> None:
        """Make an index unless it is there."""
        keys = [(f"data.{field}", 1) for field in fields]
        with _errors():
            await self._collection.create_index(keys, unique=unique, sparse=unique)

    async def _put(self, id: str, data: object, expected: int | None) -> int | None:
        if expected == 0:
            return await self._insert(id, data)
        wanted: dict[str, object] = {"_id": id}
        if expected is not None:
            wanted["version"] = expected
        row = await self._collection.find_one_and_update(
            wanted,
            {"$set": {"data": data}, "$inc": {"version": 1}},
            upsert=expected is None,
            return_document=ReturnDocument.AFTER,
        )
        return None if row is None else int(row["version"])

    async def _insert(self, id: str, data: object) -> int | None:
        try:
            await self._collection.insert_one({"_id": id, "version": 1, "data": data})
        except DuplicateKeyError:
            if await self._collection.find_one({"_id": id}, {"_id": 1}) is not None:
                return None
            raise
        return 1


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        raise DocumentStoreError(f"The document store cannot do this: {error}") from error


def _document(row: Mapping[str, Any]) -> Document:
    return Document(row["_id"], int(row["version"]), row["data"])


def _filter(conditions: Sequence[Condition]) -> dict[str, object]:
    if not conditions:
        return {}
    return {
        "$and": [
            {f"data.{condition.field}": {f"${condition.operator}": _plain(condition.value)}}
            for condition in conditions
        ]
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
