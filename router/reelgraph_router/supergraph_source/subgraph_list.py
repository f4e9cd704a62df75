"""A local list of subgraphs, composed by the router itself, watched.

The list is YAML: a list (or a mapping with the key `subgraphs`) of entries with `name`, `url` and
`schema`, the path of an SDL file, relative to the list.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import yaml

from reelgraph_federation import Subgraph, compose
from reelgraph_router.supergraph_source.file import text_version
from reelgraph_router.supergraph_source.port import SourceError, SupergraphDocument

_log = logging.getLogger("reelgraph.router.supergraph")


class SubgraphListSource:
    """Composes again when the list or one of its schemas changes."""

    def __init__(self, path: Path, interval: float = 1.0) -> None:
        self._path = path
        self._interval = interval

    async def documents(self) -> AsyncIterator[SupergraphDocument]:
        """Yield the composed supergraph, then each new one; SourceError when the first fails."""
        subgraphs = await asyncio.to_thread(read_list, self._path)
        served = await asyncio.to_thread(compose_list, self._path, subgraphs)
        yield served
        while True:
            await asyncio.sleep(self._interval)
            try:
                found = await asyncio.to_thread(read_list, self._path)
                if found == subgraphs:
                    continue
                subgraphs = found
                document = await asyncio.to_thread(compose_list, self._path, found)
            except SourceError as error:
                _log.warning("%s\nThe supergraph served so far stays.", error)
                continue
            if document.version != served.version:
                served = document
                yield document

    async def keep(self, document: SupergraphDocument) -> None:
        """Nothing to keep: the files are the copy."""


def read_list(path: Path) -> list[Subgraph]:
    """Read the list and its schemas; raises SourceError naming the entry that is wrong."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"Cannot read the list of subgraphs {path}: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourceError(f"The list of subgraphs {path} is not YAML: {error}") from error
    entries = document.get("subgraphs") if isinstance(document, dict) else document
    if not isinstance(entries, list) or not entries:
        raise SourceError(f"{path} must be a list of subgraphs with name, url and schema.")
    return [_read_entry(path, number, entry) for number, entry in enumerate(entries, 1)]


def _read_entry(path: Path, number: int, entry: object) -> Subgraph:
    where = f"{path}, entry {number}"
    if not isinstance(entry, dict):
        raise SourceError(f"{where}: must have name, url and schema.")
    unknown = sorted(str(key) for key in entry.keys() - {"name", "url", "schema"})
    if unknown:
        raise SourceError(f"{where}: unknown key {', '.join(unknown)}; use name, url and schema.")
    for key in ("name", "url", "schema"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise SourceError(f"{where}: {key} is missing or is not a text.")
    file = path.parent / str(entry["schema"])
    try:
        sdl = file.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"{where}: cannot read the schema {file}: {error.strerror}.") from error
    return Subgraph(str(entry["name"]), str(entry["url"]), sdl, str(file))


def compose_list(path: Path, subgraphs: list[Subgraph]) -> SupergraphDocument:
    """Compose; raises SourceError with every composition error."""
    result = compose(subgraphs)
    sdl = result.supergraph_sdl
    if sdl is None:
        lines = [str(problem) for problem in result.errors]
        raise SourceError("\n".join([f"The subgraphs of {path} do not compose:", *lines]))
    return SupergraphDocument(sdl, text_version(sdl), str(path))
