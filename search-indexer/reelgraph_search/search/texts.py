"""Read texts out of documents."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue


def texts_at(node: JsonValue, path: str) -> Iterator[str]:
    """All strings at a dotted path of a document; lists on the way are opened."""
    if isinstance(node, list):
        for item in node:
            yield from texts_at(item, path)
    elif not path:
        if isinstance(node, str):
            yield node
    elif isinstance(node, dict):
        name, _, rest = path.partition(".")
        yield from texts_at(node.get(name), rest)
