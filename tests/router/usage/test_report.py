"""Reports to a registry that answers, refuses, or is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from graphql import OperationDefinitionNode, build_schema, parse

from reelgraph_federation.operations.usage import find_use
from reelgraph_router.settings import RouterSettings
from reelgraph_router.usage import report
from reelgraph_router.usage.count import CountedOperation
from reelgraph_router.usage.make import UsageError, make_reporter
from reelgraph_router.usage.report import UsageReporter

SCHEMA = build_schema("type Query { a: Int }")


class Registry:
    """Takes batches as the statuses in `answers` say, 202 after those."""

    def __init__(self, *answers: int | type[Exception]) -> None:
        self.answers = list(answers)
        self.bodies: list[dict] = []
        self.requests: list[httpx.Request] = []
        self.taken = asyncio.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        import orjson

        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else 202
        if not isinstance(answer, int):
            raise answer("no connection")
        if answer == 202:
            self.bodies.append(orjson.loads(request.content))
            self.taken.set()
        return httpx.Response(answer, json={"added": True})

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as client:
            yield client


def reporter(seconds: float = 3600) -> UsageReporter:
    return UsageReporter("http://registry/", "g", "v", "secret", seconds)


def ask(one: UsageReporter, client: str = "web", times: int = 1) -> None:
    document = parse("{ a }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    operation_ = CountedOperation("s", "A", find_use(SCHEMA, document, operation))
    for _ in range(times):
        one.counter.count(operation_, (client, ""), {}, 0.0, failed=False)


async def test_a_report_goes_to_the_variant_with_the_token():
    registry, one = Registry(), reporter()
    ask(one, times=3)
    async with registry.client() as client:
        await one.report(client)
        await one.report(client)  # nothing new: nothing is sent
    (request,) = registry.requests
    assert str(request.url) == "http://registry/v1/graphs/g/variants/v/usage"
    assert request.headers["authorization"] == "Bearer secret"
    assert registry.bodies[0]["operations"][0]["count"] == 3
    assert one.lost == 0


@pytest.mark.parametrize("failure", [503, httpx.ConnectError, httpx.ReadTimeout])
async def test_a_registry_that_is_away_gets_the_same_batch_later(failure, caplog):
    registry, one = Registry(failure, failure), reporter()
    async with registry.client() as client:
        for name in ("first", "second", "third"):
            ask(one, name)
            await one.report(client)
    told = [body["operations"][0]["client"] for body in registry.bodies]
    assert told == ["first", "second", "third"]
    assert len({body["id"] for body in registry.bodies}) == 3
    first = [request for request in registry.requests if b'"first"' in request.content]
    assert len({request.content for request in first}) == 1
    assert (one.lost, len(first)) == (0, 3)
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 1  # said once, not at each try


async def test_a_registry_that_stays_away_costs_bounded_memory(caplog, monkeypatch):
    monkeypatch.setattr(report, "MAX_WAITING", 2)
    registry, one = Registry(*[503] * 9), reporter()
    async with registry.client() as client:
        for number in range(5):
            ask(one, f"c{number}", times=number + 1)
            await one.report(client)
    assert one.lost == 1 + 2 + 3
    assert "usage of 1 requests is lost (1 in all): the registry was away" in caplog.text
    assert "usage of 3 requests is lost (6 in all)" in caplog.text


@pytest.mark.parametrize("status", [400, 401, 413])
async def test_what_the_registry_refuses_is_lost_with_a_warning(status, caplog):
    registry, one = Registry(status), reporter()
    async with registry.client() as client:
        ask(one, "wrong", times=4)
        await one.report(client)
        ask(one, "right")
        await one.report(client)
    assert [body["operations"][0]["client"] for body in registry.bodies] == ["right"]
    assert one.lost == 4
    assert f"usage of 4 requests is lost (4 in all): the registry refused it: status {status}" in (
        caplog.text
    )


async def test_the_end_of_the_router_reports_once_more(monkeypatch):
    registry, one = Registry(), reporter()
    make = httpx.AsyncClient
    monkeypatch.setattr(
        "httpx.AsyncClient", lambda **given: make(transport=httpx.MockTransport(registry))
    )
    running = asyncio.create_task(one.run())
    await asyncio.sleep(0)
    ask(one, "last")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [body["operations"][0]["client"] for body in registry.bodies] == ["last"]


async def test_reports_are_sent_in_time(monkeypatch):
    registry, one = Registry(503), reporter(0.001)
    one._pause = lambda failures: 0.001
    make = httpx.AsyncClient
    monkeypatch.setattr(
        "httpx.AsyncClient", lambda **given: make(transport=httpx.MockTransport(registry))
    )
    running = asyncio.create_task(one.run())
    ask(one)
    async with asyncio.timeout(60):
        await registry.taken.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(registry.bodies) == 1


def test_settings_that_cannot_report_are_refused_in_words(tmp_path):
    token = tmp_path / "token"
    assert make_reporter(RouterSettings(registry_url="http://r")) is None
    with pytest.raises(UsageError, match="Cannot read the registry's token from"):
        make_reporter(RouterSettings(registry_url="http://r", registry_token_file=token))
    token.write_text(" \n")
    with pytest.raises(UsageError, match="is empty"):
        make_reporter(RouterSettings(registry_url="http://r", registry_token_file=token))
    token.write_text("t" * 20)
    with pytest.raises(UsageError, match="set registry_url or usage_registry_url"):
        make_reporter(RouterSettings(supergraph=token, registry_token_file=token))
    given = RouterSettings(
        supergraph=token, registry_token_file=token, usage_registry_url="http://r"
    )
    assert make_reporter(given) is not None
