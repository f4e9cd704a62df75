"""A supergraph SDL file, watched."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from reelgraph_router.supergraph_source.port import SourceError, SupergraphDocument

_log = logging.getLogger("reelgraph.router.supergraph")


class FileSource:
    """Reads a file again when it changes; looks every `interval` seconds."""

    def __init__(self, path: Path, interval: float = 1.0) -> None:
        self._path = path
        self._interval = interval

    async def documents(self) -> AsyncIterator[SupergraphDocument]:
        """Yield the file's text, then each changed one; SourceError when it is not there."""
        served = await asyncio.to_thread(read_document, self._path)
        yield served
        while True:
            await asyncio.sleep(self._interval)
            try:
                document = await asyncio.to_thread(read_document, self._path)
            except SourceError as error:
                _log.warning("%s The supergraph served so far stays.", error)
                continue
            if document.version != served.version:
                served = document
                yield document

    async def keep(self, document: SupergraphDocument) -> None:
        """Nothing to keep: the file is the copy."""


def read_document(path: Path) -> SupergraphDocument:
    """Read a supergraph file; raises SourceError."""
    try:
        sdl = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"Cannot read the supergraph file {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"The supergraph file {path} is not UTF-8 text.") from error
    return SupergraphDocument(sdl, text_version(sdl), str(path))


def text_version(sdl: str) -> str:
    """Name a text by its digest."""
    return hashlib.sha256(sdl.encode()).hexdigest()[:16]
