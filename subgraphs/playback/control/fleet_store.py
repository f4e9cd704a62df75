"""What of the fleet survives a restart of the control plane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.playback.steering.fleet import Appliance, ApplianceFacts, Load
from subgraphs.playback.steering.routes import Announcement, parse_prefix
from subgraphs.playback.tables import appliance_files, appliance_routes, appliances


async def load_appliances(
    session: AsyncSession, configured: Sequence[ApplianceFacts]
) -> tuple[list[Appliance], dict[str, int]]:
    """Return every configured appliance as last known, and each one's routes generation."""
    rows = {row.id: row for row in await session.execute(sa.select(appliances))}
    held: dict[str, set[str]] = {}
    for row in await session.execute(sa.select(appliance_files)):
        held.setdefault(row.appliance_id, set()).add(row.file)
    known = [
        _appliance(facts, rows.get(facts.id), frozenset(held.get(facts.id, ())))
        for facts in configured
    ]
    return known, {each_id: row.routes_generation for each_id, row in rows.items()}


async def load_routes(session: AsyncSession, appliance_ids: Sequence[str]) -> list[Announcement]:
    """Return the announced routes of the given appliances."""
    rows = await session.execute(
        sa.select(appliance_routes).where(appliance_routes.c.appliance_id.in_(appliance_ids))
    )
    return [
        Announcement(row.appliance_id, parse_prefix(row.prefix), tuple(row.as_path), row.med)
        for row in rows
    ]


async def save_appliance(session: AsyncSession, appliance: Appliance, generation: int) -> None:
    """Write an appliance's own row."""
    appliance_id = appliance.facts.id
    await session.execute(sa.delete(appliances).where(appliances.c.id == appliance_id))
    await session.execute(
        sa.insert(appliances).values(
            id=appliance_id,
            base_url_v4=appliance.base_url_v4,
            base_url_v6=appliance.base_url_v6,
            boot_id=appliance.boot_id,
            sequence=appliance.sequence,
            last_report_at=appliance.last_report_at,
            good_reports_needed=appliance.good_reports_needed,
            health=asdict(appliance.load),
            reads_through=appliance.reads_through,
            codecs=sorted(appliance.codecs),
            routes_generation=generation,
        )
    )


async def save_routes(
    session: AsyncSession,
    appliance_id: str,
    announced: Iterable[Announcement],
    withdrawn: Iterable[str],
) -> None:
    """Write an appliance's route changes."""
    rows = [
        {
            "appliance_id": appliance_id,
            "prefix": str(each.prefix),
            "as_path": list(each.as_path),
            "med": each.med,
        }
        for each in announced
    ]
    gone = [*withdrawn, *(row["prefix"] for row in rows)]
    if gone:
        await session.execute(
            sa.text(
                "delete from appliance_routes where appliance_id = :appliance_id and prefix = :gone"
            ),
            [{"appliance_id": appliance_id, "gone": prefix} for prefix in gone],
        )
    if rows:
        await session.execute(sa.insert(appliance_routes), rows)


async def forget_files(session: AsyncSession, appliance_id: str) -> None:
    """Drop what is known of an appliance's files, before all of them are written anew."""
    await session.execute(
        sa.delete(appliance_files).where(appliance_files.c.appliance_id == appliance_id)
    )


async def save_files(
    session: AsyncSession, appliance_id: str, added: Iterable[str], removed: Iterable[str]
) -> None:
    """Write an appliance's file changes."""
    gone = [{"appliance_id": appliance_id, "gone": file} for file in removed]
    new = [{"appliance_id": appliance_id, "file": file} for file in added]
    if gone:
        await session.execute(
            sa.text(
                "delete from appliance_files where appliance_id = :appliance_id and file = :gone"
            ),
            gone,
        )
    if new:
        await session.execute(sa.insert(appliance_files), new)


def _appliance(
    facts: ApplianceFacts, row: sa.Row[tuple[Any, ...]] | None, files: frozenset[str]
) -> Appliance:
    appliance = Appliance(facts, files=files)
    if row is None:
        return appliance
    return replace(
        appliance,
        base_url_v4=row.base_url_v4,
        base_url_v6=row.base_url_v6,
        boot_id=row.boot_id,
        sequence=row.sequence,
        last_report_at=row.last_report_at,
        good_reports_needed=row.good_reports_needed,
        load=Load(**row.health),
        reads_through=row.reads_through,
        codecs=frozenset(row.codecs),
    )
