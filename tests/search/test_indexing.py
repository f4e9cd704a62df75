"""Documents follow the graph: changes, references, failures, rebuilds, and who comes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from film_graph import FACTS, FilmGraph, definition, film
from harness import Harness, harness

from reelgraph_search.documents.fetch import (
    Gone,
    GraphAnswer,
    GraphError,
    Partial,
    RouterUnavailable,
    fetch_documents,
)
from reelgraph_search.indexing.ledger import Mark, Priority
from reelgraph_search.indexing.swap_alias import KEEP_SECONDS, drop_retired
from reelgraph_search.indexing.targets import make_plan
from reelgraph_search.indexing.versions import State


@pytest.fixture
async def indexed(tmp_path: Path) -> AsyncIterator[Harness]:
    graph = FilmGraph(
        {
            "1": film("The General", people=("p1",)),
            "2": film("The Kid", year=1921, people=("p2",)),
            "3": film("One Week", year=1920, people=("p1", "p2")),
        }
    )
    graph.people = {"p1": "Buster Keaton", "p2": "Charlie Chaplin"}
    async with harness(tmp_path, graph) as made:
        await made.build()
        graph.requests.clear()
        yield made


async def refs_of(made: Harness, ref: str) -> list[str]:
    index = await made.engine.alias_target("films")
    assert index is not None
    return await made.engine.keys_with_ref(index, [ref], None, 10)


async def test_first_build(indexed: Harness) -> None:
    assert await indexed.names() == ["The General", "The Kid", "One Week"]
    assert await indexed.engine.alias_target("films") == "films_v1"
    assert await refs_of(indexed, "Person:p1") == ["Title:1", "Title:3"]
    assert await refs_of(indexed, "Genre:g1") == ["Title:1", "Title:2", "Title:3"]
    assert (await indexed.ledger.backlog("films")).dirty == 0


async def test_a_first_version_waits_for_roots_that_events_took_over(tmp_path: Path) -> None:
    """At a first start the events of a seeded catalogue come while its roots are listed."""
    async with harness(tmp_path, FilmGraph({"1": film("The General")})) as made:
        await made.rebuilder().begin_if_needed(make_plan(made.definition, FACTS))
        await made.reload()
        await made.rebuilder().step(made.targets)  # lists the roots
        await made.tell("Title", "1")
        await made.reload()
        progress = await made.rebuilder().step(made.targets)
        assert progress.waits_for == "1 of 1 documents are still to be fetched"
        assert await made.engine.alias_target("films") is None
        await made.build()
        assert await made.names() == ["The General"]


async def test_a_root_changes(indexed: Harness) -> None:
    indexed.graph.titles["2"]["name"] = "The Tramp"
    await indexed.tell("Title", "2")
    await indexed.tell("Title", "2")  # coalesced
    assert await indexed.index_all() == 1
    assert await indexed.names() == ["The General", "The Tramp", "One Week"]
    assert indexed.graph.requests == [["2"]]


async def test_a_new_root(indexed: Harness) -> None:
    indexed.graph.titles["4"] = film("Sherlock Jr.")
    await indexed.tell("Title", "4")
    await indexed.index_all()
    assert await indexed.names() == ["The General", "The Kid", "One Week", "Sherlock Jr."]


@pytest.mark.parametrize("complains", [False, True])
async def test_a_root_goes_and_comes_back(indexed: Harness, complains: bool) -> None:
    indexed.graph.complains = complains
    gone = indexed.graph.titles.pop("2")
    await indexed.tell("Title", "2", "DELETE")
    await indexed.index_all()
    assert await indexed.names() == ["The General", "One Week"]
    indexed.graph.titles["2"] = gone
    await indexed.tell("Title", "2")
    await indexed.index_all()
    assert await indexed.names() == ["The General", "The Kid", "One Week"]


NULL = "null where null must not be"


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([], Gone),
        ([GraphError(NULL, ("_indexDocs", 0, "name"), code="INVALID_VALUE")], Gone),
        ([GraphError(NULL, ("_indexDocs", 0, "views"), code="INVALID_VALUE")], Partial),
        ([GraphError("away", ("_indexDocs", 0), "catalog", "UNAVAILABLE")], Partial),
        ([GraphError("away", ("_indexDocs",))], Partial),
        (
            [
                GraphError("away", ("_indexDocs", 0), "catalog", "UNAVAILABLE"),
                GraphError(NULL, ("_indexDocs", 0, "name"), code="INVALID_VALUE"),
            ],
            Partial,
        ),
        ([GraphError("of another", ("_indexDocs", 1, "name"), "catalog")], Gone),
    ],
)
async def test_missing_or_not_fetched(errors: list[GraphError], expected: type) -> None:
    class Answers:
        async def run(self, operation: str, variables: object) -> GraphAnswer:
            return GraphAnswer({"_indexDocs": [None, {"name": "x"}]}, tuple(errors))

    template = make_plan(definition(), FACTS).template
    fetched = await fetch_documents(Answers(), template, ["1", "2"])
    assert isinstance(fetched["1"], expected)


async def test_a_visited_entity_changes(indexed: Harness) -> None:
    indexed.graph.people["p1"] = "Joseph Keaton"
    await indexed.tell("Person", "p1")
    assert await indexed.index_all() == 2
    assert sorted(indexed.graph.requests[0]) == ["1", "3"]
    assert indexed.metrics.unchanged == 0


async def test_what_did_not_change_is_not_written(indexed: Harness) -> None:
    await indexed.tell("Person", "p2")
    assert await indexed.index_all() == 2
    assert indexed.metrics.unchanged == 2


async def test_types_that_no_template_passes_do_nothing(indexed: Harness) -> None:
    await indexed.tell("Member", "m1")
    assert await indexed.index_all() == 0


async def test_a_new_edge_is_found_by_the_inverse_query(indexed: Harness) -> None:
    indexed.graph.productions["x1"] = ("2", "DONE")
    assert await refs_of(indexed, "Production:x1") == []
    await indexed.tell("Production", "x1")
    assert await indexed.index_all() == 1
    assert await refs_of(indexed, "Production:x1") == ["Title:2"]


async def test_an_event_names_what_it_affects(indexed: Harness) -> None:
    affects = [{"type": "Title", "key": {"id": "2"}}, {"type": "Person", "key": {"id": "p1"}}]
    await indexed.tell("Award", "a1", affects=affects)
    await indexed.index_all()
    assert sorted(indexed.graph.requests[0]) == ["1", "2", "3"]


async def test_malformed_events_are_left_out(indexed: Harness) -> None:
    await indexed.tell("Title", "1", affects="nonsense")
    assert indexed.metrics.malformed_events == 1
    assert await indexed.index_all() == 0


async def test_a_change_during_the_fetch_of_the_root(indexed: Harness) -> None:
    async def change(ids: list[str]) -> None:
        indexed.graph.after_fetch = None
        indexed.graph.titles["1"]["name"] = "later"
        await indexed.tell("Title", "1")

    indexed.graph.after_fetch = change
    indexed.graph.titles["1"]["name"] = "earlier"
    await indexed.tell("Title", "1")
    await indexed.index_all()
    assert (await indexed.names())[0] == "later"


async def test_a_change_of_an_entity_during_the_fetch_of_a_new_holder(indexed: Harness) -> None:
    """No written document holds the person yet, so the look-up by reference cannot find it."""
    indexed.graph.people["p9"] = "before"
    indexed.graph.titles["9"] = film("New", people=("p9",))

    async def change(ids: list[str]) -> None:
        indexed.graph.after_fetch = None
        indexed.graph.people["p9"] = "after"
        await indexed.tell("Person", "p9")

    indexed.graph.after_fetch = change
    await indexed.tell("Title", "9")
    await indexed.index_all()
    assert indexed.graph.requests == [["9"], ["9"]]
    assert await refs_of(indexed, "Person:p9") == ["Title:9"]
    assert (await indexed.ledger.backlog("films")).dirty == 0


async def test_a_slower_older_fetch_does_not_win(indexed: Harness) -> None:
    """The first worker loses its lease while it fetches; the second writes before it."""
    overtaken = asyncio.Event()
    fetched = asyncio.Event()

    async def wait(ids: list[str]) -> None:
        indexed.graph.after_fetch = None
        fetched.set()
        await overtaken.wait()

    indexed.graph.titles["1"]["name"] = "old"
    indexed.graph.after_fetch = wait
    await indexed.tell("Title", "1")
    slow = asyncio.create_task(indexed.index_all("slow"))
    await fetched.wait()
    indexed.graph.titles["1"]["name"] = "new"
    indexed.clock.now += 1000
    assert await indexed.index_all("fast") == 1
    overtaken.set()
    await slow
    assert (await indexed.names())[0] == "new"


async def test_a_stale_read_is_tried_again(indexed: Harness) -> None:
    await indexed.tell("Title", "1", version=2)
    assert await indexed.index_all() == 1
    backlog = await indexed.ledger.backlog("films")
    assert (backlog.dirty, backlog.last_error) == (1, "the graph does not show the change yet")
    indexed.graph.titles["1"] |= {"version": 2, "name": "Second"}
    indexed.clock.now += 60
    await indexed.index_all()
    assert (await indexed.names())[0] == "Second"
    assert (await indexed.ledger.backlog("films")).dirty == 0


async def test_partial_errors_are_tried_again_and_then_set_aside(indexed: Harness) -> None:
    indexed.graph.broken = {"1"}
    indexed.graph.titles["1"]["name"] = "shrunken"
    await indexed.tell("Title", "1")
    for attempt in range(8):
        assert await indexed.index_all() == 1, attempt
        indexed.clock.now += 100
    assert await indexed.index_all() == 0
    assert (await indexed.names())[0] == "The General"
    assert (await indexed.ledger.backlog("films")).dead_letters == 1
    indexed.graph.broken = set()
    assert await indexed.ledger.retry_dead_letters("films", indexed.clock()) == 1
    await indexed.index_all()
    assert (await indexed.names())[0] == "shrunken"
    assert (await indexed.ledger.backlog("films")).dead_letters == 0


@pytest.mark.parametrize(("policy", "expected"), [("keep_old", "The General"), ("index_null", "X")])
async def test_partial_errors_by_policy(tmp_path: Path, policy: str, expected: str) -> None:
    graph = FilmGraph({"1": film("The General")})
    async with harness(tmp_path, graph) as made:
        made.definition = definition(on_partial_error=policy)
        await made.build()
        graph.broken = {"1"}
        graph.titles["1"]["name"] = "X"
        await made.tell("Title", "1")
        await made.index_all()
        assert await made.names() == [expected]
        assert (await made.ledger.backlog("films")).dirty == 0


async def test_an_outage_counts_as_no_attempt(indexed: Harness) -> None:
    await indexed.tell("Title", "1")
    indexed.graph.away = True
    for _ in range(20):
        with pytest.raises(RouterUnavailable):
            await indexed.index_all()
        indexed.clock.now += 100
    indexed.graph.away = False
    assert await indexed.index_all() == 1
    assert (await indexed.ledger.backlog("films")).dead_letters == 0


async def test_an_outage_of_a_subgraph_buries_nothing(indexed: Harness) -> None:
    indexed.graph.broken, indexed.graph.broken_code = {"1"}, "SUBGRAPH_UNAVAILABLE"
    indexed.graph.titles["1"]["name"] = "after the outage"
    await indexed.tell("Title", "1")
    for _ in range(20):
        assert await indexed.index_all() == 1
        indexed.clock.now += 100
    assert (await indexed.ledger.backlog("films")).dead_letters == 0
    assert (await indexed.names())[0] == "The General"
    indexed.graph.broken = set()
    await indexed.index_all()
    assert (await indexed.names())[0] == "after the outage"


async def test_urgent_roots_go_first(indexed: Harness) -> None:
    marks = [Mark("films", f"Title:b{n}", Priority.BACKFILL) for n in range(60)]
    await indexed.ledger.mark(marks, indexed.clock())
    await indexed.tell("Title", "2")
    await indexed.indexer().index_batch("films", lambda: indexed.targets)
    assert "2" in indexed.graph.requests[0]


async def test_batches_are_bounded(indexed: Harness) -> None:
    marks = [Mark("films", f"Title:b{n}", Priority.LIVE) for n in range(60)]
    await indexed.ledger.mark(marks, indexed.clock())
    await indexed.index_all()
    assert [len(ids) for ids in indexed.graph.requests] == [25, 25, 10]


# Rebuilds


async def test_a_changed_template_is_built_aside(indexed: Harness) -> None:
    old = definition().template
    indexed.definition = definition(template=old.replace("name year", "name synopsis year"))
    indexed.graph.titles["1"]["synopsis"] = "Trains."
    await indexed.build()
    assert await indexed.engine.alias_target("films") == "films_v2"
    assert len(await indexed.names()) == 3
    states = [one.state for one in await indexed.versions.all_of("films")]
    assert states == [State.LIVE, State.RETIRED]
    assert await indexed.engine.list_indexes("films") == ["films_v1", "films_v2"]
    indexed.clock.now += KEEP_SECONDS + 1
    await drop_retired(indexed.engine, indexed.versions, "films", indexed.clock)
    assert await indexed.engine.list_indexes("films") == ["films_v2"]


async def test_changes_reach_both_versions_while_one_is_built(indexed: Harness) -> None:
    old = definition().template
    indexed.definition = definition(template=old.replace("name year", "name synopsis year"))
    await indexed.rebuilder().begin_if_needed(make_plan(indexed.definition, FACTS))
    await indexed.reload()
    indexed.graph.titles["2"]["name"] = "Changed"
    await indexed.tell("Title", "2")
    await indexed.index_all()
    assert await indexed.names() == ["The General", "Changed", "One Week"]
    await indexed.build()
    assert await indexed.names() == ["The General", "Changed", "One Week"]
    assert await indexed.engine.alias_target("films") == "films_v2"


async def test_boosts_need_no_new_version(indexed: Harness) -> None:
    options = definition().fields
    changed = {**options, "name": options["name"].model_copy(update={"boost": 9.0})}
    indexed.definition = definition(fields=changed)
    await indexed.build()
    assert await indexed.engine.alias_target("films") == "films_v1"


async def test_a_version_with_broken_documents_does_not_replace(indexed: Harness) -> None:
    old = definition().template
    indexed.definition = definition(template=old.replace("name year", "name synopsis year"))
    indexed.graph.broken = {"1"}
    await indexed.rebuilder().begin_if_needed(make_plan(indexed.definition, FACTS))
    waits = None
    for _ in range(12):
        await indexed.reload()
        await indexed.index_all()
        waits = (await indexed.rebuilder().step(indexed.targets)).waits_for
        indexed.clock.now += 100
    assert waits == "1 documents could not be built"
    assert await indexed.engine.alias_target("films") == "films_v1"
    indexed.graph.broken = set()
    await indexed.ledger.retry_dead_letters("films", indexed.clock())
    await indexed.build()
    assert await indexed.engine.alias_target("films") == "films_v2"


async def test_roots_that_go_while_a_version_is_built(indexed: Harness) -> None:
    old = definition().template
    indexed.definition = definition(template=old.replace("name year", "name synopsis year"))
    await indexed.rebuilder().begin_if_needed(make_plan(indexed.definition, FACTS))
    await indexed.reload()
    await indexed.rebuilder().step(indexed.targets)  # all three are listed
    del indexed.graph.titles["3"]
    await indexed.tell("Title", "3", "DELETE")
    await indexed.build()
    assert await indexed.names() == ["The General", "The Kid"]
    assert await indexed.engine.alias_target("films") == "films_v2"
