"""What every use case of playback works with."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import add_event
from reelgraph_kit.clock import Clock
from subgraphs.playback.control.http import ControlHttp
from subgraphs.playback.control.plane import ControlPlane
from subgraphs.playback.origin.files import Origin
from subgraphs.playback.play.graph_facts import GraphFacts
from subgraphs.playback.play.history import History
from subgraphs.playback.records import SessionRecord
from subgraphs.playback.steering.geography import NetworkPlace

ACTIVITY_TOPIC = "playback.activity"
_logger = logging.getLogger("reelgraph.playback")


@dataclass(slots=True)
class Player:
    """Stores, the control plane, the facts of other services, and the clock (aware UTC)."""

    database: Database
    plane: ControlPlane
    control: ControlHttp
    facts: GraphFacts
    history: History
    origin: Origin
    places: Sequence[NetworkPlace]
    clock: Clock
    open_diagnostics: bool = False
    _errands: set[asyncio.Task[Any]] = field(default_factory=set)

    def send_off(self, errand: Coroutine[Any, Any, Any]) -> None:
        """Run something that nobody waits for; a failure is logged."""
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._finish)

    async def settle(self) -> None:
        """Wait for the errands under way."""
        await asyncio.gather(*self._errands, return_exceptions=True)

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.error("an errand failed", exc_info=error)


async def announce_activity(
    session: AsyncSession,
    kind: str,
    viewing: SessionRecord,
    position_seconds: int,
    now: datetime,
) -> None:
    """Tell of activity (STARTED, HEARTBEAT, STOPPED) in the transaction of its write."""
    event = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "memberId": viewing.member_id,
        "profileId": viewing.profile_id,
        "titleId": viewing.title_id,
        "sessionId": viewing.id,
        "positionSeconds": position_seconds,
        "occurredAt": now.isoformat(),
    }
    await add_event(session, ACTIVITY_TOPIC, viewing.profile_id, json.dumps(event).encode())
