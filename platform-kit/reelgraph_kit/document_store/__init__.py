"""The document store: JSON documents in collections, found by id or by fields.

The port is in `port`, the adapters beside it; `open_document_store(url)` chooses one.
"""

from reelgraph_kit.document_store.open import open_document_store
from reelgraph_kit.document_store.port import (
    Collection,
    Condition,
    Document,
    DocumentStore,
    DocumentStoreError,
    DuplicateValue,
    Sort,
    VersionConflict,
    where,
)

__all__ = [
    "Collection",
    "Condition",
    "Document",
    "DocumentStore",
    "DocumentStoreError",
    "DuplicateValue",
    "Sort",
    "VersionConflict",
    "open_document_store",
    "where",
]
