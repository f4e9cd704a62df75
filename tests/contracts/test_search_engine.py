"""What every search engine promises, tried on each of them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from reelgraph_search.adapters.elasticsearch import ElasticsearchEngine
from reelgraph_search.adapters.tantivy import TantivyEngine
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping, MappedField
from reelgraph_search.ports import (
    Deletion,
    Document,
    EngineQuery,
    FacetBucket,
    FacetRequest,
    NoSuchIndex,
    Rejected,
    SearchEngine,
    SortKey,
    Stale,
    StoredState,
    Word,
    Written,
)
from reelgraph_search.query_language.conditions import (
    And,
    Exists,
    Fuzzy,
    Match,
    Not,
    OneOf,
    Prefix,
    Range,
    Some,
    ValueBegins,
    WordsBegin,
)

TEXT, KEYWORD = FieldKind.TEXT, FieldKind.KEYWORD


def field(path: str, kind: FieldKind, type_name: str = "String", **options: Any) -> MappedField:
    return MappedField(path=path, kind=kind, type_name=type_name, **options)


NAME = field("name", TEXT, analyzer="title", boost=3, suggest=True, sort=True)
SYNOPSIS = field("synopsis", TEXT, analyzer="title")
KIND = field("kind", KEYWORD, "TitleKind", sort=True, facet=True)
YEAR = field("releaseYear", FieldKind.INTEGER, "Int", sort=True)
SCORE = field("popularity", FieldKind.DOUBLE, "Float", sort=True)
RESTORED = field("restored", FieldKind.BOOLEAN, "Boolean")
SEEN = field("seenAt", FieldKind.DATE, "DateTime", sort=True)
COUNTRIES = field("countries", KEYWORD, "String", many=True)
ROLE = field("credits.role", KEYWORD, "Role")
PERSON = field("credits.person.name", TEXT, analyzer="name", suggest=True)
AWARD = field("credits.awards.name", KEYWORD)
AWARD_YEAR = field("credits.awards.year", FieldKind.INTEGER, "Int")
AWARDS = field("credits.awards", FieldKind.NESTED, "Award", many=True, fields=(AWARD, AWARD_YEAR))
CREDITS = field(
    "credits",
    FieldKind.NESTED,
    "Credit",
    many=True,
    fields=(
        ROLE,
        field("credits.person", FieldKind.OBJECT, "Person", fields=(PERSON,)),
        AWARDS,
    ),
)
MAPPING = IndexMapping(
    index="films",
    root="Title",
    fields=(NAME, SYNOPSIS, KIND, YEAR, SCORE, RESTORED, SEEN, COUNTRIES, CREDITS),
    template_fingerprint="f1",
)


def credit(role: str, person: str, *awards: tuple[str, int]) -> dict[str, Any]:
    listed = [{"name": name, "year": year} for name, year in awards]
    return {"role": role, "person": {"name": person}, "awards": listed}


FILMS: dict[str, dict[str, Any]] = {
    "Title:1": {
        "name": "The General",
        "synopsis": "A railway engineer chases his stolen engine.",
        "kind": "MOVIE",
        "releaseYear": 1926,
        "popularity": 9.5,
        "restored": True,
        "seenAt": "2026-01-02T03:04:05.006Z",
        "countries": ["US"],
        "credits": [
            credit("DIRECTOR", "Buster Keaton", ("Registry", 1989)),
            credit("LEAD", "Marion Mack", ("Star", 1926)),
        ],
    },
    "Title:2": {
        "name": "The Kid",
        "synopsis": "A tramp cares for an abandoned child; a general comedy.",
        "kind": "MOVIE",
        "releaseYear": 1921,
        "popularity": 9.5,
        "restored": False,
        "seenAt": None,
        "countries": ["US", "GB"],
        "credits": [
            credit("DIRECTOR", "Charlie Chaplin", ("Star", 1989)),
            credit("LEAD", "Charlie Chaplin"),
        ],
    },
    "Title:3": {
        "name": "Élan des Trains",
        "synopsis": None,
        "kind": "SERIES",
        "releaseYear": None,
        "popularity": -1.25,
        "restored": None,
        "seenAt": "2025-06-01T00:00:00.000Z",
        "countries": ["FR"],
        "credits": [credit("LEAD", "Buster Keaton")],
    },
    "Title:4": {
        "name": "The General's Horses",
        "synopsis": "Horses.",
        "kind": "MOVIE",
        "releaseYear": 1926,
        "popularity": 0.0,
        "restored": True,
        "seenAt": "2026-01-02T03:04:05.007Z",
        "countries": [],
        "credits": [],
    },
}


def document(key: str, seq: int = 1, **changes: Any) -> Document:
    body = {**FILMS.get(key, FILMS["Title:4"]), **changes}
    people = {entry["person"]["name"] for entry in body["credits"]}
    refs = (key, *(f"Person:{name}" for name in sorted(people)))
    return Document(key, seq, f"hash-{seq}", refs, "2026-01-01T00:00:00.000Z", body)


@pytest.fixture(params=["tantivy", pytest.param("elasticsearch", marks=pytest.mark.real_service)])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SearchEngine]:
    made: SearchEngine
    if request.param == "tantivy":
        made = TantivyEngine(tmp_path)
    else:
        made = ElasticsearchEngine(request.getfixturevalue("elasticsearch_url"))
    yield made
    await made.close()


@pytest.fixture
async def index(engine: SearchEngine) -> AsyncIterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    await engine.create_index(name, MAPPING)
    yield name
    await engine.drop_index(name)


@pytest.fixture
async def films(engine: SearchEngine, index: str) -> str:
    await engine.write(index, [document(key) for key in FILMS])
    await engine.refresh(index)
    return index


async def keys(engine: SearchEngine, index: str, query: EngineQuery) -> list[str]:
    answer = await engine.search(index, query)
    assert answer.total >= len(answer.hits)
    return [hit.key.removeprefix("Title:") for hit in answer.hits]


async def found(engine: SearchEngine, index: str, condition: Any) -> str:
    return "".join(sorted(await keys(engine, index, EngineQuery(condition=condition))))


def words(text: str, *, unfinished: bool = False) -> tuple[Word, ...]:
    parts = text.split()
    return tuple(Word(part, unfinished and part == parts[-1]) for part in parts)


# Writes


async def test_a_write_with_a_later_sequence_wins(engine: SearchEngine, index: str) -> None:
    assert await engine.write(index, [document("Title:1", 5)]) == [Written()]
    assert await engine.write(index, [document("Title:1", 4, name="old")]) == [Stale()]
    assert await engine.write(index, [document("Title:1", 5, name="same")]) == [Stale()]
    assert await engine.stored(index, ["Title:1", "Title:9"]) == {
        "Title:1": StoredState(5, "hash-5")
    }
    assert await engine.write(index, [document("Title:1", 6, name="new")]) == [Written()]
    await engine.refresh(index)
    (hit,) = (await engine.search(index, EngineQuery(with_body=True))).hits
    assert hit.body == {**FILMS["Title:1"], "name": "new"}


async def test_outcomes_within_a_batch_follow_its_order(engine: SearchEngine, index: str) -> None:
    batch = [document("Title:1", 2), document("Title:1", 1), document("Title:2", 1)]
    assert await engine.write(index, batch) == [Written(), Stale(), Written()]
    await engine.refresh(index)
    assert await engine.count(index) == 2


async def test_a_deletion_keeps_older_documents_out(engine: SearchEngine, index: str) -> None:
    await engine.write(index, [document("Title:1", 3)])
    assert await engine.write(index, [Deletion("Title:1", 2)]) == [Stale()]
    assert await engine.write(index, [Deletion("Title:1", 5)]) == [Written()]
    assert await engine.write(index, [document("Title:1", 4)]) == [Stale()]
    assert await engine.stored(index, ["Title:1"]) == {}
    await engine.refresh(index)
    assert await engine.count(index) == 0
    assert await engine.write(index, [document("Title:1", 6)]) == [Written()]
    await engine.refresh(index)
    assert await engine.count(index) == 1


async def test_deleting_what_was_never_there_is_remembered(
    engine: SearchEngine, index: str
) -> None:
    assert await engine.write(index, [Deletion("Title:1", 5)]) == [Written()]
    assert await engine.write(index, [document("Title:1", 4)]) == [Stale()]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"unknown": 1}, "unknown"),
        ({"releaseYear": "1926"}, "releaseYear"),
        ({"seenAt": "soon"}, "seenAt"),
        ({"credits": [{"person": {"name": "A"}, "salary": 1}]}, "salary"),
    ],
)
async def test_what_does_not_fit_the_mapping_is_rejected_alone(
    engine: SearchEngine, index: str, change: dict[str, Any], named: str
) -> None:
    bad, good = document("Title:1", 1, **change), document("Title:2", 1)
    refused, written = await engine.write(index, [bad, good])
    assert isinstance(refused, Rejected)
    assert named in refused.reason
    assert written == Written()
    await engine.refresh(index)
    assert await engine.count(index) == 1


async def test_a_rewrite_leaves_no_old_elements(engine: SearchEngine, films: str) -> None:
    await engine.write(films, [document("Title:1", 2, credits=[credit("LEAD", "Marion Mack")])])
    await engine.refresh(films)
    director = Some(CREDITS, OneOf(ROLE, ("DIRECTOR",)))
    assert await found(engine, films, director) == "2"


async def test_concurrent_writes_lose_nothing(engine: SearchEngine, index: str) -> None:
    batches = [[document(f"Title:{n}-{m}", 1) for m in range(5)] for n in range(8)]
    await asyncio.gather(*(engine.write(index, batch) for batch in batches))
    await engine.refresh(index)
    assert await engine.count(index) == 40


# Indexes and aliases


async def test_mapping_comes_back(engine: SearchEngine, index: str) -> None:
    assert await engine.mapping_of(index) == MAPPING
    assert await engine.mapping_of("no-such-index") is None
    await engine.create_index(index, MAPPING)  # again: nothing happens
    assert index in await engine.list_indexes(index[:6])


async def test_alias_moves(engine: SearchEngine, index: str) -> None:
    alias, other = f"a{index}", f"{index}b"
    assert await engine.alias_target(alias) is None
    await engine.create_index(other, MAPPING)
    try:
        await engine.point_alias(alias, index)
        assert await engine.alias_target(alias) == index
        await engine.point_alias(alias, other)
        assert await engine.alias_target(alias) == other
        with pytest.raises(NoSuchIndex):
            await engine.point_alias(alias, "no-such-index")
        assert await engine.alias_target(alias) == other
    finally:
        await engine.drop_index(other)


async def test_a_dropped_index_is_gone(engine: SearchEngine, index: str) -> None:
    await engine.drop_index(index)
    await engine.drop_index(index)
    with pytest.raises(NoSuchIndex):
        await engine.search(index, EngineQuery())
    with pytest.raises(NoSuchIndex):
        await engine.write(index, [document("Title:1")])
    with pytest.raises(NoSuchIndex):
        await engine.stored(index, ["Title:1"])


# Conditions


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (OneOf(KIND, ("MOVIE",)), "124"),
        (OneOf(COUNTRIES, ("GB", "FR")), "23"),
        (OneOf(NAME, ("The General",)), "1"),
        (OneOf(NAME, ("the general",)), ""),
        (OneOf(YEAR, (1926,)), "14"),
        (OneOf(SCORE, (9.5, 0.0)), "124"),
        (OneOf(RESTORED, (False,)), "2"),
        (Not(OneOf(RESTORED, (True,))), "23"),
        (Range(YEAR, low=1921, include_low=False), "14"),
        (Range(YEAR, high=1926), "124"),
        (Range(SCORE, low=-2, high=0), "34"),
        (Range(SCORE, low=-1.25, high=0, include_low=False, include_high=False), ""),
        (Range(SEEN, low=1767323045006, include_low=False), "4"),
        (Exists(YEAR), "124"),
        (Exists(SYNOPSIS), "124"),
        (Exists(CREDITS), "123"),
        (Exists(COUNTRIES), "123"),
        (Not(Exists(SEEN)), "2"),
        (Match(NAME, "generals"), "14"),
        (Match(NAME, "elan TRAIN"), "3"),
        (Match(SYNOPSIS, "stolen chase"), "1"),
        (Match(NAME, "..."), ""),
        (Prefix(NAME, "The G"), "14"),
        (Prefix(KIND, "S"), "3"),
        (Prefix(NAME, "the g"), ""),
        (Fuzzy(PERSON, "Keatno"), "13"),
        (Fuzzy(PERSON, "buster Kaeton"), "13"),
        (Fuzzy(NAME, "kd"), ""),
        (WordsBegin(NAME, ("gen",)), "14"),
        (WordsBegin(NAME, ("ela", "tr")), "3"),
        (WordsBegin(PERSON, ("ch", "cha")), "2"),
        (ValueBegins(NAME, "ELAN D"), "3"),
        (ValueBegins(NAME, "general"), ""),
        (OneOf(ROLE, ("DIRECTOR",)), "12"),
        (Match(PERSON, "keaton"), "13"),
    ],
)
async def test_condition(engine: SearchEngine, films: str, condition: Any, expected: str) -> None:
    assert await found(engine, films, condition) == expected


LEAD = OneOf(ROLE, ("LEAD",))
STAR_1989 = And((OneOf(AWARD, ("Star",)), OneOf(AWARD_YEAR, (1989,))))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (And((LEAD, Match(PERSON, "keaton"))), "13"),
        (Some(CREDITS, And((LEAD, Match(PERSON, "keaton")))), "3"),
        (Not(Some(CREDITS, LEAD)), "4"),
        (Some(CREDITS, Not(LEAD)), "12"),
        (Some(CREDITS, Match(PERSON, "marion keaton")), ""),
        (Match(PERSON, "marion keaton"), "1"),
        (OneOf(AWARD, ("Star",)), "12"),
        (STAR_1989, "12"),
        (Some(AWARDS, STAR_1989), "2"),
        (Some(CREDITS, And((LEAD, OneOf(AWARD, ("Star",))))), "1"),
        (Some(CREDITS, And((OneOf(ROLE, ("DIRECTOR",)), Some(AWARDS, STAR_1989)))), "2"),
        (Some(CREDITS, Not(Exists(AWARDS))), "23"),
        (Exists(AWARDS), "12"),
    ],
)
async def test_same_element(
    engine: SearchEngine, films: str, condition: Any, expected: str
) -> None:
    assert await found(engine, films, condition) == expected


# Words


@pytest.mark.parametrize(
    ("text", "unfinished", "expected"),
    [
        ("general", False, ["1", "4", "2"]),
        ("GENERAL keaton", False, ["1"]),
        ("horse", False, ["4"]),
        ("gene", False, []),
        ("gene", True, ["1", "4"]),
        ("charlie ki", True, ["2"]),
        ("busted", False, []),
    ],
)
async def test_words(
    engine: SearchEngine, films: str, text: str, unfinished: bool, expected: list[str]
) -> None:
    query = EngineQuery(mapping=MAPPING, words=words(text, unfinished=unfinished))
    assert await keys(engine, films, query) == expected


async def test_scores_fall_and_no_words_find_nothing(engine: SearchEngine, films: str) -> None:
    answer = await engine.search(films, EngineQuery(mapping=MAPPING, words=words("general")))
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, key=lambda score: -(score or 0))
    assert all(score and score > 0 for score in scores)
    assert await keys(engine, films, EngineQuery(mapping=MAPPING, words=())) == []


async def test_a_condition_adds_nothing_to_the_score(engine: SearchEngine, films: str) -> None:
    plain = await engine.search(films, EngineQuery(mapping=MAPPING, words=words("general")))
    strict = await engine.search(
        films,
        EngineQuery(mapping=MAPPING, words=words("general"), condition=OneOf(KIND, ("MOVIE",))),
    )
    assert [hit.score for hit in plain.hits] == pytest.approx([hit.score for hit in strict.hits])


# Order and pages


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ((), "1234"),
        ((SortKey(NAME),), "1423"),
        ((SortKey(NAME, True),), "3241"),
        ((SortKey(YEAR),), "2143"),
        ((SortKey(YEAR, True),), "1423"),
        ((SortKey(SCORE, True),), "1243"),
        ((SortKey(SCORE, True), SortKey(YEAR)), "2143"),
        ((SortKey(KIND), SortKey(SEEN, True)), "4123"),
        ((SortKey(SEEN),), "3142"),
    ],
)
async def test_order_and_pages(
    engine: SearchEngine, films: str, sort: tuple[SortKey, ...], expected: str
) -> None:
    assert "".join(await keys(engine, films, EngineQuery(sort=sort))) == expected
    for size in (1, 2, 3):
        paged, after = "", None
        while True:
            answer = await engine.search(films, EngineQuery(sort=sort, size=size, after=after))
            assert answer.total == 4
            if not answer.hits:
                break
            paged += "".join(hit.key[-1] for hit in answer.hits)
            after = answer.hits[-1].sort_values
        assert paged == expected


@pytest.mark.parametrize("descending", [False, True])
async def test_missing_values_come_last_on_pages(
    engine: SearchEngine, index: str, descending: bool
) -> None:
    sort = (SortKey(SCORE, descending), SortKey(NAME, descending), SortKey(SEEN, descending))
    changes = {"a": None, "b": 0.5, "c": None, "d": -0.5}
    await engine.write(
        index,
        [
            document(
                f"Title:{key}", popularity=value, name=None if key == "c" else "n", seenAt=None
            )
            for key, value in changes.items()
        ],
    )
    await engine.refresh(index)
    paged, after = "", None
    for _ in changes:
        (hit,) = (await engine.search(index, EngineQuery(sort=sort, size=1, after=after))).hits
        paged += hit.key[-1]
        after = hit.sort_values
    assert paged == ("bdac" if descending else "dbac")


async def test_pages_of_many_equal_values(engine: SearchEngine, index: str) -> None:
    names = [f"The long common beginning {n % 7}" for n in range(60)]
    wanted = sorted((name, f"Title:t{n:03d}") for n, name in enumerate(names))
    await engine.write(
        index, [document(f"Title:t{n:03d}", 1, name=name) for n, name in enumerate(names)]
    )
    await engine.refresh(index)
    paged: list[str] = []
    after = None
    while True:
        query = EngineQuery(sort=(SortKey(KIND), SortKey(NAME)), size=7, after=after)
        answer = await engine.search(index, query)
        if not answer.hits:
            break
        paged += [hit.key for hit in answer.hits]
        after = answer.hits[-1].sort_values
    assert paged == [key for _, key in wanted]


async def test_pages_by_relevance(engine: SearchEngine, index: str) -> None:
    bodies = [{"name": "General", "synopsis": "general " * (n % 4)} for n in range(50)]
    await engine.write(
        index, [document(f"Title:t{n:03d}", 1, **body) for n, body in enumerate(bodies)]
    )
    await engine.refresh(index)
    whole = await keys(
        engine, index, EngineQuery(mapping=MAPPING, words=words("general"), size=100)
    )
    paged: list[str] = []
    after = None
    while len(paged) < 50:
        answer = await engine.search(
            index, EngineQuery(mapping=MAPPING, words=words("general"), size=7, after=after)
        )
        assert answer.hits
        paged += [hit.key.removeprefix("Title:") for hit in answer.hits]
        after = answer.hits[-1].sort_values
    assert paged == whole
    assert len(set(paged)) == 50


# Facets and references


async def test_facets(engine: SearchEngine, films: str) -> None:
    requests = tuple(FacetRequest(f) for f in (KIND, COUNTRIES, ROLE, RESTORED, YEAR, NAME))
    query = EngineQuery(size=0, facets=(*requests, FacetRequest(SCORE, interval=5)))
    answer = await engine.search(films, query)
    assert answer.hits == ()
    assert answer.total == 4
    assert answer.facets["kind"] == (FacetBucket("MOVIE", 3), FacetBucket("SERIES", 1))
    assert answer.facets["countries"] == (
        FacetBucket("US", 2),
        FacetBucket("FR", 1),
        FacetBucket("GB", 1),
    )
    assert answer.facets["credits.role"] == (FacetBucket("LEAD", 3), FacetBucket("DIRECTOR", 2))
    assert answer.facets["restored"] == (FacetBucket(True, 2), FacetBucket(False, 1))
    assert answer.facets["releaseYear"] == (FacetBucket(1926, 2), FacetBucket(1921, 1))
    assert answer.facets["name"][0] == FacetBucket("The General", 1)
    assert answer.facets["popularity"] == (
        FacetBucket(-5.0, 1),
        FacetBucket(0.0, 1),
        FacetBucket(5.0, 2),
    )


async def test_facets_count_only_what_is_found(engine: SearchEngine, films: str) -> None:
    query = EngineQuery(
        condition=OneOf(YEAR, (1926,)), facets=(FacetRequest(COUNTRIES), FacetRequest(KIND, size=1))
    )
    answer = await engine.search(films, query)
    assert answer.facets["countries"] == (FacetBucket("US", 1),)
    assert answer.facets["kind"] == (FacetBucket("MOVIE", 2),)


async def test_keys_by_reference(engine: SearchEngine, films: str) -> None:
    refs = ["Person:Buster Keaton", "Person:Charlie Chaplin"]
    assert await engine.keys_with_ref(films, refs[:1], None, 10) == ["Title:1", "Title:3"]
    assert await engine.keys_with_ref(films, refs, None, 2) == ["Title:1", "Title:2"]
    assert await engine.keys_with_ref(films, refs, "Title:2", 2) == ["Title:3"]
    assert await engine.keys_with_ref(films, ["Person:Nobody"], None, 10) == []


async def test_data_survives_a_new_connection(
    engine: SearchEngine, films: str, tmp_path: Path
) -> None:
    other: SearchEngine
    if isinstance(engine, ElasticsearchEngine):
        other = ElasticsearchEngine(engine.url)
    else:
        await engine.close()
        other = TantivyEngine(tmp_path)
    try:
        assert await other.count(films) == 4
        assert await other.write(films, [document("Title:1", 1)]) == [Stale()]
    finally:
        await other.close()
