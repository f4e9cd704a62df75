"""GraphQL over HTTP, clause by clause: media types, status codes of each stage, methods, content types."""

from __future__ import annotations

import json

import pytest
from serving import hello_supergraph, serving

from reelgraph_router.http.negotiate import JSON as PLAIN
from reelgraph_router.http.negotiate import RESPONSE_JSON, choose_media_type
from reelgraph_router.transport.memory import MemoryTransport

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"

ACCEPTS = {
    "": PLAIN,
    "*/*": PLAIN,
    "application/*": PLAIN,
    "*/*;q=0.1": PLAIN,
    JSON: PLAIN,
    "Application/JSON; charset=utf-8": PLAIN,
    GRAPHQL: RESPONSE_JSON,
    f"{GRAPHQL}; charset=utf-8": RESPONSE_JSON,
    f"{GRAPHQL}, {JSON}": RESPONSE_JSON,
    f"{JSON}, {GRAPHQL}": PLAIN,
    f"{GRAPHQL}, {JSON};q=0.9": RESPONSE_JSON,
    f"{GRAPHQL};q=0.8, {JSON};q=0.9": PLAIN,
    f"{JSON};q=0.5, {GRAPHQL};q=0.5": PLAIN,
    f"{GRAPHQL};q=0.001": RESPONSE_JSON,
    f"text/html, {GRAPHQL};q=0.2": RESPONSE_JSON,
    f"{GRAPHQL}, */*": RESPONSE_JSON,
    f"*/*, {GRAPHQL}": PLAIN,
    f"{JSON};q=0, */*": RESPONSE_JSON,
    f"{JSON};q=0.5, */*": RESPONSE_JSON,
    f"{GRAPHQL};q=0, application/*": PLAIN,
    f"*/*;q=0, {JSON}": PLAIN,
    "application/*;q=0, */*": None,
    f"{JSON};q=0": None,
    f"{JSON};q=0.000": None,
    "*/*;q=0": None,
    "text/html": None,
    "image/*": None,
    "application/xml": None,
    f"{JSON};q=much": None,
    f"{JSON};q=nan": None,
    f"{JSON};q=-1": None,
    f"{JSON} ; q=1.000 ,": PLAIN,
    ",": None,
}  # fmt: skip


@pytest.mark.parametrize("header", ACCEPTS)
def test_the_media_type(header):
    assert choose_media_type(header.encode()) == ACCEPTS[header]


def body(query: str, **more: object) -> str:
    return json.dumps({"query": query, **more})


STAGES = {
    # name: (body, status for graphql-response+json, status for json, has data)
    "answered": (body("{ hello }"), 200, 200, True),
    "answered with an error": (body("{ slow }"), 200, 200, True),
    "null for everything": (body("{ must }"), 200, 200, True),
    "no JSON": ("{", 400, 400, False),
    "no object": ("[]", 400, 400, False),
    "no query": ("{}", 400, 400, False),
    "query of a wrong type": ('{"query":7}', 400, 400, False),
    "variables of a wrong type": (body("{ hello }", variables=7), 400, 400, False),
    "operationName of a wrong type": (body("{ hello }", operationName=[]), 400, 400, False),
    "extensions of a wrong type": (body("{ hello }", extensions="x"), 400, 400, False),
    "syntax": (body("{"), 400, 200, False),
    "validation": (body("{ no }"), 400, 200, False),
    "which operation": (body("query A { hello } query B { hello }"), 400, 200, False),
    "variables that do not fit": (
        body("query ($n: Int!) { count(n: $n) }", variables={"n": "x"}), 400, 200, False,
    ),
    "a limit": (body("{ " + "hello " * 300 + "}"), 400, 200, False),
    "a subscription": (body("subscription { ticks }"), 406, 406, False),
    "what clients may add": (body("{ hello }", id=1, operationName=None, extra={}), 200, 200, True),
}  # fmt: skip
SDL = (
    "type Query { hello: String slow: String must: String! count(n: Int!): Int } "
    "type Mutation { bump: Int } type Subscription { ticks: Int }"
)


def handler(request):
    if "slow" in request.query or "must" in request.query:
        return {"data": {"slow": None}, "errors": [{"message": "no", "path": ["slow"]}]}
    return {"data": {"hello": "w", "bump": 1}}


def router(tmp_path):
    return serving(tmp_path, MemoryTransport({"one": handler}), hello_supergraph(sdl=SDL))


async def test_the_status_of_each_stage(tmp_path):
    async with router(tmp_path) as client:
        for name, (text, own, plain, has_data) in STAGES.items():
            for media, status in ((GRAPHQL, own), (JSON, plain)):
                headers = {"content-type": JSON, "accept": media}
                answer = await client.post("/graphql", content=text, headers=headers)
                assert answer.status_code == status, (name, media, answer.text)
                assert answer.headers["content-type"] == f"{media}; charset=utf-8"
                document = answer.json()
                assert ("data" in document) == has_data, name
                if not has_data:
                    assert all(one["message"] for one in document["errors"])


CONTENT_TYPES = {
    "application/json": 200,
    "application/json; charset=utf-8": 200,
    'application/json;charset="UTF-8"': 200,
    "APPLICATION/JSON": 200,
    "application/json; profile=x": 200,
    "application/json; charset=utf-16": 415,
    "application/graphql": 415,
    "application/graphql+json": 415,
    "application/x-www-form-urlencoded": 415,
    "multipart/form-data; boundary=x": 415,
    "text/plain": 415,
    "json": 415,
    "": 415,
}


async def test_content_types(tmp_path):
    async with router(tmp_path) as client:
        for kind, status in CONTENT_TYPES.items():
            headers = {"content-type": kind}
            answer = await client.post("/graphql", content=body("{ hello }"), headers=headers)
            assert answer.status_code == status, (kind, answer.text)
            if status != 200:
                assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


GETS = {
    # name: (parameters, status for graphql-response+json, for json)
    "a query": ({"query": "{ hello }"}, 200, 200),
    "variables": ({"query": "query ($n: Int!) { count(n: $n) }", "variables": '{"n": 1}'}, 200, 200),
    "variables that do not fit": (
        {"query": "query ($n: Int!) { count(n: $n) }", "variables": '{"n": "x"}'}, 400, 200,
    ),
    "variables that are a list": ({"query": "{ hello }", "variables": "[]"}, 400, 400),
    "extensions": ({"query": "{ hello }", "extensions": "{}"}, 200, 200),
    "extensions that are no JSON": ({"query": "{ hello }", "extensions": "x"}, 400, 400),
    "a name": ({"query": "query A { hello } mutation B { bump }", "operationName": "A"}, 200, 200),
    "a name that is empty": ({"query": "query A { hello }", "operationName": ""}, 200, 200),
    "a mutation": ({"query": "mutation { bump }"}, 405, 405),
    "a mutation by name": ({"query": "query A { hello } mutation B { bump }", "operationName": "B"}, 405, 405),
    "syntax": ({"query": "{"}, 400, 200),
    "validation": ({"query": "{ no }"}, 400, 200),
    "a query that is empty": ({"query": ""}, 400, 400),
    "nothing": ({}, 400, 400),
}  # fmt: skip


async def test_get(tmp_path):
    async with router(tmp_path) as client:
        for name, (parameters, own, plain) in GETS.items():
            for media, status in ((GRAPHQL, own), (JSON, plain)):
                headers = {"accept": media, "apollo-require-preflight": "1"}
                answer = await client.get("/graphql", params=parameters, headers=headers)
                assert answer.status_code == status, (name, media, answer.text)
                assert answer.headers["content-type"] == f"{media}; charset=utf-8"
                if status == 405:
                    assert answer.headers["allow"] == "POST"
                assert ("data" in answer.json()) == (
                    status == 200 and "errors" not in answer.json()
                )
