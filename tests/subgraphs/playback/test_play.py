"""Playing through the graph, with real catalog, member and billing subgraphs behind."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reelgraph_dgs.service_client import ServiceClient
from reelgraph_dgs.testing import SubgraphClient
from reelgraph_kit.event_log import open_event_log

START = """
mutation ($title: ID!, $device: DeviceInput, $replace: Boolean! = false) {
  startPlayback(titleId: $title, device: $device, replaceOldest: $replace) {
    __typename
    ... on PlaybackSession {
      id leaseToken expiresAt urlsExpireAt endedAt title { id }
      urls { url appliance } initial { height } streams { height mimeType urls { appliance } }
    }
    ... on NotEntitled { reason message }
    ... on TooManyStreams { limit message }
    ... on TitleUnavailable { reason message }
  }
}
"""
BEAT = """
mutation ($id: ID!, $token: String!, $position: Int!) {
  playbackHeartbeat(sessionId: $id, leaseToken: $token, positionSeconds: $position) {
    __typename
    ... on PlaybackAlive { expiresAt session { leaseToken } }
    ... on LeaseLost { message }
  }
}
"""
STOP = """
mutation ($id: ID!, $token: String!, $position: Int!) {
  stopPlayback(sessionId: $id, leaseToken: $token, positionSeconds: $position) {
    __typename
    ... on PlaybackStopped { session { endedAt } }
  }
}
"""
TITLE = "nosferatu-1922"
FOR_ALL = "20-000-leagues-under-the-sea-1916"

pytestmark = pytest.mark.usefixtures("fleet")


async def start(client: SubgraphClient, title: str = FOR_ALL, **variables: Any) -> dict[str, Any]:
    result = await client.execute(START, {"title": title, **variables})
    outcome: dict[str, Any] = result.data["startPlayback"]
    return outcome


async def beat(client: SubgraphClient, started: dict[str, Any], position: int) -> dict[str, Any]:
    variables = {"id": started["id"], "token": started["leaseToken"], "position": position}
    outcome: dict[str, Any] = (await client.execute(BEAT, variables)).data["playbackHeartbeat"]
    return outcome


async def stop(client: SubgraphClient, started: dict[str, Any], position: int) -> dict[str, Any]:
    variables = {"id": started["id"], "token": started["leaseToken"], "position": position}
    outcome: dict[str, Any] = (await client.execute(STOP, variables)).data["stopPlayback"]
    return outcome


async def test_a_paying_member_gets_signed_urls_of_three_appliances(service: Any) -> None:
    started = await start(service.as_demo())

    assert started["__typename"] == "PlaybackSession"
    assert started["title"] == {"id": FOR_ALL}
    assert started["initial"] == {"height": 480}
    assert [stream["height"] for stream in started["streams"]] == [240, 480, 720]  # plan: 720
    appliances = [url["appliance"] for url in started["urls"]]
    assert sorted(appliances[:2]) == ["oca-1", "oca-2"]
    assert appliances[2] == "oca-3"  # longer AS path
    parts = urlsplit(started["urls"][0]["url"])
    assert parts.netloc == appliances[0]
    assert parts.path.endswith("/480p.webm")
    assert parse_qs(parts.query)["s"] == [started["id"]]


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("no-such-title", {"__typename": "TitleUnavailable", "reason": "UNKNOWN_TITLE"}),
        ("a-bucket-of-blood-1959", {"__typename": "NotEntitled", "reason": "MATURITY"}),
    ],
)
async def test_why_not(service: Any, title: str, outcome: dict[str, Any]) -> None:
    found = await start(service.as_demo("demo-kids"), title)

    assert found.pop("message")
    assert found == outcome


async def test_without_payment_nobody_plays(service: Any, clock: Any) -> None:
    clock.advance(40 * 86400)
    overdue = await start(service.as_demo())

    assert overdue["reason"] == "PAYMENT_DUE"


async def test_the_profile_must_be_the_member_s(service: Any) -> None:
    result = await service.as_demo("p-of-someone-else").execute(START, {"title": FOR_ALL})

    assert result.codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ({}, "UNAUTHENTICATED"),
        ({"member": "demo", "address": "127.0.0.1"}, "FAILED_PRECONDITION"),
        ({"member": "demo", "profile": "demo-adult"}, "FAILED_PRECONDITION"),
    ],
)
async def test_who_plays_from_where_must_be_known(
    service: Any, caller: dict[str, str], code: str
) -> None:
    client = service.client.as_member(**caller) if caller else service.client

    assert (await client.execute(START, {"title": FOR_ALL})).codes == [code]


async def test_streams_at_the_same_time_are_limited_by_the_plan(service: Any) -> None:
    outcomes = await asyncio.gather(*(start(service.as_demo()) for _ in range(6)))

    names = sorted(each["__typename"] for each in outcomes)
    assert names == ["PlaybackSession"] * 2 + ["TooManyStreams"] * 4
    assert {each.get("limit") for each in outcomes} == {None, 2}


async def test_the_oldest_stream_is_replaced_on_demand(service: Any, clock: Any) -> None:
    demo = service.as_demo()
    oldest = await start(demo)
    clock.advance(1)
    second = await start(demo)
    replacing = await start(demo, replace=True)

    assert replacing["__typename"] == "PlaybackSession"
    assert (await beat(demo, oldest, 3))["__typename"] == "LeaseLost"
    assert (await beat(demo, second, 3))["__typename"] == "PlaybackAlive"


async def pass_time(clock: Any, fleet: list[Any], seconds: int) -> None:
    """Let time pass in which the appliances keep reporting."""
    for _ in range(seconds // 10):
        clock.advance(10)
        for appliance in fleet:
            await appliance.reporter.report_once()


async def test_a_heartbeat_keeps_the_stream_and_a_silent_one_loses_it(
    service: Any, clock: Any, fleet: list[Any]
) -> None:
    demo = service.as_demo()
    kept, silent = await start(demo), await start(demo)
    await pass_time(clock, fleet, 60)
    assert (await beat(demo, kept, 60))["__typename"] == "PlaybackAlive"
    await pass_time(clock, fleet, 30)
    third = await start(demo)

    assert third["__typename"] == "PlaybackSession"
    assert (await beat(demo, silent, 90))["__typename"] == "LeaseLost"
    assert (await beat(demo, kept, 90))["__typename"] == "PlaybackAlive"


async def test_a_stopped_stream_makes_room_at_once(service: Any) -> None:
    demo = service.as_demo()
    first, _ = await start(demo), await start(demo)
    stopped, again = await stop(demo, first, 12), await stop(demo, first, 12)

    assert stopped["__typename"] == "PlaybackStopped"
    assert stopped == again
    assert (await beat(demo, first, 13))["__typename"] == "LeaseLost"
    assert (await start(demo))["__typename"] == "PlaybackSession"


async def test_sessions_are_seen_by_their_member_alone(service: Any) -> None:
    started = await start(service.as_demo())
    stranger = service.client.as_member("m2", "p2", address="127.0.0.1")

    own = await service.as_demo().entities("PlaybackSession", [started["id"]], "leaseToken")
    others = await stranger.entities("PlaybackSession", [started["id"]], "leaseToken")
    variables = {"id": started["id"], "token": started["leaseToken"], "position": 1}
    beaten = await stranger.execute(BEAT, variables)

    assert own.data["_entities"][0]["leaseToken"] == started["leaseToken"]
    assert others.data["_entities"] == [None]
    assert beaten.codes == ["NOT_FOUND"]


@pytest.mark.parametrize("position", [-1, 86_401])
async def test_a_position_outside_any_title_is_refused(service: Any, position: int) -> None:
    demo = service.as_demo()
    started = await start(demo)
    variables = {"id": started["id"], "token": started["leaseToken"], "position": position}

    assert (await demo.execute(BEAT, variables)).codes == ["BAD_REQUEST"]


async def test_the_device_limits_the_streams(service: Any) -> None:
    demo = service.as_demo()

    small = await start(demo, device={"maxHeight": 300})
    other = await start(demo, device={"codecs": ["av1"]})
    wrong = await demo.execute(START, {"title": FOR_ALL, "device": {"maxHeight": 0}})

    assert [stream["height"] for stream in small["streams"]] == [240]
    assert other["reason"] == "NO_STREAM_FITS"
    assert wrong.codes == ["BAD_REQUEST"]


async def test_history_is_written_and_read(service: Any, clock: Any) -> None:
    demo = service.as_demo()
    for title, position in ((FOR_ALL, 12), ("7th-heaven-1927", 29), ("a-bucket-of-blood-1959", 3)):
        started = await start(demo, title)
        clock.advance(10)
        await beat(demo, started, 1)
        await stop(demo, started, position)

    fields = "edges { cursor node { title { id } positionSeconds } } pageInfo { hasNextPage }"
    whole = await demo.entities(
        "Member", ["demo"], f"viewingHistory {{ {fields} }} continueWatching {{ title {{ id }} }}"
    )
    (entity,) = whole.data["_entities"]
    edges = entity["viewingHistory"]["edges"]
    page = await demo.entities(
        "Member",
        ["demo"],
        f'viewingHistory(first: 1, after: "{edges[0]["cursor"]}") {{ {fields} }}',
    )

    assert [edge["node"]["title"]["id"] for edge in edges] == [
        "a-bucket-of-blood-1959",
        "7th-heaven-1927",
        FOR_ALL,
    ]
    # What was seen to the end is not continued.
    assert [each["title"]["id"] for each in entity["continueWatching"]] == [
        "a-bucket-of-blood-1959",
        FOR_ALL,
    ]
    second = page.data["_entities"][0]["viewingHistory"]
    assert second["edges"] == [edges[1]]
    assert second["pageInfo"] == {"hasNextPage": True}


async def test_history_is_a_profile_s_own(service: Any) -> None:
    await stop(service.as_demo(), await start(service.as_demo()), 5)
    fields = "viewingHistory { edges { node { profileId } } } continueWatching { positionSeconds }"

    adult = await service.as_demo().entities("Member", ["demo"], fields)
    kids = await service.as_demo("demo-kids").entities("Member", ["demo"], fields)
    helper = service.client.as_service("recommendations")
    every = await helper.entities("Member", ["demo"], fields)
    others = await service.client.as_member("m2").entities("Member", ["demo"], fields)

    assert adult.data["_entities"][0]["continueWatching"] == [{"positionSeconds": 5}]
    assert kids.data["_entities"][0]["viewingHistory"] == {"edges": []}
    assert len(every.data["_entities"][0]["viewingHistory"]["edges"]) == 1
    assert others.codes == ["FORBIDDEN", "FORBIDDEN"]


@pytest.mark.parametrize("cursor", ["é", "", "bm8=", "bm8", "////"])
async def test_a_foreign_cursor_is_a_bad_request(service: Any, cursor: str) -> None:
    result = await service.as_demo().entities(
        "Member", ["demo"], f'viewingHistory(after: "{cursor}") {{ edges {{ cursor }} }}'
    )

    assert result.codes == ["BAD_REQUEST"]


async def test_progress_and_playable_of_a_title(service: Any) -> None:
    demo = service.as_demo()
    await beat(demo, await start(demo), 15)
    keys = [
        {"id": FOR_ALL, "kind": "MOVIE", "maturityRating": "SEVEN"},
        {"id": "x", "kind": "SERIES", "maturityRating": "ALL"},
        {"id": "y", "kind": "EPISODE", "maturityRating": "EIGHTEEN"},
    ]
    fields = "playable myProgress { positionSeconds durationSeconds finished }"

    adult = await demo.entities("Title", keys, fields)
    kids = await service.as_demo("demo-kids").entities("Title", keys, "playable")
    without = await demo.entities("Title", [FOR_ALL], "playable")

    assert [each["playable"] for each in adult.data["_entities"]] == [True, False, True]
    assert [each["myProgress"] for each in adult.data["_entities"]] == [
        {"positionSeconds": 15, "durationSeconds": 30, "finished": False},
        None,
        None,
    ]
    assert [each["playable"] for each in kids.data["_entities"]] == [True, False, False]
    assert without.codes == ["BAD_REQUEST"]


async def test_activity_reaches_the_event_log_in_order(service: Any) -> None:
    demo = service.as_demo()
    started = await start(demo)
    await beat(demo, started, 7)
    await stop(demo, started, 9)

    async with open_event_log(f"sqlite:///{service.folder}/events.db") as log:
        consumer = await log.consumer("playback.activity", "test")
        events: list[dict[str, Any]] = []
        while len(events) < 3:
            events += [json.loads(each.value) for each in await consumer.fetch(wait_seconds=5)]

    assert [(each["kind"], each["positionSeconds"]) for each in events] == [
        ("STARTED", 0),
        ("HEARTBEAT", 7),
        ("STOPPED", 9),
    ]
    assert {each["sessionId"] for each in events} == {started["id"]}
    assert {(each["memberId"], each["profileId"], each["titleId"]) for each in events} == {
        ("demo", "demo-adult", FOR_ALL)
    }


EXPLAIN = """
query ($title: ID!, $ip: String!) {
  steeringExplain(titleId: $title, ip: $ip) {
    oca { id site health } rank chosen rejection via prefix asPath med distanceKm load hashRank
  }
}
"""


async def test_steering_is_explained_to_operators(service: Any) -> None:
    operator = service.client.as_member("demo", scopes=["playback:diagnose"])

    near = await operator.execute(EXPLAIN, {"title": FOR_ALL, "ip": "127.64.9.9"})
    far = await operator.execute(EXPLAIN, {"title": FOR_ALL, "ip": "192.0.2.1"})
    wrong = await operator.execute(EXPLAIN, {"title": FOR_ALL, "ip": "here"})
    unknown = await operator.execute(EXPLAIN, {"title": "none", "ip": "127.0.0.1"})
    member = await service.as_demo().execute(EXPLAIN, {"title": FOR_ALL, "ip": "127.0.0.1"})

    assert [
        (each["prefix"], each["oca"]["site"], each["chosen"], each["via"])
        for each in near.data["steeringExplain"]
    ] == [
        ("127.64.0.0/16", "alpha", True, "EMBEDDED"),
        ("127.64.0.0/16", "alpha", True, "EMBEDDED"),
        ("127.0.0.0/8", "beta", True, "EMBEDDED"),
    ]
    assert [
        (each["oca"]["id"], each["via"], each["rejection"]) for each in far.data["steeringExplain"]
    ] == [
        ("oca-3", "PEERING", None),
        ("oca-1", None, "NOT_ANNOUNCED"),
        ("oca-2", None, "NOT_ANNOUNCED"),
    ]
    assert (wrong.codes, unknown.codes, member.codes) == (
        ["BAD_REQUEST"],
        ["NOT_FOUND"],
        ["FORBIDDEN"],
    )


async def test_appliances_that_fall_silent_are_left_out(service: Any, clock: Any) -> None:
    operator = service.client.as_member("demo", scopes=["playback:diagnose"])
    query = (
        '{ ocas { id health baseUrl files } oca(id: "oca-2") { health } none: oca(id: "x") { id } }'
    )

    fresh = (await operator.execute(query)).data
    clock.advance(30)
    silent = (await operator.execute(query)).data
    nowhere = await start(service.as_demo())

    assert [each["health"] for each in fresh["ocas"]] == ["HEALTHY"] * 3
    assert fresh["none"] is None
    assert silent["oca"] == {"health": "DOWN"}
    assert nowhere["reason"] == "NO_APPLIANCE"


async def test_without_billing_s_answer_nobody_plays_and_the_client_is_told_to_wait(
    service: Any, signers: Any, listener: Any
) -> None:
    address = "http://{}:{}/graphql".format(*listener.getsockname())
    listener.close()
    player = service.app.state.resources
    unreachable = ServiceClient(address, signers.signer("playback"), audience="billing")
    player.facts = replace(player.facts, billing=unreachable)

    result = await service.as_demo().execute(START, {"title": FOR_ALL})

    assert result.codes == ["UNAVAILABLE"]
    assert address not in str(result.body)
    await unreachable.close()
