"""The registry as a process of its own, over HTTP."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from reelgraph_registry.http.auth import Authenticator, TokenFileError

if TYPE_CHECKING:
    from tests.registry.conftest import Registry, StartRegistry

A = "type Query { a: Int }"
B = "type Query { b: Int }"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


def test_health_and_readiness(registry: "Registry") -> None:
    assert httpx.get(f"{registry.url}/health").json() == {"status": "ok"}
    ready = httpx.get(f"{registry.url}/ready")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok"})


def test_the_published_supergraph_and_its_etag(registry: "Registry", graph: str) -> None:
    id = registry.publish(graph, a=A)["supergraphVersion"]["id"]
    url = f"{registry.variant_url(graph)}/supergraph.graphql"
    answer = httpx.get(url)
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'"{id}"'
    assert answer.headers["reelgraph-supergraph-version"] == id
    assert "join__Graph" in answer.text
    again = httpx.get(url, headers={"If-None-Match": f'W/"other", "{id}"'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == f'"{id}"'


def test_exact_versions_never_change(registry: "Registry", graph: str) -> None:
    first = registry.publish(graph, a=A)["supergraphVersion"]["id"]
    registry.publish(graph, a="type Query { other: Int }")
    answer = httpx.get(f"{registry.variant_url(graph)}/supergraph-versions/{first}.graphql")
    assert "  a: Int" in answer.text
    assert "immutable" in answer.headers["cache-control"]
    missing = httpx.get(f"{registry.variant_url(graph)}/supergraph-versions/9-none.graphql")
    assert missing.status_code == 404


def test_nothing_published_is_404(registry: "Registry", graph: str) -> None:
    answer = httpx.get(f"{registry.variant_url(graph)}/supergraph.graphql")
    assert answer.status_code == 404
    assert answer.text == f"{graph}@main publishes no supergraph yet.\n"


def test_a_failed_composition_leaves_the_supergraph(registry: "Registry", graph: str) -> None:
    id = registry.publish(graph, a=A)["supergraphVersion"]["id"]
    failure = registry.publish(graph, b="type Query { b: Missing }")
    assert failure["__typename"] == "CompositionFailure"
    assert (failure["publishedVersion"], failure["historyNumber"]) == (id, 2)
    answer = httpx.get(f"{registry.variant_url(graph)}/supergraph.graphql")
    assert answer.headers["etag"] == f'"{id}"'


async def test_a_long_poll_wakes_at_once(
    registry: "Registry", graph: str, client: httpx.AsyncClient
) -> None:
    first = registry.publish(graph, a=A)["supergraphVersion"]["id"]
    polls = [asyncio.create_task(poll(client, registry, graph, first, 30)) for _ in range(5)]
    await until_waiting(polls)
    started = time.monotonic()
    second = await asyncio.to_thread(registry.publish, graph, b=B)
    answers = await asyncio.gather(*polls)
    assert time.monotonic() - started < 25
    assert {answer.status_code for answer in answers} == {200}
    assert {a.headers["etag"] for a in answers} == {f'"{second["supergraphVersion"]["id"]}"'}
    assert answers[0].headers["preference-applied"] == "wait=30"


async def test_a_long_poll_ends_with_304_or_404(
    registry: "Registry", graph: str, client: httpx.AsyncClient
) -> None:
    nothing = await poll(client, registry, graph, None, 1)
    assert nothing.status_code == 404
    id = registry.publish(graph, a=A)["supergraphVersion"]["id"]
    started = time.monotonic()
    unchanged = await poll(client, registry, graph, id, 1)
    assert unchanged.status_code == 304
    assert time.monotonic() - started >= 0.9
    other = await poll(client, registry, graph, "0-other", 30)
    assert other.status_code == 200


async def test_a_long_poll_hears_of_the_first_publish(
    registry: "Registry", graph: str, client: httpx.AsyncClient
) -> None:
    waiting = asyncio.create_task(poll(client, registry, graph, None, 30))
    await until_waiting([waiting])
    await asyncio.to_thread(registry.publish, graph, a=A)
    assert (await waiting).status_code == 200


async def test_a_long_poll_hears_of_another_process(
    start_registry: "StartRegistry", tmp_path: Path, graph: str, client: httpx.AsyncClient
) -> None:
    one = start_registry(tmp_path, poll_seconds="0.1")
    other = start_registry(tmp_path, poll_seconds="0.1")
    first = one.publish(graph, a=A)["supergraphVersion"]["id"]
    waiting = asyncio.create_task(poll(client, other, graph, first, 30))
    await until_waiting([waiting])
    second = await asyncio.to_thread(one.publish, graph, b=B)
    answer = await waiting
    assert answer.headers["etag"] == f'"{second["supergraphVersion"]["id"]}"'
    assert (one.stop(), other.stop()) == (0, 0)


async def test_processes_that_publish_at_once_lose_nothing(
    start_registry: "StartRegistry", tmp_path: Path, graph: str
) -> None:
    registries = [start_registry(tmp_path) for _ in range(2)]
    published = await asyncio.gather(
        *(
            asyncio.to_thread(
                registries[n % 2].publish, graph, **{f"s{n}": f"type Query {{ f{n}: Int }}"}
            )
            for n in range(12)
        )
    )
    assert {result["__typename"] for result in published} == {"SubgraphsPublished"}
    url = f"{registries[0].variant_url(graph)}/supergraph.graphql"
    newest = await asyncio.to_thread(httpx.get, url)
    assert all(f"f{n}: Int" in newest.text for n in range(12))
    numbers = sorted(result["supergraphVersion"]["number"] for result in published)
    assert numbers == list(range(1, 13))
    assert [registry.stop() for registry in registries] == [0, 0]


async def test_a_long_poll_does_not_hold_up_the_end(
    start_registry: "StartRegistry", tmp_path: Path, graph: str, client: httpx.AsyncClient
) -> None:
    registry = start_registry(tmp_path)
    id = registry.publish(graph, a=A)["supergraphVersion"]["id"]
    waiting = asyncio.create_task(poll(client, registry, graph, id, 50))
    await until_waiting([waiting])
    started = time.monotonic()
    assert await asyncio.to_thread(registry.stop) == 0
    assert time.monotonic() - started < 25
    assert (await waiting).status_code == 304


async def poll(
    client: httpx.AsyncClient, registry: "Registry", graph: str, known: str | None, wait: int
) -> httpx.Response:
    headers = {"Prefer": f"wait={wait}"}
    if known is not None:
        headers["If-None-Match"] = f'"{known}"'
    url = f"{registry.variant_url(graph)}/supergraph.graphql"
    return await client.get(url, headers=headers)


async def until_waiting(polls: list["asyncio.Task[httpx.Response]"]) -> None:
    """Give the polls time to arrive, and see that they wait."""
    done, _ = await asyncio.wait(polls, timeout=0.5)
    assert not done


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "Send the registry's token"),
        ("wrong-token-of-some-length", "not this registry's"),
    ],
)
@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        ("publishSubgraphs(input: $input) { __typename }", "PublishSubgraphsInput"),
        ("checkSubgraphs(input: $input) { __typename }", "CheckSubgraphsInput"),
        ("deleteSubgraph(input: $input) { __typename }", "DeleteSubgraphInput"),
        ("promote(input: $input) { __typename }", "PromoteInput"),
        ("rollback(input: $input) { __typename }", "RollbackInput"),
        ("updateCheckSettings(input: $input) { __typename }", "CheckSettingsInput"),
    ],
)
def test_writes_need_the_token(
    registry: "Registry", graph: str, mutation: str, input: str, token: str | None, message: str
) -> None:
    needed: dict[str, dict[str, object]] = {
        "publishSubgraphs": {"subgraphs": []},
        "deleteSubgraph": {"subgraph": "a"},
        "promote": {"version": "1-x"},
    }
    more = needed.get(mutation.partition("(")[0], {})
    variables = {"input": {"graph": graph, "variant": "main", **more}}
    answer = registry.post(f"mutation($input: {input}!) {{ {mutation} }}", variables, token)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert message in answer["errors"][0]["message"]


def test_without_a_token_file_the_registry_can_only_be_read(
    start_registry: "StartRegistry",
) -> None:
    registry = start_registry(admin_token_file="")
    answer = registry.post(
        'mutation { rollback(input: {graph: "g", variant: "m"}) { __typename } }',
        token="anything-at-all-here",
    )
    assert "can only be read" in answer["errors"][0]["message"]
    assert registry.post("{ graphs { name } }", token=None) == {"data": {"graphs": []}}
    registry.stop()


def test_large_requests_are_refused(start_registry: "StartRegistry", graph: str) -> None:
    registry = start_registry(max_body_bytes="5000", max_sdl_bytes="1000")
    url = f"{registry.url}/graphql"
    announced = httpx.post(url, content=b"x" * 6_000)
    assert announced.status_code == 413
    assert "5000 bytes" in announced.text
    streamed = httpx.post(url, content=iter([b"x" * 3_000] * 3), headers=JSON)
    assert streamed.status_code == 413
    rejected = registry.publish(graph, a="#" * 1_001)
    assert rejected["code"] == "BAD_REQUEST"
    assert "1001 bytes" in rejected["message"]
    registry.stop()


@pytest.mark.parametrize(
    "query",
    [
        "{ graphs " + "{ variants { supergraphVersion " * 6 + "{ id }" + "} }" * 6 + "}",
        "{ " + " ".join(f"a{n}: graphs {{ name }}" for n in range(60)) + " }",
        "{ " + "graphs { name } " * 2_000 + "}",
        '{ variant(graph: "g", name: "m") { history(first: 101) { number } } }',
    ],
)
def test_queries_are_limited(registry: "Registry", graph: str, query: str) -> None:
    registry.publish(graph, a=A)
    answer = registry.post(query.replace('"g"', f'"{graph}"').replace('"m"', '"main"'))
    assert answer["errors"]
    assert all("Internal" not in error["message"] for error in answer["errors"])


def test_unexpected_errors_are_masked(
    start_registry: "StartRegistry", tmp_path: Path, graph: str
) -> None:
    registry = start_registry(tmp_path)
    registry.publish(graph, a=A)
    drop = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DROP TABLE checks')"
    database = tmp_path / "registry" / "registry.db"
    subprocess.run([sys.executable, "-c", drop, str(database)], check=True)
    query = 'query($g: String!) { check(graph: $g, id: "x") { id } }'
    answer = registry.post(query, {"g": graph})
    (error,) = answer["errors"]
    assert error["message"] == "Internal error"
    assert error["extensions"]["code"] == "INTERNAL"
    assert "no such table" not in str(answer)
    registry.stop()
    assert any("no such table" in line for line in registry.log)


def test_usage_reports(registry: "Registry", graph: str) -> None:
    url = f"{registry.variant_url(graph)}/usage"
    headers = {"Authorization": "Bearer a-token-of-sufficient-length"}
    operation = {"signature": "s", "client": "web", "count": 2, "coordinates": ["Query.a"]}
    batch = {"id": "b1", "operations": [operation]}
    assert httpx.post(url, json=batch).status_code == 401
    first = httpx.post(url, json=batch, headers=headers)
    again = httpx.post(url, json=batch, headers=headers)
    assert (first.status_code, first.json()) == (202, {"added": True})
    assert again.json() == {"added": False}
    wrong = {"id": "b2", "operations": [{**operation, "errors": 3}]}
    refused = httpx.post(url, json=wrong, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "BAD_REQUEST")
    unreadable = httpx.post(url, content=b"{", headers=headers)
    assert unreadable.status_code == 400
    unknown = httpx.post(url, json={**batch, "more": 1}, headers=headers)
    assert unknown.json()["error"]["message"] == "more: Extra inputs are not permitted."


def test_what_was_published_survives_a_kill(
    start_registry: "StartRegistry", tmp_path: Path, graph: str
) -> None:
    """Kill the process while publishes come in; what was acknowledged is there, and all is whole."""
    registry = start_registry(tmp_path)
    acknowledged: list[str] = []
    for n in range(200):
        if n == 8:
            os.kill(registry.process.pid, signal.SIGKILL)
        try:
            published = registry.publish(graph, **{f"s{n}": f"type Query {{ f{n}: Int }}"})
        except httpx.TransportError:
            break
        acknowledged.append(published["supergraphVersion"]["id"])
    assert len(acknowledged) >= 8
    again = start_registry(tmp_path)
    query = """query($g: String!) { variant(graph: $g, name: "main") {
      supergraphVersion { id members { subgraph } }
      history(first: 100) { number succeeded supergraphVersion }
    } }"""
    variant = again.post(query, {"g": graph})["data"]["variant"]
    kept = [entry["supergraphVersion"] for entry in reversed(variant["history"])]
    assert kept[: len(acknowledged)] == acknowledged
    assert variant["supergraphVersion"]["id"] == kept[-1]
    assert len(variant["supergraphVersion"]["members"]) == len(kept)
    assert again.publish(graph, more="type Query { more: Int }")["supergraphVersion"]
    again.stop()


def test_a_token_file_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    short = tmp_path / "token"
    short.write_text("short")
    ended = subprocess.run(
        [sys.executable, "-m", "reelgraph_registry"],
        env=os.environ
        | {
            "REELGRAPH_REGISTRY_PORT": "0",
            "REELGRAPH_REGISTRY_DATA_DIR": str(tmp_path),
            "REELGRAPH_REGISTRY_ADMIN_TOKEN_FILE": str(short),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 2
    assert "shorter than 16" in ended.stderr
    assert "ADMIN_TOKEN_FILE" in ended.stderr
    assert "Traceback" not in ended.stderr
    with pytest.raises(TokenFileError, match="Cannot read the token file"):
        Authenticator.from_file(tmp_path / "none")


@pytest.mark.real_service
def test_it_runs_on_postgresql(
    start_registry: "StartRegistry", postgresql_url: str, graph: str
) -> None:
    one, other = (start_registry(database_url=postgresql_url) for _ in range(2))
    id = one.publish(graph, a=A)["supergraphVersion"]["id"]
    answer = httpx.get(f"{other.variant_url(graph)}/supergraph.graphql")
    assert answer.headers["etag"] == f'"{id}"'
    assert other.publish(graph, a=A) == {
        "__typename": "NothingChanged",
        "supergraphVersionId": id,
    }
    assert (one.stop(), other.stop()) == (0, 0)
