"""`_entities`: batches by type, typed keys, and failures that stay where they are."""

from __future__ import annotations

import enum
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from reelgraph_dgs.context import Context, Info
from reelgraph_dgs.errors import PermissionDenied
from reelgraph_dgs.schema import FederatedSchema, federation_schema

calls: list[tuple[str, list[Any]]] = []


@pytest.fixture(autouse=True)
def forget_calls() -> None:
    calls.clear()


@strawberry.enum
class Kind(enum.Enum):
    MOVIE = "a value that is not the name"
    SERIES = "series"


@strawberry.federation.type(keys=["id"])
class Person:
    """Resolved by a plain value."""

    id: strawberry.ID
    name: str

    @classmethod
    async def resolve_references(
        cls, info: Info, ids: list[strawberry.ID]
    ) -> Sequence[Person | Exception | None]:
        calls.append(("Person", list(ids)))
        answers: dict[str, Person | Exception | None] = {
            "missing": None,
            "hidden": PermissionDenied("Not yours.", reason="age"),
            "broken": LookupError("postgresql://user:password@host"),
            "graphql": GraphQLError("SELECT * FROM secret"),
        }
        return [answers.get(id, Person(id=id, name=f"Person {id}")) for id in ids]


@dataclass(frozen=True)
class FilmKey:
    id: int | None = None
    imdb_id: str | None = None


@strawberry.federation.type(keys=["id", "imdbId"])
class Film:
    """Resolved by either of two keys."""

    id: int
    imdb_id: str

    @classmethod
    def resolve_references(cls, keys: list[FilmKey]) -> list[Film]:
        calls.append(("Film", list(keys)))
        return [Film(id=key.id or 7, imdb_id=key.imdb_id or "tt7") for key in keys]


@strawberry.federation.type(keys=["id"])
class Genre:
    id: strawberry.ID
    name: str = strawberry.federation.field(external=True)


@strawberry.federation.type(keys=["id"])
class Title:
    """A stub with what @requires asks for."""

    id: strawberry.ID
    kind: Kind = strawberry.federation.field(external=True)
    first_shown: date | None = strawberry.federation.field(external=True)
    genres: list[Genre] = strawberry.federation.field(external=True)

    @strawberry.federation.field(requires=["kind firstShown genres { name }"])  # type: ignore[untyped-decorator]  # Strawberry's own
    def poster(self) -> str:
        names = [genre.name for genre in self.genres]
        return f"{self.kind!r} {self.first_shown!r} {names}"


@strawberry.federation.type(keys=["title { id } country"])
class Window:
    """A stub with a key of several fields, one of them in another object."""

    title: Title
    country: str

    @strawberry.field
    def label(self) -> str:
        return f"{self.title.id} in {self.country}"


@strawberry.federation.type(keys=["id"])
class Rated:
    """Resolved in a batch of stubs, which carry the required fields."""

    id: strawberry.ID
    name: str = strawberry.federation.field(external=True)
    score: strawberry.Private[int] = 0

    @classmethod
    async def resolve_references(cls, info: Info, keys: list[Rated]) -> list[Rated]:
        calls.append(("Rated", [key.id for key in keys]))
        for place, key in enumerate(keys):
            key.score = place + 1
        return keys

    @strawberry.federation.field(requires=["name"])  # type: ignore[untyped-decorator]  # Strawberry's own
    def headline(self) -> str:
        return f"{self.name}: {self.score}"


@strawberry.federation.type(keys=["id"])
class Profile:
    """Resolved one by one, as Strawberry does."""

    id: strawberry.ID
    name: str

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Profile | None:
        calls.append(("Profile", [id]))
        if id == "broken":
            raise RuntimeError("secret")
        return None if id == "missing" else Profile(id=id, name=f"Profile {id}")


@strawberry.federation.type(keys=["id"])
class Unreliable:
    id: strawberry.ID

    @classmethod
    async def resolve_references(cls, ids: list[strawberry.ID]) -> list[Unreliable]:
        if "down" in ids:
            raise ConnectionError("secret host")
        return [Unreliable(id=id) for id in ids][:1]


@strawberry.type
class Query:
    @strawberry.field
    def films(self) -> list[Film]:
        return []


ENTITIES = [Person, Title, Window, Rated, Profile, Unreliable]


@pytest.fixture(scope="module")
def schema() -> FederatedSchema:
    return federation_schema(Query, types=ENTITIES)


QUERY = """
query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Person { id name }
    ... on Film { number: id imdbId }
    ... on Title { id poster }
    ... on Window { country label }
    ... on Rated { headline }
    ... on Profile { id name }
    ... on Unreliable { id }
  }
}
"""


async def resolve(
    schema: FederatedSchema, *representations: object
) -> tuple[list[Any], dict[int, tuple[str, str]]]:
    """Return the entities, and code and message of the errors by index."""
    result = await schema.execute(
        QUERY, {"representations": list(representations)}, context_value=Context(None)
    )
    assert result.data is not None, result.errors
    errors: dict[int, tuple[str, str]] = {}
    for error in result.errors or []:
        assert error.path is not None
        assert error.path[0] == "_entities"
        assert error.extensions is not None
        errors[int(error.path[1])] = (error.extensions["code"], error.message)
    return result.data["_entities"], errors


def ref(type_name: str, **fields: object) -> dict[str, object]:
    return {"__typename": type_name, **fields}


async def test_each_type_is_resolved_in_one_batch_and_the_order_is_kept(
    schema: FederatedSchema,
) -> None:
    entities, errors = await resolve(
        schema,
        ref("Person", id="1"),
        ref("Film", id=5),
        ref("Person", id="2"),
        ref("Film", id=6),
        ref("Person", id="1"),
    )
    assert errors == {}
    assert [entity.get("id") or entity["number"] for entity in entities] == ["1", 5, "2", 6, "1"]
    assert sorted(calls, key=lambda call: call[0]) == [
        ("Film", [FilmKey(id=5), FilmKey(id=6)]),
        ("Person", ["1", "2", "1"]),
    ]


async def test_no_representations_no_calls(schema: FederatedSchema) -> None:
    assert await resolve(schema) == ([], {})
    assert calls == []


async def test_failures_stay_at_their_index(
    schema: FederatedSchema, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="reelgraph.graphql"):
        entities, errors = await resolve(
            schema,
            ref("Person", id="1"),
            ref("Person", id="missing"),
            ref("Person", id="hidden"),
            ref("Person", id="broken"),
            ref("Nothing", id="1"),
            ref("Person", id="2"),
            ref("Person", id="graphql"),
        )
    assert [entity and entity["id"] for entity in entities] == [
        "1", None, None, None, None, "2", None
    ]  # fmt: skip
    assert errors == {
        2: ("FORBIDDEN", "Not yours."),
        3: ("INTERNAL", "Internal error"),
        4: ("BAD_REQUEST", "representations[4]: 'Nothing' is no entity of this subgraph."),
        6: ("INTERNAL", "Internal error"),
    }
    assert "postgresql://user:password@host" in caplog.text
    assert "LookupError" in caplog.text


async def test_details_of_an_error_reach_the_client(schema: FederatedSchema) -> None:
    representation = ref("Person", id="hidden")
    result = await schema.execute(
        QUERY, {"representations": [representation]}, context_value=Context(None)
    )
    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "FORBIDDEN", "reason": "age"}


async def test_the_representations_are_left_as_they_were(schema: FederatedSchema) -> None:
    representation = ref("Person", id="1", unknown={"a": [1]})
    before = json.dumps(representation)
    await resolve(schema, representation)
    assert json.dumps(representation) == before


async def test_unknown_fields_are_ignored(schema: FederatedSchema) -> None:
    entities, errors = await resolve(schema, ref("Person", id="1", info="x", cls=1, nope=2))
    assert (entities[0]["name"], errors) == ("Person 1", {})


async def test_keys_become_their_types(schema: FederatedSchema) -> None:
    await resolve(schema, ref("Person", id=17), ref("Film", id=5.0), ref("Film", imdbId="tt1"))
    assert sorted(calls, key=lambda call: call[0]) == [
        ("Film", [FilmKey(id=5), FilmKey(imdb_id="tt1")]),
        ("Person", ["17"]),
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (ref("Person"), "representations[0] has none of the keys of Person."),
        (ref("Person", id=None), "representations[0].id must not be null."),
        (ref("Person", id=[1]), "representations[0].id is no valid ID."),
        (ref("Film", id="five"), "representations[0].id is no valid Int."),
        (ref("Film"), "representations[0] has none of the keys of Film."),
        (ref("Title"), "representations[0] has none of the keys of Title."),
        (ref("Window", country="DE"), "representations[0] has none of the keys of Window."),
        (
            ref("Window", country="DE", title={}),
            "representations[0] has none of the keys of Window.",
        ),
        (ref("Title", id="1", genres={}), "representations[0].genres must be a list."),
        (ref("Title", id="1", genres=["a"]), "representations[0].genres[0] must be an object."),
        (ref("Title", id="1", kind="COMIC"), "representations[0].kind is no valid Kind."),
        ({"id": "1"}, "representations[0] must be an object with a __typename."),
        ("Person", "representations[0] must be an object with a __typename."),
        (ref("Query"), "representations[0]: 'Query' is no entity of this subgraph."),
    ],
)
async def test_wrong_representations_are_named(
    schema: FederatedSchema, wrong: object, message: str
) -> None:
    entities, errors = await resolve(schema, wrong, ref("Profile", id="1"))
    assert errors == {0: ("BAD_REQUEST", message)}
    assert [entity and entity["name"] for entity in entities] == [None, "Profile 1"]


async def test_required_fields_reach_a_stub_as_their_types(schema: FederatedSchema) -> None:
    entities, errors = await resolve(
        schema,
        ref(
            "Title",
            id="1",
            kind="MOVIE",
            firstShown="1922-03-04",
            genres=[{"__typename": "Genre", "name": "Horror"}, {"name": "Drama"}],
        ),
    )
    assert errors == {}
    expected = f"{Kind.MOVIE!r} datetime.date(1922, 3, 4) ['Horror', 'Drama']"
    assert entities[0]["poster"] == expected


async def test_a_required_field_that_was_not_sent_is_an_internal_error(
    schema: FederatedSchema,
) -> None:
    result = await schema.execute(
        QUERY, {"representations": [ref("Title", id="1")]}, context_value=Context(None)
    )
    assert result.errors is not None
    assert [error.message for error in result.errors] == ["Internal error"]


async def test_a_nested_key_reaches_a_stub(schema: FederatedSchema) -> None:
    entities, errors = await resolve(schema, ref("Window", country="DE", title={"id": "1"}))
    assert (entities[0]["label"], errors) == ("1 in DE", {})


async def test_a_batch_of_stubs_carries_required_fields(schema: FederatedSchema) -> None:
    entities, errors = await resolve(
        schema, ref("Rated", id="1", name="M"), ref("Rated", id="2", name="Nosferatu")
    )
    assert [entity["headline"] for entity in entities] == ["M: 1", "Nosferatu: 2"]
    assert errors == {}
    assert calls == [("Rated", ["1", "2"])]


async def test_single_references_fail_alone(schema: FederatedSchema) -> None:
    entities, errors = await resolve(
        schema, *(ref("Profile", id=id) for id in ("1", "broken", "missing", "2"))
    )
    assert [entity and entity["id"] for entity in entities] == ["1", None, None, "2"]
    assert errors == {1: ("INTERNAL", "Internal error")}


async def test_a_failing_batch_leaves_other_types_alone(schema: FederatedSchema) -> None:
    entities, errors = await resolve(
        schema, ref("Unreliable", id="1"), ref("Person", id="1"), ref("Unreliable", id="down")
    )
    assert [entity and entity["id"] for entity in entities] == [None, "1", None]
    assert errors == {0: ("INTERNAL", "Internal error"), 2: ("INTERNAL", "Internal error")}


async def test_a_batch_of_the_wrong_length_is_an_internal_error(
    schema: FederatedSchema, caplog: pytest.LogCaptureFixture
) -> None:
    _, errors = await resolve(schema, ref("Unreliable", id="1"), ref("Unreliable", id="2"))
    assert errors == {0: ("INTERNAL", "Internal error"), 1: ("INTERNAL", "Internal error")}
    assert "must return one entry for each key, in order: 2 keys, 1 returned" in caplog.text


async def test_literal_representations_work_as_variables_do(schema: FederatedSchema) -> None:
    result = await schema.execute(
        '{ _entities(representations: [{__typename: "Person", id: 3}]) '
        "{ ... on Person { name } } }",
        context_value=Context(None),
    )
    assert result.errors is None
    assert result.data == {"_entities": [{"name": "Person 3"}]}


async def test_two_schemas_in_one_process_do_not_mix() -> None:
    @strawberry.federation.type(keys=["id"])
    class Person:
        id: strawberry.ID

    other = federation_schema(None, types=[Person])
    first = federation_schema(Query, types=ENTITIES)
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    variables = {"r": [ref("Person", id="1")]}
    for one in (other, first):
        result = await one.execute(query, variables, context_value=Context(None))
        assert result.data == {"_entities": [{"__typename": "Person"}]}
    assert calls == [("Person", ["1"])]
