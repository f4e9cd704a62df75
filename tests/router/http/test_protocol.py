"""GraphQL over HTTP, through the whole application."""

from __future__ import annotations

import pytest
from serving import serving

from reelgraph_router.transport.memory import MemoryTransport

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


def hello() -> MemoryTransport:
    values = {"hello": "world", "slow": None, "secret": None, "bump": 1, "__typename": "Query"}

    def answer(request):
        name = request.query.partition("{")[2].strip("{} ").split("(")[0]
        return {"data": {name.split("{")[0]: values.get(name, "?")}}

    return MemoryTransport({"one": answer})


POSTS = {
    # name: (content type, accept, body, status, media type of the answer, error code)
    "plain": (JSON, None, '{"query":"{hello}"}', 200, JSON, None),
    "graphql media type": (JSON, GRAPHQL, '{"query":"{hello}"}', 200, GRAPHQL, None),
    "wildcard": (JSON, "*/*", '{"query":"{hello}"}', 200, JSON, None),
    "weights": (JSON, f"{JSON};q=0.5, {GRAPHQL}", '{"query":"{hello}"}', 200, GRAPHQL, None),
    "utf-8": (f"{JSON}; charset=utf-8", None, '{"query":"{hello}"}', 200, JSON, None),
    "nulls": (JSON, None, '{"query":"{hello}","variables":null,"operationName":null,"extensions":null}',
              200, JSON, None),
    "not acceptable": (JSON, "image/png", '{"query":"{hello}"}', 406, JSON, "BAD_REQUEST"),
    "no content type": (None, None, '{"query":"{hello}"}', 415, JSON, "BAD_REQUEST"),
    "form": ("application/x-www-form-urlencoded", None, "query={hello}", 415, JSON, "BAD_REQUEST"),
    "text": ("text/plain", None, '{"query":"{hello}"}', 415, JSON, "BAD_REQUEST"),
    "latin": (f"{JSON}; charset=latin1", None, '{"query":"{hello}"}', 415, JSON, "BAD_REQUEST"),
    "no JSON": (JSON, None, "{", 400, JSON, "BAD_REQUEST"),
    "empty": (JSON, None, "", 400, JSON, "BAD_REQUEST"),
    "a batch": (JSON, None, '[{"query":"{hello}"}]', 400, JSON, "BAD_REQUEST"),
    "no query": (JSON, GRAPHQL, "{}", 400, GRAPHQL, "BAD_REQUEST"),
    "query of a wrong type": (JSON, None, '{"query":1}', 400, JSON, "BAD_REQUEST"),
    "variables of a wrong type": (JSON, None, '{"query":"{hello}","variables":[]}', 400, JSON,
                                  "BAD_REQUEST"),
    "syntax error": (JSON, GRAPHQL, '{"query":"{"}', 400, GRAPHQL, "GRAPHQL_PARSE_FAILED"),
    "syntax error for old clients": (JSON, JSON, '{"query":"{"}', 200, JSON, "GRAPHQL_PARSE_FAILED"),
    "invalid": (JSON, GRAPHQL, '{"query":"{no}"}', 400, GRAPHQL, "GRAPHQL_VALIDATION_FAILED"),
    "empty selection": (JSON, GRAPHQL, '{"query":"{}"}', 400, GRAPHQL, "GRAPHQL_PARSE_FAILED"),
    "wrong variables": (JSON, GRAPHQL, '{"query":"query($a:Int!){hello}","variables":{}}', 400,
                        GRAPHQL, "GRAPHQL_VALIDATION_FAILED"),
    "unknown operation": (JSON, GRAPHQL, '{"query":"query A{hello}","operationName":"B"}', 400,
                          GRAPHQL, "OPERATION_RESOLUTION_FAILURE"),
    "which operation": (JSON, GRAPHQL, '{"query":"query A{hello} query B{hello}"}', 400, GRAPHQL,
                        "OPERATION_RESOLUTION_FAILURE"),
    "too large": (JSON, None, '{"query":"{hello}","x":"' + "y" * 2000 + '"}', 413, JSON,
                  "LIMIT_EXCEEDED"),
    "too many tokens": (JSON, GRAPHQL, '{"query":"{' + "hello " * 200 + '}"}', 400, GRAPHQL,
                        "LIMIT_EXCEEDED"),
    "too many aliases": (JSON, GRAPHQL, '{"query":"{a:hello b:hello c:hello d:hello}"}', 400,
                         GRAPHQL, "LIMIT_EXCEEDED"),
    "too many root fields": (JSON, GRAPHQL, '{"query":"{' + "hello " * 9 + '}"}', 400, GRAPHQL,
                             "LIMIT_EXCEEDED"),
    "too many directives": (JSON, GRAPHQL, '{"query":"{...A ...A} fragment A on Query{hello @skip(if:false)'
                            ' @include(if:true)}"}', 400, GRAPHQL, "LIMIT_EXCEEDED"),
    "too many directives that are unknown": (JSON, GRAPHQL, '{"query":"{hello @a @a @a @a}"}', 400, GRAPHQL,
                                             "LIMIT_EXCEEDED"),
    "as many directives as allowed": (JSON, GRAPHQL, '{"query":"{hello @skip(if:false) @include(if:true)}"}',
                                      200, GRAPHQL, None),
    "too deep": (JSON, GRAPHQL, '{"query":"{__schema{types{fields{type{ofType{ofType{ofType{name}}}}}}}}"}',
                 400, GRAPHQL, "LIMIT_EXCEEDED"),
    "circular fragments": (JSON, GRAPHQL, '{"query":"{...A} fragment A on Query{...A}"}', 400, GRAPHQL,
                           "GRAPHQL_VALIDATION_FAILED"),
}  # fmt: skip
LIMITS = {
    "max_body_bytes": 1500, "max_tokens": 100, "max_aliases": 3, "max_root_fields": 8,
    "max_depth": 7, "max_directives": 3,
}  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
async def test_post(name, tmp_path):
    content_type, accept, body, status, media, code = POSTS[name]
    headers = {"accept": accept or ""} | ({"content-type": content_type} if content_type else {})
    async with serving(tmp_path, hello(), **LIMITS) as client:
        if accept is None:
            del client.headers["accept"], headers["accept"]
        for _ in range(2):  # the second time, a refusal may come from the cache
            answer = await client.post("/graphql", content=body, headers=headers)
            assert answer.status_code == status, answer.text
            assert answer.headers["content-type"] == f"{media}; charset=utf-8"
            if code is None:
                assert answer.json() == {"data": {"hello": "world"}}
            else:
                assert "data" not in answer.json()
                assert answer.json()["errors"][0]["extensions"]["code"] == code


PREFLIGHTED = {"apollo-require-preflight": "1"}
GETS = {
    "query": ({"query": "{hello}"}, PREFLIGHTED, 200),
    "JSON content type is no simple request": ({"query": "{hello}"}, {"content-type": JSON}, 200),
    "same origin": ({"query": "{hello}"}, {"sec-fetch-site": "same-origin"}, 200),
    "simple request": ({"query": "{hello}"}, {}, 400),
    "simple form": ({"query": "{hello}"}, {"content-type": "text/plain;x"}, 400),
    "another site": ({"query": "{hello}"}, {"sec-fetch-site": "cross-site"}, 400),
    "mutation": ({"query": "mutation{bump}"}, PREFLIGHTED, 405),
    "variables": ({"query": "{hello}", "variables": "{}", "operationName": ""}, PREFLIGHTED, 200),
    "variables that are no JSON": ({"query": "{hello}", "variables": "{"}, PREFLIGHTED, 400),
    "no query": ({}, PREFLIGHTED, 400),
}


@pytest.mark.parametrize("name", GETS)
async def test_get(name, tmp_path):
    parameters, headers, status = GETS[name]
    async with serving(tmp_path, hello()) as client:
        answer = await client.get(
            "/graphql", params=parameters, headers={"accept": GRAPHQL, **headers}
        )
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json() == {"data": {"hello": "world"}}
    if status == 405:
        assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
async def test_other_methods(method, tmp_path):
    async with serving(tmp_path, hello()) as client:
        answer = await client.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST, OPTIONS"


async def test_pages_and_health(tmp_path):
    async with serving(tmp_path, hello()) as client:
        page = await client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "GraphQL" in page.text or "GraphiQL" in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert (await client.get("/health")).json() == {"status": "ok"}
        ready = await client.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        assert (await client.get("/")).headers["location"] == "/graphql"
        assert (await client.get("/nothing")).status_code == 404
        assert (await client.get("/_graphiql/../../settings.py")).status_code == 404
    async with serving(tmp_path, hello(), graphiql=False) as client:
        answer = await client.get("/graphql", headers={"accept": "text/html"})
        assert answer.status_code in (400, 406)


ORIGIN = "https://films.example"


async def test_cors(tmp_path):
    ask = {"origin": ORIGIN, "access-control-request-method": "POST",
           "access-control-request-headers": "content-type,authorization"}  # fmt: skip
    body = {"query": "{hello}"}
    async with serving(tmp_path, hello(), cors_origins=ORIGIN, cors_credentials=True) as client:
        leave = await client.options("/graphql", headers=ask)
        assert leave.status_code == 204
        assert leave.headers["access-control-allow-origin"] == ORIGIN
        assert leave.headers["access-control-allow-headers"] == "content-type,authorization"
        answer = await client.post("/graphql", json=body, headers={"origin": ORIGIN})
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["access-control-allow-credentials"] == "true"
        other = await client.post("/graphql", json=body, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        assert other.headers["vary"] == "Origin"
    async with serving(tmp_path, hello()) as client:
        leave = await client.options("/graphql", headers=ask)
        assert "access-control-allow-origin" not in leave.headers


async def test_introspection_can_be_turned_off(tmp_path):
    query = {"query": "{ __schema { queryType { name } } hello }"}
    async with serving(tmp_path, hello()) as client:
        answer = (await client.post("/graphql", json=query)).json()
        assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}, "hello": "world"}}
    async with serving(tmp_path, hello(), introspection=False) as client:
        answer = (await client.post("/graphql", json=query)).json()
        assert answer["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
        below = {"query": "{ again { __typename __schema { queryType { name } } } }"}
        answer = (await client.post("/graphql", json=below)).json()
        assert answer["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
        wrong = (await client.post("/graphql", json={"query": "{ helo }"})).json()
        assert "Did you mean" not in wrong["errors"][0]["message"]


async def test_plan_is_shown_only_where_allowed(tmp_path):
    query, header = {"query": "{ hello }"}, {"reelgraph-include-plan": "1"}
    async with serving(tmp_path, hello(), expose_plan=True) as client:
        answer = (await client.post("/graphql", json=query, headers=header)).json()
        plan = answer["extensions"]["queryPlan"]
        assert "one" in plan["text"]
        assert [fetch["subgraph"] for fetch in plan["fetches"]] == ["one"]
        assert plan["fetches"][0]["endedAt"] >= plan["fetches"][0]["startedAt"] >= 0
        assert (await client.post("/graphql", json=query)).json() == {"data": {"hello": "world"}}
    async with serving(tmp_path, hello()) as client:
        answer = (await client.post("/graphql", json=query, headers=header)).json()
        assert answer == {"data": {"hello": "world"}}
