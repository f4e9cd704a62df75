"""The home page: personal rows, or the family top ten when they cannot be had in time."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from reelgraph_kit.resilience import CircuitBreaker, CircuitOpen, Step, first_success
from subgraphs.recommendations.fallback import FamilyTopTen
from subgraphs.recommendations.model import TitleModel, Viewer
from subgraphs.recommendations.rows import Row, Watched, compose_rows
from subgraphs.recommendations.store import RecommendationsStore

_logger = logging.getLogger("reelgraph.recommendations")


class ModelNotReady(Exception):
    """The model is not filled from the store yet, or has nothing that this viewer may see."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """Rows, and whether they are the fallback."""

    rows: list[Row]
    fallback: bool


class HomeRows:
    """Makes home pages; one a process, because it keeps the circuit breaker."""

    def __init__(
        self,
        model: TitleModel,
        store: RecommendationsStore,
        top_ten: FamilyTopTen,
        loaded: asyncio.Event,
        timeout_seconds: float,
    ) -> None:
        self._model = model
        self._store = store
        self._top_ten = top_ten
        self._loaded = loaded
        self._timeout = timeout_seconds
        # A model that is still being filled answers at once; leaving it alone would only keep
        # its first rows back.
        self._breaker = CircuitBreaker(
            "the recommendation model",
            minimum_calls=5,
            counts_as_failure=lambda error: not isinstance(error, ModelNotReady),
        )

    async def page(self, viewer: Viewer, profile_id: str | None, first: int) -> HomePage:
        """Return the page of a profile, or of somebody unknown."""

        async def personal() -> list[Row]:
            history = [] if profile_id is None else await self._store.history(profile_id)
            return self._compose(viewer, history, first)

        async def family() -> list[Row]:
            return [self._top_ten.row(viewer)]

        outcome = await first_success(
            [
                Step("personal", personal, self._timeout, self._breaker),
                Step("family top ten", family),
            ]
        )
        for error in outcome.errors:
            if not isinstance(error, CircuitOpen):
                _logger.warning("home shows the family top ten: %r", error)
        return HomePage(outcome.value, outcome.is_fallback)

    def _compose(self, viewer: Viewer, history: list[Watched], first: int) -> list[Row]:
        if not self._loaded.is_set():
            raise ModelNotReady("the store is still being read")
        rows = compose_rows(self._model, viewer, history, time.time(), first)
        if not rows:
            raise ModelNotReady(f"no rows out of {len(self._model)} titles")
        return rows
