"""Migrations: once, in order, from several processes, and never the wrong ones."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from reelgraph_registry.adapters.database import open_engine, reading
from reelgraph_registry.adapters.migrate import (
    Migration,
    MigrationError,
    migrate,
    read_migrations,
)

MIGRATE = """
import asyncio, sys
from reelgraph_registry.adapters.database import open_engine
from reelgraph_registry.adapters.migrate import migrate
async def main():
    engine = open_engine(sys.argv[1])
    print(*await migrate(engine))
    await engine.dispose()
asyncio.run(main())
"""


def sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/deep/er/registry.db"


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [step.number for step in read_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_service)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    url: str = request.getfixturevalue("postgresql_url")
    return url


def test_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, database_url], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outputs = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(outputs) == ["", "", " ".join(str(m.number) for m in read_migrations())]


async def test_later_steps_are_added(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    one = Migration(1, "0001_a.sql", "-- a; b\nCREATE TABLE a (x TEXT);\nINSERT INTO a VALUES (1);")
    two = Migration(2, "0002_b.sql", "CREATE TABLE b (x TEXT);\n")
    assert await migrate(engine, [one]) == [1]
    assert await migrate(engine, [one, two]) == [2]
    assert await tables(engine) == {"a", "b", "registry_migrations"}
    await engine.dispose()


async def test_a_step_that_fails_leaves_nothing(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    broken = Migration(1, "0001_a.sql", "CREATE TABLE a (x TEXT);\nNONSENSE;\n")
    with pytest.raises(Exception, match="syntax error"):
        await migrate(engine, [broken])
    assert await tables(engine) == set()
    await engine.dispose()


async def test_a_database_of_a_newer_registry_is_refused(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    steps = read_migrations()
    newer = Migration(len(steps) + 1, "x.sql", "CREATE TABLE later (x TEXT);")
    await migrate(engine, [*steps, newer])
    with pytest.raises(MigrationError, match="which this registry does not know"):
        await migrate(engine)
    await engine.dispose()


async def test_a_step_that_was_changed_is_refused(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    await migrate(engine, [Migration(1, "x.sql", "CREATE TABLE a (x TEXT);")])
    with pytest.raises(MigrationError, match="Migration 1 was changed"):
        await migrate(engine, [Migration(1, "x.sql", "CREATE TABLE a (y TEXT);")])
    await engine.dispose()


async def tables(engine: AsyncEngine) -> set[str]:
    async with reading(engine) as connection:
        rows = await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        return {row.name for row in rows}
