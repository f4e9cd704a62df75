"""Send what was counted to the schema registry, in batches, off the request path."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import httpx

from reelgraph_router.usage.count import Batch, UsageCounter

MAX_WAITING = 20
"""Batches that wait for a registry that is away; the oldest is lost first."""
SEND_SECONDS = 10.0
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)

_log = logging.getLogger("reelgraph.router.usage")


class _Refused(Exception):
    """The registry will never take this batch."""


class UsageReporter:
    """Reports every `seconds`; what cannot be sent waits, within bounds, and is sent again.

    `lost` counts the requests that no report will tell of; each loss is logged with its number.
    """

    def __init__(
        self, url: str, graph: str, variant: str, token: str, seconds: float,
        pause: Callable[[int], float] | None = None, last_seconds: float = 60.0,
    ) -> None:  # fmt: skip
        self.counter = UsageCounter()
        self.lost = 0
        self._url = f"{url.rstrip('/')}/v1/graphs/{graph}/variants/{variant}/usage"
        self._headers = {"authorization": f"Bearer {token}"}
        self._seconds = seconds
        self._last_seconds = last_seconds
        self._pause = pause or _pause
        self._waiting: deque[Batch] = deque()
        self._failures = 0

    async def run(self) -> None:
        """Report until cancelled; then once more, shortly."""
        async with httpx.AsyncClient(timeout=SEND_SECONDS) as client:
            try:
                while True:
                    await asyncio.sleep(self._pause(self._failures) or self._seconds)
                    await self.report(client)
            finally:
                await self._report_last(client)

    async def _report_last(self, client: httpx.AsyncClient) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._last_seconds):
                await self.report(client)
        left = sum(batch.requests for batch in self._waiting)
        if left:
            self._lose(left, "the router ends and the registry took none of it")

    async def report(self, client: httpx.AsyncClient) -> None:
        """Send what was counted and what still waits, oldest first."""
        batch = self.counter.take()
        if batch is not None:
            self._waiting.append(batch)
        if self.counter.lost:
            lost, self.counter.lost = self.counter.lost, 0
            self._lose(lost, "too many different operations and clients at once")
        while len(self._waiting) > MAX_WAITING:
            self._lose(self._waiting.popleft().requests, "the registry was away for too long")
        while self._waiting:
            batch = self._waiting[0]
            try:
                await self._send(client, batch)
            except httpx.HTTPError as error:
                if self._failures == 0:
                    _log.warning("usage is not reported: %s %s", type(error).__name__, error)
                self._failures += 1
                return
            except _Refused as error:
                self._lose(batch.requests, f"the registry refused it: {error}")
            self._failures = 0
            self._waiting.popleft()

    async def _send(self, client: httpx.AsyncClient, batch: Batch) -> None:
        """Send one batch; raises httpx.HTTPError when it may be tried again, else _Refused."""
        answer = await client.post(self._url, json=batch.to_json(), headers=self._headers)
        if answer.status_code in (400, 401, 403, 404, 413, 422):
            raise _Refused(f"status {answer.status_code} {answer.text[:200]}")
        answer.raise_for_status()

    def _lose(self, requests: int, reason: str) -> None:
        self.lost += requests
        _log.warning("usage of %d requests is lost (%d in all): %s", requests, self.lost, reason)


def _pause(failures: int) -> float:
    """How long to wait after failures, in seconds; 0 where there was none."""
    return BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS)) - 1] if failures else 0.0
