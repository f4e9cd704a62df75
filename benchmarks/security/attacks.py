"""The attacks, each bounded in time and count: `attacks.py NAME ROUTER_PORT SUBGRAPH_PORT`.

Runs in a process of its own, so that its work is not measured as the router's. It is the hostile
subgraph `evil` as well: what that writes to a request is an attack's `answer`. Prints what came back.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from members import QUERY as MEMBERS_QUERY

SECONDS = 12.0
"""Longest time that an attack goes on."""
HEAD = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = ANSWER + b"transfer-encoding: chunked\r\n\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
GOOD = b'{"data":{"bad":"own"}}'
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n"
    b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

told: Counter[str] = Counter()


def post(query: str, **more: object) -> bytes:
    """A whole request."""
    body = json.dumps({"query": query, **more}).encode()
    return HEAD + b"content-length: %d\r\n\r\n%b" % (len(body), body)


async def say(port: int, pieces: Iterator[bytes], *, reads: bool = True) -> None:
    """Write pieces for as long as they are taken, and note the status that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 16)
    if not reads:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
    heard = asyncio.ensure_future(reader.read(12)) if reads else None
    try:
        for piece in pieces:
            if heard is not None and heard.done():
                break
            writer.write(piece)
            await writer.drain()
        if heard is None:
            while not writer.transport.is_closing():
                writer.write(b"")
                await asyncio.sleep(0.05)
            told["cut off"] += 1
        else:
            told[(await heard).decode("latin-1")[9:] or "closed"] += 1
    except ConnectionError:
        told["cut off"] += 1
    finally:
        if heard is not None:
            heard.cancel()
        writer.transport.abort()


async def together(port: int, count: int, pieces: Callable[[], Iterator[bytes]]) -> None:
    """So many connections at once."""
    await asyncio.gather(*(say(port, pieces()) for _ in range(count)))


async def one_by_one(port: int, count: int, request: Callable[[int], bytes]) -> None:
    """Requests on connections of their own, 20 at a time."""
    for start in range(0, count, 20):
        numbers = range(start, min(count, start + 20))
        await asyncio.gather(*(say(port, iter([request(number)])) for number in numbers))


def endless(start: bytes, piece: bytes, most: int) -> Callable[[], Iterator[bytes]]:
    """A start and then one piece up to so many bytes."""

    def pieces() -> Iterator[bytes]:
        yield start
        block = piece * (65_536 // len(piece) or 1)
        for _ in range(most // len(block)):
            yield block

    return pieces


async def never_read(port: int) -> None:
    """Twenty connections that ask for large answers and read none."""
    request = post("{ large }")

    def requests() -> Iterator[bytes]:
        for _ in range(2_000):
            yield request

    await asyncio.gather(*(say(port, requests(), reads=False) for _ in range(20)))


async def websocket_flood(port: int, frame: bytes) -> None:
    """Frames without end to a WebSocket whose answers nobody reads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    with suppress(ConnectionError):
        while True:
            writer.write(frame * 500)
            await writer.drain()
    told["cut off"] += 1


def persisted(number: int) -> bytes:
    """A document that does not parse, in letters of four bytes, to be kept under its hash."""
    text = f"{{ {number} " + "\N{GRINNING FACE}" * 60_000
    digest = hashlib.sha256(text.encode()).hexdigest()
    extension = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    body = json.dumps({"query": text, "extensions": extension}, ensure_ascii=False).encode()
    return HEAD + b"content-length: %d\r\n\r\n%b" % (len(body), body)


def asking(count: int, query: str = "{ bad }") -> Callable[[int], Awaitable[None]]:
    """Ask the hostile subgraph so often."""
    return lambda port: one_by_one(port, count, lambda number: post(query))


def zipped(body: bytes) -> Callable[[], Iterator[bytes]]:
    """An answer in gzip."""
    head = ANSWER + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
    return lambda: iter([head + body])


def subscribe(port: int) -> Awaitable[object]:
    """Twenty subscriptions to the hostile subgraph, which are read."""
    request = post("subscription { stream }").replace(
        b"host: x", b"host: x\r\naccept: text/event-stream\r\nconnection: close"
    )

    async def listen() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        told["error" if b'"errors"' in await reader.read() else "no error"] += 1
        writer.close()

    return asyncio.gather(*(listen() for _ in range(20)))  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """What a client does to the router, and what the hostile subgraph answers meanwhile."""

    finding: int
    words: str
    run: Callable[[int], Awaitable[object]]
    answer: Callable[[], Iterator[bytes]] = lambda: iter(
        [ANSWER + b"content-length: %d\r\n\r\n%b" % (len(GOOD), GOOD)]
    )
    members: int = 0


LINE = b"x: " + b"y" * 1_000 + b"\r\n"
HUNDRED = 100_000_000
ATTACKS = {
    "nothing": Attack(0, "no attack, for comparison", lambda port: asyncio.sleep(3)),
    **{
        f"members-{kinds}": Attack(
            3, f"nested fragments on interfaces with {kinds} members each",
            lambda port: one_by_one(port, 1, lambda number: post(MEMBERS_QUERY)),
            lambda: iter([ANSWER + b"content-length: 22\r\n\r\n" + b'{"data":{"post":null}}']),
            members=kinds,
        )
        for kinds in (5, 10, 14, 20)
    },
    "leftovers": Attack(
        4, "a second answer behind each of a subgraph's, 2,000 times", asking(2_000),
        lambda: iter([(ANSWER + b"content-length: %d\r\n\r\n%b" % (len(GOOD), GOOD)) * 2]),
    ),
    "head": Attack(5, "100 MB of headers on each of 10 connections",
                   lambda port: together(port, 10, endless(HEAD, LINE, HUNDRED))),
    "header": Attack(5, "one header of 100 MB on each of 10 connections",
                     lambda port: together(port, 10, endless(HEAD + b"x: ", b"y" * 1_000, HUNDRED))),
    "trailers": Attack(
        5, "100 MB of trailers on each of 10 connections",
        lambda port: together(port, 10, endless(
            HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", LINE, HUNDRED)),
    ),
    "half-heads": Attack(5, "1,000 half-sent heads", lambda port: together(
        port, 1_000, lambda: iter([HEAD + LINE]))),
    "half-bodies": Attack(5, "500 half-sent bodies, 1.9 MB of each", lambda port: together(
        port, 500, endless(HEAD + b"content-length: 1990000\r\n\r\n", b"x" * 1_000, 1_900_000))),
    "silence": Attack(5, "2,000 silent connections",
                      lambda port: together(port, 2_000, lambda: iter([]))),
    "no-reading": Attack(5, "20 clients that ask for 1.5 MB 2,000 times and never read", never_read),
    "small-chunks": Attack(5, "20 bodies of 1.9 MB in chunks of one byte", lambda port: together(
        port, 20, endless(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 11_400_000))),
    "pings": Attack(5, "pings to a WebSocket that never reads",
                    lambda port: websocket_flood(port, b"\x89\xfd\0\0\0\0" + b"p" * 125)),
    "fragments": Attack(5, "a message in endless empty fragments",
                        lambda port: websocket_flood(port, b"\x00\x80\0\0\0\0")),
    "persisted": Attack(5, "400 persisted documents of 240 kB that do not parse",
                        lambda port: one_by_one(port, 400, persisted)),
    "gzip-members": Attack(5, "a subgraph's 2 MB of empty gzip members, 20 times", asking(20),
                           zipped(gzip.compress(b"") * 100_000)),
    "gzip-ratio": Attack(5, "a subgraph's 1 GB of spaces in 1 MB of gzip, 20 times", asking(20),
                         zipped(gzip.compress(b" " * 1_000_000_000, 9))),
    "answer-chunks": Attack(5, "a subgraph's 10 MB in chunks of two bytes, 5 times", asking(5),
                            endless(CHUNKED, b"2\r\nxx\r\n", 35_000_000)),
    "answer-head": Attack(5, "a subgraph's head of 100 MB, 20 times", asking(20),
                          endless(ANSWER, LINE, HUNDRED)),
    "answer-trailers": Attack(5, "a subgraph's trailers of 100 MB, 20 times", asking(20),
                              endless(CHUNKED + b"0\r\n", LINE, HUNDRED)),
    "event-lines": Attack(5, "20 subscriptions whose events are endless lines", subscribe,
                          endless(EVENTS, b"data: x\n", HUNDRED)),
}  # fmt: skip


async def serve_evil(attack: Attack, port: int) -> asyncio.Server:
    """The hostile subgraph."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                for piece in attack.answer():
                    writer.write(piece)
                    await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", port)


async def main(name: str, port: int, subgraph_port: int) -> None:
    """Run one attack until it is over, or its time."""
    attack = ATTACKS[name]
    server = await serve_evil(attack, subgraph_port)
    print("ready", flush=True)
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            await attack.run(port)
    server.close()
    common = ", ".join(f"{what}: {count}" for what, count in told.most_common(3))
    print(common or "nothing", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
