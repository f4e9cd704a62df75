from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from reelgraph_dgs.testing import SubgraphClient, TestSigners
from reelgraph_kit.identity import Identity
from subgraphs.billing.app import create_app
from subgraphs.billing.settings import Settings

SUBSCRIBE = """
mutation ($plan: ID!, $key: String!, $card: String) {
  subscribe(planId: $plan, idempotencyKey: $key, cardToken: $card) {
    __typename
    ... on PaymentSucceeded {
      charge { status amount { amount currency } }
      account { status paidThrough plan { id maxStreams maxHeight } periods { status } }
    }
    ... on PaymentDeclined { message charge { status } }
    ... on PaymentPending { charge { status settledAt } }
    ... on AlreadySubscribed { account { status } }
  }
}
"""
CHARGE = 'mutation { chargeNow(idempotencyKey: "key-0009") { __typename } }'
BILLING = "billing { status paidThrough plan { id } periods { status } charges { status } }"


@pytest.fixture
async def billing(
    tmp_path: Path,
    signers: TestSigners,
    start_subgraph: Callable[[FastAPI], Awaitable[SubgraphClient]],
    clock: Any,
) -> SubgraphClient:
    settings = Settings(data_dir=tmp_path, trusted_signers=signers.jwks_path, seed_demo=True)
    return await start_subgraph(create_app(settings, clock))


async def subscribe(client: SubgraphClient, card: str = "card_ok") -> dict[str, Any]:
    variables = {"plan": "premium", "key": "key-0001", "card": card}
    outcome: dict[str, Any] = (await client.execute(SUBSCRIBE, variables)).data["subscribe"]
    return outcome


async def test_the_plans_are_for_everybody(billing: SubgraphClient) -> None:
    query = "{ plans { id price { amount currency } maxStreams maxHeight } }"

    plans = (await billing.execute(query)).data["plans"]

    assert plans[0] == {
        "id": "basic",
        "price": {"amount": "4.99", "currency": "EUR"},
        "maxStreams": 1,
        "maxHeight": 480,
    }
    assert [plan["id"] for plan in plans] == ["basic", "standard", "premium"]


async def test_a_member_subscribes(billing: SubgraphClient) -> None:
    assert await subscribe(billing.as_member("m1")) == {
        "__typename": "PaymentSucceeded",
        "charge": {"status": "SUCCEEDED", "amount": {"amount": "12.99", "currency": "EUR"}},
        "account": {
            "status": "ACTIVE",
            "paidThrough": "2026-02-28T12:00:00+00:00",
            "plan": {"id": "premium", "maxStreams": 4, "maxHeight": 1080},
            "periods": [{"status": "PAID"}],
        },
    }


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (
            "card_declined",
            {
                "__typename": "PaymentDeclined",
                "message": "The card was declined.",
                "charge": {"status": "DECLINED"},
            },
        ),
        (
            "card_timeout_approved",
            {"__typename": "PaymentPending", "charge": {"status": "UNKNOWN", "settledAt": None}},
        ),
    ],
)
async def test_other_outcomes_of_a_card(
    billing: SubgraphClient, card: str, expected: dict[str, Any]
) -> None:
    assert await subscribe(billing.as_member("m1"), card) == expected


@pytest.mark.parametrize(
    ("variables", "code", "path"),
    [
        ({"plan": "gold", "key": "key-0002", "card": "card_ok"}, "NOT_FOUND", "planId"),
        ({"plan": "basic", "key": "short", "card": "card_ok"}, "BAD_REQUEST", "idempotencyKey"),
        ({"plan": "basic", "key": "key-0001", "card": "card_ok"}, "BAD_REQUEST", "idempotencyKey"),
        ({"plan": "basic", "key": "key-0002", "card": "no token"}, "BAD_REQUEST", "cardToken"),
    ],
)
async def test_a_wrong_request_says_which_argument(
    billing: SubgraphClient, variables: dict[str, str], code: str, path: str
) -> None:
    member = billing.as_member("m1")
    await subscribe(member)

    result = await member.execute(SUBSCRIBE, variables)

    assert result.codes == [code]
    assert result.errors[0]["extensions"]["path"] == path


async def test_nobody_pays_without_signing_in(billing: SubgraphClient) -> None:
    assert (await billing.execute(CHARGE)).codes == ["UNAUTHENTICATED"]
    assert (await billing.as_service("playback").execute(CHARGE)).codes == ["UNAUTHENTICATED"]


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
async def test_billing_is_for_its_owner_and_trusted_services(
    billing: SubgraphClient, caller: str, code: str | None
) -> None:
    callers = {
        "anonymous": billing,
        "another member": billing.as_member("m2"),
        "service": billing.as_caller(
            Identity("service", "artwork", scopes=frozenset({"billing:read"}))
        ),
        "service with scope": billing.as_service("playback"),
        "owner": billing.as_member("demo"),
    }
    result = await callers[caller].entities("Member", ["demo"], BILLING)

    (entity,) = (result.partial_data or {})["_entities"]
    assert result.codes == ([] if code is None else [code])
    assert entity["billing"] == (
        None
        if code
        else {
            "status": "ACTIVE",
            "paidThrough": "2026-02-28T12:00:00+00:00",
            "plan": {"id": "standard"},
            "periods": [{"status": "PAID"}],
            "charges": [{"status": "SUCCEEDED"}],
        }
    )


async def test_a_member_who_never_paid_has_an_empty_account(billing: SubgraphClient) -> None:
    result = await billing.as_member("m9").entities("Member", ["m9"], BILLING)

    (entity,) = result.data["_entities"]
    assert entity["billing"] == {
        "status": "NONE",
        "paidThrough": None,
        "plan": None,
        "periods": [],
        "charges": [],
    }
