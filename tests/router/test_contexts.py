"""Contextual arguments in a plan: one request for each distinct set of values."""

from __future__ import annotations

import asyncio

from reelgraph_federation.planning.query_plan import (
    ContextValue,
    EntityGroup,
    Fetch,
    FieldShape,
    ListShape,
    ObjectShape,
    QueryPlan,
    Representation,
    RepresentationField,
    ResponsePath,
    ScalarShape,
    Step,
    Written,
)
from reelgraph_federation.supergraph.type_refs import type_ref
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.compile import compile_plan
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.transport.memory import MemoryTransport

ITEMS = (Step("shops", 1), Step("items", 1))
SHOPS = {
    "shops": [
        {"currency": "EUR", "items": [{"id": "a"}, {"id": "b"}]},
        {"currency": "USD", "items": [{"id": "a"}]},
        {"currency": "EUR", "items": [{"id": "a"}, {"id": None}]},
    ]
}


def plan() -> QueryPlan:
    """`{ shops { items { price } } }`, with `price(in: String @fromContext(…currency))`."""
    stream = Fetch(
        0, "shop", "query", "{shops{currency items{id}}}", None, (),
        written=(Written("shops", (Written("currency"), Written("items", (Written("id"),)))),),
    )  # fmt: skip
    group = EntityGroup(
        "_entities", "representations", "Item", (ResponsePath(ITEMS),),
        Representation("Item", None, (RepresentationField("id", "id"),)),
        "price(in: $c)", (Written("price"),),
        contexts=(
            ContextValue("c", type_ref("String"), 1, (RepresentationField("currency", "currency"),)),
        ),
    )  # fmt: skip
    prices = Fetch(
        1, "prices", "query", "query($representations:[_Any!]!,$c:String){…}", None, (),
        depends_on=(0,), groups=(group,),
    )  # fmt: skip
    price = FieldShape("price", "price", ScalarShape("String", True), "Item", "price")
    items = ListShape(ObjectShape("Item", True, (price,)), False)
    shop = ObjectShape("Shop", False, (FieldShape("items", "items", items, "Shop", "items"),))
    shops = FieldShape("shops", "shops", ListShape(shop, False), "Query", "shops")
    return QueryPlan("query", (stream, prices), ObjectShape("Query", False, (shops,)))


async def run(answer):
    transport = MemoryTransport({"shop": lambda request: {"data": SHOPS}, "prices": answer})
    done = asyncio.get_running_loop().create_future()
    Run(compile_plan(plan(), lambda name: 5.0), {}, transport, b"", Redaction()).start(
        done.set_result
    )
    data, errors = (await done).complete()
    prices = [[item["price"] for item in shop["items"]] for shop in data["shops"]]
    return prices, errors, [call.variables for call in transport.calls["prices"]]


async def test_one_request_for_each_distinct_value():
    def price(request):
        asked, currency = request.variables["representations"], request.variables["c"]
        return {"data": {"_entities": [{"price": f"{one['id']} {currency}"} for one in asked]}}

    prices, errors, calls = await run(price)
    assert prices == [["a EUR", "b EUR"], ["a USD"], ["a EUR", None]]
    assert errors == []
    a, b = {"__typename": "Item", "id": "a"}, {"__typename": "Item", "id": "b"}
    assert calls == [
        {"representations": [a, b], "c": "EUR"},
        {"representations": [a], "c": "USD"},
    ]


async def test_a_request_that_fails_takes_only_its_own_places():
    def price(request):
        if request.variables["c"] == "EUR":
            raise OSError
        return {"data": {"_entities": [{"price": "1"}]}}

    prices, errors, _ = await run(price)
    assert prices == [[None, None], ["1"], [None, None]]
    assert [error.path for error in errors] == [
        ("shops", 0, "items", 0), ("shops", 0, "items", 1), ("shops", 2, "items", 0),
    ]  # fmt: skip
