"""The catalogue's facts as plain values: what is read from files, stored and shown."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class TitleKind(enum.Enum):
    """What a title is; a SERIES has episodes, an EPISODE belongs to a series."""

    MOVIE = "MOVIE"
    SERIES = "SERIES"
    EPISODE = "EPISODE"


class MaturityRating(enum.Enum):
    """The age from which a title is meant to be watched; ALL has no such age."""

    ALL = "ALL"
    SEVEN = "SEVEN"
    THIRTEEN = "THIRTEEN"
    SIXTEEN = "SIXTEEN"
    EIGHTEEN = "EIGHTEEN"


class CreditRole(enum.Enum):
    """What a person did for a title."""

    DIRECTOR = "DIRECTOR"
    WRITER = "WRITER"
    PRODUCER = "PRODUCER"
    ACTOR = "ACTOR"


class ProductionStatus(enum.Enum):
    """How far the making of a title has come."""

    ANNOUNCED = "ANNOUNCED"
    SHOOTING = "SHOOTING"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True)
class Credit:
    """One person's part in one title; `character` only for actors."""

    role: CreditRole
    person_id: str
    character: str | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityWindow:
    """When a title may be played: from `starts_at` until before `ends_at` (None: no end).

    `country` is an ISO 3166-1 alpha-2 code, None for everywhere.
    """

    starts_at: datetime
    ends_at: datetime | None = None
    country: str | None = None

    def is_open(self, at: datetime, country: str | None) -> bool:
        """Say whether the title may be played at a moment in a country (None: anywhere)."""
        if self.country is not None and country is not None and self.country != country:
            return False
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Production:
    """The making of a title: by which company, in which country, how far."""

    id: str
    title_id: str
    company: str
    country: str
    status: ProductionStatus


@dataclass(frozen=True, slots=True)
class Genre:
    """A kind of story; the id is the name in lower case with dashes."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a credit."""

    id: str
    name: str
    birth_year: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Title:
    """A film, series or episode, without what other tables hold."""

    id: str
    name: str
    kind: TitleKind
    synopsis: str
    release_year: int
    runtime_minutes: int
    countries: tuple[str, ...]
    maturity_rating: MaturityRating
    updated_at: datetime
    original_name: str | None = None
    series_id: str | None = None
    season_number: int | None = None
    episode_number: int | None = None
    popularity: float = 0.0
    version: int = 1


@dataclass(frozen=True, slots=True)
class TitleRecord:
    """A title with everything that is stored along with it."""

    title: Title
    genres: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    windows: tuple[AvailabilityWindow, ...] = ()
    production: Production | None = None


def genre_id(name: str) -> str:
    """Return the id of a genre by its name: `Science Fiction` → `science-fiction`."""
    return name.lower().replace(" ", "-")
