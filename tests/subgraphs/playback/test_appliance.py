"""Appliances: what they report, what they serve, what they keep."""

from __future__ import annotations

import asyncio
import io
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import httpx
import pytest

from subgraphs.playback.appliance.control_client import ControlUnreachable
from subgraphs.playback.appliance.disk_cache import DiskCache, FileTooLarge
from subgraphs.playback.appliance_keys import load_or_create_key
from subgraphs.playback.tables import appliance_files

START = """
mutation {
  startPlayback(titleId: "7th-heaven-1927", device: {maxHeight: 240}) {
    ... on PlaybackSession { id leaseToken urls { url appliance } }
  }
}
"""
STOP = """
mutation ($id: ID!, $token: String!) {
  stopPlayback(sessionId: $id, leaseToken: $token, positionSeconds: 3) { __typename }
}
"""


async def play(service: Any) -> dict[str, Any]:
    result = await service.as_demo().execute(START)
    started: dict[str, Any] = result.data["startPlayback"]
    return started


async def test_bytes_flow_from_a_real_socket_by_every_kind_of_range(
    service: Any, listener: socket.socket, serve: Any
) -> None:
    host, port = listener.getsockname()
    appliance = service.appliance("oca-1", public_url=f"http://{host}:{port}")
    await appliance.reporter.report_once()
    started = await play(service)
    url = started["urls"][0]["url"]
    async with serve(appliance.app, listener, lifespan="off"), httpx.AsyncClient() as http:
        whole = await http.get(url, timeout=60)
        body, size = whole.content, len(whole.content)
        assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
        assert whole.headers["Content-Type"] == "video/webm"
        assert not whole.headers["ETag"].startswith("W/")

        for wanted, status, content, content_range in (
            ("bytes=0-99", 206, body[:100], f"bytes 0-99/{size}"),
            ("bytes=100-100", 206, body[100:101], f"bytes 100-100/{size}"),
            (f"bytes={size - 5}-", 206, body[-5:], f"bytes {size - 5}-{size - 1}/{size}"),
            ("bytes=-7", 206, body[-7:], f"bytes {size - 7}-{size - 1}/{size}"),
            (f"bytes=10-{size * 2}", 206, body[10:], f"bytes 10-{size - 1}/{size}"),
            (f"bytes=-{size * 2}", 206, body, f"bytes 0-{size - 1}/{size}"),
            (f"bytes={size}-", 416, None, f"bytes */{size}"),
            ("bytes=-0", 416, None, f"bytes */{size}"),
        ):
            part = await http.get(url, headers={"Range": wanted})
            assert (part.status_code, part.headers.get("Content-Range")) == (status, content_range)
            assert content is None or part.content == content

        same = {"Range": "bytes=0-9", "If-Range": whole.headers["ETag"]}
        other = {"Range": "bytes=0-9", "If-Range": '"another"'}
        assert (await http.get(url, headers=same)).status_code == 206
        assert (await http.get(url, headers=other)).content == body

        head = await http.head(url, headers={"Range": "bytes=0-9"})
        assert (head.status_code, head.headers["Content-Length"]) == (200, str(size))
        assert head.content == b""
        assert (await http.post(url)).status_code == 405

    with av.open(io.BytesIO(body), "r") as container:
        frames = sum(1 for _ in container.decode(video=0))
        assert container.streams.video[0].codec_context.name == "vp8"
        assert container.duration == 30_000_000  # microseconds
    assert frames == 180


async def test_a_page_of_another_origin_may_play(
    service: Any, listener: socket.socket, serve: Any
) -> None:
    host, port = listener.getsockname()
    appliance = service.appliance("oca-1", public_url=f"http://{host}:{port}")
    await appliance.reporter.report_once()
    url = (await play(service))["urls"][0]["url"]
    async with serve(appliance.app, listener, lifespan="off"), httpx.AsyncClient() as http:
        preflight = await http.options(
            url,
            headers={
                "Origin": "http://page",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "range",
            },
        )
        part = await http.get(url, headers={"Origin": "http://page", "Range": "bytes=0-1"})

    assert preflight.status_code == 200
    assert "Range" in preflight.headers["Access-Control-Allow-Headers"]
    assert part.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in part.headers["Access-Control-Expose-Headers"]


def fetching(appliance: Any, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(appliance.app, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://oca")


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def test_only_good_urls_of_the_client_s_network_are_served(
    service: Any, fleet: list[Any], clock: Any
) -> None:
    url = path_of((await play(service))["urls"][0]["url"])
    asset = url.split("/")[1]
    first = fleet[0]

    async with fetching(first) as near, fetching(first, "198.51.100.7") as elsewhere:
        statuses = {
            "good": (await near.get(url)).status_code,
            "other network": (await elsewhere.get(url)).status_code,
            "other session": (await near.get(url.replace("s=", "s=0"))).status_code,
            "unsigned": (await near.get(url.split("?")[0])).status_code,
            "other asset": (await near.get(url.replace(asset, "another"))).status_code,
            "no such file": (await near.get(url.replace("240p", "999p"))).status_code,
            "hidden file": (await near.get(url.replace("240p", ".240p"))).status_code,
        }
        clock.advance(6 * 3600 + 31)
        await first.reporter.report_once()
        statuses["expired"] = (await near.get(url)).status_code

    assert statuses == {
        "good": 200,
        "other network": 403,
        "other session": 403,
        "unsigned": 403,
        "other asset": 403,
        "no such file": 404,
        "hidden file": 404,
        "expired": 403,
    }


async def test_an_ended_session_is_revoked_with_the_next_report(
    service: Any, fleet: list[Any]
) -> None:
    started = await play(service)
    url = path_of(started["urls"][0]["url"])
    variables = {"id": started["id"], "token": started["leaseToken"]}

    async with fetching(fleet[0]) as client:
        before = await client.get(url)
        await service.as_demo().execute(STOP, variables)
        await fleet[0].reporter.report_once()
        after = await client.get(url)

    assert (before.status_code, after.status_code) == (200, 410)


async def test_without_the_control_plane_it_stops_serving(
    service: Any, fleet: list[Any], clock: Any
) -> None:
    url = path_of((await play(service))["urls"][0]["url"])
    async with fetching(fleet[0]) as client:
        good = await client.get(url)
        clock.advance(30)
        lost = await client.get(url)
        ready = await client.get("/ready")
        await fleet[0].reporter.report_once()
        back = await client.get(url)

    assert [each.status_code for each in (good, lost, ready, back)] == [200, 503, 503, 200]


async def test_what_is_held_is_told_as_changes_and_as_a_whole_when_asked(
    service: Any, fleet: list[Any]
) -> None:
    url = path_of((await play(service))["urls"][0]["url"])
    name = url.split("?")[0].strip("/")
    async with fetching(fleet[0]) as client:
        await client.get(url)
    player = service.app.state.resources

    def held() -> frozenset[str]:
        files: frozenset[str] = player.plane.network.fleet.appliances["oca-1"].files
        return files

    assert held() == frozenset()
    await fleet[0].reporter.report_once()
    assert held() == {name}
    # The control plane lost what it knew: the digest tells, and all is sent again.
    async with player.database.write() as session:
        await session.execute(appliance_files.delete())
    await player.plane.load()
    assert held() == frozenset()
    assert await fleet[0].reporter.report_once() < 1
    await fleet[0].reporter.report_once()
    assert held() == {name}


async def test_changed_routes_are_followed(service: Any, tmp_path: Path) -> None:
    fleet_file = tmp_path / "fleet.toml"
    entry = (
        '[[appliance]]\nid="oca-1"\nsite="s"\ncluster="c"\nplace=[0,0]\ncapacity_gbps=1\n'
        'host="h"\nport=1\nroutes=[{prefix="%s"}]\n'
    )
    fleet_file.write_text(entry % "192.0.2.0/24")
    appliance = service.appliance("oca-1", fleet_file=fleet_file)
    plane = service.app.state.resources.plane

    def prefixes() -> list[str]:
        return [str(each.prefix) for each in plane.network.routes.of_appliance("oca-1")]

    seen = []
    for text in (entry % "192.0.2.0/24", entry % "198.51.100.0/24", "broken [", entry % "::/0"):
        fleet_file.write_text(text)
        await appliance.reporter.report_once()
        seen.append(prefixes())

    assert seen == [["192.0.2.0/24"], ["198.51.100.0/24"], ["198.51.100.0/24"], ["::/0"]]


async def test_steering_survives_a_restart_of_the_control_plane(
    service: Any, fleet: list[Any]
) -> None:
    plane = service.app.state.resources.plane
    before = plane.network
    await plane.load()
    after = plane.network

    assert after is not before
    assert after.fleet.appliances == before.fleet.appliances
    for name in ("oca-1", "oca-2", "oca-3"):
        assert set(after.routes.of_appliance(name)) == set(before.routes.of_appliance(name))
    assert (await play(service))["urls"]
    # The next report after the restart is an ordinary one: nothing has to be sent again.
    assert await fleet[0].reporter.report_once() == 5.0


@pytest.mark.parametrize(
    ("key", "status"),
    [(None, 401), ("Bearer wrong", 401), ("Basic {key}", 401), ("Bearer {key}", 422)],
)
async def test_the_control_plane_hears_only_appliances(
    service: Any, fleet: list[Any], key: str | None, status: int
) -> None:
    secret = load_or_create_key(service.folder / "keys" / "appliances" / "oca-1.key")
    headers = {} if key is None else {"Authorization": key.format(key=secret)}

    report = await service.client.http.post(
        "/control/oca/oca-1/report", json={"bootId": "x"}, headers=headers
    )
    stranger = await service.client.http.post("/control/oca/oca-9/report", json={}, headers=headers)
    origin = await service.client.http.get(
        "/control/origin/a/480p.webm", headers=headers | {"Reelgraph-Appliance": "oca-1"}
    )

    assert report.status_code == status
    assert stranger.status_code == 401
    assert origin.status_code == (404 if status == 422 else 401)
    if status == 422:
        assert "bootId" in report.json()["error"]


async def test_a_report_without_end_is_cut_off(service: Any) -> None:
    secret = load_or_create_key(service.folder / "keys" / "appliances" / "oca-1.key")

    answer = await service.client.http.post(
        "/control/oca/oca-1/report",
        content=b" " * (11 * 1024 * 1024),
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert answer.status_code == 413


async def test_a_wrong_key_is_told_to_the_appliance_s_log(service: Any) -> None:
    key_file = service.folder / "wrong.key"
    key_file.write_text("wrong\n")
    appliance = service.appliance("oca-1", control_key_file=key_file)

    with pytest.raises(ControlUnreachable, match="401"):
        await appliance.reporter.report_once()


async def test_what_is_played_most_is_filled_ahead(service: Any, fleet: list[Any]) -> None:
    result = await service.as_demo().execute(START.replace(", device: {maxHeight: 240}", ""))
    name = urlsplit(result.data["startPlayback"]["urls"][0]["url"]).path.strip("/")

    await fleet[2].reporter.report_once()
    await fleet[2].reporter.fill()

    assert fleet[2].cache.names == {name}


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def write_ten(name: str, path: Path) -> None:
    put(path, name.encode().ljust(10, b"."))


async def test_the_cache_is_bounded_and_gives_up_what_was_used_least_lately(
    tmp_path: Path,
) -> None:
    cache = DiskCache(tmp_path, 30, write_ten)
    for name in ("a/1", "a/2", "a/3"):
        await cache.hold(name)
    await cache.hold("a/1")
    await cache.hold("b/1")

    assert cache.names == {"a/1", "a/3", "b/1"}
    assert cache.size == 30
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"1", "3"}


async def test_what_is_being_read_is_never_given_up(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 20, write_ten)
    async with cache.reading("a/1") as first:
        await cache.hold("a/2")
        await cache.hold("a/3")
        assert first.path.read_bytes().startswith(b"a/1")

    assert cache.names == {"a/1", "a/3"}


async def test_a_file_is_fetched_once_for_all_who_wait(tmp_path: Path) -> None:
    fetched: list[str] = []
    release = asyncio.Event()

    async def fetch(name: str, path: Path) -> None:
        fetched.append(name)
        await release.wait()
        await write_ten(name, path)

    cache = DiskCache(tmp_path, 100, fetch)
    waiting = [asyncio.create_task(cache.hold("a/1")) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # whoever goes away does not stop the others
    release.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert fetched == ["a/1"]
    assert [type(each).__name__ for each in results] == ["CancelledError"] + ["NoneType"] * 4


async def test_a_file_larger_than_the_cache_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 9, write_ten)

    with pytest.raises(FileTooLarge):
        await cache.hold("a/1")

    assert list((tmp_path / "a").iterdir()) == []


async def test_a_failed_fetch_is_tried_again_and_leaves_nothing(tmp_path: Path) -> None:
    async def fail(name: str, path: Path) -> None:
        put(path, b"half")
        raise ControlUnreachable("cut off")

    cache = DiskCache(tmp_path, 100, fail)
    for _ in range(2):
        with pytest.raises(ControlUnreachable):
            await cache.hold("a/1")

    assert list((tmp_path / "a").iterdir()) == []
    assert cache.names == frozenset()


async def test_a_restart_takes_over_whole_files_only(tmp_path: Path) -> None:
    first = DiskCache(tmp_path, 100, write_ten)
    await first.hold("a/1")
    (tmp_path / "a" / ".2").write_bytes(b"half")

    second = DiskCache(tmp_path, 100, write_ten)
    second.scan()

    assert second.names == {"a/1"}
    assert not (tmp_path / "a" / ".2").exists()


def test_a_shared_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "a.key"

    key = load_or_create_key(path)

    assert load_or_create_key(path) == key
    assert len(key) >= 40
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["a.key"]
