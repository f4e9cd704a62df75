"""What every store of the registry promises; SQLite and PostgreSQL pass the same tests."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from reelgraph_federation.problems import PROBLEM_KINDS, Problem, SourceLocation
from reelgraph_federation.schema_changes import ChangeKind, Criticality, UsageHit
from reelgraph_registry.adapters.database import open_engine
from reelgraph_registry.adapters.migrate import migrate
from reelgraph_registry.adapters.sql import SqlRegistryStore
from reelgraph_registry.domain.change_result import ChangeResult
from reelgraph_registry.domain.check import Check, CheckSettings, Finding, HintResult
from reelgraph_registry.domain.composition import Composition
from reelgraph_registry.domain.errors import NotFound, StaleVariant
from reelgraph_registry.domain.history import Action
from reelgraph_registry.domain.subgraph_version import SubgraphSchema
from reelgraph_registry.domain.supergraph_version import Member, SupergraphVersion, VariantState
from reelgraph_registry.domain.usage import OperationUsage, UsageBatch
from reelgraph_registry.ports import FailedAttempt, NewSupergraph, PointerMove

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)
CATALOG = SubgraphSchema("catalog", "http://catalog", 'type Query { a: Int } # "é" 🎬')
MEMBER = SubgraphSchema("member", "", "type Query { b: Int }")
HINT = Problem(
    "INCONSISTENT_DESCRIPTION",
    PROBLEM_KINDS["INCONSISTENT_DESCRIPTION"].severity,
    "m",
    "r",
    "Query",
    (SourceLocation("catalog", None, 1, 6),),
)
CHANGE = ChangeResult(
    ChangeKind.FIELD_REMOVED,
    Criticality.BREAKING,
    "Title.name",
    "",
    "It went.",
    "used",
    False,
    (UsageHit("web", "1", "Home", 3),),
    SourceLocation("catalog", None, 3, 1),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_service)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite+aiosqlite:///{tmp_path}/registry.db"


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqlRegistryStore]:
    engine = open_engine(database_url)
    await migrate(engine)
    yield SqlRegistryStore(engine)
    await engine.dispose()


@pytest.fixture
def graph() -> str:
    return f"g{uuid4().hex[:10]}"


def supergraph(state: VariantState, *schemas: SubgraphSchema, text: str = "S") -> NewSupergraph:
    return NewSupergraph(
        based_on=state,
        action=Action.PUBLISH,
        schemas=schemas,
        subgraphs=tuple(schema.name for schema in schemas),
        composition=Composition(text, f"api of {text}", (), (HINT,)),
        changes=(CHANGE,),
        author="ann",
        created_at=NOW,
    )


async def publish(
    store: SqlRegistryStore,
    graph: str,
    *schemas: SubgraphSchema,
    variant: str = "main",
    text: str = "S",
) -> SupergraphVersion:
    state = await store.variant_state(graph, variant)
    return await store.publish(supergraph(state, *schemas, text=text))


async def test_unknown_things_are_absent(store: SqlRegistryStore, graph: str) -> None:
    assert await store.variant_state(graph, "main") == VariantState(graph, "main", 0, None, ())
    assert await store.published_version(graph, "main") is None
    assert await store.supergraph(graph, "1-x") is None
    assert await store.subgraph(graph, "catalog", 1) is None
    assert await store.check(graph, "x") is None
    assert await store.history(graph, "main", 10) == []
    assert graph not in await store.graphs()
    assert await store.variants(graph) == []


async def test_what_is_published_reads_back_whole(store: SqlRegistryStore, graph: str) -> None:
    version = await publish(store, graph, MEMBER, CATALOG)
    state = await store.variant_state(graph, "main")
    assert version.info.id == "1-8de0b3c47f11"
    assert version.info.members == (Member("catalog", 1), Member("member", 1))
    assert await store.supergraph(graph, version.info.id) == version
    assert (state.revision, state.supergraph_version) == (1, version.info.id)
    assert [one.as_schema() for one in state.members] == [CATALOG, MEMBER]
    assert await store.subgraph(graph, "catalog", 1) == state.members[0]
    assert await store.published_version(graph, "main") == version.info.id
    assert graph in await store.graphs()
    assert await store.variants(graph) == ["main"]


async def test_a_stale_publish_stores_nothing(store: SqlRegistryStore, graph: str) -> None:
    before = await store.variant_state(graph, "main")
    first = await store.publish(supergraph(before, CATALOG))
    with pytest.raises(StaleVariant):
        await store.publish(supergraph(before, MEMBER))
    assert await store.published_version(graph, "main") == first.info.id
    assert await store.subgraphs(graph, "member", 10) == []
    assert len(await store.history(graph, "main", 10)) == 1
    second = await publish(store, graph, CATALOG, MEMBER)
    assert second.info.number == 2


async def test_of_publishes_at_once_one_wins(store: SqlRegistryStore, graph: str) -> None:
    await publish(store, graph, CATALOG)
    state = await store.variant_state(graph, "main")
    attempts = [
        store.publish(supergraph(state, replace(CATALOG, sdl=f"# {n}"), text=f"S{n}"))
        for n in range(8)
    ]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    won = [result for result in results if isinstance(result, SupergraphVersion)]
    lost = [result for result in results if isinstance(result, StaleVariant)]
    assert (len(won), len(lost)) == (1, 7)
    assert await store.published_version(graph, "main") == won[0].info.id


async def test_variants_publishing_at_once_get_numbers_of_their_own(
    store: SqlRegistryStore, graph: str
) -> None:
    schemas = [replace(CATALOG, sdl=f"# {n % 3}") for n in range(9)]
    published = await asyncio.gather(
        *(
            publish(store, graph, schema, variant=f"pr-{n}", text=f"S{n}")
            for n, schema in enumerate(schemas)
        )
    )
    assert sorted(version.info.number for version in published) == list(range(1, 10))
    assert len(await store.subgraphs(graph, "catalog", 100)) == 3
    assert await store.variants(graph) == [f"pr-{n}" for n in range(9)]


async def test_equal_content_is_the_same_subgraph_version(
    store: SqlRegistryStore, graph: str
) -> None:
    await publish(store, graph, CATALOG)
    await publish(store, graph, replace(CATALOG, sdl="# other"))
    again = await publish(store, graph, CATALOG)
    elsewhere = await publish(store, graph, replace(CATALOG, url="http://else"))
    assert again.info.members == (Member("catalog", 1),)
    assert elsewhere.info.members == (Member("catalog", 3),)
    numbers = [one.number for one in await store.subgraphs(graph, "catalog", 10)]
    assert numbers == [3, 2, 1]


async def test_a_failure_is_kept_and_moves_nothing(store: SqlRegistryStore, graph: str) -> None:
    version = await publish(store, graph, CATALOG)
    state = await store.variant_state(graph, "main")
    attempt = FailedAttempt(
        state, Action.PUBLISH, (CATALOG, MEMBER), ("member",), (HINT,), "bob", NOW
    )
    entry = await store.record_failure(attempt)
    assert (entry.number, entry.succeeded, entry.errors) == (2, False, (HINT,))
    assert entry.subgraphs == ("member@1",)
    assert await store.variant_state(graph, "main") == state
    stored = await store.subgraph(graph, "member", 1)
    assert stored is not None
    assert stored.as_schema() == MEMBER
    history = await store.history(graph, "main", 10)
    assert [one.number for one in history] == [2, 1]
    assert history[0] == entry
    assert history[1].supergraph_version == version.info.id


async def test_a_failure_can_be_the_first_of_a_variant(store: SqlRegistryStore, graph: str) -> None:
    state = await store.variant_state(graph, "main")
    attempt = FailedAttempt(state, Action.PUBLISH, (MEMBER,), ("member",), (HINT,), "", NOW)
    assert (await store.record_failure(attempt)).number == 1
    assert await store.published_version(graph, "main") is None


async def test_the_pointer_moves_to_any_version_of_the_graph(
    store: SqlRegistryStore, graph: str
) -> None:
    first = await publish(store, graph, CATALOG, variant="staging", text="one")
    await publish(store, graph, MEMBER, variant="main", text="two")
    state = await store.variant_state(graph, "main")
    move = PointerMove(state, Action.PROMOTE, first.info.id, "ann", NOW)
    entry = await store.move_pointer(move)
    after = await store.variant_state(graph, "main")
    assert entry.previous_version == state.supergraph_version
    assert after.supergraph_version == first.info.id
    assert [one.name for one in after.members] == ["catalog"]
    assert (await store.history(graph, "main", 1)) == [entry]
    with pytest.raises(StaleVariant):
        await store.move_pointer(move)
    with pytest.raises(NotFound, match="no supergraph version 9-none"):
        await store.move_pointer(replace(move, based_on=after, supergraph_version="9-none"))
    assert (await store.variant_state(graph, "main")).revision == after.revision


async def test_lists_come_newest_first_and_in_pages(store: SqlRegistryStore, graph: str) -> None:
    for n in range(5):
        await publish(store, graph, replace(CATALOG, sdl=f"# {n}"), text=f"S{n}")
    await publish(store, graph, MEMBER, variant="other")
    numbers = [one.number for one in await store.supergraphs(graph, "main", 2)]
    assert numbers == [5, 4]
    rest = await store.supergraphs(graph, "main", 10, before=4)
    assert [one.number for one in rest] == [3, 2, 1]
    assert [one.number for one in await store.supergraphs(graph, None, 2)] == [6, 5]
    subgraphs = await store.subgraphs(graph, "catalog", 2, before=4)
    assert [one.number for one in subgraphs] == [3, 2]
    history = await store.history(graph, "main", 2, before=3)
    assert [one.number for one in history] == [2, 1]
    assert rest[0].members == (Member("catalog", 3),)


async def test_checks_read_back_whole(store: SqlRegistryStore, graph: str) -> None:
    check = Check(
        id="c1",
        graph=graph,
        variant="main",
        subgraphs=("catalog",),
        base_version="1-x",
        errors=(HINT,),
        hints=(HintResult(HINT, False),),
        changes=(CHANGE,),
        findings=(Finding("search", "m", "Title", True, SourceLocation("catalog", None, 1, 1)),),
        author="ann",
        created_at=NOW,
    )
    later = replace(check, id="c2", created_at=NOW + timedelta(seconds=1))
    await store.save_check(check)
    await store.save_check(later)
    assert await store.check(graph, "c1") == check
    assert await store.checks(graph, "main", 10) == [later, check]
    assert await store.checks(graph, "main", 10, before=later.created_at) == [check]
    assert await store.checks(graph, "other", 10) == []


async def test_check_settings(store: SqlRegistryStore, graph: str) -> None:
    assert await store.check_settings(graph, "main") == CheckSettings()
    settings = CheckSettings(fail_on_dangerous=True, excluded_clients=("bot",))
    await store.save_check_settings(graph, "main", settings)
    await publish(store, graph, CATALOG)
    assert await store.check_settings(graph, "main") == settings
    assert await store.check_settings(graph, "other") == CheckSettings()


def usage(graph: str, id: str, *operations: OperationUsage, at: datetime = NOW) -> UsageBatch:
    return UsageBatch(id, graph, "main", at, operations)


HOME = OperationUsage("sig1", "Home", "web", "1.0", 3, 1, 30.0, frozenset({"Query.title(id:)"}))
ROW = OperationUsage("sig2", "Row", "tv", "7", 2, 0, 10.0, frozenset({"Title.name"}))


async def test_usage_is_summed_up(store: SqlRegistryStore, graph: str) -> None:
    assert await store.record_usage(usage(graph, "b1", HOME, ROW))
    assert await store.record_usage(usage(graph, "b2", HOME))
    wanted = frozenset({"Query.title(id:)", "Query.title", "Query", "Title.name", "Title.year"})
    found = await store.usage_of(graph, "main", wanted, NOW - timedelta(days=1))
    home = (UsageHit("web", "1.0", "Home", 6),)
    assert found.total == 8
    assert dict(found.hits) == {
        "Query.title(id:)": home,
        "Query.title": home,
        "Query": home,
        "Title.name": (UsageHit("tv", "7", "Row", 2),),
    }


async def test_a_batch_counts_once(store: SqlRegistryStore, graph: str) -> None:
    batches = [store.record_usage(usage(graph, "same", HOME)) for _ in range(4)]
    assert sorted(await asyncio.gather(*batches)) == [False, False, False, True]
    assert (await store.usage_of(graph, "main", frozenset(), NOW)).total == 3


async def test_batches_at_once_lose_nothing(store: SqlRegistryStore, graph: str) -> None:
    orders = [(HOME, ROW), (ROW, HOME)] * 5
    await asyncio.gather(
        *(store.record_usage(usage(graph, f"b{n}", *order)) for n, order in enumerate(orders))
    )
    assert (await store.usage_of(graph, "main", frozenset(), NOW)).total == 50


async def test_usage_of_a_window_without_some_clients(store: SqlRegistryStore, graph: str) -> None:
    await store.record_usage(usage(graph, "old", HOME, at=NOW - timedelta(days=40)))
    await store.record_usage(usage(graph, "new", HOME, ROW))
    wanted = frozenset({"Query.title", "Title.name"})
    since = NOW - timedelta(days=30)
    assert (await store.usage_of(graph, "main", wanted, since)).total == 5
    found = await store.usage_of(graph, "main", wanted, since, ["tv"])
    assert found.total == 3
    assert set(found.hits) == {"Query.title"}
    assert (await store.usage_of(graph, "staging", wanted, since)).total == 0


async def test_many_coordinates_can_be_asked_for(store: SqlRegistryStore, graph: str) -> None:
    names = frozenset(f"Type{n}.field" for n in range(2_000))
    await store.record_usage(usage(graph, "b", replace(HOME, coordinates=names)))
    found = await store.usage_of(graph, "main", names, NOW)
    assert set(found.hits) == names


async def test_old_usage_is_forgotten(store: SqlRegistryStore, graph: str) -> None:
    await store.record_usage(usage(graph, "old", HOME, at=NOW - timedelta(days=400)))
    await store.record_usage(usage(graph, "new", ROW))
    assert await store.forget_usage(NOW - timedelta(days=90)) == 4
    since = NOW - timedelta(days=1000)
    assert (await store.usage_of(graph, "main", frozenset(), since)).total == 2
