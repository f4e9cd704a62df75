"""Hooks: what they may change and refuse."""

from __future__ import annotations

import orjson
import pytest
from graphql import parse
from serving import hello_supergraph, serving

from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.errors import refuse
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.hooks import (
    Hooks,
    HttpAnswer,
    ParsedDocument,
    PlannedOperation,
    SubgraphExchange,
    ValidatedDocument,
    call,
)
from reelgraph_router.load_hooks import HooksError, load_hooks
from reelgraph_router.pipeline.graph import GraphRules
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.transport.memory import MemoryTransport
from reelgraph_router.transport.port import FaultKind, SubgraphAnswer, TransportFault


async def test_request_hooks_change_and_refuse():
    seen: list[str] = []

    def remember(request: ClientRequest) -> None:
        seen.append(request.query)

    async def refuse_secrets(request: ClientRequest) -> None:
        if "secret" in request.query:
            raise refuse("Not for you.", "FORBIDDEN", 403)
        request.subgraph_headers += b"x-tenant: t1\r\n"

    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    hooks = Hooks(request=(remember, refuse_secrets))
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=hooks)
    assert await router.execute("{ hello }") == {"data": {"hello": "w"}}
    assert transport.calls["one"][0].headers["x-tenant"] == "t1"
    refused = await router.execute("{ secret }")
    assert refused == {"errors": [{"message": "Not for you.", "extensions": {"code": "FORBIDDEN"}}]}
    assert seen == ["{ hello }", "{ secret }"]
    assert len(transport.calls["one"]) == 1


async def test_a_hook_that_fails_tells_the_client_nothing():
    def fail(request: ClientRequest) -> None:
        raise RuntimeError("an internal text")

    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=Hooks(request=(fail,)))
    answer = await router.execute("{ hello }")
    assert answer == {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL"}}]}


@pytest.mark.parametrize("status", [200, 503])
async def test_response_hooks_change_the_answer(status):
    def mark(answer: HttpAnswer) -> None:
        answer.status = status
        answer.headers.append((b"x-mark", b"1"))

    answer = HttpAnswer(200, [], b"{}")
    await call((mark,), answer)
    assert (answer.status, answer.headers) == (status, [(b"x-mark", b"1")])


STAGES = ("request", "parse", "validate", "plan", "subgraph_request", "subgraph_response")


def both(hook):
    """The hook itself, and the same as a coroutine."""

    async def waiting(subject):
        hook(subject)

    return pytest.mark.parametrize("hook", [hook, waiting], ids=["sync", "async"])


def hello(data: object = "w") -> MemoryTransport:
    return MemoryTransport({"one": lambda request: {"data": {"hello": data}}})


async def test_every_stage_is_called_in_order_and_kept_stages_once():
    seen: list[str] = []

    def note(name: str):
        def hook(subject) -> None:
            seen.append(name)

        async def waiting(subject) -> None:
            hook(subject)

        return (hook, waiting)

    hooks = Hooks(**{name: note(name) for name in STAGES})
    router = await EmbeddedRouter.of(hello_supergraph(), hello(), hooks=hooks)
    for _ in range(2):
        assert await router.execute("{ hello }") == {"data": {"hello": "w"}}
    each = [name for name in STAGES for _ in range(2)]
    again = [name for name in each if name in ("request", "subgraph_request", "subgraph_response")]
    assert seen == [*each, *again]


def other_field(subject: ParsedDocument) -> None:
    subject.document = parse("{ hello: secret }")


@both(other_field)
async def test_a_parse_hook_may_put_another_document_in_place(hook):
    transport = hello()
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=Hooks(parse=(hook,)))
    assert await router.execute("{ hello }") == {"data": {"hello": "w"}}
    assert "secret" in transport.calls["one"][0].query


def no_secrets(subject: ValidatedDocument) -> None:
    assert subject.schema.query_type is not None
    if "secret" in subject.query:
        raise refuse("Not for you.", "FORBIDDEN", 403)


@both(no_secrets)
async def test_a_validate_hook_adds_rules(hook):
    transport = hello()
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=Hooks(validate=(hook,)))
    for _ in range(2):  # a refusal is kept like an operation
        answer = await router.execute("{ secret }")
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert not transport.calls["one"]
    assert await router.execute("{ hello }") == {"data": {"hello": "w"}}


def few_fetches(subject: PlannedOperation) -> None:
    assert subject.operation.kind == "query"
    if len(subject.plan.fetches) > 0 and "slow" in subject.plan.fetches[0].operation:
        raise refuse("Too dear.", "TOO_EXPENSIVE")


@both(few_fetches)
async def test_a_plan_hook_refuses_plans(hook):
    router = await EmbeddedRouter.of(hello_supergraph(), hello(), hooks=Hooks(plan=(hook,)))
    answer = await router.execute("{ slow }")
    assert answer["errors"][0]["extensions"] == {"code": "TOO_EXPENSIVE"}
    assert await router.execute("{ hello }") == {"data": {"hello": "w"}}


def add_header(subject: SubgraphExchange) -> None:
    assert (subject.request.subgraph, subject.outcome) == ("one", None)
    subject.request.headers += b"x-tenant: t1\r\n"


@both(add_header)
async def test_a_subgraph_request_hook_adds_headers(hook):
    transport = hello()
    hooks = Hooks(subgraph_request=(hook,))
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=hooks)
    assert await router.execute("{ hello }") == {"data": {"hello": "w"}}
    assert transport.calls["one"][0].headers["x-tenant"] == "t1"


def answer_itself(subject: SubgraphExchange) -> None:
    subject.outcome = SubgraphAnswer(200, [], b'{"data":{"hello":"from the hook"}}')


@both(answer_itself)
async def test_a_subgraph_request_hook_answers_in_the_subgraph_s_place(hook):
    transport = hello()
    hooks = Hooks(subgraph_request=(hook,))
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=hooks)
    assert await router.execute("{ hello }") == {"data": {"hello": "from the hook"}}
    assert not transport.calls["one"]


def mend(subject: SubgraphExchange) -> None:
    if isinstance(subject.outcome, TransportFault):
        assert subject.outcome.kind is FaultKind.DISCONNECTED
        subject.outcome = SubgraphAnswer(200, [], b'{"data":{"hello":"spare"}}')


@both(mend)
async def test_a_subgraph_response_hook_sees_faults_and_replaces_them(hook):
    def fail(request):
        raise RuntimeError("an internal text")

    hooks = Hooks(subgraph_response=(hook,))
    transport = MemoryTransport({"one": fail})
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=hooks)
    assert await router.execute("{ hello }") == {"data": {"hello": "spare"}}


@pytest.mark.parametrize("stage", ["subgraph_request", "subgraph_response"])
@pytest.mark.parametrize(
    ("error", "code"),
    [(refuse("Closed today.", "CLOSED"), "CLOSED"), (RuntimeError("internal"), "INTERNAL")],
)
async def test_a_subgraph_hook_that_raises_fails_its_fetch_alone(stage, error, code):
    def fail(subject: SubgraphExchange) -> None:
        raise error

    router = await EmbeddedRouter.of(hello_supergraph(), hello(), hooks=Hooks(**{stage: (fail,)}))
    answer = await router.execute("{ hello }")
    assert answer["data"] == {"hello": None}
    assert [e["extensions"]["code"] for e in answer["errors"]] == [code]
    assert "RuntimeError" not in str(answer)


@pytest.mark.parametrize("stage", STAGES[:4])
async def test_a_hook_of_an_earlier_stage_that_fails_fails_the_request(stage):
    def fail(subject) -> None:
        raise RuntimeError("an internal text")

    router = await EmbeddedRouter.of(hello_supergraph(), hello(), hooks=Hooks(**{stage: (fail,)}))
    answer = await router.execute("{ hello }")
    assert answer == {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL"}}]}


async def test_without_hooks_the_transport_is_not_wrapped():
    transport = hello()
    router = await EmbeddedRouter.of(hello_supergraph(), transport)
    assert router.pipeline.current_graph().transport is transport


EXAMPLE = """
from reelgraph_router.hooks import Hooks

def brand(answer):
    answer.headers.append((b"x-brand", b"reel"))

hooks = Hooks(response=(brand,))

def make():
    return hooks

not_hooks = 5
wrong = Hooks(parse=brand)
wrong_decider = Hooks(policies=5)

def breaks():
    raise KeyError("x")
"""


@pytest.fixture
def example(tmp_path, monkeypatch):
    (tmp_path / "my_router_hooks.py").write_text(EXAMPLE)
    (tmp_path / "my_broken_hooks.py").write_text("import nothing_of_that_name")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["my_router_hooks:hooks", "my_router_hooks:make"])
async def test_hooks_are_loaded_by_import_path(path, example):
    async with serving(example, hello(), hooks=path) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"})
    assert answer.headers["x-brand"] == "reel"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("my_router_hooks", "must have the form package.module:object"),
        ("my_router_hooks:", "must have the form package.module:object"),
        ("my_router_hooks:absent", "my_router_hooks has no absent"),
        ("no_such_module:hooks", "cannot import no_such_module: ModuleNotFoundError"),
        ("my_broken_hooks:hooks", "cannot import my_broken_hooks: ModuleNotFoundError"),
        ("my_router_hooks:not_hooks", "is int, not reelgraph_router.hooks.Hooks"),
        ("my_router_hooks:breaks", "calling it failed: KeyError"),
        ("my_router_hooks:wrong", "parse must be a tuple of callables"),
        ("my_router_hooks:wrong_decider", "policies must be a callable"),
    ],
)
def test_hooks_that_cannot_be_loaded_are_refused_in_words(path, reason, example):
    with pytest.raises(HooksError, match=reason.replace("(", r"\(")) as caught:
        load_hooks(path)
    assert path in str(caught.value)


async def test_a_response_hook_changes_what_goes_over_http(tmp_path):
    async def wrap(answer: HttpAnswer) -> None:
        body = orjson.loads(answer.body)
        answer.body = orjson.dumps({**body, "extensions": {"served": "here"}})

    hooks = Hooks(response=(wrap,))
    async with serving(tmp_path, hello(), made_hooks=hooks) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"})
    assert answer.json() == {"data": {"hello": "w"}, "extensions": {"served": "here"}}
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_what_a_hook_refuses_is_told_where_subgraphs_errors_are_hidden():
    def closed(exchange) -> None:
        raise refuse("Closed today.", "CLOSED")

    rules = GraphRules(redaction=Redaction(expose=False))
    router = await EmbeddedRouter.of(
        hello_supergraph(), hello(), rules=rules, hooks=Hooks(subgraph_request=(closed,))
    )
    [error] = (await router.execute("{ hello }"))["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("Closed today.", "CLOSED")
