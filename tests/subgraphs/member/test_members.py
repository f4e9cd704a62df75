from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import exc, insert

from reelgraph_dgs.database import Database
from reelgraph_dgs.testing import SubgraphClient
from reelgraph_kit.event_log import open_event_log
from reelgraph_kit.identity import Identity
from subgraphs.member.tables import profiles

CREATE = """
mutation ($name: String!, $maturity: MaturityRating!, $kids: Boolean!) {
  createProfile(name: $name, maturity: $maturity, kids: $kids) {
    __typename
    ... on Profile { id name maturity kids }
    ... on InvalidInput { field }
    ... on TooManyProfiles { limit }
  }
}
"""
SELECT = """
mutation ($id: ID!) {
  selectProfile(profileId: $id) {
    __typename
    ... on Session { accessToken profile { id maturity kids } }
    ... on UnknownProfile { profileId }
  }
}
"""


async def create(client: SubgraphClient, name: str, maturity: str, kids: bool) -> dict[str, Any]:
    result = await client.execute(CREATE, {"name": name, "maturity": maturity, "kids": kids})
    created: dict[str, Any] = result.data["createProfile"]
    return created


@pytest.mark.parametrize(
    ("asked", "kids", "given"),
    [
        ("EIGHTEEN", False, "EIGHTEEN"),
        ("THIRTEEN", False, "THIRTEEN"),
        ("EIGHTEEN", True, "SEVEN"),
        ("SEVEN", True, "SEVEN"),
        ("ALL", True, "ALL"),
    ],
)
async def test_a_profile_for_kids_never_exceeds_seven(
    member: SubgraphClient, asked: str, kids: bool, given: str
) -> None:
    created = await create(member.as_member("demo"), "New", asked, kids)

    assert created["maturity"] == given


async def test_the_database_itself_refuses_grown_up_kids(
    member: SubgraphClient, tmp_path: Path
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/member/member.db")
    row = {
        "id": "p",
        "member_id": "demo",
        "number": 9,
        "name": "x",
        "maturity": 13,
        "kids": True,
    }
    with pytest.raises(exc.IntegrityError, match="kids_maturity"):
        async with database.write() as session:
            await session.execute(insert(profiles).values(row))
    await database.close()


async def test_profiles_are_named_apart_and_limited(member: SubgraphClient) -> None:
    demo = member.as_member("demo")

    assert (await create(demo, "Kids", "ALL", True))["__typename"] == "InvalidInput"
    for name in ("Three", "Four", "Five"):
        assert (await create(demo, name, "ALL", False))["__typename"] == "Profile"
    assert await create(demo, "Six", "ALL", False) == {"__typename": "TooManyProfiles", "limit": 5}


async def test_selecting_a_profile_gives_a_token_for_it(member: SubgraphClient) -> None:
    result = await member.as_member("demo").execute(SELECT, {"id": "demo-kids"})

    assert result.data["selectProfile"]["profile"] == {
        "id": "demo-kids",
        "maturity": "SEVEN",
        "kids": True,
    }


async def test_nobody_selects_the_profile_of_another_member(member: SubgraphClient) -> None:
    result = await member.as_member("m2").execute(SELECT, {"id": "demo-kids"})

    assert result.data["selectProfile"] == {
        "__typename": "UnknownProfile",
        "profileId": "demo-kids",
    }


async def test_the_viewer_is_the_caller_or_nobody(member: SubgraphClient) -> None:
    query = "{ viewer { id email } }"

    signed_in = await member.as_member("demo").execute(query)
    anonymous = await member.execute(query)

    assert signed_in.data["viewer"] == {"id": "demo", "email": "demo@reelgraph.example"}
    assert anonymous.data["viewer"] is None


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ("anonymous", "UNAUTHENTICATED"),
        ("another member", "FORBIDDEN"),
        ("service", "FORBIDDEN"),
        ("service with scope", None),
        ("owner", None),
    ],
)
@pytest.mark.parametrize("field", ["email", "country", "createdAt", "profiles { id }"])
async def test_private_fields_are_for_their_owner_and_trusted_services(
    member: SubgraphClient, caller: str, code: str | None, field: str
) -> None:
    callers = {
        "anonymous": member,
        "another member": member.as_member("m2"),
        "service": member.as_caller(
            Identity("service", "artwork", scopes=frozenset({"member:read"}))
        ),
        "service with scope": member.as_service("playback"),
        "owner": member.as_member("demo"),
    }
    result = await callers[caller].entities("Member", ["demo"], f"displayName {field}")

    (entity,) = (result.partial_data or {})["_entities"]
    assert entity["displayName"] == "Demo"
    assert (entity[field.split()[0]] is None) == (code is not None)
    assert result.codes == ([] if code is None else [code])


async def test_entities_come_in_order_and_unknown_ones_are_null(member: SubgraphClient) -> None:
    demo = member.as_member("demo")

    members = await demo.entities("Member", ["nobody", "demo"], "id")
    found = await demo.entities("Profile", ["demo-kids", "nobody"], "name maturity")

    assert members.data["_entities"] == [None, {"__typename": "Member", "id": "demo"}]
    assert found.data["_entities"] == [
        {"__typename": "Profile", "name": "Kids", "maturity": "SEVEN"},
        None,
    ]


async def test_a_profile_is_hidden_from_other_members(member: SubgraphClient) -> None:
    result = await member.as_member("m2").entities("Profile", ["demo-kids"], "name")

    assert result.codes == ["FORBIDDEN"]
    assert (result.partial_data or {})["_entities"] == [None]


async def test_changes_reach_the_event_log(member: SubgraphClient, tmp_path: Path) -> None:
    created = await create(member.as_member("demo"), "New", "ALL", False)

    async with open_event_log(f"sqlite:///{tmp_path}/events.db") as log:
        consumer = await log.consumer("graph.changes", "test")
        changes: list[dict[str, Any]] = []
        while not any(change["key"]["id"] == created["id"] for change in changes):
            changes += [json.loads(event.value) for event in await consumer.fetch(wait_seconds=5)]

    assert {(change["type"], change["op"]) for change in changes} == {
        ("Member", "UPSERT"),
        ("Profile", "UPSERT"),
    }
