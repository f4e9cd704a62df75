"""One SQLite file used from one thread, so that no event loop ever waits for the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from reelgraph_kit.sqlite_wal import enter_wal_mode

T = TypeVar("T")

BUSY_TIMEOUT_SECONDS = 15.0
"""How long a writer waits for a writer in another process."""


class SqliteWorker:
    """Runs work on the file at `path` (WAL mode); `schema` is the SQL that makes its tables.

    `synchronous` FULL keeps a commit through a power failure; NORMAL only through a crash of
    the process. Nothing is opened before the first call.
    """

    def __init__(self, path: Path, schema: str, synchronous: str = "FULL") -> None:
        self.path = path.absolute()
        self._schema = schema
        self._synchronous = synchronous
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"sqlite-{path.stem}")
        self._connection: sqlite3.Connection | None = None
        self.closed = False

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one writing transaction; an exception rolls it back.

        Raises `sqlite3.Error`, or `sqlite3.ProgrammingError` once closed.
        """
        return await self._run(lambda: self._in_transaction(work))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` that only reads; it keeps no writer out."""
        return await self._run(lambda: work(self._connected()))

    async def close(self) -> None:
        """Close the file; doing it twice is fine."""
        if not self.closed:
            self.closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
            self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        if self.closed:
            raise sqlite3.ProgrammingError(f"{self.path} has been closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        return result

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            enter_wal_mode(connection)
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.executescript(self._schema)
        except BaseException:
            connection.close()
            raise
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
