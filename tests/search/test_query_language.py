"""Filters: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from film_graph import FACTS, definition

from reelgraph_search.index_config.mapping import IndexMapping
from reelgraph_search.indexing.targets import make_plan
from reelgraph_search.query_language import instants
from reelgraph_search.query_language.check import compile_filter
from reelgraph_search.query_language.interpret import edit_distance, matches
from reelgraph_search.query_language.parse import parse
from reelgraph_search.query_language.syntax import QueryError

NOW = datetime(2026, 1, 8, tzinfo=UTC)
TEMPLATE = """
fragment Film on Title {
  name synopsis year score rating restored seenAt extra
  genres { id name }
  credits { role person { id name bornAt } awards { name year } }
}
"""


@pytest.fixture(scope="module")
def mapping() -> IndexMapping:
    from reelgraph_search.definition import FieldOptions

    fields = {"extra": FieldOptions(flattened=True), "genres.name": FieldOptions(analyzer="name")}
    made = definition(template=TEMPLATE, fields=fields, version_field=None, inverse={})
    return make_plan(made, FACTS).mapping


BODY: dict[str, Any] = {
    "name": "The General's Horses",
    "synopsis": None,
    "year": 1926,
    "score": 7.5,
    "rating": "ALL",
    "restored": True,
    "seenAt": "2026-01-02T00:00:00.000Z",
    "extra": {"any": "thing"},
    "genres": [{"id": "g1", "name": "Comedy"}, {"id": "g2", "name": "War"}],
    "credits": [
        {
            "role": "LEAD",
            "person": {"id": "p1", "name": "Marion Mack", "bornAt": None},
            "awards": [],
        },
        {
            "role": "DIRECTOR",
            "person": {"id": "p2", "name": "Buster Keaton", "bornAt": "1895-10-04T00:00:00.000Z"},
            "awards": [{"name": "Star", "year": 1960}],
        },
    ],
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", True),
        ("year == 1926 AND rating != 'EIGHTEEN'", True),
        ("year > 1926 OR score >= 7.5", True),
        ("NOT year > 1926 AND NOT restored == false", True),
        ("NOT (year == 1926 OR year == 1927)", False),
        ("year BETWEEN 1920 AND 1926", True),
        ("genres.name IN ['War', 'Drama']", True),
        ("genres.name ANY ['Drama']", False),
        ("genres.name ALL ['War', 'Comedy']", True),
        ("genres.name ALL ['War', 'Drama']", False),
        ("genres.name NOT IN ['War']", False),
        ("genres.name IN []", False),
        ("genres.name ALL []", True),
        ("genres.id == 'g1' AND genres.name == 'War'", True),
        ("genres{ id == 'g1' AND name == 'War' }", False),
        ("genres{ NOT name == 'War' }", True),
        ("NOT genres{ name == 'Drama' }", True),
        ("credits{ role == 'LEAD' AND person.name MATCH 'keaton' }", False),
        ("credits{ role == 'DIRECTOR' AND awards{ name == 'Star' AND year < 1970 } }", True),
        ("credits{ person.bornAt < '1900-01-01' }", True),
        ("synopsis EXISTS", False),
        ("extra EXISTS AND credits EXISTS AND NOT synopsis EXISTS", True),
        ("name MATCH 'horse general'", True),
        ("name MATCH 'mare'", False),
        ('name PREFIX "The G"', True),
        ("name PREFIX 'the g'", False),
        ("credits.person.name FUZZY 'keatno'", True),
        ("seenAt >= now-7d AND seenAt < now-5d", True),
        ("seenAt == '2026-01-02'", True),
        ("seenAt < '2026-01-02T01:00:00+02:00'", False),
        ("year == $y AND genres.name IN $g", True),
        ("score == 7.5e0 AND year > -1", True),
        (r"name == 'The General\'s Horses'", True),
        ("genres.id == 1", False),
    ],
)
def test_meaning(mapping: IndexMapping, source: str, expected: bool) -> None:
    variables = {"y": 1926, "g": ["War"]}
    assert matches(compile_filter(source, mapping, variables, NOW), BODY) is expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("genre == 'x'", "`genre` is unknown, did you mean `genres`? (line 1, column 1)"),
        (
            "year == 1 AND\n  ratting == 'ALL'",
            "`ratting` is unknown, did you mean `rating`? (line 2, column 3)",
        ),
        ("credits{ yeer == 1 }", "`yeer` is unknown in `credits` (line 1, column 10)"),
        (
            "rating == 'AL'",
            "`AL` is not a value of Rating, did you mean `ALL`? (line 1, column 11)",
        ),
        ("year == '1926'", "`year` is Int; '1926' is not (line 1, column 9)"),
        ("year == 19.5", "`year` is Int; 19.5 is not (line 1, column 9)"),
        ("year == true", "`year` is Int; true is not (line 1, column 9)"),
        ("restored == 1", "`restored` is Boolean; 1 is not (line 1, column 13)"),
        ("seenAt > 'soon'", "`seenAt` is DateTime; 'soon' is not (line 1, column 10)"),
        ("year > now", "`now` needs a date; `year` is Int, indexed as integer (line 1, column 8)"),
        (
            "year == 99999999999999999999",
            "`year` is Int; 99999999999999999999 is not (line 1, column 9)",
        ),
        (
            "name > 'a'",
            "`>` needs a number or a date; `name` is String, indexed as text (line 1, column 1)",
        ),
        (
            "rating MATCH 'x'",
            "`MATCH` needs a text; `rating` is Rating, indexed as keyword (line 1, column 1)",
        ),
        (
            "genres == 'x'",
            "`genres` is a list of objects (Genre); compare one of its fields (id, name) "
            "(line 1, column 1)",
        ),
        (
            "credits.person{ name == 'x' }",
            "`credits.person{…}` needs a list of objects; `credits.person` is an object (Person) "
            "(line 1, column 1)",
        ),
        ("year == $yy", "`$yy` has no value, did you mean `$y`? (line 1, column 9)"),
        ("year IN $y", "`$y` must be a list (line 1, column 9)"),
        ("year == $g", "`$g` must be a string, number or boolean (line 1, column 9)"),
        ("year == ", "The filter ends too early (line 1, column 9)"),
        ("year = 1", "`=` is not expected here (line 1, column 6)"),
        ("year == 1 year", "`year` is not expected here (line 1, column 11)"),
        ("(year == 1", "The filter ends too early (line 1, column 11)"),
        ("year == 'x", "`'` is not expected here (line 1, column 9)"),
        (
            "(" * 200 + "year == 1" + ")" * 200,
            "A filter has at most 100 parentheses, braces and NOTs",
        ),
        (
            "name == '" + "x" * 1001 + "'",
            "A string has at most 1,000 characters (line 1, column 9)",
        ),
        ("x" * 10_001, "A filter has at most 10,000 characters; this has 10,001"),
        (
            " OR ".join(["year == 1"] * 501),
            "A filter has at most 500 comparisons (line 1, column 6501)",
        ),
    ],
)
def test_problem(mapping: IndexMapping, source: str, message: str) -> None:
    with pytest.raises(QueryError) as raised:
        compile_filter(source, mapping, {"y": 1926, "g": ["War"]}, NOW)
    assert str(raised.value) == message


def test_hidden_fields_do_not_exist(mapping: IndexMapping) -> None:
    with pytest.raises(QueryError, match="`score` is unknown"):
        compile_filter("score > 1", mapping, {}, NOW, hidden={"score"})


@pytest.mark.parametrize(
    "source",
    ["year==1", "NOT NOT year == 1", "a.b.c{ d{ e EXISTS } }", "now == now AND NOTE EXISTS"],
)
def test_parses(source: str) -> None:
    parse(source)


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [("", "", 0), ("abc", "abc", 0), ("ab", "ba", 1), ("ca", "abc", 3), ("kitten", "sitting", 3)],
)
def test_edit_distance(left: str, right: str, distance: int) -> None:
    assert edit_distance(left, right) == edit_distance(right, left) == distance


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2026-01-02T03:04:05.006Z"]
)
def test_instants_there_and_back(text: str) -> None:
    assert instants.to_text(instants.to_milliseconds(text)) == text
