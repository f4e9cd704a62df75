import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from reelgraph_kit.sqlite_wal import enter_wal_mode, enter_wal_mode_async

OPENERS = 8
FILES = 25


def mode_of(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def test_connections_that_open_a_new_file_at_once_all_get_wal(tmp_path: Path) -> None:
    together = threading.Barrier(OPENERS)

    def open_one(number: int) -> list[str]:
        modes = []
        for file in range(FILES):
            together.wait()
            with closing(sqlite3.connect(tmp_path / f"{file}.db")) as connection:
                enter_wal_mode(connection)
                modes.append(mode_of(connection))
        return modes

    with ThreadPoolExecutor(OPENERS) as pool:
        modes = list(pool.map(open_one, range(OPENERS)))
    assert modes == [["wal"] * FILES] * OPENERS


def test_a_file_that_another_keeps_is_reported_when_patience_ends(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as keeper:
        keeper.execute("CREATE TABLE one (id)")
        keeper.execute("BEGIN EXCLUSIVE")
        with (
            closing(sqlite3.connect(path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            enter_wal_mode(other, patience=0)


async def test_waiting_lets_the_event_loop_go_on(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as keeper,
        closing(sqlite3.connect(path, timeout=0)) as other,
    ):
        keeper.execute("CREATE TABLE one (id)")
        keeper.execute("BEGIN EXCLUSIVE")
        refused = asyncio.Event()

        async def run(statement: str) -> object:
            try:
                return other.execute(statement).fetchall()
            except sqlite3.OperationalError:
                refused.set()
                raise

        entering = asyncio.create_task(enter_wal_mode_async(run))
        await refused.wait()
        keeper.execute("COMMIT")
        await entering
        assert mode_of(other) == "wal"


def test_another_error_is_raised_at_once(tmp_path: Path) -> None:
    (tmp_path / "not.db").write_bytes(b"no database " * 100)
    with (
        closing(sqlite3.connect(tmp_path / "not.db")) as connection,
        pytest.raises(sqlite3.DatabaseError, match="not a database"),
    ):
        enter_wal_mode(connection)
