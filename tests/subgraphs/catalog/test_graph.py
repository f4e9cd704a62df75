"""Operations on the whole app over HTTP, as the router would send them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from reelgraph_kit.identity import Identity

Ask = Callable[..., Awaitable[dict[str, Any]]]

EDITOR = Identity(kind="member", subject="demo", scopes=frozenset({"catalog:write"}))
MEMBER = Identity(kind="member", subject="demo")


async def test_a_title_with_everything_around_it(ask: Ask) -> None:
    answer = await ask(
        """{ title(id: "les-vampires-1915-s1e2") { name originalName kind seasonNumber episodeNumber
          series { id name episodes { id } } genres { id name } availability { country endsAt }
          isAvailable credits { role character person { name birthYear } } } }"""
    )
    assert "errors" not in answer
    title = answer["data"]["title"]
    assert title["name"] == "The Ring That Kills"
    assert title["originalName"] == "La Bague qui tue"
    assert (title["kind"], title["seasonNumber"], title["episodeNumber"]) == ("EPISODE", 1, 2)
    assert title["series"]["id"] == "les-vampires-1915"
    assert len(title["series"]["episodes"]) == 10
    assert title["genres"] == [
        {"id": "crime", "name": "Crime"},
        {"id": "thriller", "name": "Thriller"},
    ]
    assert title["availability"] == [{"country": None, "endsAt": None}]
    assert title["isAvailable"] is True
    assert title["credits"][0] == {
        "role": "DIRECTOR",
        "character": None,
        "person": {"name": "Louis Feuillade", "birthYear": 1873},
    }


async def test_entities_answer_in_order_and_unknown_ones_are_null(ask: Ask) -> None:
    answer = await ask(
        """query ($refs: [_Any!]!) { _entities(representations: $refs) { __typename
          ... on Title { name genres { name } } ... on Person { name titles { totalCount } }
          ... on Genre { name titles(first: 1) { nodes { id } pageInfo { hasNextPage } } } } }""",
        refs=[
            {"__typename": "Title", "id": "metropolis-1927"},
            {"__typename": "Person", "id": "buster-keaton"},
            {"__typename": "Title", "id": "no-such-title"},
            {"__typename": "Genre", "id": "western"},
            {"__typename": "Title", "id": "nosferatu-1922", "surprise": 1},
        ],
    )
    assert "errors" not in answer
    metropolis, keaton, missing, western, nosferatu = answer["data"]["_entities"]
    assert metropolis["name"] == "Metropolis"
    assert keaton["name"] == "Buster Keaton"
    assert keaton["titles"]["totalCount"] > 10
    assert missing is None
    assert western["titles"]["pageInfo"]["hasNextPage"] is True
    assert nosferatu["genres"] == [{"name": "Horror"}]


async def test_a_list_walks_on_by_cursor_while_titles_are_renamed(ask: Ask) -> None:
    query = """query ($after: String) { titles(first: 2, genre: "western", after: $after) {
      totalCount edges { cursor node { id } } pageInfo { endCursor hasPreviousPage } } }"""
    first = (await ask(query))["data"]["titles"]
    await ask(
        "mutation ($input: UpdateTitleInput!) { updateTitle(input: $input) { __typename } }",
        EDITOR,
        input={"id": first["edges"][0]["node"]["id"], "name": "Zzz"},
    )
    second = (await ask(query, after=first["pageInfo"]["endCursor"]))["data"]["titles"]
    assert first["totalCount"] == second["totalCount"]
    assert (first["pageInfo"]["hasPreviousPage"], second["pageInfo"]["hasPreviousPage"]) == (
        False,
        True,
    )
    ids = [edge["node"]["id"] for edge in first["edges"] + second["edges"]]
    assert ids == sorted(set(ids))


UPDATE = """mutation ($input: UpdateTitleInput!) { updateTitle(input: $input) { __typename
  ... on TitleUpdated { title { name version genres { id } } }
  ... on TitleVersionConflict { title { version } } ... on TitleNotFound { id } } }"""


async def test_an_editor_changes_a_title(ask: Ask) -> None:
    changed = {"id": "nosferatu-1922", "name": " Orlok ", "genreIds": ["drama"]}
    answer = await ask(UPDATE, EDITOR, input={**changed, "expectedVersion": 1})
    assert answer["data"]["updateTitle"] == {
        "__typename": "TitleUpdated",
        "title": {"name": "Orlok", "version": 2, "genres": [{"id": "drama"}]},
    }
    again = await ask(UPDATE, EDITOR, input={**changed, "expectedVersion": 1})
    assert again["data"]["updateTitle"] == {
        "__typename": "TitleVersionConflict",
        "title": {"version": 2},
    }
    missing = await ask(UPDATE, EDITOR, input={"id": "none", "name": "x"})
    assert missing["data"]["updateTitle"] == {"__typename": "TitleNotFound", "id": "none"}


@pytest.mark.parametrize(("identity", "code"), [(None, "UNAUTHENTICATED"), (MEMBER, "FORBIDDEN")])
async def test_others_may_not(ask: Ask, identity: Identity | None, code: str) -> None:
    answer = await ask(UPDATE, identity, input={"id": "nosferatu-1922", "name": "x"})
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == code
    unchanged = await ask('{ title(id: "nosferatu-1922") { name version } }')
    assert unchanged["data"]["title"] == {"name": "Nosferatu", "version": 1}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "input"),
        ({"name": "  "}, "input.name"),
        ({"name": "x" * 301}, "input.name"),
        ({"releaseYear": 1700}, "input.releaseYear"),
        ({"runtimeMinutes": 0}, "input.runtimeMinutes"),
        ({"genreIds": ["opera"]}, "input.genreIds"),
        ({"genreIds": ["drama"] * 21}, "input.genreIds"),
    ],
)
async def test_wrong_input_names_its_place(ask: Ask, fields: dict[str, Any], path: str) -> None:
    answer = await ask(UPDATE, EDITOR, input={"id": "nosferatu-1922", **fields})
    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["path"]) == ("BAD_REQUEST", path)


@pytest.mark.parametrize("arguments", ["first: 0", "first: 501", 'after: "x"', 'after: "dGl0"'])
async def test_wrong_pages_are_bad_requests(ask: Ask, arguments: str) -> None:
    answer = await ask(f"{{ titles({arguments}) {{ nodes {{ id }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_person_is_renamed(ask: Ask) -> None:
    answer = await ask(
        """mutation { updatePerson(input: {id: "max-schreck", name: "M. Schreck", birthYear: null}) {
          ... on PersonUpdated { person { name birthYear version } } } }""",
        EDITOR,
    )
    assert answer["data"]["updatePerson"]["person"] == {
        "name": "M. Schreck",
        "birthYear": None,
        "version": 2,
    }
