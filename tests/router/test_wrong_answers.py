"""Subgraphs that answer nearly right: whatever they send, the client gets an answer by the schema.

Right answers are changed at random places. The response must be one that the API schema allows, each
error must have a code and lead to a null, and nothing may count as a fault of the router.
"""

from __future__ import annotations

import copy
import random

import orjson
import pytest
from graphql import execute_sync, parse
from simulated_subgraph import SimulatedSubgraph

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.pipeline.incremental_formats import FORMATS
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport
from reelgraph_router.transport.port import SubgraphAnswer

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@requires", "@external", "@shareable"])\n'
)
SDL = {
    "shelves": """
      type Query { shelves: [Shelf!]! media: [Medium] pick: Pick at: Query kinds: [[Kind!]] }
      type Shelf { name: String books: [Book!]! best: Book }
      interface Medium { id: ID! title: String }
      type Book implements Medium @key(fields: "id") { id: ID! title: String kind: Kind pages: Int! }
      type Film implements Medium @key(fields: "id") { id: ID! title: String minutes: Float }
      union Pick = Book | Film
      enum Kind { NOVEL ESSAY }
    """,
    "people": """
      type Query { people: [Person!] }
      type Person @key(fields: "id") { id: ID! name: String! vip: Boolean }
      type Book @key(fields: "id") { id: ID! author: Person! readers: [Person] }
    """,
    "prices": """
      type Book @key(fields: "id") { id: ID! pages: Int! @external price: Float @requires(fields: "pages") tags: [String!]! }
      type Film @key(fields: "id") { id: ID! price: Float! }
      type Person @key(fields: "id") { id: ID! spent: Int }
    """,
}
BOOKS = [
    {"id": "b1", "title": "One", "kind": "NOVEL", "pages": 100},
    {"id": "b2", "title": "Two", "kind": "ESSAY", "pages": 20},
]
FILMS = [{"id": "f1", "title": "Reel", "minutes": 91.5}]
PEOPLE = [{"id": "p1", "name": "Ada", "vip": True}, {"id": "p2", "name": "Grace", "vip": None}]
SHELF = {
    "name": "Top",
    "books": [{"$ref": "Book:b1"}, {"$ref": "Book:b2"}],
    "best": {"$ref": "Book:b2"},
}
DATA = {
    "shelves": {
        "Query": {
            "shelves": [SHELF, {"name": None, "books": [{"$ref": "Book:b1"}], "best": None}],
            "media": [{"$ref": "Book:b1"}, {"$ref": "Film:f1"}, None],
            "pick": {"$ref": "Film:f1"},
            "at": {"__typename": "Query", "shelves": [], "pick": {"$ref": "Book:b1"}},
            "kinds": [["NOVEL"], None, []],
        },
        "Book": BOOKS,
        "Film": FILMS,
    },
    "people": {
        "Query": {"people": [{"$ref": "Person:p1"}, {"$ref": "Person:p2"}]},
        "Person": PEOPLE,
        "Book": [
            {"id": "b1", "author": {"$ref": "Person:p1"}, "readers": [{"$ref": "Person:p2"}, None]},
            {"id": "b2", "author": {"$ref": "Person:p2"}, "readers": None},
        ],
    },
    "prices": {
        "Book": [{"id": "b1", "price": 9.5, "tags": ["a"]}, {"id": "b2", "price": None, "tags": []}],
        "Film": [{"id": "f1", "price": 3}],
        "Person": [{"id": "p1", "spent": 7}, {"id": "p2", "spent": 0}],
    },
}  # fmt: skip
QUERIES = {
    "typed": "{ shelves { name books { id title author { id name spent } tags } best { id kind price } } }",
    "lists": "{ kinds people { name vip spent } shelves { books { readers { name spent } pages } } }",
    "abstract": "{ media { __typename id title ... on Book { author { name } price } ... on Film { m: minutes cost: price } } }",
    "union": "{ pick { __typename ... on Film { cost: price } ... on Book { readers { name } } } at { pick { __typename } people { spent } } }",
    "condition": "query ($y: Boolean = true) { shelves { n: name best @include(if: $y) { author { n: name } price } } }",
}
JUNK: list[object] = [
    None, True, 0, -1, 2**40, 1.5, 1e300, "", "x", "\ud83d\ude00", [], {}, [[]], [None], [{}], {"__typename": "Nope"},
    {"__typename": None}, {"__typename": 7}, {"id": None}, {"id": {}}, ["_entities"], {"data": {}}, [[[1]]],
]  # fmt: skip
PATHS: list[object] = [
    None, [], {}, "shelves", ["shelves"], ["shelves", 0], ["shelves", 99, "name"], ["shelves", -1], ["shelves", "0"],
    ["_entities"], ["_entities", 0], ["_entities", 0, "author", "name"], ["_entities", 1000, "x"], ["_entities", -1],
    ["_entities", True], ["_entities", 0, "nope", 3, None, 1.5], ["nope"], [0], [None], [{}], ["_entities_1", 0, "price"],
    ["media", 1, "title"], ["pick", "price"], ["at", "pick"], ["people", 0, "name", "more", "still more"],
]  # fmt: skip


def supergraph() -> str:
    result = compose([Subgraph(name, f"http://{name}/", LINK + sdl) for name, sdl in SDL.items()])
    assert result.supergraph_sdl is not None, result.errors
    return result.supergraph_sdl


SUPERGRAPH = supergraph()
SCHEMA = parse_supergraph(SUPERGRAPH).api_schema


def places(value: object, found: list[tuple[object, object]]) -> list[tuple[object, object]]:
    """Every place in a document: the container and the key."""
    keys = (
        value.keys()
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    for key in keys:
        found.append((value, key))
        places(value[key], found)
    return found


def spoil(document: dict, dice: random.Random) -> object:
    """A wrong answer: the right one with something changed."""
    document = copy.deepcopy(document)
    for _ in range(dice.choice((1, 1, 2, 3))):
        container, key = dice.choice(places(document, []) or [(document, "data")])
        match dice.randrange(5):
            case 0 | 1:
                container[key] = copy.deepcopy(dice.choice(JUNK))
            case 2:
                del container[key]
            case 3 if isinstance(
                container.get(key) if isinstance(container, dict) else container[key], list
            ):
                container[key] += copy.deepcopy(container[key]) or [None]
            case _:
                document["errors"] = [
                    dice.choice((
                        {"message": "m", "path": dice.choice(PATHS)},
                        {"message": dice.choice(JUNK), "path": dice.choice(PATHS), "extensions": dice.choice(JUNK)},
                        dice.choice(JUNK),
                    ))
                ]  # fmt: skip
    return dice.choice(JUNK) if dice.randrange(40) == 0 else document


class Spoiler:
    """Subgraphs of which each answer is spoiled with some probability."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.sent: list[tuple[str, str, bytes]] = []
        self.spoiled = 0
        self.transport = MemoryTransport({name: self._handler(name) for name in SDL})

    def _handler(self, name: str):
        subgraph = SimulatedSubgraph(SDL[name], DATA[name])

        def answer(request: GraphQLRequest) -> SubgraphAnswer:
            right: object = subgraph.execute(request.query, request.variables)
            if self.dice.randrange(2):
                self.spoiled += 1
                right = spoil(right, self.dice)
            body = orjson.dumps(right)
            self.sent.append((name, request.query, body))
            return SubgraphAnswer(self.dice.choice((200, 200, 200, 400, 500)), [], body)

        return answer


def complete(document: str, data: object) -> dict:
    """What graphql-core makes of an answer's data: the same, when the schema allows it."""
    result = execute_sync(
        SCHEMA, parse(document), data,
        field_resolver=lambda source, info: source[info.path.key],
        type_resolver=lambda source, info, _: source["__typename"],
    )  # fmt: skip
    assert not result.errors, result.errors
    return result.data


def check_errors(answer: dict) -> None:
    for error in answer.get("errors", []):
        assert error["message"]
        assert error["extensions"]["code"] != "INTERNAL"
        at: object = answer["data"]
        for key in error.get("path", []):
            if at is None:
                break
            assert isinstance(at, list if isinstance(key, int) else dict), error
            at = at[key]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", QUERIES)
async def test_wrong_answers(name, seed, caplog):
    document = QUERIES[name]
    spoiler = Spoiler(seed)
    router = await EmbeddedRouter.of(SUPERGRAPH, spoiler.transport)
    for _ in range(60):
        spoiler.sent.clear()
        answer = await router.execute(document)
        try:
            if answer.get("data") is not None:
                assert complete(document, answer["data"]) == answer["data"]
            else:
                assert answer["errors"]
            check_errors(answer)
            assert not [one for one in caplog.records if one.exc_info]
        except Exception as error:
            told = "\n".join(f"{n}: {q} -> {b!r}" for n, q, b in spoiler.sent)
            raise AssertionError(f"{error}\n{answer}\n{told}") from error
    assert spoiler.spoiled


async def test_right_answers():
    spoiler = Spoiler(0)
    spoiler.dice.randrange = lambda n: 0
    spoiler.dice.choice = lambda options: options[0]
    router = await EmbeddedRouter.of(SUPERGRAPH, spoiler.transport)
    for document in QUERIES.values():
        answer = await router.execute(document)
        assert "errors" not in answer


DEFERRED = {
    "lists": "{ shelves { name ... @defer { best { id author { name spent } } books { id tags } } } }",
    "types": "{ media { __typename id ... @defer { title ... on Book { author { name } price } } } ... @defer { people { spent } } }",
    "nested": "{ shelves { ... @defer { books { id ... @defer { author { name ... @defer { spent } } pages } } } } }",
}  # fmt: skip


@pytest.mark.parametrize("format_", FORMATS, ids=lambda one: one.parameter)
@pytest.mark.parametrize("name", DEFERRED)
async def test_wrong_answers_in_parts(name, format_, caplog):
    spoiler = Spoiler(3)
    router = await EmbeddedRouter.of(SUPERGRAPH, spoiler.transport)
    for _ in range(60):
        spoiler.sent.clear()
        payloads = [one async for one in router.deliver(DEFERRED[name], format_=format_)]
        told = f"{payloads}\n{spoiler.sent}"
        assert [one.get("hasNext", False) for one in payloads] == [True] * (len(payloads) - 1) + [
            False
        ]
        assert "INTERNAL" not in told, told
        assert not [one for one in caplog.records if one.exc_info], told
        first = payloads[0].get("data")
        assert first is not None or payloads[0]["errors"], told
    assert spoiler.spoiled
