"""Health, readiness and request ids, over ASGI."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from reelgraph_kit.asgi import (
    ASGIApp,
    HealthMiddleware,
    Receive,
    RequestIdMiddleware,
    Scope,
    Send,
    send_json,
)
from reelgraph_kit.logging import request_id


async def echo_request_id(scope: Scope, receive: Receive, send: Send) -> None:
    await send_json(send, 200, {"path": scope["path"], "id": request_id.get()})


async def get(app: ASGIApp, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path, headers=headers)


async def passes() -> None:
    pass


async def fails() -> None:
    raise ConnectionError("password=secret")


async def hangs() -> None:
    await asyncio.get_running_loop().create_future()


async def test_health_needs_nothing() -> None:
    response = await get(HealthMiddleware(echo_request_id, {"database": fails}), "/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_when_every_check_passes() -> None:
    response = await get(HealthMiddleware(echo_request_id, {"database": passes}), "/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": {"database": "ok"}}


@pytest.mark.parametrize("check", [fails, hangs])
async def test_not_ready_names_the_check_and_not_its_error(
    check: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelgraph_kit.asgi.CHECK_TIMEOUT_SECONDS", 0.05)
    checks = {"database": check, "cache": passes}
    response = await get(HealthMiddleware(echo_request_id, checks), "/ready")  # type: ignore[arg-type]
    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "checks": {"database": "failed", "cache": "ok"},
    }


async def test_only_a_change_of_readiness_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    broken = True

    async def check() -> None:
        if broken:
            raise ConnectionError("down")

    app = HealthMiddleware(echo_request_id, {"database": check})
    with caplog.at_level("INFO", logger="reelgraph.health"):
        await get(app, "/ready")
        await get(app, "/ready")
        broken = False
        await get(app, "/ready")
        await get(app, "/ready")
    assert caplog.messages == [
        "readiness check database failed: ConnectionError('down')",
        "readiness check database passes again",
    ]


async def test_other_paths_go_to_the_app() -> None:
    response = await get(HealthMiddleware(echo_request_id), "/healthy")
    assert response.json()["path"] == "/healthy"


async def test_a_sane_request_id_is_kept() -> None:
    response = await get(RequestIdMiddleware(echo_request_id), "/", {"X-Request-Id": "a.b-1_c"})
    assert response.json()["id"] == "a.b-1_c"
    assert response.headers["x-request-id"] == "a.b-1_c"


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 101, "<script>"])
async def test_another_request_id_is_replaced(given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given}
    response = await get(RequestIdMiddleware(echo_request_id), "/", headers)
    made = response.json()["id"]
    assert len(made) == 32
    assert made != given
    assert response.headers["x-request-id"] == made
    assert request_id.get() == ""
