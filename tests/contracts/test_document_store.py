"""What every adapter of the document store does, embedded or real, with either driver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from reelgraph_kit.document_store import (
    Collection,
    Condition,
    Document,
    DocumentStore,
    DuplicateValue,
    Sort,
    VersionConflict,
    open_document_store,
    where,
)
from reelgraph_kit.document_store.port import Json

REAL = pytest.mark.real_service


@pytest_asyncio.fixture(
    params=["sqlite", pytest.param("motor", marks=REAL), pytest.param("pymongo", marks=REAL)]
)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DocumentStore]:
    if request.param == "sqlite":
        store = open_document_store(f"sqlite://{tmp_path}/documents.db")
    elif request.param == "motor":
        store = open_document_store(request.getfixturevalue("mongodb_url"))
    else:
        from reelgraph_kit.document_store.mongodb import MongoDocumentStore, pymongo_client

        url: str = request.getfixturevalue("mongodb_url")
        store = MongoDocumentStore(pymongo_client(url), url.rpartition("/")[2])
    async with store:
        yield store


@pytest.fixture
def films(store: DocumentStore, request: pytest.FixtureRequest) -> Collection:
    # A collection of its own for each test: a database is shared by the module.
    return store.collection("films_" + str(abs(hash(request.node.nodeid))))


async def ids(films: Collection, *conditions: Condition, sort: Sort | None = None) -> list[str]:
    return [document.id for document in await films.find(*conditions, sort=sort)]


async def test_a_document_comes_back(films: Collection) -> None:
    data = {
        "name": "Nosferatu",
        "year": 1922,
        "tags": ["a", {"b": None}],
        "score": 7.5,
        "new": True,
    }
    stored = await films.put("1", data)
    assert stored == Document("1", 1, data)
    assert await films.get("1") == stored


async def test_an_unknown_document_is_none(films: Collection) -> None:
    assert await films.get("missing") is None


async def test_each_write_is_a_version(films: Collection) -> None:
    await films.put("1", {"n": 1, "gone": True})
    assert await films.put("1", {"n": 2}) == Document("1", 2, {"n": 2})
    assert await films.get("1") == Document("1", 2, {"n": 2})


async def test_many_documents_by_id(films: Collection) -> None:
    for id in ("1", "2", "3"):
        await films.put(id, {"id": id})
    found = await films.get_many(["3", "missing", "1"])
    assert {id: document.data for id, document in found.items()} == {
        "1": {"id": "1"},
        "3": {"id": "3"},
    }
    assert await films.get_many([]) == {}


async def test_the_expected_version_is_written(films: Collection) -> None:
    first = await films.put("1", {"n": 1}, expected_version=0)
    second = await films.put("1", {"n": 2}, expected_version=first.version)
    assert second == Document("1", 2, {"n": 2})


@pytest.mark.parametrize("expected", [0, 2])
async def test_another_version_is_a_conflict(films: Collection, expected: int) -> None:
    await films.put("1", {"n": 1})
    with pytest.raises(VersionConflict):
        await films.put("1", {"n": 2}, expected_version=expected)
    assert await films.get("1") == Document("1", 1, {"n": 1})


async def test_a_missing_document_has_no_version_to_expect(films: Collection) -> None:
    with pytest.raises(VersionConflict):
        await films.put("1", {"n": 2}, expected_version=1)
    assert await films.get("1") is None


async def test_of_concurrent_writers_one_wins_each_version(films: Collection) -> None:
    await films.put("1", {"n": 0})

    async def add_one() -> None:
        while True:
            document = await films.get("1")
            assert document is not None
            number = document.data["n"]
            assert isinstance(number, int)
            try:
                await films.put("1", {"n": number + 1}, expected_version=document.version)
            except VersionConflict:
                continue
            return

    await asyncio.gather(*(add_one() for _ in range(10)))
    assert await films.get("1") == Document("1", 11, {"n": 10})


async def test_delete_says_whether_it_was_there(films: Collection) -> None:
    await films.put("1", {})
    assert await films.delete("1") is True
    assert await films.delete("1") is False
    assert await films.get("1") is None


FILMS: dict[str, dict[str, Json]] = {
    "a": {"name": "Metropolis", "year": 1927, "lang": {"code": "de"}, "silent": True},
    "b": {"name": "M", "year": 1931, "lang": {"code": "de"}, "silent": False},
    "c": {"name": "Sherlock Jr.", "year": 1924, "lang": {"code": "en"}, "silent": True},
    "d": {"name": "Unknown", "year": None, "lang": {}},
    "e": {"name": "1927", "year": "1927"},
}

CASES = [
    ("no condition", [], list("abcde")),
    ("text equals", [where("name", "eq", "M")], ["b"]),
    ("number equals", [where("year", "eq", 1927)], ["a"]),
    ("text is no number", [where("year", "eq", "1927")], ["e"]),
    ("true is no number", [where("silent", "eq", 1)], []),
    ("boolean equals", [where("silent", "eq", True)], ["a", "c"]),
    ("nested field", [where("lang.code", "eq", "de")], ["a", "b"]),
    ("null or missing", [where("year", "eq", None)], ["d"]),
    ("missing below an object", [where("lang.code", "eq", None)], ["d", "e"]),
    ("one of", [where("name", "in", ["M", "Metropolis", "other"])], ["a", "b"]),
    ("one of nothing", [where("name", "in", [])], []),
    ("one of with null", [where("year", "in", [1931, None])], ["b", "d"]),
    ("greater than, numbers only", [where("year", "gt", 1924)], ["a", "b"]),
    ("at least", [where("year", "gte", 1927)], ["a", "b"]),
    ("less than", [where("year", "lt", 1927)], ["c"]),
    ("at most", [where("year", "lte", 1927)], ["a", "c"]),
    ("text comparison", [where("name", "lt", "Metropolis")], ["b", "e"]),
    ("all conditions", [where("silent", "eq", True), where("year", "gt", 1925)], ["a"]),
    ("a range of one field", [where("year", "gt", 1924), where("year", "lt", 1931)], ["a"]),
]


@pytest_asyncio.fixture
async def filled(films: Collection) -> Collection:
    for id, data in FILMS.items():
        await films.put(id, data)
    return films


@pytest.mark.parametrize(
    ("conditions", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
async def test_conditions(
    filled: Collection, conditions: list[Condition], expected: list[str]
) -> None:
    assert await ids(filled, *conditions) == expected
    assert await filled.count(*conditions) == len(expected)


async def test_order_and_pages(filled: Collection) -> None:
    silent = where("silent", "in", [True, False])
    assert await ids(filled, silent, sort=Sort("year")) == ["c", "a", "b"]
    assert await ids(filled, silent, sort=Sort("year", descending=True)) == ["b", "a", "c"]
    assert await ids(filled, silent, sort=Sort("silent", descending=True)) == ["a", "c", "b"]
    page = await filled.find(silent, sort=Sort("year"), limit=1, offset=1)
    assert [document.id for document in page] == ["a"]
    assert await filled.find(limit=0) == []


async def test_delete_by_condition(filled: Collection) -> None:
    assert await filled.delete_where(where("silent", "eq", True)) == 2
    assert await ids(filled) == ["b", "d", "e"]


async def test_a_unique_index_refuses_a_second_document(films: Collection) -> None:
    await films.ensure_index("email", unique=True)
    await films.ensure_index("email", unique=True)
    await films.put("1", {"email": "a@reelgraph.example"})
    await films.put("2", {})
    await films.put("3", {})
    for expected in (None, 0):
        with pytest.raises(DuplicateValue):
            await films.put("4", {"email": "a@reelgraph.example"}, expected_version=expected)
    assert await films.get("4") is None
    await films.put("1", {"email": "a@reelgraph.example", "n": 2})


async def test_an_index_changes_no_answer(filled: Collection) -> None:
    await filled.ensure_index("lang.code", "year")
    assert await ids(filled, where("lang.code", "eq", "de"), where("year", "gt", 1930)) == ["b"]


async def test_collections_are_apart(store: DocumentStore) -> None:
    await store.collection("apart_one").put("1", {})
    assert await store.collection("apart_two").get("1") is None


async def test_what_json_lacks_is_refused(films: Collection) -> None:
    with pytest.raises(ValueError, match="JSON"):
        await films.put("1", {"n": float("nan")})


@pytest.mark.parametrize("name", ["", "1st", "a b", "a;drop", 'a"'])
async def test_a_wrong_collection_name_is_refused(store: DocumentStore, name: str) -> None:
    with pytest.raises(ValueError, match="no collection name"):
        store.collection(name)


async def test_ping_reaches_the_store(store: DocumentStore) -> None:
    await store.ping()


async def test_documents_outlive_the_process(tmp_path: Path) -> None:
    for _ in range(2):
        async with open_document_store(f"sqlite://{tmp_path}/documents.db") as store:
            await store.collection("films").put("1", {"n": 1})
    async with open_document_store(f"sqlite://{tmp_path}/documents.db") as store:
        assert await store.collection("films").get("1") == Document("1", 2, {"n": 1})


async def test_a_wrong_field_name_is_refused(tmp_path: Path) -> None:
    async with open_document_store(f"sqlite://{tmp_path}/documents.db") as store:
        with pytest.raises(ValueError, match="is no field"):
            await store.collection("films").find(where("a'b", "eq", 1))


def test_in_takes_a_list_and_only_it() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        where("a", "in", "text")
    with pytest.raises(ValueError, match="does not fit"):
        where("a", "eq", ["list"])


@pytest.mark.parametrize("url", ["sqlite://", "mongodb://host", "redis://host"])
def test_a_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no document store: use sqlite"):
        open_document_store(url)
