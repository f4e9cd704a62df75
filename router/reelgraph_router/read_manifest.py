"""Read the manifest of trusted documents that a client's build wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from reelgraph_router.configuration import ConfigurationError


class ManifestError(ConfigurationError):
    """The manifest cannot be used; the text says why."""


def read_manifest(path: Path) -> dict[str, str]:
    """The documents of a manifest by their ids; raises ManifestError.

    Two forms are read: an object of ids to documents, as code generators for Relay and typed
    documents write, and Apollo's `{"operations": [{"id", "body", …}]}`.
    """
    try:
        content: object = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ManifestError(f"Cannot read the trusted documents of {path}: {error}.") from None
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"The trusted documents of {path} are no JSON: {error}.") from None
    if not isinstance(content, Mapping):
        raise ManifestError(f"{path} must hold an object of ids to documents.")
    operations = content.get("operations")
    entries = _listed(path, operations) if isinstance(operations, list) else content
    found: dict[str, str] = {}
    for identifier, document in entries.items():
        if not isinstance(document, str) or not document.strip():
            raise ManifestError(f"{path}: the document of {identifier!r} must be a text.")
        found[str(identifier)] = document
    if not found:
        raise ManifestError(f"{path} holds no document.")
    return found


def _listed(path: Path, operations: list[object]) -> dict[object, object]:
    found: dict[object, object] = {}
    for number, one in enumerate(operations):
        if not isinstance(one, Mapping) or not isinstance(one.get("id"), str):
            raise ManifestError(f"{path}: operations[{number}] must have an id and a body.")
        found[one["id"]] = one.get("body")
    return found
