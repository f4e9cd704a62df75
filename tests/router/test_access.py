"""Cases under access_cases/: what authorisation directives and override labels make of operations.

Files are like those of cases/. An operation may say more: `caller` (absent: nobody; `{}`: a member
without scopes; `scopes`), `policies` and `labels` that a hook holds, `settings` (`errors`, `reject`,
`labels`), and the `plan` as text. Every answer must come out equal from the generated code and from the
careful completion.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from case_runs import (
    caller,
    calls_of,
    describe_calls,
    load,
    make_transport,
    operations_in,
)
from router_cases import subgraph_sdl

from reelgraph_federation import Subgraph, compose
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.interpreter.complete import Completion
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.hooks import Hooks
from reelgraph_router.pipeline.authorize import AuthorizationRules
from reelgraph_router.pipeline.graph import GraphRules
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.stages import OperationRules
from reelgraph_router.supergraph_source.port import SupergraphDocument
from reelgraph_router.transport.memory import MemoryTransport

CASES = Path(__file__).parent / "access_cases"


async def make_router(sdl: str, transport, operation) -> EmbeddedRouter:
    settings = operation.get("settings", {})

    def decide_policies(request: ClientRequest, asked: frozenset[str]):
        return operation["policies"]

    async def decide_labels(request: ClientRequest, named: frozenset[str]):
        return operation["labels"]

    rules = OperationRules(
        authorization=AuthorizationRules(
            settings.get("errors", "errors"), settings.get("reject", False)
        ),
        override_labels=frozenset(settings.get("labels", ())),
    )
    hooks = Hooks(
        policies=decide_policies if "policies" in operation else None,
        override_labels=decide_labels if "labels" in operation else None,
    )
    graph = GraphRules(operations=rules, redaction=Redaction(expose=True))
    return await EmbeddedRouter.of(sdl, transport, rules=graph, hooks=hooks)


@pytest.mark.parametrize(("path", "number"), list(operations_in(sorted(CASES.glob("*.yaml")))))
async def test_case(path, number, monkeypatch):
    case, supergraph = load(path)
    operation = case["operations"][number]
    transport = make_transport(case)
    router = await make_router(supergraph, transport, operation)
    runs: list[Run] = []
    complete = Run.complete

    def remember(run: Run):
        runs.append(run)
        return complete(run)

    monkeypatch.setattr(Run, "complete", remember)
    identity = caller(operation.get("caller"))
    answer = await router.execute(operation["query"], operation.get("variables"), identity=identity)
    assert answer == operation["answer"], describe_calls(transport.calls)
    assert orjson.dumps(answer) == orjson.dumps(operation["answer"]), "order of keys"
    assert calls_of(transport) == operation["calls"], describe_calls(transport.calls)
    for run in runs:
        careful = Completion(run.faults, run.variables, run.introspection)
        data = careful.root(run.program.shape, run.root)
        assert orjson.loads(orjson.dumps(data)) == answer.get("data")
    if "plan" in operation:
        request = ClientRequest(operation["query"], identity=identity)
        ready = await router.pipeline.ready_operation(router.pipeline.current_graph(), request)
        assert ready.plan_text == operation["plan"]


async def test_what_others_require_may_be_fetched_and_is_not_shown():
    """Another composer may let a field of anybody's require a protected one."""
    case, sdl = load(CASES / "requires.yaml")
    assert sdl.count('margin: String @join__field(graph: SHIPPING, requires: "cost") @auth') == 1
    sdl = sdl.replace('requires: "cost") @authenticated', 'requires: "cost")')
    transport = make_transport(case)
    router = await EmbeddedRouter.of(sdl, transport)
    answer = await router.execute("{ products { margin cost } }")
    assert answer["data"] == {"products": [{"margin": "of 5", "cost": None}]}
    assert [e["extensions"]["affectedPath"] for e in answer["errors"]] == ["products.cost"]
    assert calls_of(transport) == {"products": 1, "shipping": 1}


async def test_each_outcome_is_planned_once():
    case, sdl = load(CASES / "fields.yaml")
    router = await make_router(sdl, make_transport(case), {})
    graph = router.pipeline.current_graph()

    async def ask(query: str, *scopes: str, member: bool = True) -> None:
        await router.execute(query, identity=caller({"scopes": scopes} if member else None))

    for scopes in (["admin"], ["admin", "calendar"], ["admin", "read:email"]):
        await ask("{ me { ssn email } }", *scopes)
    assert graph.operations.planned == 1  # other scopes change nothing for this operation
    await ask("{ me { ssn email } }", "read:email")
    await ask("{ me { ssn email } }", "read:member")
    assert graph.operations.planned == 2
    await ask("{ me { ssn email } }", member=False)
    assert graph.operations.planned == 3
    # Other requirements hold, the same places are left out.
    await ask("{ me { secretBoss { ssn } name } }", member=False)
    await ask("{ me { secretBoss { ssn } name } }")
    assert graph.operations.planned == 4


async def test_each_outcome_is_planned_once_for_those_who_ask_at_the_same_time():
    case, sdl = load(CASES / "fields.yaml")
    router = await make_router(sdl, make_transport(case), {})
    graph = router.pipeline.current_graph()
    # Other requirements hold for the two, the same places are left out.
    callers = [caller(None), caller({})] * 3
    query = "{ me { secretBoss { ssn } name } }"
    await asyncio.gather(*(router.execute(query, identity=one) for one in callers))
    assert graph.operations.planned == 1


async def test_equal_requests_of_callers_with_other_rights_share_nothing():
    case, sdl = load(CASES / "fields.yaml")
    transport = make_transport(case)
    router = await make_router(sdl, transport, {})
    pipeline = Pipeline(router.graphs, share=True)
    query = "{ me { name ssn } }"
    for one in (None, {}):  # plan first, so that the runs below are under way together
        await pipeline.handle(ClientRequest(query, identity=caller(one)))
    before = len(transport.calls["members"])
    answers = await asyncio.gather(
        *(pipeline.handle(ClientRequest(query, identity=caller(one))) for one in (None, {}) * 2)
    )
    told = [orjson.loads(answer.body)["data"]["me"]["ssn"] for answer in answers]
    assert told == [None, "123", None, "123"]
    assert len(transport.calls["members"]) - before == 2


async def test_a_new_supergraph_is_warmed_with_what_was_asked():
    case, sdl = load(CASES / "fields.yaml")
    router = await make_router(sdl, make_transport(case), {})
    for one in (None, {}, {"scopes": ["admin"]}):
        await router.execute("{ me { name ssn email } }", identity=caller(one))
    assert router.pipeline.current_graph().operations.planned == 3
    await router.graphs.swap(SupergraphDocument(sdl + "\n", "2", "test"))
    graph = router.pipeline.current_graph()
    assert (graph.version, graph.operations.planned) == ("2", 3)
    await router.execute("{ me { name ssn email } }", identity=caller({}))
    assert graph.operations.planned == 3


async def test_labels_that_a_plan_does_not_depend_on_make_no_other_plan():
    case, sdl = load(CASES / "labels.yaml")
    held: set[str] = set()
    hooks = Hooks(override_labels=lambda request, named: held)
    router = await EmbeddedRouter.of(sdl, make_transport(case), hooks=hooks)
    operations = router.pipeline.current_graph().operations
    for label in ("new-prices", "new-taxes", "new-prices"):
        held ^= {label}
        await router.execute("{ items { name } }")
    assert operations.planned == 1
    for label in ("new-taxes", "new-prices", "new-taxes", "new-prices"):
        held ^= {label}
        answer = await router.execute("{ items { price } }")
        assert answer == {"data": {"items": [{"price": 2 if "new-prices" in held else 1}]}}
    assert operations.planned == 3


async def test_a_policy_hook_is_asked_for_the_operation_s_policies_only():
    case, sdl = load(CASES / "fields.yaml")
    asked: list[frozenset[str]] = []

    async def decide(request: ClientRequest, policies: frozenset[str]):
        asked.append(policies)
        return policies

    hooks = Hooks(policies=decide)
    router = await EmbeddedRouter.of(sdl, make_transport(case), hooks=hooks)
    await router.execute("{ me { ssn } }")
    await router.execute("{ me { age } }")
    assert asked == [{"adult", "resident", "staff"}]


STREAM = subgraph_sdl(
    "type Query { now: Int } type Subscription { ticks: Tick news: Int @authenticated }"
    " type Tick { number: Int secret: Int @authenticated }"
)


@pytest.mark.parametrize(
    ("query", "member", "expected", "calls"),
    [
        ("subscription { ticks { number secret } }", True, [{"ticks": {"number": 1, "secret": 5}}], 1),
        ("subscription { ticks { number secret } }", False, [{"ticks": {"number": 1, "secret": None}}], 1),
        ("subscription { news }", False, [{"news": None}], 0),
        ("subscription { ticks { secret } }", False, [{"ticks": None}], 0),
    ],
)  # fmt: skip
async def test_subscriptions_are_filtered(query, member, expected, calls):
    sdl = compose([Subgraph("one", "http://one/", STREAM)]).supergraph_sdl
    assert sdl is not None

    async def stream(request):
        yield {"data": {"ticks": {"number": 1, "secret": 5}}}

    transport = MemoryTransport({"one": stream})
    router = await EmbeddedRouter.of(sdl, transport)
    identity = caller({} if member else None)
    results = await router.pipeline.subscribe(ClientRequest(query, identity=identity))
    assert results is not None
    found = [orjson.loads(body) async for body in results]
    assert [one["data"] for one in found] == expected
    assert all(("errors" in one) != member for one in found)
    assert len(transport.calls["one"]) == calls
    if not member:
        code = found[0]["errors"][0]["extensions"]["code"]
        assert code == "UNAUTHORIZED_FIELD_OR_TYPE"
        assert "secret" not in "".join(call.query for call in transport.calls["one"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ me { name ... @defer { ssn } } }", {"me": {"name": "Ann"}}),
        ("{ ... @defer { secret } me { name } }", {"me": {"name": "Ann"}}),
        ("{ me { ... @defer { ssn } } }", {"me": None}),
        ("{ ... @defer { me { ssn } } clock { zone } }", {"clock": {"zone": "UTC"}}),
    ],
)
async def test_deferred_parts_are_filtered_and_told_of_at_once(query, expected):
    case, sdl = load(CASES / "fields.yaml")
    transport = make_transport(case)
    router = await make_router(sdl, transport, {})
    first, *rest = [payload async for payload in router.deliver(query)]
    assert first["data"] == expected
    assert [e["extensions"]["code"] for e in first["errors"]] == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    assert "ssn" not in describe_calls(transport.calls)
    later = [part["data"] for payload in rest for part in payload.get("incremental", ())]
    assert all(value is None for data in later for value in data.values())


MEDIA = {
    "subgraphs": {
        "films": {
            "sdl": 'interface Media @key(fields: "id") { id: ID! } type Query { film: Film media: Media } '
            'type Film implements Media @key(fields: "id") { id: ID! title: String }',
            "data": {
                "Query": {"film": {"$ref": "Film:1"}, "media": {"$ref": "Film:1"}},
                "Film": [{"id": "1", "title": "Sunrise"}],
            },
        },
        "ratings": {
            "sdl": 'type Media @key(fields: "id") @interfaceObject { id: ID! votes: Int open: Int }',
            "data": {"Media": [{"id": "1", "votes": 5, "open": 1}]},
        },
    }
}


@pytest.mark.parametrize(
    "query",
    [
        "{ film { open votes } }",
        "{ media { open votes } }",
        "{ media { open ... on Film { votes } } }",
    ],
)
async def test_what_an_interface_object_adds_is_as_protected_as_on_the_interface(query):
    """Other composers may let an authorisation directive stand on an interface object's field."""
    parts = [
        Subgraph(name, f"http://{name}/", subgraph_sdl(one["sdl"]))
        for name, one in MEDIA["subgraphs"].items()
    ]
    sdl = compose(parts).supergraph_sdl
    assert sdl is not None
    assert sdl.count("votes: Int @join__field(graph: RATINGS)") == 1
    sdl = sdl.replace(
        "votes: Int @join__field(graph: RATINGS)",
        "votes: Int @join__field(graph: RATINGS) @authenticated",
    ).replace(
        "schema\n",
        'schema\n  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)\n', 1,
    ) + "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n"  # fmt: skip
    transport = make_transport(MEDIA)
    router = await EmbeddedRouter.of(sdl, transport)
    answer = await router.execute(query)
    (data,) = answer["data"].values()
    assert data == {"open": 1, "votes": None}
    assert "votes" not in describe_calls(transport.calls)
    allowed = await router.execute(query, identity=caller({}))
    assert next(iter(allowed["data"].values())) == {"open": 1, "votes": 5}
