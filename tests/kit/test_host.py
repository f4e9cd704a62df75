"""A request is for one host, and says which."""

from __future__ import annotations

import pytest

from reelgraph_kit.asgi import Message, Receive, Scope, Send, send_json
from reelgraph_kit.host import HostMiddleware, host_fault

HOST = (b"host", b"x")


@pytest.mark.parametrize(
    ("headers", "version", "good"),
    [
        ([HOST], "1.1", True),
        ([HOST, HOST], "1.1", False),
        ([HOST, (b"host", b"y")], "1.0", False),
        ([], "1.1", False),
        ([], "2", False),
        ([], "1.0", True),
        ([(b"host", b"")], "1.0", False),
        ([(b"host", b"a b")], "1.1", False),
        ([(b"host", b"x:4000\n")], "1.1", False),
        ([(b"host", b"[fe80::1]:80")], "1.1", True),
        ([(b"host", b"[v1.a:b]")], "1.1", True),
        ([(b"host", b"fe80::1")], "1.1", False),
        ([(b"host", b"x:123456")], "1.1", False),
    ],
)
def test_host_fault(headers: list[tuple[bytes, bytes]], version: str, good: bool) -> None:
    assert (host_fault(headers, version) is None) is good


async def test_websockets_of_servers_without_responses_are_closed() -> None:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send_json(send, 200, {})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await HostMiddleware(app)({"type": "websocket", "headers": []}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
