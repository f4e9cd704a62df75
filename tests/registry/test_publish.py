"""Publishing, deleting and moving the pointer, on a real store with real composition."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import cast

import pytest

from reelgraph_registry.adapters.sql import SqlRegistryStore
from reelgraph_registry.domain.errors import InvalidInput, NotFound, VersionConflict
from reelgraph_registry.domain.history import Action
from reelgraph_registry.domain.subgraph_version import SchemaLimits, SubgraphSchema
from reelgraph_registry.domain.supergraph_version import VariantState
from reelgraph_registry.ports import RegistryStore
from reelgraph_registry.use_cases.compose_and_publish import (
    CompositionFailed,
    Published,
    PublishOutcome,
    Unchanged,
)
from reelgraph_registry.use_cases.delete_subgraph import DeleteSubgraph
from reelgraph_registry.use_cases.diff_versions import DiffVersions
from reelgraph_registry.use_cases.move_pointer import MovePointer
from reelgraph_registry.use_cases.publish_subgraphs import PublishRequest, PublishSubgraphs

TITLES = SubgraphSchema("titles", "http://titles", "type Query { titles: Int }")
PEOPLE = SubgraphSchema("people", "http://people", "type Query { people: Int }")
BROKEN = SubgraphSchema("people", "http://people", "type Query { people: Missing }")
KEY = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@external", "@requires"])\n'
FILM = """ type Film @key(fields: "id") {
  id: ID! name: String @external shout: String @requires(fields: "name")
}"""
FILM_WITH_NAME = 'type Film @key(fields: "id") { id: ID! name: String }'
LIMITS = SchemaLimits(max_sdl_bytes=400, max_subgraphs=20)


def clock() -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC)


class Heard(list[tuple[str, str]]):
    """Notes what is announced."""

    def __call__(self, graph: str, variant: str) -> None:
        self.append((graph, variant))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def publish(store: SqlRegistryStore, heard: Heard) -> PublishSubgraphs:
    return PublishSubgraphs(store, heard, clock, LIMITS)


def request(*schemas: SubgraphSchema, variant: str = "main") -> PublishRequest:
    return PublishRequest("films", variant, schemas, "ann")


def version_of(outcome: PublishOutcome) -> str:
    assert isinstance(outcome, Published)
    return outcome.version.info.id


async def test_publishing_composes_and_announces(
    publish: PublishSubgraphs, store: SqlRegistryStore, heard: Heard
) -> None:
    outcome = await publish(request(TITLES, PEOPLE))
    assert isinstance(outcome, Published)
    assert outcome.subgraphs == ("people", "titles")
    assert "titles: Int" in outcome.version.api_schema_sdl
    assert "join__graph" in outcome.version.supergraph_sdl
    assert await store.published_version("films", "main") == outcome.version.info.id
    assert heard == [("films", "main")]


async def test_publishing_the_same_again_makes_no_version(
    publish: PublishSubgraphs, store: SqlRegistryStore, heard: Heard
) -> None:
    first = version_of(await publish(request(TITLES, PEOPLE)))
    again = await publish(request(TITLES))
    assert again == Unchanged(first)
    assert len(await store.history("films", "main", 10)) == 1
    assert len(heard) == 1


async def test_a_new_version_carries_its_changelog(publish: PublishSubgraphs) -> None:
    await publish(request(TITLES))
    other = SubgraphSchema("titles", "http://titles", "type Query { films: Int }")
    outcome = await publish(request(other))
    assert isinstance(outcome, Published)
    kinds = [(change.kind, change.coordinate) for change in outcome.version.changes]
    assert kinds == [("FIELD_REMOVED", "Query.titles"), ("FIELD_ADDED", "Query.films")]


async def test_what_does_not_compose_is_kept_and_published_never(
    publish: PublishSubgraphs, store: SqlRegistryStore, heard: Heard
) -> None:
    first = version_of(await publish(request(TITLES)))
    outcome = await publish(request(BROKEN))
    assert isinstance(outcome, CompositionFailed)
    assert [error.code for error in outcome.errors] == ["INVALID_GRAPHQL"]
    assert outcome.supergraph_version == first
    assert await store.published_version("films", "main") == first
    newest = (await store.history("films", "main", 1))[0]
    assert (newest.number, newest.succeeded) == (outcome.history_number, False)
    assert newest.errors == outcome.errors
    assert heard == [("films", "main")]


async def test_of_several_together_all_or_none_is_published(
    publish: PublishSubgraphs, store: SqlRegistryStore
) -> None:
    first = version_of(await publish(request(TITLES)))
    changed = SubgraphSchema("titles", "http://titles", "type Query { films: Int }")
    assert isinstance(await publish(request(changed, BROKEN)), CompositionFailed)
    state = await store.variant_state("films", "main")
    assert state.supergraph_version == first
    assert [one.as_schema() for one in state.members] == [TITLES]


async def test_publishes_at_once_lose_nothing(store: SqlRegistryStore, heard: Heard) -> None:
    """Three publishers without a common lock, as three processes are: the store decides."""
    publishers = [PublishSubgraphs(store, heard, clock, LIMITS) for _ in range(3)]
    schemas = [
        SubgraphSchema(f"s{n}", f"http://s{n}", f"type Query {{ f{n}: Int }}") for n in range(10)
    ]
    outcomes = await asyncio.gather(
        *(publishers[n % 3](request(schema)) for n, schema in enumerate(schemas))
    )
    assert all(isinstance(outcome, Published) for outcome in outcomes)
    state = await store.variant_state("films", "main")
    assert {one.name for one in state.members} == {schema.name for schema in schemas}
    version = await store.supergraph("films", state.supergraph_version or "")
    assert version is not None
    assert all(f"f{n}: Int" in version.api_schema_sdl for n in range(10))
    numbers = [entry.number for entry in await store.history("films", "main", 100)]
    assert numbers == list(range(10, 0, -1))


class Overtaken:
    """A store in which another publish comes just after the variant was first read."""

    def __init__(self, store: SqlRegistryStore, overtake: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._overtake: Callable[[], Awaitable[object]] | None = overtake

    async def variant_state(self, graph: str, variant: str) -> VariantState:
        state = await self._store.variant_state(graph, variant)
        overtake, self._overtake = self._overtake, None
        if overtake is not None:
            await overtake()
        return state

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


async def test_a_publish_that_was_overtaken_is_tried_on_top(
    publish: PublishSubgraphs, store: SqlRegistryStore, heard: Heard
) -> None:
    """It composes only with what came in between, and must not be refused for the old set."""
    needs_film = SubgraphSchema("user", "http://user", KEY + "type Query { f: Film }" + FILM)
    owns_film = SubgraphSchema("film", "http://film", KEY + FILM_WITH_NAME)
    overtaken = cast(RegistryStore, Overtaken(store, lambda: publish(request(owns_film, TITLES))))
    late = PublishSubgraphs(overtaken, heard, clock, LIMITS)
    outcome = await late(request(needs_film))
    assert isinstance(outcome, Published)
    assert len(outcome.version.info.members) == 3


async def test_an_expected_version_is_a_precondition(publish: PublishSubgraphs) -> None:
    nothing = PublishRequest("films", "main", (TITLES,), "ann", True, None)
    first = version_of(await publish(nothing))
    with pytest.raises(VersionConflict, match="no version was expected") as caught:
        await publish(nothing)
    assert (caught.value.expected, caught.value.actual) == (None, first)
    on_top = PublishRequest("films", "main", (PEOPLE,), "ann", True, first)
    assert isinstance(await publish(on_top), Published)
    with pytest.raises(VersionConflict):
        await publish(on_top)


async def test_a_subgraph_without_url_keeps_its_own(
    publish: PublishSubgraphs, store: SqlRegistryStore
) -> None:
    await publish(request(TITLES))
    await publish(request(SubgraphSchema("titles", "", "type Query { films: Int }")))
    state = await store.variant_state("films", "main")
    assert state.members[0].url == "http://titles"


async def test_a_new_subgraph_needs_a_url(
    publish: PublishSubgraphs, store: SqlRegistryStore
) -> None:
    await publish(request(TITLES))
    with pytest.raises(InvalidInput, match="say where routers reach people"):
        await publish(request(SubgraphSchema("people", "", PEOPLE.sdl)))
    assert len(await store.history("films", "main", 10)) == 1


@pytest.mark.parametrize(
    ("schemas", "message"),
    [
        ((), "at least one subgraph"),
        ((SubgraphSchema("1x", "", "x"),), "is not a subgraph name"),
        ((TITLES, TITLES), "more than once"),
        ((SubgraphSchema("a", "", "  \n"),), "SDL of subgraph a is empty"),
        ((SubgraphSchema("a", "", "x" * 401),), "401 bytes; at most 400"),
        ((SubgraphSchema("a", "", "x\0"),), "NUL"),
        ((SubgraphSchema("a", "", "x\ud800"),), "surrogate"),
        ((SubgraphSchema("a", "ftp://a", "x"),), "http:// or https://"),
        ((SubgraphSchema("a", "http://a b", "x"),), "no usable URL"),
        ((SubgraphSchema("a", "http:///graphql", "x"),), "no host"),
        ((SubgraphSchema("a", f"http://{'a/' * 1000}", "x"),), "too long"),
        (tuple(SubgraphSchema(f"s{n}", "", "x") for n in range(21)), "too many"),
    ],
)
async def test_bad_proposals_are_refused(
    publish: PublishSubgraphs, schemas: tuple[SubgraphSchema, ...], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        await publish(request(*schemas))


async def test_bad_names_are_refused(publish: PublishSubgraphs) -> None:
    with pytest.raises(InvalidInput, match="not a variant name"):
        await publish(request(TITLES, variant="../etc"))
    with pytest.raises(InvalidInput, match="not a graph name"):
        await publish(PublishRequest("a b", "main", (TITLES,), "ann"))


@pytest.mark.parametrize(
    ("sdl", "composes"),
    [
        (f"type Query {{ a(x: [Int] = {'[' * 20_000}{']' * 20_000}): Int }}", False),
        (f"type Query {{ a: {'[' * 20_000}Int{']' * 20_000} }}", False),
        (f"type Query {{ a: {'[' * 20}Int{']' * 20} }}", True),
    ],
    ids=["value", "type", "not too deep"],
)
async def test_deeply_nested_sdl_is_an_error_and_no_crash(
    store: SqlRegistryStore, sdl: str, composes: bool
) -> None:
    publish = PublishSubgraphs(store, Heard(), clock, SchemaLimits())
    outcome = await publish(request(SubgraphSchema("a", "http://a", sdl)))
    if composes:
        assert isinstance(outcome, Published)
        assert isinstance(await publish(request(PEOPLE)), Published)
    else:
        assert isinstance(outcome, CompositionFailed)
        assert {error.code for error in outcome.errors} == {"INVALID_GRAPHQL"}


async def test_deleting_takes_a_subgraph_out(
    publish: PublishSubgraphs, store: SqlRegistryStore, heard: Heard
) -> None:
    await publish(request(TITLES, PEOPLE))
    delete = DeleteSubgraph(store, heard, clock)
    outcome = await delete("films", "main", "people", "ann")
    assert isinstance(outcome, Published)
    assert outcome.subgraphs == ("people",)
    assert [member.subgraph for member in outcome.version.info.members] == ["titles"]
    newest = (await store.history("films", "main", 1))[0]
    assert (newest.action, newest.subgraphs) == (Action.DELETE, ("people",))
    assert await store.subgraph("films", "people", 1) is not None
    with pytest.raises(NotFound, match="has no subgraph people"):
        await delete("films", "main", "people", "ann")
    with pytest.raises(InvalidInput, match="last subgraph"):
        await delete("films", "main", "titles", "ann")


async def test_rolling_back_and_promoting(
    publish: PublishSubgraphs, store: SqlRegistryStore, heard: Heard
) -> None:
    first = version_of(await publish(request(TITLES)))
    second = version_of(await publish(request(PEOPLE)))
    staged = version_of(await publish(request(PEOPLE, variant="staging")))
    move = MovePointer(store, heard, clock)
    heard.clear()
    assert (await move.roll_back("films", "main", None, "ann")).supergraph_version == first
    assert (await move.roll_back("films", "main", second, "ann")).supergraph_version == second
    assert (await move.promote("films", "main", staged, "ann")).supergraph_version == staged
    assert heard == [("films", "main")] * 3
    state = await store.variant_state("films", "main")
    assert [one.name for one in state.members] == ["people"]
    outcome = await publish(request(TITLES))
    assert isinstance(outcome, Published)
    assert len(outcome.version.info.members) == 2


async def test_moves_that_make_no_sense(
    publish: PublishSubgraphs, store: SqlRegistryStore, heard: Heard
) -> None:
    first = version_of(await publish(request(TITLES)))
    staged = version_of(await publish(request(PEOPLE, variant="staging")))
    move = MovePointer(store, heard, clock)
    with pytest.raises(NotFound, match="published nothing before"):
        await move.roll_back("films", "main", None, "ann")
    with pytest.raises(NotFound, match="never published"):
        await move.roll_back("films", "main", staged, "ann")
    with pytest.raises(InvalidInput, match="already"):
        await move.promote("films", "main", first, "ann")
    with pytest.raises(NotFound, match="no supergraph version 7-none"):
        await move.promote("films", "main", "7-none", "ann")


async def test_comparing_versions(publish: PublishSubgraphs, store: SqlRegistryStore) -> None:
    first = version_of(await publish(request(TITLES)))
    second = version_of(await publish(request(PEOPLE)))
    diff = DiffVersions(store)
    forward, back = await diff("films", first, second), await diff("films", second, first)
    assert [change.kind for change in forward] == ["FIELD_ADDED"]
    assert [change.kind for change in back] == ["FIELD_REMOVED"]
    with pytest.raises(NotFound):
        await diff("films", first, "0-none")
