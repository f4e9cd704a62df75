"""What nobody should send: over real sockets each gets a plain answer, and the router goes on."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from live import live
from serving import hello_supergraph

from reelgraph_router.transport.memory import MemoryTransport

SDL = """
type Query { hello: String again: Query
  echo(i: Int, f: Float, s: String, b: Boolean, id: ID, e: E, l: [[Int!]], o: In): String }
type Mutation { bump: Int }
enum E { A B }
input In { a: Int! = 1 n: In l: [In!] }
"""


def ask(query: str, **more: object) -> bytes:
    return json.dumps({"query": query, **more}).encode()


def give(kind: str, argument: str, value: object) -> bytes:
    return ask(f"query ($v: {kind}) {{ echo({argument}: $v) }}", variables={"v": value})


def nested(start: str, middle: str, end: str, depth: int) -> str:
    return start * depth + middle + end * depth


def bomb(selection: str, depth: int) -> str:
    fragments = [
        f"fragment f{n} on Query {{ {selection.replace('F', f'...f{n + 1}')} }}"
        for n in range(depth)
    ]
    return " ".join(["{ ...f0 }", *fragments, f"fragment f{depth} on Query {{ hello }}"])


BAD, PARSE, INVALID, INPUT, LIMIT = (
    "BAD_REQUEST", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "LIMIT_EXCEEDED",
)  # fmt: skip
BODIES = {
    # name: (body, code; None: it is answered)
    "nothing": (b"", BAD),
    "spaces": (b" \r\n", BAD),
    "a number": (b"7", BAD),
    "null": (b"null", BAD),
    "a text": (b'"{hello}"', BAD),
    "no UTF-8": (b'{"query":"{hello}\xff"}', BAD),
    "UTF-16": ('{"query":"{hello}"}'.encode("utf-16"), BAD),
    "half of a surrogate pair": (b'{"query":"{echo(s:\\"\\ud800\\")}"}', BAD),
    "half of a pair in a variable": (b'{"query":"{hello}","variables":{"v":"\\ud800"}}', BAD),
    "half of a pair, escaped in the document": (ask('{ echo(s: "\\ud800") }'), PARSE),
    "null byte after the end": (b'{"query":"{hello}"}\x00', BAD),
    "null byte in the document": (ask("{hello}\x00"), PARSE),
    "null byte in a text": (ask('{ echo(s: "\\u0000") }'), None),
    "NaN": (b'{"query":"{hello}","variables":{"v":NaN}}', BAD),
    "a number beyond floats": (b'{"query":"{hello}","variables":{"v":1e999}}', BAD),
    "hundreds of digits": (b'{"query":"{hello}","variables":{"v":' + b"9" * 400 + b"}}", BAD),
    "thousands of digits in the document": (ask(f"{{ echo(i: {'9' * 5000}) }}"), INVALID),
    "thirty digits for an ID": (give("ID", "id", 10**30), None),
    "32 bits and one": (give("Int", "i", 2**31), INPUT),
    "true for a number": (give("Int", "i", True), INPUT),
    "a text for a number": (give("Int", "i", "1"), INPUT),
    "an object for a text": (give("String", "s", {"a": 1}), INPUT),
    "an unknown enum value": (give("E", "e", "C"), INPUT),
    "an unknown input field": (give("In", "o", {"zzz": 1}), INPUT),
    "null where none may be": (give("[[Int!]]", "l", [[None]]), INPUT),
    "null for a field with default": (give("In", "o", {"a": None}), INPUT),
    "null for a condition": (ask("query ($v: Boolean = true) { hello @skip(if: $v) }", variables={"v": None}), INPUT),
    "the same key twice": (b'{"query":"{no}","query":"{hello}"}', None),
    "a list for the document": (b'{"query":["{hello}"]}', BAD),
    "a text for the variables": (b'{"query":"{hello}","variables":"{}"}', BAD),
    "a number for the name": (b'{"query":"{hello}","operationName":1}', BAD),
    "a list for the extensions": (b'{"query":"{hello}","extensions":[]}', BAD),
    "a list for a hash": (b'{"extensions":{"persistedQuery":{"version":1,"sha256Hash":[]}}}', BAD),
    "JSON nested deeply": (b'{"query":"{hello}","variables":{"v":' + b"[" * 5000 + b"]" * 5000 + b"}}", BAD),
    "a list nested deeply": (give("[[Int!]]", "l", json.loads(nested("[", "", "]", 900))), INPUT),
    "an object nested deeply": (give("In", "o", json.loads(nested('{"n":', "{}", "}", 900))), INPUT),
    "unused JSON nested": (ask("{hello}", extensions={"a": json.loads(nested("[", "", "]", 900))}), None),
    "fields nested deeply": (ask(nested("{again", "{hello}", "}", 3000)), PARSE),
    "fields nested more than allowed": (ask(nested("{again", "{hello}", "}", 120)), LIMIT),
    "list values nested deeply": (ask(f"{{ echo(l: {nested('[', '', ']', 4000)}) }}"), PARSE),
    "object values nested deeply": (ask(f"{{ echo(o: {nested('{n:', '{}', '}', 3000)}) }}"), PARSE),
    "a type nested deeply": (ask(f"query ($v: {nested('[', 'Int', ']', 3000)}) {{ hello }}"), PARSE),
    "fragments that double root fields": (ask(bomb("F F", 60)), LIMIT),
    "fragments that double aliases": (ask(bomb("x: again { F } y: again { F }", 40)), LIMIT),
    "fragments that double directives": (ask(bomb("again @skip(if: false) { F F }", 40)), LIMIT),
    # The same fragment twice at one place is opened once there, so that this stays as small as it looks.
    "fragments that double fields": (ask(bomb("again { F F }", 40)), None),
    "fragments that add depth": (ask(bomb("again { again { F } }", 60)), LIMIT),
    "one fragment thousands of times": (ask("{" + "...a " * 4000 + "} fragment a on Query { hello }"), LIMIT),
    "fragments in a circle": (ask("{...a} fragment a on Query { again { ...a } }"), INVALID),
    "the same fields in many places": (
        ask("{" + ("again {" + "again { hello } " * 15 + "}") * 50 + "}"), LIMIT,
    ),
    "a long comment": (ask("{hello} #" + "x" * 300_000), LIMIT),
    "a long text": (ask('{ echo(s: """' + "\n " * 150_000 + '""") }'), LIMIT),
    "introspection that multiplies": (
        ask("{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}"), INVALID,
    ),
    "more than allowed": (ask("{hello}", extensions={"x": "y" * 2_000_000}), LIMIT),
    "type definitions": (ask("type Query { a: Int }"), "OPERATION_RESOLUTION_FAILURE"),
}  # fmt: skip


async def exchange(port: int, data: bytes) -> tuple[bytes, bytes]:
    """Status line and body of what a server answers, whose connection may end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [
            int(line[15:])
            for line in head.split(b"\r\n")
            if line[:15].lower() == b"content-length:"
        ]
        body = await reader.readexactly(lengths[0]) if lengths else await reader.read()
        return head.partition(b"\r\n")[0], body
    finally:
        writer.close()


def post(body: bytes, headers: bytes = b"") -> bytes:
    start = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    return start + b"%bcontent-length: %d\r\n\r\n%b" % (headers, len(body), body)


@pytest.fixture
async def port(tmp_path):
    answer = {"data": {"hello": "w", "echo": "e", "bump": 1}}
    transport = MemoryTransport({"one": lambda request: answer})
    async with live(tmp_path, hello_supergraph(sdl=SDL), transport) as client:
        yield client.base_url.port
        assert (await client.post("/graphql", json={"query": "{hello}"})).json() == {
            "data": {"hello": "w"}
        }


async def test_hostile_bodies(port):
    """All over one router, as a client with bad intent would; each twice, since refusals are kept."""
    for name, (body, code) in BODIES.items():
        for _ in range(2):
            async with asyncio.timeout(120):
                status, text = await exchange(port, post(body))
            answer = json.loads(text)
            assert status.split()[1] in (b"200", b"400", b"413"), (name, status)
            assert b"Traceback" not in text
            assert b"sys." not in text
            if code is None:
                assert set(answer) == {"data"}, (name, answer)
            else:
                assert set(answer) == {"errors"}, (name, answer)
                assert answer["errors"][0]["extensions"]["code"] == code, (name, answer)


async def test_random_bytes(port):
    dice = random.Random(7)
    start = ask("query ($v: In) { echo(o: $v, s: \"x\") again { hello } }", variables={"v": {"a": 1}})  # fmt: skip
    for _ in range(300):
        body = bytearray(start)
        for _ in range(dice.randrange(1, 5)):
            body[dice.randrange(len(body))] = dice.choice(b'\x00\xff{}[]":,$@!\\ 09az')
        status, text = await exchange(port, post(bytes(body)))
        assert status.split()[1] in (b"200", b"400"), (bytes(body), text)
        assert json.loads(text)
        assert b"INTERNAL" not in text, (bytes(body), text)


REQUESTS = {
    # name: (bytes, statuses that are an answer)
    "no HTTP": (b"hello\r\n\r\n", {400}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n", {400}),
    "a negative length": (
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: -5\r\n\r\n{}", {400},
    ),
    "two lengths": (post(b'{"query":"{hello}"}', b"content-length: 3\r\n"), {400}),
    "a length and chunks": (post(b"{}", b"transfer-encoding: chunked\r\n"), {400}),
    "a query that is no URL encoding": (
        b"GET /graphql?query=%ff%fe HTTP/1.1\r\nhost: x\r\napollo-require-preflight: 1\r\n\r\n", {400},
    ),
    "variables that are no JSON": (
        b"GET /graphql?query=%7Bhello%7D&variables=%7B HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\r\n",
        {400},
    ),
    "a header of strange bytes": (
        post(b'{"query":"{hello}"}', b"accept: \xff\xfe;q=x, application/json\r\nauthorization: \xc3\xbc\r\n"),
        {200, 400, 401},
    ),
    "an accept header of thousands": (post(b'{"query":"{hello}"}', b"accept: " + b"a/b;q=0.1, " * 2000 + b"*/*\r\n"),
                                      {200, 400, 431}),
    "HTTP/1.0 with two hosts": (
        b'POST /graphql HTTP/1.0\r\nhost: x\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n'
        b'{"query":"{hello}"}',
        {400},
    ),
    "HTTP/1.0": (
        b'POST /graphql HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{"query":"{hello}"}',
        {200},
    ),
}  # fmt: skip

HOSTS = {
    # name: (lines of the head, status)
    "missing": (b"", 400),
    "doubled": (b"host: x\r\nHost: x\r\n", 400),
    "two of them": (b"host: router.example\r\nhost: other.example\r\n", 400),
    "two in one": (b"host: a, b\r\n", 400),
    "two in one without a space": (b"host: a,b\r\n", 400),
    "empty": (b"host:\r\n", 400),
    "with a path": (b"host: x/graphql\r\n", 400),
    "with a name in front": (b"host: admin@x\r\n", 400),
    "with a port that is none": (b"host: x:y\r\n", 400),
    "a half of a literal": (b"host: [::1\r\n", 400),
    "of strange bytes": (b"host: \xc3\xbc\r\n", 400),
    "with a broken escape": (b"host: a%2\r\n", 400),
    "with a port": (b"host: router.example:4000\r\n", 200),
    "with an empty port": (b"host: router.example:\r\n", 200),
    "an address": (b"host: [::1]:4000\r\n", 200),
    "of a container": (b"host: my_router\r\n", 200),
    "escaped": (b"host: %c3%bc.example\r\n", 200),
}  # fmt: skip
ASKED = b'{"query":"{hello}"}'
WAYS = {
    # What answers: (head before the hosts, the rest)
    "the short way": (
        b"POST /graphql HTTP/1.1\r\n",
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(ASKED), ASKED),
    ),
    "the long way": (b"GET /graphql?query=%7Bhello%7D HTTP/1.1\r\n", b"apollo-require-preflight: 1\r\n\r\n"),
    "a probe": (b"GET /health HTTP/1.1\r\n", b"\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_hosts(way, port):
    """A request for no host, or for two, is refused (RFC 9112, 3.2), whoever would answer it."""
    start, end = WAYS[way]
    for name, (lines, expected) in HOSTS.items():
        status, text = await exchange(port, start + lines + end)
        assert int(status.split()[1]) == expected, (name, text)
        if expected == 400:
            assert json.loads(text)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
            assert b"Host" in text


async def test_a_known_head_does_not_let_another_host_in(port):
    """The head that a connection sent before is recognised by its bytes, its host among them."""
    start, end = WAYS["the short way"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    statuses = []
    for lines in (b"host: x\r\n", b"host: x\r\n", b"host: x\r\nhost: y\r\n"):
        writer.write(start + lines + end)
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"]  # fmt: skip
        await reader.readexactly(lengths[0])
        statuses.append(int(head.split()[1]))
    assert statuses == [200, 200, 400]
    assert await reader.read() == b"", "what follows a doubtful request is not read"
    writer.close()


@pytest.mark.parametrize("name", HOSTS)
async def test_hosts_of_websockets(name, port):
    lines, expected = HOSTS[name]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /graphql HTTP/1.1\r\n%bconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n" % lines
    )
    status = await reader.readline()
    writer.close()
    assert int(status.split()[1]) == (101 if expected == 200 else 400)


@pytest.mark.parametrize("name", REQUESTS)
async def test_hostile_requests(name, port):
    data, statuses = REQUESTS[name]
    async with asyncio.timeout(60):
        status, text = await exchange(port, data)
    assert int(status.split()[1]) in statuses, (status, text)
    assert b"Traceback" not in text
