from __future__ import annotations

import asyncio
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from reelgraph_dgs.testing import SubgraphClient
from reelgraph_kit.identity import Identity
from reelgraph_kit.signing import read_jwks

SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(email: $email, password: $password) {
    __typename
    ... on Session {
      accessToken expiresAt profile { id maturity }
      member { id email displayName profiles { id name maturity kids } }
    }
    ... on TooManyAttempts { retryAt }
  }
}
"""
SIGN_UP = """
mutation ($email: String!, $password: String!, $name: String!, $country: String) {
  signUp(email: $email, password: $password, displayName: $name, country: $country) {
    __typename
    ... on Session { accessToken member { id email country profiles { name maturity } } }
    ... on EmailTaken { email message }
    ... on InvalidInput { field message }
  }
}
"""
DEMO = {"email": "demo@reelgraph.example", "password": "one-evening"}


async def sign_in(client: SubgraphClient, email: str, password: str) -> dict[str, Any]:
    result = await client.execute(SIGN_IN, {"email": email, "password": password})
    outcome: dict[str, Any] = result.data["signIn"]
    return outcome


async def sign_up(client: SubgraphClient, **changed: object) -> dict[str, Any]:
    form = {
        "email": "Ada@Example.org ",
        "password": "correct horse",
        "name": "Ada",
        "country": "GB",
    }
    result = await client.execute(SIGN_UP, form | changed)
    outcome: dict[str, Any] = result.data["signUp"]
    return outcome


async def test_the_demo_member_signs_in_and_sees_themselves(member: SubgraphClient) -> None:
    session = await sign_in(member, **DEMO)

    assert session["__typename"] == "Session"
    assert session["expiresAt"] == "2026-01-31T13:00:00+00:00"
    assert session["profile"] == {"id": "demo-adult", "maturity": "EIGHTEEN"}
    assert session["member"] == {
        "id": "demo",
        "email": "demo@reelgraph.example",
        "displayName": "Demo",
        "profiles": [
            {"id": "demo-adult", "name": "Robin", "maturity": "EIGHTEEN", "kids": False},
            {"id": "demo-kids", "name": "Kids", "maturity": "SEVEN", "kids": True},
        ],
    }


async def test_the_token_is_verified_with_the_published_key(member: SubgraphClient) -> None:
    session = await sign_in(member, **DEMO)
    keys = read_jwks((await member.http.get("/.well-known/jwks.json")).json())

    claims = jwt.decode(
        session["accessToken"], keys["member"], ["EdDSA"], options={"verify_exp": False}
    )

    assert {name: claims[name] for name in ("iss", "sub", "profile", "maturity", "scope")} == {
        "iss": "member",
        "sub": "demo",
        "profile": "demo-adult",
        "maturity": "EIGHTEEN",
        "scope": "catalog:write playback:diagnose",
    }
    assert claims["exp"] - claims["iat"] == 3600


async def test_the_signing_key_is_made_once_for_its_owner_alone(
    member: SubgraphClient, tmp_path: Path
) -> None:
    await sign_in(member, **DEMO)

    mode = (tmp_path / "keys" / "member.pem").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize(
    ("email", "password"),
    [("demo@reelgraph.example", "wrong-evening"), ("nobody@reelgraph.example", "one-evening")],
)
async def test_wrong_credentials_do_not_tell_which_part_is_wrong(
    member: SubgraphClient, email: str, password: str
) -> None:
    assert await sign_in(member, email, password) == {"__typename": "InvalidCredentials"}


async def test_an_unknown_address_costs_as_much_as_a_known_one(
    member: SubgraphClient, hasher: Any
) -> None:
    await sign_in(member, "demo@reelgraph.example", "wrong-evening")
    known = list(hasher.verified)
    await sign_in(member, "nobody@reelgraph.example", "wrong-evening")
    unknown = hasher.verified[len(known) :]

    assert len(known) == len(unknown) == 1
    parameters = [str(encoded).rsplit("$", 2)[0] for encoded in known + unknown]
    assert parameters[0] == parameters[1]


async def test_sign_in_closes_after_five_failures_and_opens_again(
    member: SubgraphClient, clock: Any
) -> None:
    outcomes = [await sign_in(member, DEMO["email"], "guess-number-n") for _ in range(6)]
    closed = await sign_in(member, **DEMO)
    clock.advance(timedelta(minutes=15))
    opened = await sign_in(member, **DEMO)

    assert [each["__typename"] for each in outcomes] == ["InvalidCredentials"] * 5 + [
        "TooManyAttempts"
    ]
    assert closed == {"__typename": "TooManyAttempts", "retryAt": "2026-01-31T12:15:00+00:00"}
    assert opened["__typename"] == "Session"


async def test_attempts_at_the_same_time_are_all_counted(member: SubgraphClient) -> None:
    outcomes = await asyncio.gather(
        *(sign_in(member, DEMO["email"], f"guess-number-{number}") for number in range(12))
    )

    names = sorted(each["__typename"] for each in outcomes)
    assert names == ["InvalidCredentials"] * 5 + ["TooManyAttempts"] * 7


async def test_failures_from_one_address_do_not_lock_the_owner_out(member: SubgraphClient) -> None:
    stranger = member.as_caller(Identity(address="198.51.100.7"))
    owner = member.as_caller(Identity(address="203.0.113.9"))
    for _ in range(7):
        await sign_in(stranger, DEMO["email"], "guess-number-n")

    assert (await sign_in(owner, **DEMO))["__typename"] == "Session"


async def test_sign_up_signs_in_with_a_first_profile(member: SubgraphClient) -> None:
    session = await sign_up(member)

    assert session["member"] | {"id": ""} == {
        "id": "",
        "email": "ada@example.org",
        "country": "GB",
        "profiles": [{"name": "Ada", "maturity": "EIGHTEEN"}],
    }
    again = await sign_in(member, "ADA@example.org", "correct horse")
    assert again["member"]["id"] == session["member"]["id"]


async def test_an_address_signs_up_once_even_when_two_race(member: SubgraphClient) -> None:
    outcomes = await asyncio.gather(sign_up(member), sign_up(member, email="ada@example.org"))

    assert sorted(each["__typename"] for each in outcomes) == ["EmailTaken", "Session"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": "ada@localhost"}, "email"),
        ({"email": "a" * 250 + "@example.org"}, "email"),
        ({"password": "too short"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"name": "  "}, "displayName"),
        ({"country": "gb"}, "country"),
    ],
)
async def test_sign_up_says_which_input_is_wrong(
    member: SubgraphClient, changed: dict[str, str], field: str
) -> None:
    outcome = await sign_up(member, **changed)

    assert (outcome["__typename"], outcome["field"]) == ("InvalidInput", field)
    assert outcome["message"]


async def test_a_hash_of_weaker_parameters_is_renewed_at_sign_in(
    member: SubgraphClient, passwords: Any, hasher: Any
) -> None:
    await sign_in(member, **DEMO)
    stronger = type(hasher)(time_cost=2)
    passwords.hasher = stronger

    assert (await sign_in(member, **DEMO))["__typename"] == "Session"
    assert (await sign_in(member, **DEMO))["__typename"] == "Session"

    assert [",t=2," in str(encoded) for encoded in stronger.verified] == [False, True]
