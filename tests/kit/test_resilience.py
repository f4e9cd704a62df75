"""Circuit breaker, fallback chain, retry: with a clock of the test's own."""

from __future__ import annotations

import asyncio

import pytest

from reelgraph_kit.resilience import (
    AllFailed,
    CircuitBreaker,
    CircuitOpen,
    RetryBudget,
    Step,
    first_success,
    retry,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def succeed() -> str:
    return "value"


async def fail() -> str:
    raise LookupError("no")


async def never() -> str:
    return await asyncio.Future[str]()


def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(
        "search", failure_ratio=0.5, minimum_calls=4, window_seconds=10, open_seconds=5, clock=clock
    )


def state(circuit: CircuitBreaker) -> str:
    return circuit.state


async def failing(circuit: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(LookupError):
            await circuit.call(fail)


async def test_it_stays_closed_while_few_calls_fail() -> None:
    circuit = breaker(Clock())
    for _ in range(5):
        await circuit.call(succeed)
    await failing(circuit, 4)
    assert state(circuit) == "closed"


async def test_it_opens_when_half_of_enough_calls_failed() -> None:
    circuit = breaker(Clock())
    await circuit.call(succeed)
    await circuit.call(succeed)
    await failing(circuit, 1)
    assert state(circuit) == "closed"
    await failing(circuit, 1)
    assert state(circuit) == "open"
    with pytest.raises(CircuitOpen, match="search"):
        await circuit.call(succeed)


async def test_old_failures_leave_the_window() -> None:
    clock = Clock()
    circuit = breaker(clock)
    await failing(circuit, 3)
    clock.now = 11
    await failing(circuit, 1)
    assert state(circuit) == "closed"


async def test_one_probe_closes_it_again() -> None:
    clock = Clock()
    circuit = breaker(clock)
    await failing(circuit, 4)
    clock.now = 5
    assert state(circuit) == "half-open"
    assert await circuit.call(succeed) == "value"
    assert state(circuit) == "closed"
    await failing(circuit, 3)
    assert state(circuit) == "closed"


async def test_a_failing_probe_opens_it_for_as_long_again() -> None:
    clock = Clock()
    circuit = breaker(clock)
    await failing(circuit, 4)
    clock.now = 5
    await failing(circuit, 1)
    assert state(circuit) == "open"
    clock.now = 9
    assert state(circuit) == "open"
    clock.now = 10
    assert state(circuit) == "half-open"


async def test_half_open_lets_one_call_through_at_a_time() -> None:
    clock = Clock()
    circuit = breaker(clock)
    await failing(circuit, 4)
    clock.now = 5
    release = asyncio.Event()
    started = asyncio.Event()

    async def slow() -> str:
        started.set()
        await release.wait()
        return "probe"

    probe = asyncio.create_task(circuit.call(slow))
    await started.wait()
    with pytest.raises(CircuitOpen):
        await circuit.call(succeed)
    release.set()
    assert await probe == "probe"
    assert state(circuit) == "closed"


async def test_a_cancelled_probe_leaves_room_for_another() -> None:
    clock = Clock()
    circuit = breaker(clock)
    await failing(circuit, 4)
    clock.now = 5
    started = asyncio.Event()

    async def endless() -> str:
        started.set()
        return await never()

    probe = asyncio.create_task(circuit.call(endless))
    await started.wait()
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert state(circuit) == "half-open"
    assert await circuit.call(succeed) == "value"


async def test_errors_that_blame_the_caller_do_not_count() -> None:
    circuit = CircuitBreaker(
        "search",
        minimum_calls=1,
        counts_as_failure=lambda error: not isinstance(error, LookupError),
    )
    await failing(circuit, 20)
    assert state(circuit) == "closed"


async def test_the_first_step_that_succeeds_gives_the_value() -> None:
    outcome = await first_success([Step("best", fail), Step("good", succeed), Step("last", fail)])
    assert (outcome.value, outcome.step, outcome.is_fallback) == ("value", "good", True)
    assert [str(error) for error in outcome.errors] == ["no"]


async def test_no_fallback_is_marked_when_none_was_needed() -> None:
    outcome = await first_success([Step("best", succeed), Step("last", fail)])
    assert (outcome.step, outcome.is_fallback) == ("best", False)


async def test_a_slow_step_gives_way() -> None:
    outcome = await first_success([Step("slow", never, timeout=0.01), Step("quick", succeed)])
    assert outcome.step == "quick"
    assert isinstance(outcome.errors[0], TimeoutError)


async def test_slow_steps_open_their_breaker() -> None:
    circuit = CircuitBreaker("slow", minimum_calls=2)

    steps = [Step("slow", never, timeout=0.01, breaker=circuit), Step("quick", succeed)]
    await first_success(steps)
    await first_success(steps)
    assert state(circuit) == "open"
    outcome = await first_success(steps)
    assert isinstance(outcome.errors[0], CircuitOpen)


async def test_all_errors_are_told_when_every_step_fails() -> None:
    with pytest.raises(AllFailed) as caught:
        await first_success([Step("a", fail), Step("b", fail)])
    assert [type(error) for error in caught.value.exceptions] == [LookupError, LookupError]


async def test_retry_tries_again_until_success() -> None:
    attempts = 0

    async def third_time() -> int:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise LookupError
        return attempts

    assert await retry(third_time, retry_on=lambda _: True, first_pause_seconds=0) == 3


async def test_retry_gives_up_with_the_last_error() -> None:
    errors = iter([LookupError("first"), LookupError("second"), LookupError("third")])

    async def fail_differently() -> None:
        raise next(errors)

    with pytest.raises(LookupError, match="second"):
        await retry(fail_differently, attempts=2, retry_on=lambda _: True, first_pause_seconds=0)


async def test_retry_leaves_other_errors_alone() -> None:
    calls = 0

    async def once() -> None:
        nonlocal calls
        calls += 1
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (the type is what matters)
        await retry(once, retry_on=lambda error: isinstance(error, LookupError))
    assert calls == 1


async def test_retries_end_with_their_budget() -> None:
    budget = RetryBudget(ratio=0.1, reserve=2)
    calls = 0

    async def count_and_fail() -> None:
        nonlocal calls
        calls += 1
        raise LookupError

    for _ in range(20):
        with pytest.raises(LookupError):
            await retry(
                count_and_fail, retry_on=lambda _: True, budget=budget, first_pause_seconds=0
            )
    # 20 calls, 2 retries in reserve and one more for every tenth call.
    assert 22 <= calls <= 24
