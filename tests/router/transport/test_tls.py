"""TLS to subgraphs, against real sockets and certificates made here."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import pytest
from certificates import Authority
from serving import hello_supergraph, serving
from websockets.asyncio.server import serve

from reelgraph_router.transport.http import HttpTransport, PoolSet
from reelgraph_router.transport.port import (
    FaultKind,
    Outcome,
    StreamFault,
    SubgraphAnswer,
    SubgraphRequest,
    TransportFault,
)
from reelgraph_router.transport.tls import TlsError, make_context

ANSWER = b'{"data":{"hello":"over TLS"}}'


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


async def answer(reader, writer, body) -> bool:
    certificate = writer.get_extra_info("peercert")
    names = [value for part in (certificate or {}).get("subject", ()) for _, value in part]
    writer.write(
        b"HTTP/1.1 200 OK\r\nx-client: %b\r\ncontent-length: %d\r\n\r\n%b"
        % (",".join(names).encode(), len(ANSWER), ANSWER)
    )
    await writer.drain()
    return True


async def ask(url: str, context, times: int = 1) -> Outcome:
    transport = HttpTransport({"s": url}, PoolSet(ssl_context=context))
    try:
        for _ in range(times):
            future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
            transport.send(SubgraphRequest("s", b"{}", b"", 60, True), future.set_result)
            outcome = await future
        return outcome
    finally:
        await transport.close()


async def test_a_certificate_of_the_configured_authority_is_trusted(authority, start_raw_server):
    server = await start_raw_server(answer, authority.server())
    outcome = await ask(server.url, make_context(authority.ca_file), times=3)
    assert isinstance(outcome, SubgraphAnswer)
    assert outcome.body == ANSWER
    assert server.connections == 1  # kept alive


@pytest.mark.parametrize("trusted", ["the system's authorities", "another authority"])
async def test_any_other_certificate_is_not(trusted, authority, start_raw_server, tmp_path):
    server = await start_raw_server(answer, authority.server())
    other = Authority(tmp_path, "other").ca_file if trusted == "another authority" else None
    outcome = await ask(server.url, make_context(other))
    assert isinstance(outcome, TransportFault)
    assert outcome.kind is FaultKind.UNREACHABLE
    assert "certificate verify failed" in outcome.detail
    assert not server.bodies


async def test_a_certificate_for_another_address_is_not(authority, start_raw_server):
    server = await start_raw_server(answer, authority.server(address="127.0.0.2"))
    outcome = await ask(server.url, make_context(authority.ca_file))
    assert isinstance(outcome, TransportFault)
    assert "certificate is not valid for '127.0.0.1'" in outcome.detail
    assert not server.bodies


@pytest.mark.parametrize("key_apart", [True, False])
async def test_the_router_shows_its_certificate(key_apart, authority, start_raw_server, tmp_path):
    server = await start_raw_server(answer, authority.server(asks=True))
    certificate, key = authority.issue("router")
    if not key_apart:
        both = tmp_path / "both.pem"
        both.write_bytes(certificate.read_bytes() + key.read_bytes())
        certificate, key = both, None
    outcome = await ask(server.url, make_context(authority.ca_file, certificate, key))
    assert isinstance(outcome, SubgraphAnswer)
    assert outcome.header(b"x-client") == b"router"


async def test_a_subgraph_that_asks_for_one_answers_nobody_without(authority, start_raw_server):
    server = await start_raw_server(answer, authority.server(asks=True))
    outcome = await ask(server.url, make_context(authority.ca_file))
    assert isinstance(outcome, TransportFault)
    assert not server.bodies


async def stream_events(reader, writer, body) -> bool:
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        b"event: next\ndata: %b\n\nevent: complete\ndata:\n\n" % ANSWER
    )
    await writer.drain()
    return False


async def stream_messages(socket) -> None:
    await socket.recv()
    await socket.send('{"type":"connection_ack"}')
    await socket.recv()
    await socket.send(json.dumps({"id": "1", "type": "next", "payload": json.loads(ANSWER)}))
    await socket.send('{"id":"1","type":"complete"}')


async def events(url: str, protocol: str, context) -> list[dict[str, object]]:
    transport = HttpTransport({"s": url}, PoolSet(ssl_context=context), {"s": protocol})
    body = b'{"query":"subscription { hello }"}'
    async with aclosing(transport.subscribe(SubgraphRequest("s", body, b"", 60, False))) as found:
        return [event async for event in found]


async def test_subscriptions_over_server_sent_events(authority, start_raw_server):
    server = await start_raw_server(stream_events, authority.server())
    found = await events(server.url, "sse", make_context(authority.ca_file))
    assert found == [json.loads(ANSWER)]
    with pytest.raises(StreamFault, match="certificate verify failed"):
        await events(server.url, "sse", make_context())


async def test_subscriptions_over_websocket(authority):
    context = authority.server(asks=True)
    subprotocols = ["graphql-transport-ws"]
    async with serve(
        stream_messages, "127.0.0.1", 0, ssl=context, subprotocols=subprotocols
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        url = f"https://127.0.0.1:{port}/graphql"
        shown = make_context(authority.ca_file, *authority.issue("router"))
        assert await events(url, "ws", shown) == [json.loads(ANSWER)]
        with pytest.raises(StreamFault, match="certificate verify failed"):
            await events(url, "ws", make_context())


async def test_the_settings_reach_the_subgraph(authority, start_raw_server, tmp_path):
    server = await start_raw_server(answer, authority.server(asks=True))
    certificate, key = authority.issue("router")
    async with serving(
        tmp_path, sdl=hello_supergraph(server.url), subgraph_ca_file=authority.ca_file,
        subgraph_certificate=certificate, subgraph_certificate_key=key,
    ) as client:  # fmt: skip
        found = await client.post("/graphql", json={"query": "{ hello }"})
    assert found.json() == {"data": {"hello": "over TLS"}}


def test_files_that_cannot_be_used_are_refused_in_words(authority, tmp_path):
    certificate, key = authority.issue("router")
    _, other_key = authority.issue("other")
    garbage, missing = tmp_path / "garbage.pem", tmp_path / "missing.pem"
    garbage.write_text("no certificate")
    with pytest.raises(TlsError, match=r"missing\.pem as certificate authorities: No such file"):
        make_context(missing)
    with pytest.raises(TlsError, match=r"garbage\.pem as certificate authorities: it is no such"):
        make_context(garbage)
    with pytest.raises(TlsError, match=r"missing\.pem with the key .* to subgraphs: No such file"):
        make_context(None, missing, key)
    with pytest.raises(TlsError, match=r"Cannot show .*router\.pem to subgraphs"):
        make_context(None, certificate)  # no key in it
    with pytest.raises(TlsError, match="KEY_VALUES_MISMATCH"):
        make_context(None, certificate, other_key)
    with pytest.raises(TlsError, match="set subgraph_certificate"):
        make_context(None, None, key)
