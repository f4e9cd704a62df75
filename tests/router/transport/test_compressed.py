"""Decompression of subgraphs' answers is bounded, and what is long happens off the event loop."""

from __future__ import annotations

import asyncio
import gzip
import threading

import pytest

from reelgraph_router.transport import compressed
from reelgraph_router.transport.compressed import FREE_BYTES, MAX_MEMBERS, Decompression
from reelgraph_router.transport.port import FaultKind, Outcome, SubgraphAnswer, TransportFault

EMPTY = gzip.compress(b"")
NOISE = bytes(range(256)) * 40


async def decompress(body: bytes, most: int = 64_000_000) -> Outcome:
    done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    answer = SubgraphAnswer(200, [(b"content-encoding", b"gzip")], body)
    Decompression(answer, most, done.set_result).start()
    return await done


GOOD = {
    "nothing": (EMPTY, b""),
    "small": (gzip.compress(b"hi"), b"hi"),
    "several members": (gzip.compress(b"h") + EMPTY * 9 + gzip.compress(b"i"), b"hi"),
    "larger than a step": (gzip.compress(NOISE * 40, 1), NOISE * 40),
    "members larger than a step": (
        b"".join(gzip.compress(NOISE * 20, 0) for _ in range(5)), NOISE * 100,
    ),
    "a high ratio within what is free": (gzip.compress(b" " * FREE_BYTES), b" " * FREE_BYTES),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
async def test_reads(name):
    body, expected = GOOD[name]
    outcome = await decompress(body)
    assert isinstance(outcome, SubgraphAnswer), outcome
    assert outcome.body == expected


BAD = {
    "many empty members": (EMPTY * MAX_MEMBERS + gzip.compress(b"hi"), FaultKind.PROTOCOL),
    "a high ratio": (gzip.compress(b" " * 3_000_000), FaultKind.TOO_LARGE),
    "more than allowed": (gzip.compress(NOISE * 900, 1), FaultKind.TOO_LARGE),
    "members that are more than allowed": (gzip.compress(NOISE * 150, 1) * 6, FaultKind.TOO_LARGE),
    "it ends too soon": (gzip.compress(NOISE * 200, 1)[:-9], FaultKind.PROTOCOL),
    "noise after a member": (gzip.compress(b"hi") + b"noise", FaultKind.PROTOCOL),
    "noise after a step": (gzip.compress(NOISE * 200, 0)[:-8] + NOISE, FaultKind.PROTOCOL),
}


@pytest.mark.parametrize("name", BAD)
async def test_refuses(name):
    body, kind = BAD[name]
    outcome = await decompress(body, 8_000_000)
    assert isinstance(outcome, TransportFault)
    assert outcome.kind is kind


async def test_the_steps_are_bounded_by_what_comes_in(monkeypatch):
    """Two megabytes of empty members once held the event loop for a minute."""
    made = []
    monkeypatch.setattr(
        compressed.zlib, "decompressobj", lambda wbits, make=compressed.zlib.decompressobj: (
            made.append(wbits) or make(wbits)
        ),
    )  # fmt: skip
    assert isinstance(await decompress(EMPTY * (2_000_000 // len(EMPTY))), TransportFault)
    assert len(made) <= MAX_MEMBERS


async def test_what_is_long_happens_off_the_loop(monkeypatch):
    steps: list[int] = []
    step = Decompression._step

    def watched(self):
        steps.append(threading.get_ident())
        return step(self)

    monkeypatch.setattr(Decompression, "_step", watched)
    await decompress(gzip.compress(NOISE * 40, 1))
    assert steps[0] == threading.get_ident()
    assert len(steps) > 1
    assert threading.get_ident() not in steps[1:]
