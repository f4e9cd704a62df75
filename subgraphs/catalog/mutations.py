"""Changing the catalogue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import strawberry

from reelgraph_dgs.errors import BadRequest
from reelgraph_dgs.permissions import require_scope
from subgraphs.catalog import writes
from subgraphs.catalog.model import MaturityRating
from subgraphs.catalog.model import Person as StoredPerson
from subgraphs.catalog.model import Title as StoredTitle
from subgraphs.catalog.resources import CatalogContext, CatalogInfo
from subgraphs.catalog.types import Person, Title

WRITE_SCOPE = "catalog:write"
_FIRST_FILM_YEAR = 1878
_LONGEST_NAME = 300
_LONGEST_SYNOPSIS = 5000
_LONGEST_RUNTIME = 10_000
_MAX_GENRES = 20


@strawberry.input(description="What is to become of a title; what is left out stays as it is.")
class UpdateTitleInput:
    """What is to become of a title; what is left out stays as it is."""

    id: strawberry.ID
    expected_version: strawberry.Maybe[int] = strawberry.field(
        description="Write only if this is still the version."
    )
    name: strawberry.Maybe[str]
    synopsis: strawberry.Maybe[str]
    release_year: strawberry.Maybe[int]
    runtime_minutes: strawberry.Maybe[int]
    maturity_rating: strawberry.Maybe[MaturityRating]
    genre_ids: strawberry.Maybe[list[strawberry.ID]]


@strawberry.input(description="What is to become of a person; what is left out stays as it is.")
class UpdatePersonInput:
    """What is to become of a person; what is left out stays as it is."""

    id: strawberry.ID
    expected_version: strawberry.Maybe[int] = strawberry.field(
        description="Write only if this is still the version."
    )
    name: strawberry.Maybe[str]
    birth_year: strawberry.Maybe[int | None]


@strawberry.type(description="The title was changed.")
class TitleUpdated:
    """The title was changed."""

    title: Title


@strawberry.type(description="There is no such title.")
class TitleNotFound:
    """There is no such title."""

    id: strawberry.ID


@strawberry.type(description="Somebody else changed the title first; this is what stands now.")
class TitleVersionConflict:
    """Somebody else changed the title first; this is what stands now."""

    title: Title


@strawberry.type(description="The person was changed.")
class PersonUpdated:
    """The person was changed."""

    person: Person


@strawberry.type(description="There is no such person.")
class PersonNotFound:
    """There is no such person."""

    id: strawberry.ID


@strawberry.type(description="Somebody else changed the person first; this is what stands now.")
class PersonVersionConflict:
    """Somebody else changed the person first; this is what stands now."""

    person: Person


UpdateTitleResult = Annotated[
    TitleUpdated | TitleNotFound | TitleVersionConflict, strawberry.union("UpdateTitleResult")
]
UpdatePersonResult = Annotated[
    PersonUpdated | PersonNotFound | PersonVersionConflict, strawberry.union("UpdatePersonResult")
]


@strawberry.type
class Mutation:
    """Changing the catalogue; needs the scope catalog:write."""

    @strawberry.mutation(description="Change a title.")
    async def update_title(self, info: CatalogInfo, input: UpdateTitleInput) -> UpdateTitleResult:
        """Check, write and tell what became of it."""
        _require_write(info.context)
        try:
            outcome = await writes.update_title(
                info.context.resources.database,
                input.id,
                _title_changes(input),
                _genre_ids(input),
                input.expected_version.value if input.expected_version else None,
            )
        except writes.UnknownGenre as error:
            raise BadRequest(str(error), path="input.genreIds") from error
        if isinstance(outcome, StoredTitle):
            return TitleUpdated(title=Title.of(outcome))
        if outcome is None:
            return TitleNotFound(id=input.id)
        assert isinstance(outcome.current, StoredTitle)
        return TitleVersionConflict(title=Title.of(outcome.current))

    @strawberry.mutation(description="Change a person.")
    async def update_person(
        self, info: CatalogInfo, input: UpdatePersonInput
    ) -> UpdatePersonResult:
        """Check, write and tell what became of it."""
        _require_write(info.context)
        outcome = await writes.update_person(
            info.context.resources.database,
            input.id,
            _person_changes(input),
            input.expected_version.value if input.expected_version else None,
        )
        if isinstance(outcome, StoredPerson):
            return PersonUpdated(person=Person.of(outcome))
        if outcome is None:
            return PersonNotFound(id=input.id)
        assert isinstance(outcome.current, StoredPerson)
        return PersonVersionConflict(person=Person.of(outcome.current))


def _require_write(context: CatalogContext) -> None:
    if not context.resources.open_writes:
        require_scope(context, WRITE_SCOPE)


def _title_changes(input: UpdateTitleInput) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if input.name:
        changes["name"] = _check_text(input.name.value, "name", _LONGEST_NAME)
    if input.synopsis:
        changes["synopsis"] = _check_text(input.synopsis.value, "synopsis", _LONGEST_SYNOPSIS)
    if input.release_year:
        latest = datetime.now(UTC).year + 20
        changes["release_year"] = _check_number(
            input.release_year.value, "releaseYear", _FIRST_FILM_YEAR, latest
        )
    if input.runtime_minutes:
        changes["runtime_minutes"] = _check_number(
            input.runtime_minutes.value, "runtimeMinutes", 1, _LONGEST_RUNTIME
        )
    if input.maturity_rating:
        changes["maturity_rating"] = input.maturity_rating.value.value
    if not changes and not input.genre_ids:
        raise BadRequest("Say what to change: no field was given.", path="input")
    return changes


def _genre_ids(input: UpdateTitleInput) -> list[str] | None:
    if not input.genre_ids:
        return None
    ids = input.genre_ids.value
    if len(ids) > _MAX_GENRES:
        raise BadRequest(f"A title has at most {_MAX_GENRES} genres.", path="input.genreIds")
    return list(ids)


def _person_changes(input: UpdatePersonInput) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if input.name:
        changes["name"] = _check_text(input.name.value, "name", _LONGEST_NAME)
    if input.birth_year:
        year = input.birth_year.value
        changes["birth_year"] = (
            None if year is None else _check_number(year, "birthYear", 1500, datetime.now(UTC).year)
        )
    if not changes:
        raise BadRequest("Say what to change: no field was given.", path="input")
    return changes


def _check_text(text: str, field: str, longest: int) -> str:
    stripped = text.strip()
    if not 1 <= len(stripped) <= longest:
        raise BadRequest(f"{field} must have 1 to {longest} characters.", path=f"input.{field}")
    return stripped


def _check_number(number: int, field: str, least: int, most: int) -> int:
    if not least <= number <= most:
        raise BadRequest(f"{field} must be between {least} and {most}.", path=f"input.{field}")
    return number
