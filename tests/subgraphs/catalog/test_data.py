"""The packaged films are whole: every reference leads somewhere, every fact is plausible."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from subgraphs.catalog.files import FileProblem, person_line, read_people, read_titles, title_line
from subgraphs.catalog.model import CreditRole, TitleKind
from subgraphs.catalog.seed import read_films

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PEOPLE, FILMS = read_films(NOW)


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    ids = Counter(film.title.id for film in FILMS)
    assert [id_ for id_, count in ids.items() if count > 1] == []
    people = {person.id for person in PEOPLE}
    assert {credit.person_id for film in FILMS for credit in film.credits} == people
    series = {film.title.series_id for film in FILMS} - {None}
    assert series == {f.title.id for f in FILMS if f.title.kind is TitleKind.SERIES}


def test_there_are_about_200_films_or_more_and_each_has_a_director_and_a_genre() -> None:
    assert sum(film.title.kind is TitleKind.MOVIE for film in FILMS) >= 200
    for film in FILMS:
        assert film.genres, film.title.id
        assert any(c.role is CreditRole.DIRECTOR for c in film.credits), film.title.id


def test_years_and_lives_fit() -> None:
    born = {person.id: person.birth_year for person in PEOPLE}
    assert FILMS
    for film in FILMS:
        assert 1895 <= film.title.release_year <= 1968
        assert 1 <= film.title.runtime_minutes <= 400
        assert film.title.synopsis.endswith(".")
        for credit in film.credits:
            year = born[credit.person_id]
            assert year is None or 3 <= film.title.release_year - year <= 90, film.title.id


@pytest.mark.parametrize(
    ("id_", "name", "year", "director", "lead"),
    [
        ("the-general-1926", "The General", 1926, "buster-keaton", "Johnnie Gray"),
        ("nosferatu-1922", "Nosferatu", 1922, "f-w-murnau", "Count Orlok"),
        ("metropolis-1927", "Metropolis", 1927, "fritz-lang", "Maria"),
        ("his-girl-friday-1940", "His Girl Friday", 1940, "howard-hawks", "Walter Burns"),
        ("charade-1963", "Charade", 1963, "stanley-donen", "Regina Lampert"),
        (
            "night-of-the-living-dead-1968",
            "Night of the Living Dead",
            1968,
            "george-a-romero",
            "Ben",
        ),
    ],
)
def test_known_films_are_there(id_: str, name: str, year: int, director: str, lead: str) -> None:
    film = next(film for film in FILMS if film.title.id == id_)
    assert (film.title.name, film.title.release_year) == (name, year)
    assert director in {c.person_id for c in film.credits if c.role is CreditRole.DIRECTOR}
    assert lead in {credit.character for credit in film.credits}


def test_a_written_line_reads_back_as_the_same_title() -> None:
    assert list(read_titles(map(title_line, FILMS), "again", NOW)) == FILMS
    assert list(read_people(map(person_line, PEOPLE), "again")) == PEOPLE


def test_the_folder_has_its_licence() -> None:
    licence = (files("subgraphs.catalog") / "data" / "LICENSE").read_text()
    assert "CC0" in licence


GOOD = json.loads(title_line(FILMS[0]))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "x.jsonl:2: not JSON"),
        ("[]", "x.jsonl:2: a line must hold a JSON object"),
        (json.dumps({**GOOD, "id": ""}), "x.jsonl:2: id must be a non-empty text"),
        (json.dumps({**GOOD, "releaseYear": "1926"}), "x.jsonl:2: releaseYear must be a whole"),
        (json.dumps({**GOOD, "kind": "PLAY"}), "x.jsonl:2: 'PLAY' is not a valid TitleKind"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "name"}), "x.jsonl:2: name is missing"),
        (
            json.dumps({**GOOD, "availability": [{"startsAt": "2020-01-01T00:00:00"}]}),
            "x.jsonl:2: 2020-01-01T00:00:00 has no time zone",
        ),
    ],
)
def test_a_wrong_line_is_named(line: str, problem: str) -> None:
    with pytest.raises(FileProblem) as caught:
        list(read_titles([title_line(FILMS[0]), line], "x.jsonl", NOW))
    assert str(caught.value).startswith(problem)
