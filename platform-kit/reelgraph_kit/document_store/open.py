"""Choose an adapter of the document store by URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from reelgraph_kit.document_store.port import DocumentStore


def open_document_store(url: str) -> DocumentStore:
    """Open the store at `url`.

    `sqlite:///<absolute path>` is one file; `mongodb://host:port/database` a MongoDB server,
    reached with Motor. Nothing is connected before the first call. Raises `ValueError` for
    another kind of URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        from reelgraph_kit.document_store.sqlite import SqliteDocumentStore

        return SqliteDocumentStore(Path(parts.path))
    if parts.scheme in ("mongodb", "mongodb+srv") and parts.path.strip("/"):
        from reelgraph_kit.document_store.mongodb import MongoDocumentStore, motor_client

        return MongoDocumentStore(motor_client(url), parts.path.strip("/"))
    raise ValueError(
        f"{url!r} is no document store: use sqlite:///<absolute path> or "
        "mongodb://host:port/database."
    )
