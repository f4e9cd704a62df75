"""The quick way says what the ordinary way says, whatever the subgraphs answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
import yaml
from graphql import parse

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import plan_operation
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.compile import compile_plan
from reelgraph_router.execution.fast_path.run import FastRun, choose_fast_path
from reelgraph_router.execution.fast_path.write_represent import by_keys
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.transport.memory import MemoryTransport
from reelgraph_router.transport.port import FaultKind, SubgraphAnswer, TransportFault

CASES = yaml.safe_load(Path(__file__).with_name("fast_path_cases.yaml").read_text())
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
CONDITIONAL_CASES = yaml.safe_load(Path(__file__).with_name("conditional_cases.yaml").read_text())
MIXED_CASES = yaml.safe_load(Path(__file__).with_name("mixed_cases.yaml").read_text())
FOLDED_CASES = yaml.safe_load(Path(__file__).with_name("folded_cases.yaml").read_text())
SDL = {
    "shelves": LINK
    + """
        type Query { shelf: [Shelf!] }
        type Shelf { name: String owner: Person books: [Book!] }
        type Book { id: ID! title: String price: Float author: Person! }
        type Person @key(fields: "id") { id: ID! pets: [Pet!] best: Pet }
        type Pet { name: String! owner: Person! }
    """,
    "people": LINK + 'type Person @key(fields: "id") { id: ID! name: String! }',
}
MIXED_SDL = {
    "media": LINK
    + """
        type Query { feed: [Item!]! best: Item shelves: [[Item]] }
        interface Item { title: String like: Item }
        type Book implements Item @key(fields: "id") { id: ID! title: String like: Item pages: Int }
        type Film implements Item @key(fields: "id") {
          id: ID! title: String like: Item minutes: Int! makers: [Maker!]
        }
        type Maker @key(fields: "id") { id: ID! }
    """,
    "prices": LINK
    + """
        type Book @key(fields: "id") { id: ID! price: Int }
        type Film @key(fields: "id") { id: ID! price: Int }
        type Maker @key(fields: "id") { id: ID! price: Int }
    """,
}
OPERATION = "{ shelf { name owner { id name } books { id title price author { name } } } }"
PETS = """{ shelf {
  books { author { name pets { name owner { id name best { name } } } } }
  owner { id name pets { name owner { name } } best { name } }
} }"""
FAULT = TransportFault(FaultKind.UNREACHABLE, "not there")


def compiled(operation=OPERATION, sdls=SDL):
    """The program of an operation."""
    found = compose([Subgraph(name, f"http://{name}", sdl) for name, sdl in sdls.items()])
    supergraph = parse_supergraph(found.supergraph_sdl)
    plan = plan_operation(supergraph, normalize_operation(supergraph, parse(operation)))
    return compile_plan(plan, lambda name: 5.0)


def subgraphs(case):
    """What the two subgraphs answer in a case."""

    def shelves(request):
        if case["root"] == "unreachable":
            return FAULT
        return {"data": case["root"], "errors": case.get("errors", [])}

    def people(request):
        known = case.get("people", {})
        if known == "unreachable":
            return FAULT
        asked = [str(one["id"]) for one in request.variables["representations"]]
        return {"data": {"_entities": [known[key] for key in asked if key in known]}}

    return MemoryTransport({"shelves": shelves, "people": people})


def mixed_subgraphs(case):
    """What the subgraphs of `MIXED_SDL` answer in a case."""

    def prices(request):
        known = case["entities"]
        (operation,) = parse(request.query).definitions
        found = {}
        for field in operation.selection_set.selections:
            asked = request.variables[field.arguments[0].value.name.value]
            key = field.alias.value if field.alias else field.name.value
            found[key] = [known[one["id"]] for one in asked]
        return {"data": found}

    return MemoryTransport({"media": lambda request: {"data": case["root"]}, "prices": prices})


class Held:
    """A transport that keeps each request, which must be the only one to its subgraph."""

    def __init__(self):
        self.held = {}

    def send(self, request, deliver):
        assert request.subgraph not in self.held, "asked twice"
        self.held[request.subgraph] = deliver
        return self

    def cancel(self):
        pass


async def finished(run):
    done = asyncio.get_running_loop().create_future()
    run.start(done.set_result)
    return await done


def told(run):
    """Data and errors of a finished run."""
    if isinstance(run, FastRun) and run.body is not None:
        return orjson.loads(run.body)["data"], []
    data, errors = run.complete()
    return orjson.loads(orjson.dumps(data)), [error.to_json() for error in errors]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_case(case):
    await compare(case, compiled(), lambda program: program.fast_path)


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("case", FOLDED_CASES, ids=lambda case: case["name"])
async def test_folded_case(case, folded):
    await compare(
        case,
        compiled(PETS),
        lambda program: program.fast_path.folded if folded else program.fast_path,
    )


async def test_what_a_plan_remembers_of_other_answers_makes_no_difference():
    program = compiled()
    for case in [*CASES, *reversed(CASES)]:
        await compare(case, program, lambda program: program.fast_path)
    assert program.fast_path.repeating


@pytest.mark.parametrize("case", CONDITIONAL_CASES, ids=lambda case: case["name"])
async def test_conditional_case(case):
    def settled(program):
        return program.fast_paths.make(program.evaluate(case["variables"]))

    await compare(case, compiled(case["operation"]), settled)


async def test_each_outcome_of_conditions_has_a_quick_way_once_it_comes_again():
    program = compiled("query($if: Boolean!) { shelf { name @include(if: $if) owner { id } } }")
    for variables in ({"if": True}, {"if": False}):
        assert choose_fast_path(program, variables) is None
        assert not program.fast_paths.making
        assert choose_fast_path(program, variables) is None
        await asyncio.gather(*program.fast_paths.making)
    made = [choose_fast_path(program, {"if": value}) for value in (True, False)]
    assert made[0] is not made[1]


@pytest.mark.parametrize("case", MIXED_CASES, ids=lambda case: case["name"])
async def test_mixed_case(case):
    program = compiled(case["operation"], MIXED_SDL)
    await compare(case, program, lambda program: program.fast_path, mixed_subgraphs)


def test_types_that_show_their_fields_in_different_orders_are_not_for_records():
    operation = "{ feed { ... on Book { id title } ... on Film { title id } } }"
    assert compiled(operation, MIXED_SDL).fast_path is None


async def compare(case, program, quick_of, subgraphs_of=subgraphs):
    """Run a case in the ordinary and the quick way."""
    variables = case.get("variables", {})
    ordinary_calls, quick_calls = subgraphs_of(case), subgraphs_of(case)
    ordinary = await finished(Run(program, variables, ordinary_calls, b"", Redaction()))
    quick = await finished(
        FastRun(program, quick_of(program), variables, quick_calls, b"", Redaction())
    )
    assert (quick.body is not None) == case["quick"]
    assert told(quick) == told(ordinary)
    assert quick_calls.calls == ordinary_calls.calls


def test_answers_that_repeat_themselves_are_folded():
    program = compiled(PETS)
    habits = program.fast_path.habits
    habits.count(600, 100)
    assert choose_fast_path(program, {}) is program.fast_path.folded
    habits.count(600, 590)
    assert choose_fast_path(program, {}) is program.fast_path


def test_nothing_is_folded_that_has_nothing_below():
    assert compiled().fast_path.folded is None


async def test_response_keys_stand_in_the_clients_order():
    program = compiled("{ shelf { books { title id } owner { name id } name } }")
    root = {"shelf": [{"name": "A", "owner": {"id": "1"}, "books": [{"id": "b", "title": "T"}]}]}
    calls = subgraphs({"root": root, "people": {"1": {"name": "One"}}})
    run = await finished(FastRun(program, program.fast_path, {}, calls, b"", Redaction()))
    assert run.body == (
        b'{"data":{"shelf":[{"books":[{"title":"T","id":"b"}],'
        b'"owner":{"name":"One","id":"1"},"name":"A"}]}}'
    )


def test_introspection_is_not_for_records():
    assert compiled("{ shelf { name } __schema { queryType { name } } }").fast_path is None


@pytest.mark.parametrize(
    "keys",
    [
        ["a"], ["a", "b"], [""], ["", ""], [","], ["a", ",", "b"], ["a,", ",b"], ['",', "b"], ['"', '","', "\\"],
        ['\\"', '"},{"', "é\n"], [1, 2], ["1", 1], [True, 1.5], [],
    ],
    ids=repr,
)  # fmt: skip
def test_representations_by_key(keys):
    start = b'{"__typename":"Book","id":'
    one_by_one = orjson.dumps([{"__typename": "Book", "id": key} for key in keys])
    assert by_keys(start, keys) == one_by_one


async def test_time_is_over_while_a_fetch_is_under_way():
    program = compiled()
    asked = asyncio.get_running_loop().create_future()

    async def people(request):
        asked.set_result(None)
        await asyncio.Event().wait()

    root = {"shelf": [{"name": "A", "owner": {"id": "1"}, "books": []}]}
    calls = MemoryTransport({"shelves": lambda request: {"data": root}, "people": people})
    run = FastRun(program, program.fast_path, {}, calls, b"", Redaction())
    done = asyncio.get_running_loop().create_future()
    run.start(done.set_result)
    await asked
    run.expire()
    data, errors = told(await done)
    assert data == {"shelf": [{"name": "A", "owner": None, "books": []}]}
    assert [error["extensions"]["code"] for error in errors] == ["GATEWAY_TIMEOUT"]
    await calls.close()


def test_what_is_under_way_is_not_asked_twice_when_another_answer_is_unusual():
    """Two root fetches: one fails while the other one is still under way."""
    people = LINK + 'type Query { person: Person } type Person @key(fields: "id") { id: ID! }'
    found = compose(
        [
            Subgraph("shelves", "http://shelves", LINK + "type Query { first: Int }"),
            Subgraph("people", "http://people", people),
        ]
    )
    supergraph = parse_supergraph(found.supergraph_sdl)
    document = parse("{ first person { id } }")
    plan = plan_operation(supergraph, normalize_operation(supergraph, document))
    program = compile_plan(plan, lambda name: 5.0)
    transport = Held()
    run = FastRun(program, program.fast_path, {}, transport, b"", Redaction())
    ended = []
    run.start(ended.append)
    transport.held["shelves"](FAULT)
    assert not ended
    transport.held["people"](SubgraphAnswer(200, [], b'{"data":{"person":{"id":"1"}}}'))
    assert ended == [run]
    data, errors = told(run)
    assert data == {"first": None, "person": {"id": "1"}}
    assert len(errors) == 1


def test_a_plan_whose_answers_are_mostly_unusual_goes_the_ordinary_way():
    program = compiled()
    assert choose_fast_path(program, {}) is program.fast_path
    program.fast_path.habits.misses = 1_000
    assert choose_fast_path(program, {}) is None
    program.fast_path.habits.misses = 0
    assert choose_fast_path(program, {}) is program.fast_path
