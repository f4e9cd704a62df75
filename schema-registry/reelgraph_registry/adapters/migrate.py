"""Bring the database to the newest schema, safely from several processes at once."""

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .database import writing

_FILE = re.compile(r"(\d{4})_\w+\.sql")
# Any number does that nothing else in the database uses.
_ADVISORY_LOCK = 7_219_402_511


class MigrationError(Exception):
    """The database does not fit this version of the registry; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step, a file of SQL statements."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Identify the step's text, which must never change once it was applied."""
        return sha256(self.sql.encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        """The statements without comments."""
        lines = (line for line in self.sql.splitlines() if not line.startswith("--"))
        parts = "\n".join(lines).split(";\n")
        return [part.strip().removesuffix(";") for part in parts if part.strip()]


async def migrate(engine: AsyncEngine, migrations: list[Migration] | None = None) -> list[int]:
    """Apply the steps that are missing, all in one transaction, and return their numbers.

    Processes that start together wait for each other; the second finds nothing to do. Raises
    MigrationError when the database was made by a newer registry or a step's text changed.
    """
    steps = read_migrations() if migrations is None else migrations
    async with writing(engine) as connection:
        await _lock(connection)
        applied = await _applied(connection)
        _compare(applied, steps)
        missing = [step for step in steps if step.number not in applied]
        for step in missing:
            await _apply(connection, step)
    return [step.number for step in missing]


def read_migrations() -> list[Migration]:
    """Read the steps in the order of their numbers."""
    found = []
    for file in files(__package__).joinpath("migrations").iterdir():
        if match := _FILE.fullmatch(file.name):
            found.append(Migration(int(match[1]), file.name, file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda step: step.number)


async def _lock(connection: AsyncConnection) -> None:
    # SQLite's transaction holds the write lock already.
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))


async def _applied(connection: AsyncConnection) -> dict[int, str]:
    await connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS registry_migrations "
            "(number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL)"
        )
    )
    rows = await connection.execute(text("SELECT number, digest FROM registry_migrations"))
    return {int(row.number): str(row.digest) for row in rows}


def _compare(applied: dict[int, str], steps: list[Migration]) -> None:
    known = {step.number: step.digest for step in steps}
    for number, digest in applied.items():
        if number not in known:
            raise MigrationError(
                f"The database is at migration {number}, which this registry does not know. "
                "Run the version of reelgraph that made it, or a newer one."
            )
        if known[number] != digest:
            raise MigrationError(
                f"Migration {number} was changed after it was applied to this database. "
                "Install the released version of reelgraph again."
            )


async def _apply(connection: AsyncConnection, step: Migration) -> None:
    for statement in step.statements:
        await connection.execute(text(statement))
    await connection.execute(
        text(
            "INSERT INTO registry_migrations (number, name, digest) "
            "VALUES (:number, :name, :digest)"
        ),
        {"number": step.number, "name": step.name, "digest": step.digest},
    )
