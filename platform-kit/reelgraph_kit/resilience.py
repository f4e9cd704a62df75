"""Keep one slow or failing dependency from taking its callers down.

`CircuitBreaker` stops calling what keeps failing, `first_success` walks a chain of fallbacks,
`retry` repeats within a `RetryBudget` so that retries can never multiply an overload.

Exceptions:
    CircuitOpen       the breaker refused the call
    AllFailed         every step of a fallback chain failed (an ExceptionGroup of the causes)
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")


class CircuitOpen(Exception):
    """The dependency has failed too often lately and is left alone for a while."""


class AllFailed(ExceptionGroup):
    """Every step of a fallback chain failed; the group holds their errors in order."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    at: float
    failed: bool


class CircuitBreaker:
    """Refuses calls while too many of the last ones failed.

    Closed: calls go through. When at least `minimum_calls` ended within the rolling window of
    `window_seconds` and the share of failures reaches `failure_ratio`, it opens: for
    `open_seconds` every call raises `CircuitOpen`. Then it is half open: one call at a time is
    let through, and closes it by success or opens it again by failure.
    """

    def __init__(
        self,
        name: str,
        *,
        failure_ratio: float = 0.5,
        minimum_calls: int = 10,
        window_seconds: float = 10.0,
        open_seconds: float = 5.0,
        counts_as_failure: Callable[[Exception], bool] = lambda error: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._failure_ratio = failure_ratio
        self._minimum_calls = minimum_calls
        self._window = window_seconds
        self._open_seconds = open_seconds
        self._counts_as_failure = counts_as_failure
        self._clock = clock
        self._outcomes: deque[_Outcome] = deque()
        self._opened_at: float | None = None
        self._probing = False

    @property
    def state(self) -> Literal["closed", "open", "half-open"]:
        """What the breaker does with the next call."""
        if self._opened_at is None:
            return "closed"
        waited = self._clock() - self._opened_at
        return "half-open" if waited >= self._open_seconds else "open"

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` unless the breaker is open; raises `CircuitOpen` or what `work` raises.

        A cancelled call counts neither as success nor as failure.
        """
        probe = self._admit()
        try:
            result = await work()
        except Exception as error:
            self._record(failed=self._counts_as_failure(error), probe=probe)
            raise
        else:
            self._record(failed=False, probe=probe)
            return result
        finally:
            if probe:
                self._probing = False

    def _admit(self) -> bool:
        """Return whether the call is the probe of a half-open breaker."""
        state = self.state
        if state == "closed":
            return False
        if state == "open" or self._probing:
            raise CircuitOpen(f"{self.name} has failed too often and is left alone for a while.")
        self._probing = True
        return True

    def _record(self, *, failed: bool, probe: bool) -> None:
        now = self._clock()
        if probe:
            self._outcomes.clear()
            self._opened_at = now if failed else None
            return
        self._outcomes.append(_Outcome(now, failed))
        while self._outcomes and self._outcomes[0].at <= now - self._window:
            self._outcomes.popleft()
        failures = sum(outcome.failed for outcome in self._outcomes)
        enough = len(self._outcomes) >= self._minimum_calls
        too_many = failures >= self._failure_ratio * len(self._outcomes)
        if enough and too_many and self._opened_at is None:
            self._opened_at = now


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """One way to get a value; `timeout` in seconds, None for as long as it takes."""

    name: str
    work: Callable[[], Awaitable[T]]
    timeout: float | None = None
    breaker: CircuitBreaker | None = None


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """The value of a fallback chain, which step gave it, and what the steps before it raised."""

    value: T
    step: str
    errors: tuple[Exception, ...]

    @property
    def is_fallback(self) -> bool:
        """Whether a step other than the first gave the value."""
        return bool(self.errors)


async def first_success(steps: Sequence[Step[T]]) -> Outcome[T]:
    """Try the steps in order until one succeeds; raises `AllFailed` when none does."""
    errors: list[Exception] = []
    for step in steps:
        try:
            return Outcome(await _run_step(step), step.name, tuple(errors))
        except Exception as error:
            errors.append(error)
    raise AllFailed(f"{len(steps)} steps failed", errors or [ValueError("no steps were given")])


async def _run_step(step: Step[T]) -> T:
    async def timed() -> T:
        async with asyncio.timeout(step.timeout):
            return await step.work()

    return await (timed() if step.breaker is None else step.breaker.call(timed))


class RetryBudget:
    """Allows retries as a share of calls, so that retries cannot multiply an overload.

    Every call earns `ratio` of a retry, every retry spends one; `reserve` retries are there
    from the start and no more than that can be saved up.
    """

    def __init__(self, ratio: float = 0.1, reserve: float = 10.0) -> None:
        self._ratio = ratio
        self._reserve = reserve
        self._tokens = reserve

    def earn(self) -> None:
        """Count one call."""
        self._tokens = min(self._reserve, self._tokens + self._ratio)

    def spend(self) -> bool:
        """Take one retry out of the budget, if there is one."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


async def retry(
    work: Callable[[], Awaitable[T]],
    *,
    attempts: int = 3,
    retry_on: Callable[[Exception], bool],
    budget: RetryBudget | None = None,
    first_pause_seconds: float = 0.05,
    longest_pause_seconds: float = 1.0,
) -> T:
    """Run `work` up to `attempts` times, pausing (doubling, with jitter) between them.

    Only errors for which `retry_on` is true are tried again, and only while `budget` allows.
    Raises the last error.
    """
    if budget is not None:
        budget.earn()
    pause = first_pause_seconds
    for attempt in range(1, attempts + 1):
        try:
            return await work()
        except Exception as error:
            exhausted = attempt == attempts or not retry_on(error)
            if exhausted or (budget is not None and not budget.spend()):
                raise
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, longest_pause_seconds)
    raise ValueError("attempts must be at least 1")
