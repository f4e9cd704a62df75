"""The registry's store over SQLAlchemy: SQLite and PostgreSQL with the same SQL."""

from sqlalchemy.ext.asyncio import AsyncEngine

from .sql_checks import SqlChecks
from .sql_publishing import SqlPublishing
from .sql_reading import SqlReading
from .sql_usage import SqlUsage


class SqlRegistryStore(SqlPublishing, SqlReading, SqlChecks, SqlUsage):
    """Implements RegistryStore and UsageStore on one engine, whose schema is migrated."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
