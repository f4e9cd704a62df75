"""Whatever bytes a subgraph writes, a caller gets its own answer or an error."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reelgraph_router.transport.answer_head import AnswerFault
from reelgraph_router.transport.answer_reader import AnswerReader
from reelgraph_router.transport.http import HttpTransport, PoolSet
from reelgraph_router.transport.pool_limits import PoolLimits
from reelgraph_router.transport.port import (
    FaultKind,
    Outcome,
    SubgraphAnswer,
    SubgraphRequest,
    TransportFault,
)

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("hostile_answers.yaml").read_text()
)
PLAIN = "HTTP/1.1 200 OK~content-length: 2~~hi"
LIMIT = 200_000


def to_bytes(text: str) -> bytes:
    text = text.replace("{plain}", PLAIN).replace("{kilobyte}", "k" * 1024)
    return text.replace("~", "\r\n").encode("latin-1")


def written(case: dict[str, Any]) -> list[bytes]:
    """The writes of a case."""
    *before, last = [to_bytes(piece) for piece in case["pieces"]]
    pieces = [*before, *[last] * case.get("times", 1)]
    if "cut" in case:
        whole = b"".join(pieces)
        pieces = [whole[at : at + case["cut"]] for at in range(0, len(whole), case["cut"])]
    return pieces


def own(body: bytes) -> bytes:
    """The right answer to a request."""
    said = b"own " + body
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(said), said)


class Hostile:
    """Writes pieces to the first request, and the right answer to those that follow."""

    def __init__(self, pieces: list[bytes], *, ends: bool = False) -> None:
        self.pieces = pieces
        self.ends = ends
        self.has_written = asyncio.Event()

    async def behave(self, reader, writer, body) -> bool:
        if body != b"first":
            writer.write(own(body))
            return True
        try:
            for piece in self.pieces:
                writer.write(piece)
                await writer.drain()
        finally:
            self.has_written.set()
        return not self.ends


def ask(transport: HttpTransport, body: bytes) -> asyncio.Future[Outcome]:
    future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    transport.send(SubgraphRequest("s", body, b"", 30.0, False), future.set_result)
    return future


def assert_own(outcome: Outcome, body: bytes) -> None:
    assert isinstance(outcome, SubgraphAnswer), outcome
    assert outcome.body == b"own " + body


@pytest.mark.parametrize("name", CASES)
async def test_two_callers_one_after_the_other(name, start_raw_server):
    case = CASES[name]
    hostile = Hostile(written(case), ends=case.get("ends", False))
    server = await start_raw_server(hostile.behave)
    transport = HttpTransport({"s": server.url}, PoolSet(PoolLimits(answer_bytes=LIMIT)))
    outcome = await ask(transport, b"first")
    await hostile.has_written.wait()
    if "fault" in case:
        assert isinstance(outcome, TransportFault), outcome
        assert outcome.kind is FaultKind[case["fault"]]
    else:
        assert isinstance(outcome, SubgraphAnswer), outcome
        assert (outcome.status, outcome.body) == (
            case.get("status", 200), to_bytes(case["answer"]),
        )  # fmt: skip
    assert_own(await ask(transport, b"second"), b"second")
    assert (server.connections == 1) is case["reused"]
    await transport.close()


WHOLE = {name: case for name, case in CASES.items() if len(written(case)) == 1}


@pytest.mark.parametrize("name", WHOLE)
async def test_a_caller_that_waits_for_the_connection(name, start_raw_server):
    """One connection: the next request is written as soon as the answer before it is whole."""
    case = WHOLE[name]
    server = await start_raw_server(Hostile(written(case), ends=case.get("ends", False)).behave)
    limits = PoolLimits(connections=1, answer_bytes=LIMIT)
    transport = HttpTransport({"s": server.url}, PoolSet(limits))
    outcomes = await asyncio.gather(*(ask(transport, one) for one in (b"first", b"second", b"3")))
    assert_own(outcomes[1], b"second")
    assert_own(outcomes[2], b"3")
    await transport.close()


FRAGMENTS = [
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 204 No\r\n\r\n", b"HTTP/1.0 200 OK\r\n",
    b"HTTP/1.1 101 S\r\n", b"content-length: 2\r\n", b"content-length: 0\r\n", b"Content-Length: 30\r\n",
    b"transfer-encoding: chunked\r\n", b"connection: close\r\n", b"x: y\r\n", b" folded\r\n", b"\r\n", b"\n",
    b"\r", b"hi", b"2\r\nhi\r\n", b"0\r\n\r\n", b"0\r\n", b"5;x=y\r\nalien\r\n", b"\x00", to_bytes(PLAIN),
    b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nalien",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
]  # fmt: skip
noise = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=4)), min_size=1, max_size=8
).map(b"".join)


def dated(second: int, body: bytes) -> bytes:
    """An answer as servers write it: its head changes with the second and with the body's length."""
    return b"HTTP/1.1 200 OK\r\ndate: %02d\r\ncontent-length: %d\r\n\r\n%b" % (
        second,
        len(body),
        body,
    )


usual = st.builds(dated, st.integers(0, 2), st.sampled_from([b"hi", b"hello", b"x" * 12, b""]))


def read(pieces: list[bytes]) -> object:
    """What a reader makes of pieces: the answer and whether its connection is kept, or a fault."""
    reader = AnswerReader(1_000)
    for number, piece in enumerate(pieces):
        try:
            answer = reader.feed(piece)
        except AnswerFault:
            return "fault"
        if answer is not None:
            keeps = reader.keeps and number == len(pieces) - 1
            return answer.status, answer.headers, answer.body, keeps
    return None


@settings(max_examples=1_000, deadline=None)
@given(noise, st.lists(st.integers(0, 400), max_size=6))
def test_an_answer_is_the_same_however_it_is_cut(data, cuts):
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    pieces = [data[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]
    whole, cut = read([data]), read(pieces)
    # A fault may show itself before or after the point where an answer would have been whole.
    assert cut == whole


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.one_of(noise, usual, usual, usual), min_size=1, max_size=5))
def test_a_reader_that_has_read_before_reads_alike(answers):
    assert answers
    used = AnswerReader(1_000)
    for data in answers:
        fresh = AnswerReader(1_000)
        used.begin()
        outcomes: list[object] = []
        for reader in (used, fresh):
            try:
                answer = reader.feed(data)
                outcomes.append(
                    answer and (answer.status, dict(answer.headers), answer.body, reader.keeps)
                )
            except AnswerFault as fault:
                outcomes.append((fault.kind, fault.detail))
        assert outcomes[0] == outcomes[1]


@settings(max_examples=150, deadline=None)
@given(noise, st.booleans())
async def test_the_next_caller_gets_its_own_answer(data, ends):
    hostile = Hostile([data], ends=ends)

    async def serve(reader, writer) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                if not await hostile.behave(reader, writer, await reader.readexactly(length)):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    limits = PoolLimits(connections=1, answer_bytes=1_000)
    transport = HttpTransport({"s": url}, PoolSet(limits))
    first, second = ask(transport, b"first"), ask(transport, b"second")
    await hostile.has_written.wait()
    done, _ = await asyncio.wait({first}, timeout=0.05)
    if not done:  # it may never end: then its time does
        await transport.close()
    else:
        assert_own(await second, b"second")
        await transport.close()
    server.close()
