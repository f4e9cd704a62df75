from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import outbox_table
from subgraphs.catalog.model import TitleKind
from subgraphs.catalog.store import CatalogStore, TitleFilter
from subgraphs.data.generate import PEOPLE_PER_BATCH, TITLES_PER_BATCH, Batch, batches
from subgraphs.data.load import load_database
from subgraphs.data_cli import data


def all_of(seed: int, titles: int, start: int = 0) -> list[Batch]:
    return list(batches(seed, titles, start))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 1200))
def test_equal_seeds_give_equal_data_of_exactly_the_size_asked_for(seed: int, titles: int) -> None:
    made = all_of(seed, titles)
    assert made == all_of(seed, titles)
    ids = [record.title.id for batch in made for record in batch.records]
    assert len(ids) == len(set(ids)) == titles


def test_other_seeds_give_other_data() -> None:
    assert [r.title.name for r in all_of(1, 50)[0].records] != [
        r.title.name for r in all_of(2, 50)[0].records
    ]


def test_a_greater_catalogue_begins_with_the_smaller_one() -> None:
    small, great = all_of(3, 700), all_of(3, 1400)
    assert small[0] == great[0]
    assert small[1].records == great[1].records[:200]


def test_a_load_goes_on_where_it_stopped() -> None:
    assert all_of(3, 1400, start=1100) == all_of(3, 1400)[2:]


def test_references_lead_back_only() -> None:
    people: set[str] = set()
    titles: dict[str, TitleKind] = {}
    for batch in batches(5, 2000):
        people |= {person.id for person in batch.people}
        for record in batch.records:
            titles[record.title.id] = record.title.kind
            assert {credit.person_id for credit in record.credits} <= people
            if record.title.series_id is not None:
                assert titles[record.title.series_id] is TitleKind.SERIES
    assert people
    assert titles


def test_the_mix_is_that_of_a_streaming_catalogue() -> None:
    records = [record for batch in batches(7, 5000) for record in batch.records]
    kinds = Counter(record.title.kind for record in records)
    assert all(kinds[kind] > 200 for kind in TitleKind)
    assert {record.title.maturity_rating.value for record in records} == {
        "ALL",
        "SEVEN",
        "THIRTEEN",
        "SIXTEEN",
        "EIGHTEEN",
    }
    busiest = Counter(c.person_id for record in records for c in record.credits).most_common(1)
    assert busiest[0][1] > 50
    for record in records:
        assert 1900 <= record.title.release_year <= 2030
        assert 1 <= record.title.runtime_minutes <= 400
        assert record.windows
        assert record.genres


def database_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/catalog/catalog.db"


async def changes(database: Database) -> list[tuple[str, str]]:
    async with database.read() as session:
        values = (await session.scalars(select(outbox_table.c.value))).all()
    return [(c["type"], c["key"]["id"]) for c in map(json.loads, values)]


async def test_loading_again_adds_nothing_and_growing_adds_the_rest(tmp_path: Path) -> None:
    url, seen = database_url(tmp_path), list[int]()
    assert await load_database(url, 1, 600, seen.append) == 600
    assert await load_database(url, 1, 600, seen.append) == 0
    assert await load_database(url, 1, 1100, seen.append) == 500
    assert seen == [0, 500, 600, 600, 600, 1000, 1100]
    database = Database(url)
    try:
        assert await CatalogStore(database).count_titles(TitleFilter()) == 1100
        told = Counter(await changes(database))
    finally:
        await database.close()
    assert set(told.values()) == {1}
    assert Counter(type_ for type_, _ in told) == {"Title": 1100, "Person": 3 * PEOPLE_PER_BATCH}


async def test_a_load_that_is_cut_off_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    class CutOff(Exception):
        pass

    def cut(done: int) -> None:
        if done >= 2 * TITLES_PER_BATCH:
            raise CutOff

    url = database_url(tmp_path)
    with pytest.raises(CutOff):
        await load_database(url, 9, 1600, cut)
    assert await load_database(url, 9, 1600, lambda done: None) == 600
    whole = database_url(tmp_path / "whole")
    await load_database(whole, 9, 1600, lambda done: None)
    assert rows(tmp_path) == rows(tmp_path / "whole")


async def test_two_loads_at_once_share_the_work(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    new = await asyncio.gather(*(load_database(url, 4, 1500, lambda done: None) for _ in range(2)))
    assert sum(new) == 1500


def rows(folder: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "catalog" / "catalog.db")
    try:
        return [
            row
            for table in (
                "titles",
                "title_genres",
                "credits",
                "availability_windows",
                "productions",
            )
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        ]
    finally:
        connection.close()


def test_the_command_fills_a_data_folder(tmp_path: Path) -> None:
    arguments = ["generate", "--titles", "20", "--data-dir", str(tmp_path)]
    result = CliRunner().invoke(data, arguments)
    assert result.exit_code == 0, result.output
    assert "20 new titles" in result.output
    assert "0 new titles" in CliRunner().invoke(data, arguments).output


def test_the_command_writes_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        out = str(tmp_path / f"{name}.jsonl")
        result = CliRunner().invoke(data, ["generate", "--titles", "40", "--out", out])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 40
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.jsonl",
        "a.people.jsonl",
        "b.jsonl",
        "b.people.jsonl",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 2, "--titles"),
        (["--titles", "0"], 2, "0 is not in the range"),
        (["--titles", "1", "--seed", "-1"], 2, "is not in the range"),
        (["--titles", "1", "--out", "x", "--data-dir", "y"], 2, "Choose one of"),
        (["--titles", "1", "--out", "/no/such/folder/x.jsonl"], 1, "No such file"),
        (["--titles", "1", "--database-url", "nonsense"], 1, "The database cannot be used"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], code: int, text: str) -> None:
    result = CliRunner().invoke(data, ["generate", *arguments])
    assert result.exit_code == code
    assert text in result.output
