"""Files on disk, bounded in bytes, the least recently used given up first."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

Fetch = Callable[[str, Path], Awaitable[None]]
"""Writes the file of a name such as `asset/480p.webm` to a path; raises when it cannot."""


class FileTooLarge(Exception):
    """A file alone is larger than the whole cache."""


@dataclass(slots=True)
class CachedFile:
    """A file that is held; `etag` is its SHA-256, found out at first use."""

    path: Path
    size: int
    etag: str | None = None


class DiskCache:
    """A folder of files `<asset>/<file>`; each appears whole, by renaming.

    Of requests for a file that is missing, one fetches it and the others wait. A file that is
    being read is never given up.
    """

    def __init__(self, folder: Path, limit_bytes: int, fetch: Fetch) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._fetch = fetch
        self._files: OrderedDict[str, CachedFile] = OrderedDict()
        self._readers: Counter[str] = Counter()
        self._fetching: dict[str, asyncio.Task[None]] = {}

    def scan(self) -> None:
        """Take over what an earlier run has left, oldest first; unfinished files are removed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        found = [path for path in self._folder.glob("*/*") if path.is_file()]
        for path in sorted(found, key=lambda each: each.stat().st_mtime):
            if path.name.startswith("."):
                path.unlink()
            else:
                name = f"{path.parent.name}/{path.name}"
                self._files[name] = CachedFile(path, path.stat().st_size)
        self._give_up_surplus(0)

    @property
    def names(self) -> frozenset[str]:
        """The names of the files held."""
        return frozenset(self._files)

    @property
    def size(self) -> int:
        """The bytes held."""
        return sum(each.size for each in self._files.values())

    @property
    def is_filling(self) -> bool:
        """Whether a fetch is under way."""
        return bool(self._fetching)

    @asynccontextmanager
    async def reading(self, name: str) -> AsyncIterator[CachedFile]:
        """Hold a file for reading, fetching it first when it is missing.

        Raises what the fetch raises, and FileTooLarge.
        """
        # Counted before the fetch, so that the new file is safe from the moment it appears.
        self._readers[name] += 1
        try:
            if name not in self._files:
                await self._fetch_once(name)
            self._files.move_to_end(name)
            file = self._files[name]
            if file.etag is None:
                file.etag = await asyncio.to_thread(_hash, file.path)
            yield file
        finally:
            self._readers[name] -= 1
            if not self._readers[name]:
                del self._readers[name]

    async def hold(self, name: str) -> None:
        """Fetch a file unless it is there."""
        async with self.reading(name):
            pass

    async def close(self) -> None:
        """Stop fetching."""
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch_once(self, name: str) -> None:
        task = self._fetching.get(name)
        if task is None:
            task = asyncio.create_task(self._fill(name))
            self._fetching[name] = task
            task.add_done_callback(lambda _: self._fetching.pop(name, None))
        # A client that goes away must not stop the fill for the others.
        await asyncio.shield(task)

    async def _fill(self, name: str) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}")
        try:
            await self._fetch(name, unfinished)
            size = unfinished.stat().st_size
            if size > self._limit:
                raise FileTooLarge(f"{name} has {size} bytes; the cache holds {self._limit}")
            self._give_up_surplus(size)
            os.replace(unfinished, path)
            self._files[name] = CachedFile(path, size)
        finally:
            unfinished.unlink(missing_ok=True)

    def _give_up_surplus(self, coming: int) -> None:
        surplus = self.size + coming - self._limit
        for name in list(self._files):
            if surplus <= 0:
                return
            if name not in self._readers:
                file = self._files.pop(name)
                file.path.unlink(missing_ok=True)
                surplus -= file.size


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
