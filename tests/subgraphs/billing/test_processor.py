"""What every payment processor must hold to; an adapter to a real one joins the parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from subgraphs.billing.domain.money import Amount
from subgraphs.billing.processor.port import (
    Approved,
    Declined,
    PaymentProcessor,
    ProcessorRequest,
    ProcessorTimeout,
)
from subgraphs.billing.processor.simulator import SimulatedProcessor

PRICE = Amount(899, "EUR")


def simulated(folder: Path) -> PaymentProcessor:
    return SimulatedProcessor(folder / "processor.db")


@pytest.fixture(params=[simulated], ids=["simulator"])
def processor(request: pytest.FixtureRequest, tmp_path: Path) -> PaymentProcessor:
    make: Callable[[Path], PaymentProcessor] = request.param
    return make(tmp_path)


def charge(key: str, card: str) -> ProcessorRequest:
    return ProcessorRequest(key, card, PRICE)


async def test_a_key_is_charged_once_and_remembered(processor: PaymentProcessor) -> None:
    assert await processor.find("k1") is None
    outcomes = await asyncio.gather(*(processor.charge(charge("k1", "card_ok")) for _ in range(5)))

    assert isinstance(outcomes[0], Approved)
    assert set(outcomes) == {outcomes[0], await processor.find("k1")}


async def test_a_declined_key_stays_declined(processor: PaymentProcessor) -> None:
    first = await processor.charge(charge("k1", "card_declined"))
    again = await processor.charge(charge("k1", "card_declined"))

    assert first == again == Declined("The card was declined.")
    assert isinstance(await processor.charge(charge("k2", "never-heard-of")), Declined)


@pytest.mark.parametrize(
    ("card", "found"),
    [
        ("card_timeout_approved", Approved),
        ("card_timeout_declined", Declined),
        ("card_timeout_lost", type(None)),
    ],
)
async def test_an_answer_that_never_came_can_be_looked_up(
    processor: PaymentProcessor, card: str, found: type
) -> None:
    with pytest.raises(ProcessorTimeout):
        await processor.charge(charge("k1", card))

    assert isinstance(await processor.find("k1"), found)


async def test_a_lost_request_can_be_sent_again(processor: PaymentProcessor) -> None:
    with pytest.raises(ProcessorTimeout):
        await processor.charge(charge("k1", "card_timeout_lost"))

    assert isinstance(await processor.charge(charge("k1", "card_timeout_lost")), Approved)
