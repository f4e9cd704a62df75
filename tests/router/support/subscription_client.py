"""Clients of subscriptions: server-sent events, multipart, WebSocket."""

from __future__ import annotations

import asyncio
import json

from websockets.asyncio.client import connect


async def read_parts(client, payload) -> list[object]:
    """What a client of Apollo's multipart protocol reads; the response must end as it should."""
    headers = {"accept": 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'}
    answer = await client.post("/graphql", json=payload, headers=headers)
    assert answer.headers["content-type"] == 'multipart/mixed; boundary="-"; subscriptionSpec=1.0'
    preamble, *parts, end = answer.text.split("\r\n---")
    assert (preamble, end) == ("", "--\r\n")
    heads = {part.partition("\r\n\r\n")[0] for part in parts}
    assert heads == {"\r\ncontent-type: application/json; charset=utf-8"}
    return [json.loads(part.partition("\r\n\r\n")[2]) for part in parts]


async def read_events(client, payload, hear=None) -> list[tuple[str, object]]:
    """The events of a stream, until it ends; `hear` is told each of them."""
    events, kind = [], ""
    headers = {"accept": "text/event-stream"}
    async with client.stream("POST", "/graphql", json=payload, headers=headers) as response:
        if not response.headers["content-type"].startswith("text/event-stream"):
            raise AssertionError(await response.aread())
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                kind = line[7:]
                continue
            if not line.startswith("data:"):
                continue
            events.append((kind, None if kind == "complete" else json.loads(line[6:])))
            if hear is not None:
                hear(events[-1])
    return events


class Socket:
    """A client of graphql-transport-ws."""

    def __init__(self, client, **options) -> None:
        url = str(client.base_url).replace("http", "ws", 1).rstrip("/") + "/graphql"
        self._connect = connect(url, proxy=None, **options)

    async def __aenter__(self):
        self.socket = await self._connect
        return self

    async def __aexit__(self, *error) -> None:
        await self.socket.close()

    async def send(self, **message) -> None:
        await self.socket.send(json.dumps(message))

    async def read(self):
        async with asyncio.timeout(60):
            return json.loads(await self.socket.recv())

    async def closed(self) -> int:
        async with asyncio.timeout(60):
            await self.socket.wait_closed()
        return self.socket.close_code


PROTOCOL = {"subprotocols": ["graphql-transport-ws"]}
