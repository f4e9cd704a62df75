"""Put a SQLite file into WAL mode, also while others open the same new file.

The change needs the file to itself for a moment, and SQLite does not wait for that: two connections
that open a new file at once both read its header, and one is told "database is locked" at once, whatever
its busy timeout is (https://sqlite.org/wal.html, https://sqlite.org/c3ref/busy_handler.html). So the
change is tried again until it holds. A file that is in WAL mode stays so, and costs one try.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 15.0
_PAUSE_SECONDS = 0.01
_STATEMENT = "PRAGMA journal_mode = WAL"


def enter_wal_mode(connection: sqlite3.Connection, patience: float = PATIENCE_SECONDS) -> None:
    """Put the connection's file into WAL mode; blocks for up to `patience` seconds.

    Raises `sqlite3.OperationalError` when the file cannot be changed, or when others held it for all
    that time.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute(_STATEMENT).fetchone()
            return
        except sqlite3.OperationalError as error:
            _raise_unless_busy(error, deadline)
        time.sleep(_PAUSE_SECONDS)


async def enter_wal_mode_async(
    run: Callable[[str], Awaitable[object]], patience: float = PATIENCE_SECONDS
) -> None:
    """Put a file into WAL mode through `run`, which runs one statement on the connection.

    As `enter_wal_mode`, and the event loop goes on meanwhile.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            await run(_STATEMENT)
            return
        except sqlite3.OperationalError as error:
            _raise_unless_busy(error, deadline)
        await asyncio.sleep(_PAUSE_SECONDS)


def _raise_unless_busy(error: sqlite3.OperationalError, deadline: float) -> None:
    # The low byte is the error; the others say which kind of it (https://sqlite.org/rescode.html).
    busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    if not busy or time.monotonic() > deadline:
        raise error
