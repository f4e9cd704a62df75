"""The catalogue as JSON Lines: one title or person a line, read with its line number in errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import cast

from subgraphs.catalog.model import (
    AvailabilityWindow,
    Credit,
    CreditRole,
    MaturityRating,
    Person,
    Production,
    ProductionStatus,
    Title,
    TitleKind,
    TitleRecord,
)

Fields = Mapping[str, object]


class FileProblem(ValueError):
    """A line is not what it should be; the text names the file, the line and what is wrong."""


def read_titles(lines: Iterable[str], name: str, updated_at: datetime) -> Iterator[TitleRecord]:
    """Read titles from JSON Lines; raises `FileProblem`."""
    for fields, place in _objects(lines, name):
        try:
            yield _title_record(fields, updated_at)
        except (KeyError, TypeError, ValueError) as error:
            raise FileProblem(f"{place}: {_reason(error)}") from error


def read_people(lines: Iterable[str], name: str) -> Iterator[Person]:
    """Read people from JSON Lines; raises `FileProblem`."""
    for fields, place in _objects(lines, name):
        try:
            yield Person(_text(fields, "id"), _text(fields, "name"), _number(fields, "birthYear"))
        except (KeyError, TypeError, ValueError) as error:
            raise FileProblem(f"{place}: {_reason(error)}") from error


def title_line(record: TitleRecord) -> str:
    """Write a title as one line, without the line break; `read_titles` reads it back."""
    title = record.title
    fields: dict[str, object] = {
        "id": title.id,
        "name": title.name,
        "originalName": title.original_name,
        "kind": title.kind.value,
        "series": title.series_id,
        "seasonNumber": title.season_number,
        "episodeNumber": title.episode_number,
        "releaseYear": title.release_year,
        "runtimeMinutes": title.runtime_minutes,
        "countries": list(title.countries),
        "maturityRating": title.maturity_rating.value,
        "genres": list(record.genres),
        "credits": [_credit_fields(credit) for credit in record.credits],
        "synopsis": title.synopsis,
        "popularity": title.popularity,
        "availability": [_window_fields(window) for window in record.windows],
    }
    if record.production is not None:
        fields["production"] = {
            "id": record.production.id,
            "company": record.production.company,
            "country": record.production.country,
            "status": record.production.status.value,
        }
    return _line(fields)


def person_line(person: Person) -> str:
    """Write a person as one line, without the line break; `read_people` reads it back."""
    return _line({"id": person.id, "name": person.name, "birthYear": person.birth_year})


def _line(fields: dict[str, object]) -> str:
    present = {key: value for key, value in fields.items() if value is not None}
    return json.dumps(present, ensure_ascii=False)


def _credit_fields(credit: Credit) -> dict[str, str]:
    fields = {"role": credit.role.value, "person": credit.person_id}
    return fields if credit.character is None else {**fields, "character": credit.character}


def _window_fields(window: AvailabilityWindow) -> dict[str, str]:
    fields = {"startsAt": window.starts_at.isoformat()}
    if window.ends_at is not None:
        fields["endsAt"] = window.ends_at.isoformat()
    return fields if window.country is None else {**fields, "country": window.country}


def _objects(lines: Iterable[str], name: str) -> Iterator[tuple[Fields, str]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            value = json.loads(line)
        except ValueError as error:
            raise FileProblem(f"{place}: not JSON ({error})") from error
        if not isinstance(value, dict):
            raise FileProblem(f"{place}: a line must hold a JSON object")
        yield value, place


def _title_record(fields: Fields, updated_at: datetime) -> TitleRecord:
    title = Title(
        id=_text(fields, "id"),
        name=_text(fields, "name"),
        original_name=_optional_text(fields, "originalName"),
        kind=TitleKind(_text(fields, "kind")),
        synopsis=_text(fields, "synopsis"),
        release_year=_required_number(fields, "releaseYear"),
        runtime_minutes=_required_number(fields, "runtimeMinutes"),
        countries=_texts(fields, "countries"),
        maturity_rating=MaturityRating(_text(fields, "maturityRating")),
        series_id=_optional_text(fields, "series"),
        season_number=_number(fields, "seasonNumber"),
        episode_number=_number(fields, "episodeNumber"),
        popularity=float(cast("float", fields.get("popularity", 0.0))),
        updated_at=updated_at,
    )
    return TitleRecord(
        title,
        genres=_texts(fields, "genres"),
        credits=tuple(_credit(entry) for entry in _list(fields, "credits")),
        windows=tuple(_window(entry) for entry in _list(fields, "availability")),
        production=_production(fields, title.id),
    )


def _credit(fields: Fields) -> Credit:
    return Credit(
        CreditRole(_text(fields, "role")),
        _text(fields, "person"),
        _optional_text(fields, "character"),
    )


def _window(fields: Fields) -> AvailabilityWindow:
    ends_at = _optional_text(fields, "endsAt")
    return AvailabilityWindow(
        starts_at=_moment(_text(fields, "startsAt")),
        ends_at=None if ends_at is None else _moment(ends_at),
        country=_optional_text(fields, "country"),
    )


def _production(fields: Fields, title_id: str) -> Production | None:
    entry = fields.get("production")
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise TypeError("production must be an object")
    return Production(
        id=_text(entry, "id"),
        title_id=title_id,
        company=_text(entry, "company"),
        country=_text(entry, "country"),
        status=ProductionStatus(_text(entry, "status")),
    )


def _text(fields: Fields, key: str) -> str:
    value = fields[key]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{key} must be a non-empty text")
    return value


def _optional_text(fields: Fields, key: str) -> str | None:
    return None if fields.get(key) is None else _text(fields, key)


def _required_number(fields: Fields, key: str) -> int:
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{key} must be a whole number")
    return value


def _number(fields: Fields, key: str) -> int | None:
    return None if fields.get(key) is None else _required_number(fields, key)


def _list(fields: Fields, key: str) -> list[Fields]:
    value = fields.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise TypeError(f"{key} must be a list of objects")
    return value


def _texts(fields: Fields, key: str) -> tuple[str, ...]:
    value = fields[key]
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise TypeError(f"{key} must be a list of texts")
    return tuple(value)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment.astimezone(UTC)


def _reason(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
