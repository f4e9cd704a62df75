"""The search subgraph over HTTP: pages, facets, permissions, suggestions, statuses, orders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from film_graph import FACTS, FilmGraph, definition, film
from harness import eventually

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.database import Database
from reelgraph_dgs.export import compare_schema
from reelgraph_dgs.testing import SubgraphClient, TestSigners, subgraph_client
from reelgraph_kit.event_log import open_event_log
from reelgraph_kit.identity import Identity
from reelgraph_search.adapters.tantivy import TantivyEngine
from reelgraph_search.app import _checks, cursor_secret, open_source
from reelgraph_search.definition import load_definitions
from reelgraph_search.indexing.keeper import IndexKeeper
from reelgraph_search.indexing.ledger import Ledger
from reelgraph_search.indexing.versions import VersionStore
from reelgraph_search.search.cursors import Cursors
from reelgraph_search.search.live_indexes import LiveIndexes
from reelgraph_search.search.resources import SearchResources
from reelgraph_search.search.run_search import Searches
from reelgraph_search.search.schema import build_schema
from reelgraph_search.settings import SearchSettings

ROOT = Path(__file__).parents[2]


def identity(maturity: str | None = "EIGHTEEN", *scopes: str) -> Identity:
    return Identity("member", "m1", "p1", maturity, frozenset(scopes))


PLAIN = identity()
FILMS = {
    "1": film("The General", people=("p1",)),
    "2": film("The Kid", year=1921, people=("p2",)),
    "3": film("One Week", year=1920, people=("p1", "p2")),
    "4": film("The Kid Brother", year=1927, rating="EIGHTEEN"),
    "5": film("Général Line", year=1929, rating="SIXTEEN"),
}


@dataclass
class Running:
    client: SubgraphClient
    keeper: IndexKeeper
    graph: FilmGraph
    app: FastAPI


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    graph = FilmGraph(FILMS)
    graph.people = {"p1": "Buster Keaton", "p2": "Charlie Chaplin"}
    async with running(tmp_path, graph) as made:

        async def ready() -> bool:
            return (await made.client.http.get("/ready")).status_code == 200

        await eventually(ready)
        yield made


@asynccontextmanager
async def running(folder: Path, graph: FilmGraph) -> AsyncIterator[Running]:
    """The service with its real engine, ledger and event log; the graph stands for the router."""
    signers = TestSigners(folder)
    settings = SearchSettings(
        data_dir=folder, definitions_dir=folder, trusted_signers=signers.jwks_path
    )
    definitions = [definition()]
    made: list[IndexKeeper] = []

    @dataclass(frozen=True)
    class Service(SearchResources):
        indexes: LiveIndexes
        supergraph_problem: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def resources() -> AsyncIterator[Service]:
        engine = TantivyEngine(folder / "engine")
        ledger = Ledger(Database(settings.database_url))
        await ledger.open()
        async with open_event_log(settings.event_log_url) as log:
            versions = VersionStore(ledger.database)
            keeper = IndexKeeper(definitions, ledger, versions, engine, graph, log)
            made.append(keeper)
            indexes = LiveIndexes(
                keeper.definitions, engine, keeper.wanted_mapping, asyncio.get_running_loop().time
            )
            searches = Searches(indexes, engine, Cursors(cursor_secret(folder)))
            yield Service(searches, keeper, indexes)
            await engine.close()
            await ledger.database.close()

    async def start(shared: Service) -> None:
        await shared.keeper.apply(FACTS)

    async def rebuild(shared: Service) -> None:
        await shared.keeper.rebuild()

    async def work(shared: Service) -> None:
        await shared.keeper.work("w1")

    async def follow(shared: Service) -> None:
        await shared.keeper.follow_changes()

    checks: Callable[[Any], Any] = _checks
    app = create_subgraph_app(
        build_schema(definitions),
        settings,
        resources=resources,
        background=[start, rebuild, work, follow],
        checks=checks,
    )
    async with subgraph_client(app, signers) as client:
        yield Running(client.as_caller(PLAIN), made[0], graph, app)


SEARCH = """
query(
  $text: String $filter: String $vars: JSON $sort: [SortInput!] $facets: [String!]
  $first: Int! = 20 $after: String
) {
  search(
    index: FILMS text: $text filter: $filter vars: $vars sort: $sort facets: $facets
    first: $first after: $after
  ) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage endCursor }
    facets { field interval values { value count } }
    edges {
      cursor score highlights { field text ranges { start end } }
      node { __typename ... on Title { id } }
    }
  }
}
"""


async def search(service: Running, caller: Identity = PLAIN, **arguments: Any) -> Any:
    return (await service.client.as_caller(caller).execute(SEARCH, arguments)).data["search"]


def ids(page: Any) -> str:
    return "".join(edge["node"]["id"] for edge in page["edges"])


async def refused(service: Running, caller: Identity = PLAIN, **arguments: Any) -> Any:
    result = await service.client.as_caller(caller).execute(SEARCH, arguments)
    (error,) = result.errors
    return error


async def test_text_with_highlights(service: Running) -> None:
    page = await search(service, text="keat gen")
    assert page["totalCount"] == 0  # `keat` is not the word that is being typed
    page = await search(service, text="keaton gen")
    (edge,) = page["edges"]
    assert edge["node"] == {"__typename": "Title", "id": "1"}
    assert edge["highlights"] == [
        {"field": "name", "text": "The General", "ranges": [{"start": 4, "end": 11}]},
        {
            "field": "credits.person.name",
            "text": "Buster Keaton",
            "ranges": [{"start": 7, "end": 13}],
        },
    ]


async def test_highlights_count_code_points(service: Running) -> None:
    page = await search(service, text="general")
    assert ids(page) == "15"
    assert page["edges"][1]["highlights"][0]["ranges"] == [{"start": 0, "end": 7}]


async def test_a_finished_word_is_no_prefix(service: Running) -> None:
    assert ids(await search(service, text="gen")) == "15"
    assert ids(await search(service, text="gen ")) == ""
    assert ids(await search(service, text="  ")) == "12345"
    assert ids(await search(service, text="?!")) == ""


async def test_pages_and_order(service: Running) -> None:
    sort = [{"field": "year", "direction": "DESC"}]
    first = await search(service, sort=sort, first=2, filter="year > 1920")
    assert (ids(first), first["totalCount"]) == ("54", 4)
    assert first["pageInfo"]["hasNextPage"] is True
    assert first["pageInfo"]["hasPreviousPage"] is False
    after = first["pageInfo"]["endCursor"]
    rest = await search(service, sort=sort, first=2, filter="year > 1920", after=after)
    assert (ids(rest), rest["pageInfo"]["hasNextPage"]) == ("12", False)
    assert rest["pageInfo"]["hasPreviousPage"] is True


async def test_facets_leave_their_own_selection_out(service: Running) -> None:
    page = await search(
        service, filter="rating == 'ALL' AND year > 1920", facets=["rating", "year"], first=0
    )
    assert page["edges"] == []
    assert page["totalCount"] == 2
    assert page["facets"] == [
        {
            "field": "rating",
            "interval": None,
            "values": [
                {"value": "ALL", "count": 2},
                {"value": "EIGHTEEN", "count": 1},
                {"value": "SIXTEEN", "count": 1},
            ],
        },
        {"field": "year", "interval": 10, "values": [{"value": 1920, "count": 3}]},
    ]


async def test_filters_with_variables(service: Running) -> None:
    page = await search(
        service,
        filter="credits{ role == 'LEAD' AND person.name MATCH $who } AND year < $year",
        vars={"who": "chaplin", "year": 1921},
    )
    assert ids(page) == "3"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ({"filter": "yeer == 1"}, "BAD_REQUEST", "`yeer` is unknown, did you mean `year`?"),
        ({"first": 101}, "BAD_REQUEST", "first must be between 0 and 100, not 101."),
        ({"first": -1}, "BAD_REQUEST", "first must be between 0 and 100, not -1."),
        ({"after": "x"}, "BAD_REQUEST", "This is no cursor of a search."),
        ({"sort": [{"field": "nam"}]}, "BAD_REQUEST", "`nam` cannot be used in sort, did you mean"),
        ({"facets": ["name"]}, "BAD_REQUEST", "`name` cannot be used in facets"),
        ({"vars": [1]}, "BAD_REQUEST", "vars must be an object"),
        ({"text": "a " * 17}, "BAD_REQUEST", "text has at most 16 words, not 17."),
    ],
)
async def test_bad_requests(
    service: Running, arguments: dict[str, Any], code: str, message: str
) -> None:
    error = await refused(service, **arguments)
    assert error["extensions"]["code"] == code
    assert error["message"].startswith(message)


async def test_cursors_belong_to_one_search_and_caller(service: Running) -> None:
    cursor = (await search(service, first=1))["pageInfo"]["endCursor"]
    assert ids(await search(service, first=1, after=cursor)) == "2"
    error = await refused(service, first=1, after=cursor, filter="year > 1")
    assert "another search" in error["message"]
    error = await refused(service, identity("ALL"), first=1, after=cursor)
    assert "another search" in error["message"]
    forged = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    assert (await refused(service, after=forged))["message"] == "This is no cursor of a search."


async def test_a_cursor_of_a_dropped_version_has_expired(service: Running) -> None:
    cursor = (await search(service, first=1))["pageInfo"]["endCursor"]
    await service.keeper.engine.drop_index("films_v1")
    error = await refused(service, first=1, after=cursor)
    assert error["extensions"]["code"] == "FAILED_PRECONDITION"
    assert error["extensions"]["reason"] == "CURSOR_EXPIRED"


async def test_the_policy_bounds_what_is_found(service: Running) -> None:
    for caller, expected in ((identity("ALL"), "123"), (PLAIN, "12345")):
        page = await search(service, caller, facets=["rating"])
        assert ids(page) == expected
        assert page["totalCount"] == len(expected)
    page = await search(service, identity("ALL"), facets=["rating"], filter="rating == 'EIGHTEEN'")
    assert page["totalCount"] == 0
    assert page["facets"][0]["values"] == [{"value": "ALL", "count": 3}]
    assert await suggested(service, "kid", identity("ALL")) == ["The Kid"]


@pytest.mark.parametrize("maturity", [None, "UNKNOWN"])
async def test_who_has_no_place_in_the_policy_finds_nothing(
    service: Running, maturity: str | None
) -> None:
    error = await refused(service, identity(maturity))
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["message"] == "You may not search this index."


async def test_hidden_fields_cannot_be_used_as_an_oracle(service: Running) -> None:
    for arguments in (
        {"filter": "views > 1"},
        {"sort": [{"field": "views"}]},
        {"facets": ["views"]},
    ):
        assert (await refused(service, **arguments))["extensions"]["code"] == "BAD_REQUEST"
        allowed = await search(service, identity("EIGHTEEN", "stats"), **arguments)
        assert allowed["totalCount"] in (0, 5)


async def suggested(service: Running, prefix: str, caller: Identity = PLAIN) -> list[str]:
    document = (
        "query($p: String!) { suggest(index: FILMS, prefix: $p) { text field node "
        "{ ... on Title { id } } } }"
    )
    result = await service.client.as_caller(caller).execute(document, {"p": prefix})
    return [one["text"] for one in result.data["suggest"]]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("the k", ["The Kid", "The Kid Brother"]),
        ("gene", ["Général Line", "The General"]),
        ("bus", ["Buster Keaton"]),
        ("chap char", ["Charlie Chaplin"]),
        ("zz", []),
        ("?", []),
    ],
)
async def test_suggestions(service: Running, prefix: str, expected: list[str]) -> None:
    assert await suggested(service, prefix) == expected


async def test_a_change_is_found_soon(service: Running) -> None:
    service.graph.titles["2"]["name"] = "The Tramp"
    event = b'{"id":"e","type":"Title","key":{"id":"2"},"op":"UPSERT"}'
    await service.keeper._log.publish("graph.changes", "Title:2", event)

    async def found() -> bool:
        return bool(ids(await search(service, text="tramp")))

    await eventually(found, seconds=10)

    async def measured() -> bool:
        (status,) = (await statuses(service, identity())).data["searchIndexes"]
        return status["lagSeconds"] is not None and status["lagSeconds"] < 5

    await eventually(measured, seconds=10)


async def statuses(service: Running, caller: Identity) -> Any:
    document = (
        "{ searchIndexes { index state version building documents dirty deadLetters lagSeconds "
        "oldestDirtySeconds freshnessSloSeconds problems warnings } }"
    )
    return await service.client.as_caller(caller).execute(document)


async def test_statuses_tell_operators_more(service: Running) -> None:
    (plain,) = (await statuses(service, PLAIN)).data["searchIndexes"]
    assert plain["index"] == "FILMS"
    assert (plain["state"], plain["version"], plain["documents"]) == ("LIVE", 1, 5)
    assert plain["warnings"] == []
    (told,) = (await statuses(service, identity("ALL", "search:admin"))).data["searchIndexes"]
    assert any(warning.startswith("`views`") for warning in told["warnings"])


async def test_echoes_keys_for_the_indexer_only(service: Running) -> None:
    document = '{ _indexDocs(index: FILMS, ids: ["7"]) { __typename ... on Title { id } } }'
    refused = await service.client.execute(document)
    assert refused.codes == ["FORBIDDEN"]
    allowed = service.client.as_service("search")
    answer = (await allowed.execute(document)).data["_indexDocs"]
    assert answer == [{"__typename": "Title", "id": "7"}]


async def test_reindex_on_order(service: Running) -> None:
    document = "mutation { reindex(index: FILMS) { building } }"
    assert (await service.client.execute(document)).codes == ["FORBIDDEN"]
    admin = service.client.as_caller(identity("ALL", "search:admin"))
    assert (await admin.execute(document)).data["reindex"] == {"building": 2}

    async def swapped() -> bool:
        return await service.keeper.engine.alias_target("films") == "films_v2"

    await eventually(swapped)
    assert ids(await search(service)) == "12345"


async def test_without_a_supergraph_it_says_why_it_is_not_ready(tmp_path: Path) -> None:
    from reelgraph_search.app import create_app

    definitions = ROOT / "subgraphs" / "search_indexes"
    settings = SearchSettings(
        data_dir=tmp_path, definitions_dir=definitions, supergraph_file=tmp_path / "missing"
    )
    async with subgraph_client(create_app(settings)) as client:
        answer = await client.http.get("/ready")
        assert answer.status_code == 503
        assert answer.json()["checks"] == {
            "engine": "ok",
            "supergraph": "failed",
            "index films": "failed",
        }
        result = await client.execute("{ search(index: FILMS) { totalCount } }")
        assert result.codes == ["UNAVAILABLE"]
        (status,) = (await client.execute("{ searchIndexes { state } }")).data["searchIndexes"]
        assert status == {"state": "WAITING"}
    assert open_source(settings) is not None


def test_the_committed_schema_is_what_the_code_says() -> None:
    folder = ROOT / "subgraphs" / "search_indexes"
    schema = build_schema(load_definitions(folder))
    assert compare_schema(schema, folder / "schema.graphql") is None
