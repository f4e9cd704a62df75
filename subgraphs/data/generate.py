"""Make up a catalogue in batches: pure, and each batch by itself.

A batch follows from the seed and its number alone (NumPy's PCG64), so a load can go on where it
stopped, a greater number of titles begins with the smaller one's, and memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np

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
from subgraphs.data import words

T = TypeVar("T")

TITLES_PER_BATCH = 500
PEOPLE_PER_BATCH = 100
_FIRST_ARRIVAL = datetime(2018, 1, 1, tzinfo=UTC)
_ARRIVAL_DAYS = 365 * 8
_FAME = 1.8
"""Credits go to person floor(n · u^1.8), so that the first ones are the busiest."""

_GENRE_WEIGHTS = 1 / np.arange(1, len(words.GENRES) + 1)
_GENRE_SHARES = _GENRE_WEIGHTS / _GENRE_WEIGHTS.sum()
_GROWN_UP = frozenset({"Horror", "Crime", "Thriller", "War"})
_FOR_ALL = frozenset({"Family", "Animation", "Musical"})


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the made-up catalogue; its credits name people of this and earlier batches."""

    number: int
    people: tuple[Person, ...]
    records: tuple[TitleRecord, ...]

    def first(self, titles: int) -> Batch:
        """Return the batch with only its first titles, and all of its people."""
        return replace(self, records=self.records[:titles])


def batches(seed: int, titles: int, start: int = 0) -> Iterator[Batch]:
    """Make the batches of a catalogue of `titles` titles, from the one that holds title `start`.

    Raises `ValueError` for a negative seed, as NumPy does.
    """
    end = -(-titles // TITLES_PER_BATCH) if start < titles else 0
    for number in range(start // TITLES_PER_BATCH, end):
        batch = make_batch(seed, number, updated_at=_FIRST_ARRIVAL)
        yield batch.first(titles - number * TITLES_PER_BATCH)


def make_batch(seed: int, number: int, updated_at: datetime) -> Batch:
    """Make one batch of 500 titles and 100 people."""
    maker = _Maker(seed, number, updated_at)
    people = tuple(maker.person(index) for index in range(PEOPLE_PER_BATCH))
    records: list[TitleRecord] = []
    while len(records) < TITLES_PER_BATCH:
        left = TITLES_PER_BATCH - len(records)
        if left > 3 and maker.chance(0.12):
            records += maker.series(len(records), left)
        else:
            records.append(maker.movie(len(records)))
    return Batch(number, people, tuple(records))


class _Maker:
    """Draws everything of one batch from one stream of random numbers."""

    def __init__(self, seed: int, number: int, updated_at: datetime) -> None:
        self._random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, number])))
        self._seed = seed
        self._number = number
        self._updated_at = updated_at

    def chance(self, share: float) -> bool:
        return bool(self._random.random() < share)

    def person(self, index: int) -> Person:
        name = f"{self._one(words.FIRST_NAMES)} {self._one(words.LAST_NAMES)}"
        id_ = self._person_id(self._number * PEOPLE_PER_BATCH + index)
        return Person(id_, name, birth_year=self._between(1900, 2006))

    def movie(self, index: int) -> TitleRecord:
        title = self._title(index, TitleKind.MOVIE, self._title_name(), genres := self._genres())
        runtime = int(np.clip(self._random.normal(104, 18), 55, 240))
        return self._whole(replace(title, runtime_minutes=runtime), genres)

    def series(self, index: int, left: int) -> list[TitleRecord]:
        """Make a series with its episodes, at most `left` titles in all."""
        genres = self._genres()
        title = self._title(index, TitleKind.SERIES, self._title_name(), genres)
        minutes = self._between(22, 62)
        series = self._whole(replace(title, runtime_minutes=minutes), genres)
        numbers = [
            (season, episode)
            for season in range(1, self._between(1, 5))
            for episode in range(1, self._between(4, 13))
        ]
        episodes = [
            self._episode(series, index + place, *position)
            for place, position in enumerate(numbers[: left - 1], start=1)
        ]
        return [series, *episodes]

    def _episode(self, series: TitleRecord, index: int, season: int, episode: int) -> TitleRecord:
        of = series.title
        title = replace(
            of,
            id=self._title_id(index),
            name=f"The {self._one(words.ADJECTIVES)} {self._one(words.NOUNS)}",
            kind=TitleKind.EPISODE,
            synopsis=self._synopsis(series.genres),
            release_year=min(of.release_year + season - 1, 2025),
            series_id=of.id,
            season_number=season,
            episode_number=episode,
            popularity=round(of.popularity * 0.6, 4),
        )
        return TitleRecord(title, series.genres, series.credits[:4], series.windows)

    def _title(self, index: int, kind: TitleKind, name: str, genres: Sequence[str]) -> Title:
        return Title(
            id=self._title_id(index),
            name=name,
            kind=kind,
            synopsis=self._synopsis(genres),
            release_year=2025 - int(min(self._random.exponential(18), 105)),
            runtime_minutes=0,
            countries=tuple(self._some(words.COUNTRIES, 1 if self.chance(0.8) else 2)),
            maturity_rating=self._maturity(genres),
            updated_at=self._updated_at,
            popularity=round(float(self._random.beta(1, 7)), 4),
        )

    def _whole(self, title: Title, genres: tuple[str, ...]) -> TitleRecord:
        return TitleRecord(
            title,
            genres=genres,
            credits=self._credits(),
            windows=self._windows(),
            production=self._production(title) if self.chance(0.8) else None,
        )

    def _genres(self) -> tuple[str, ...]:
        count = 1 + int(self._random.integers(0, 3))
        drawn = self._random.choice(len(words.GENRES), count, replace=False, p=_GENRE_SHARES)
        return tuple(words.GENRES[place] for place in drawn)

    def _maturity(self, genres: Sequence[str]) -> MaturityRating:
        if _FOR_ALL.intersection(genres):
            return self._one((MaturityRating.ALL, MaturityRating.ALL, MaturityRating.SEVEN))
        if _GROWN_UP.intersection(genres):
            return self._one(
                (MaturityRating.THIRTEEN, MaturityRating.SIXTEEN, MaturityRating.EIGHTEEN)
            )
        return self._one((MaturityRating.ALL, MaturityRating.SEVEN, MaturityRating.THIRTEEN))

    def _credits(self) -> tuple[Credit, ...]:
        known = (self._number + 1) * PEOPLE_PER_BATCH
        drawn = (known * self._random.random(self._between(4, 9)) ** _FAME).astype(int)
        ids = [self._person_id(int(place)) for place in dict.fromkeys(drawn.tolist())]
        actors = tuple(
            Credit(CreditRole.ACTOR, id_, self._one(words.FIRST_NAMES)) for id_ in ids[1:]
        )
        return (Credit(CreditRole.DIRECTOR, ids[0]), *actors)

    def _windows(self) -> tuple[AvailabilityWindow, ...]:
        starts_at = _FIRST_ARRIVAL + timedelta(days=self._between(0, _ARRIVAL_DAYS))
        ends_at = None
        if self.chance(0.2):
            ends_at = starts_at + timedelta(days=self._between(180, 3650))
        if self.chance(0.75):
            return (AvailabilityWindow(starts_at, ends_at),)
        countries = self._some(words.COUNTRIES, self._between(1, 5))
        return tuple(AvailabilityWindow(starts_at, ends_at, country) for country in countries)

    def _production(self, title: Title) -> Production:
        return Production(
            id=f"{title.id}-production",
            title_id=title.id,
            company=self._one(words.COMPANIES),
            country=title.countries[0],
            status=ProductionStatus.RELEASED,
        )

    def _title_name(self) -> str:
        noun, other = self._some(words.NOUNS, 2)
        name = self._one(words.TITLE_PATTERNS).format(
            adjective=self._one(words.ADJECTIVES),
            noun=noun,
            other=other,
            place=self._one(words.PLACES),
        )
        return name[0].upper() + name[1:]

    def _synopsis(self, genres: Sequence[str]) -> str:
        hero = self._one(words.HEROES).format(noun=self._one(words.NOUNS).lower())
        sentence = f"{hero} from {self._one(words.PLACES)} {words.TROUBLES[genres[0]]}."
        return sentence[0].upper() + sentence[1:]

    def _title_id(self, index: int) -> str:
        return f"g{self._seed}-t{self._number * TITLES_PER_BATCH + index:07d}"

    def _person_id(self, index: int) -> str:
        return f"g{self._seed}-p{index:06d}"

    def _between(self, least: int, below: int) -> int:
        return int(self._random.integers(least, below))

    def _one(self, choices: Sequence[T]) -> T:
        return choices[int(self._random.integers(0, len(choices)))]

    def _some(self, choices: Sequence[T], count: int) -> list[T]:
        drawn = self._random.choice(len(choices), count, replace=False)
        return [choices[int(place)] for place in drawn]
