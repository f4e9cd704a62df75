"""The part of the SQL store that keeps checks and how variants judge."""

import json
from dataclasses import asdict
from datetime import datetime

from ..domain.check import Check, CheckSettings
from ..domain.json_form import check_from_dict, check_to_dict, time_to_text
from .database import reading, writing
from .named_queries import query
from .sql_base import SqlPart, to_json

# After any time there is.
_NO_LIMIT = "9999"


class SqlChecks(SqlPart):
    """Keeps the results of checks whole, as they were returned."""

    async def save_check(self, check: Check) -> None:
        """Keep a check under its id."""
        values = {
            "graph": check.graph,
            "id": check.id,
            "variant": check.variant,
            "passes": int(check.passes),
            "result": to_json(check_to_dict(check)),
            "created_at": time_to_text(check.created_at),
        }
        async with writing(self._engine) as connection:
            await connection.execute(query("insert_check"), values)

    async def check(self, graph: str, id: str) -> Check | None:
        """Return one check."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(query("check"), {"graph": graph, "id": id})).first()
            return None if row is None else check_from_dict(json.loads(row.result))

    async def checks(
        self, graph: str, variant: str, limit: int, before: datetime | None = None
    ) -> list[Check]:
        """List the checks of a variant, those made before a time."""
        keys = {
            "graph": graph,
            "variant": variant,
            "before": _NO_LIMIT if before is None else time_to_text(before),
            "limit": limit,
        }
        async with reading(self._engine) as connection:
            rows = await connection.execute(query("checks"), keys)
            return [check_from_dict(json.loads(row.result)) for row in rows]

    async def check_settings(self, graph: str, variant: str) -> CheckSettings:
        """Return how a variant judges proposals; the defaults until they are set."""
        async with reading(self._engine) as connection:
            keys = {"graph": graph, "variant": variant}
            row = (await connection.execute(query("variant"), keys)).first()
        if row is None:
            return CheckSettings()
        stored = json.loads(row.check_settings)
        clients = tuple(stored.pop("excluded_clients", ()))
        return CheckSettings(**stored, excluded_clients=clients)

    async def save_check_settings(self, graph: str, variant: str, settings: CheckSettings) -> None:
        """Set how a variant judges proposals."""
        keys = {"graph": graph, "variant": variant}
        async with writing(self._engine) as connection:
            await connection.execute(query("ensure_graph"), {"graph": graph})
            await connection.execute(query("ensure_variant"), keys)
            values = {**keys, "check_settings": to_json(asdict(settings))}
            await connection.execute(query("set_check_settings"), values)
