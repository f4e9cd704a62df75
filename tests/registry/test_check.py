"""Checks against a real store: composition, changes, usage, hints, contributors."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reelgraph_registry.adapters.sql import SqlRegistryStore
from reelgraph_registry.domain.check import CheckSettings, Finding
from reelgraph_registry.domain.composition import Composition
from reelgraph_registry.domain.errors import InvalidInput, NotFound
from reelgraph_registry.domain.subgraph_version import SchemaLimits, SubgraphSchema
from reelgraph_registry.domain.usage import OperationUsage, UsageBatch
from reelgraph_registry.use_cases.check_subgraphs import CheckRequest, CheckSubgraphs
from reelgraph_registry.use_cases.publish_subgraphs import PublishRequest, PublishSubgraphs

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LINK = """extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"]
)
"""
TITLES = SubgraphSchema(
    "titles",
    "http://titles",
    LINK
    + """type Query {
  title(id: ID!): Title
}
type Title @key(fields: "id") {
  id: ID!
  name: String
  year: Int
}
""",
)
ART = SubgraphSchema(
    "art",
    "http://art",
    LINK + 'type Title @key(fields: "id") { id: ID! art(size: Size): String }\nenum Size { BIG }\n',
)


def changed(schema: SubgraphSchema, old: str, new: str) -> SubgraphSchema:
    assert old in schema.sdl
    return SubgraphSchema(schema.name, schema.url, schema.sdl.replace(old, new))


def clock() -> datetime:
    return NOW


def silence(graph: str, variant: str) -> None:
    """Hear nothing."""


@pytest.fixture
async def published(store: SqlRegistryStore) -> SqlRegistryStore:
    publish = PublishSubgraphs(store, silence, clock, SchemaLimits())
    await publish(PublishRequest("films", "main", (TITLES, ART), "ann"))
    return store


@pytest.fixture
def check(published: SqlRegistryStore) -> CheckSubgraphs:
    return CheckSubgraphs(published, published, clock, SchemaLimits())


def request(*schemas: SubgraphSchema, deleted: tuple[str, ...] = ()) -> CheckRequest:
    return CheckRequest("films", "main", schemas, "ann", deleted)


async def record(store: SqlRegistryStore, coordinate: str, client: str = "web") -> None:
    operation = OperationUsage("s", "Home", client, "2.1", 4, 0, 1.0, frozenset({coordinate}))
    batch = UsageBatch(f"{coordinate}{client}", "films", "main", NOW - timedelta(1), (operation,))
    assert await store.record_usage(batch)


async def test_a_harmless_proposal_passes_and_is_kept(
    check: CheckSubgraphs, published: SqlRegistryStore
) -> None:
    result = await check(request(changed(TITLES, "year: Int", "year: Int!\n  more: Int")))
    assert result.passes
    assert [one.kind for one in result.changes] == ["FIELD_ADDED", "FIELD_TYPE_CHANGED"]
    assert result.base_version == await published.published_version("films", "main")
    assert await published.check("films", result.id) == result
    assert len(await published.history("films", "main", 10)) == 1


async def test_a_breaking_proposal_says_which_field_and_where(check: CheckSubgraphs) -> None:
    result = await check(request(changed(TITLES, "  name: String\n", "")))
    assert not result.passes
    (change,) = result.changes
    assert (change.kind, change.coordinate) == ("FIELD_REMOVED", "Title.name")
    assert change.location is not None
    assert (change.location.subgraph, change.location.line) == ("titles", 7)


async def test_what_does_not_compose_fails_with_the_errors(check: CheckSubgraphs) -> None:
    result = await check(request(changed(TITLES, "name: String", "name: Missing")))
    assert (result.composes, result.passes) == (False, False)
    assert result.errors[0].code == "INVALID_GRAPHQL"
    assert result.errors[0].locations[0].line == 9
    assert result.changes == ()


async def test_the_first_schemas_of_a_variant_change_nothing(check: CheckSubgraphs) -> None:
    result = await check(CheckRequest("films", "staging", (TITLES,), "ann"))
    assert (result.passes, result.base_version, result.changes) == (True, None, ())


async def test_a_deletion_can_be_checked(check: CheckSubgraphs) -> None:
    result = await check(request(deleted=("art",)))
    assert not result.passes
    kinds = {(one.kind, one.coordinate) for one in result.changes}
    assert kinds == {("FIELD_REMOVED", "Title.art"), ("TYPE_REMOVED", "Size")}
    with pytest.raises(NotFound, match="has no subgraph music"):
        await check(request(deleted=("music",)))
    with pytest.raises(InvalidInput, match="at least one"):
        await check(request())


async def test_recorded_usage_decides(check: CheckSubgraphs, published: SqlRegistryStore) -> None:
    await record(published, "Title.year")
    unused = await check(request(changed(TITLES, "  name: String\n", "")))
    used = await check(request(changed(TITLES, "  year: Int\n", "")))
    assert unused.passes
    assert unused.changes[0].reason == "None of 4 recorded operations uses 'Title.name'."
    assert not used.passes
    (hit,) = used.changes[0].hits
    assert (hit.client, hit.version, hit.operation, hit.count) == ("web", "2.1", "Home", 4)


@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        (CheckSettings(usage_count_threshold=5), True),
        (CheckSettings(usage_share_threshold=0.6), True),
        (CheckSettings(usage_share_threshold=0.5), False),
        (CheckSettings(excluded_clients=("web",)), True),
        (CheckSettings(consider_usage=False, usage_count_threshold=5), False),
    ],
)
async def test_a_variant_says_how_usage_counts(
    check: CheckSubgraphs, published: SqlRegistryStore, settings: CheckSettings, passes: bool
) -> None:
    await record(published, "Title.year")
    await record(published, "Title.id", "tv")
    await published.save_check_settings("films", "main", settings)
    result = await check(request(changed(TITLES, "  year: Int\n", "")))
    assert result.passes is passes


async def test_dangerous_changes_fail_where_the_variant_says_so(
    check: CheckSubgraphs, published: SqlRegistryStore
) -> None:
    proposal = request(changed(ART, "BIG", "BIG SMALL"))
    assert (await check(proposal)).passes
    await published.save_check_settings("films", "main", CheckSettings(fail_on_dangerous=True))
    result = await check(proposal)
    assert not result.passes
    assert [(one.kind, one.criticality, one.passes) for one in result.changes] == [
        ("ENUM_VALUE_ADDED", "DANGEROUS", False)
    ]


SHRINKING = SubgraphSchema(
    "more",
    "http://more",
    LINK
    + """type Query { find(in: Find): Int @shareable }
input Find { text: String words: String }
""",
)
SHRUNK = SubgraphSchema(
    "other",
    "http://other",
    LINK + "type Query { find(in: Find): Int @shareable }\ninput Find { text: String }\n",
)


async def test_silently_shrinking_hints_fail_once(
    check: CheckSubgraphs, published: SqlRegistryStore
) -> None:
    proposal = request(SHRINKING, SHRUNK)
    first = await check(proposal)
    assert not first.passes
    failed = [(h.problem.code, h.problem.coordinate) for h in first.hints if not h.passes]
    assert failed == [("INCONSISTENT_INPUT_OBJECT_FIELD", "Find.words")]
    assert (await check(replace(proposal, fail_on_shrinking_hints=False))).passes
    lenient = CheckSettings(fail_on_shrinking_hints=False)
    await published.save_check_settings("films", "main", lenient)
    assert (await check(proposal)).passes
    assert not (await check(replace(proposal, fail_on_shrinking_hints=True))).passes
    await published.save_check_settings("films", "main", CheckSettings())
    publish = PublishSubgraphs(published, silence, clock, SchemaLimits())
    await publish(PublishRequest("films", "main", (SHRINKING, SHRUNK), "ann"))
    later = await check(request(changed(TITLES, "year: Int", "year: Int!")))
    assert later.passes, "a hint that is published already is not this proposal's doing"


class Templates:
    """A contributor as the search's will be: it looks for the field its template names."""

    async def examine(
        self, graph: str, variant: str, composition: Composition
    ) -> Sequence[Finding]:
        if "name: String" in composition.api_schema_sdl:
            return []
        return [Finding("search", "The template films needs Title.name.", "Title.name", False)]


async def test_contributors_can_fail_a_check(published: SqlRegistryStore) -> None:
    check = CheckSubgraphs(published, published, clock, SchemaLimits(), [Templates()])
    await record(published, "Title.id")
    assert (await check(request(changed(TITLES, "year: Int", "year: Int!")))).passes
    result = await check(request(changed(TITLES, "  name: String\n", "")))
    assert [one.passes for one in result.changes] == [True]
    assert (result.passes, result.findings[0].coordinate) == (False, "Title.name")
