"""All titles as NumPy columns: ranks 100,000 of them in a few milliseconds.

Everything is one process's memory, read and written by its event loop only. A ranking never
returns more than `CANDIDATES` titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from subgraphs.recommendations.features import TitleFeatures

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]

CANDIDATES = 200
MAX_GENRES = 64
_FIRST_CAPACITY = 1024
_LISTED_KINDS = frozenset({"MOVIE", "SERIES"})
_EVERYWHERE = 1
_MAX_COUNTRIES = 62
_HALF_LIFE_SECONDS = 7 * 86_400
_PLAYS_TO_BE_POPULAR = 20.0
_PRIOR_SHARE = 0.6
_SHARED_PERSON = 0.35
_YEARS_APART = 40.0
_NEW_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: up to which maturity level, from which country (None: unknown)."""

    level: int
    country: str | None = None


class TitleModel:
    """Features, popularity and similarity of all titles."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.names: list[str] = []
        self.genres: list[tuple[str, str]] = []
        self._rows: dict[str, int] = {}
        self._genre_columns: dict[str, int] = {}
        self._country_bits: dict[str, int] = {}
        self._people: list[tuple[str, ...]] = []
        self._titles_of: dict[str, set[int]] = {}
        self._series: list[str | None] = []
        self._allocate(_FIRST_CAPACITY)

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, title_id: str) -> int | None:
        """Return the row of a title, of its series for an episode, or None."""
        row = self._rows.get(title_id)
        if row is not None and (series := self._series[row]) is not None:
            return self._rows.get(series, row)
        return row

    def level(self, row: int) -> int:
        """Return the maturity level of a title."""
        return int(self._level[row])

    def upsert(self, title: TitleFeatures) -> None:
        """Take over the features of a title."""
        row = self._rows.get(title.id)
        if row is None:
            row = self._append(title.id)
        self.names[row] = title.name
        self._series[row] = title.series_id
        self._vectors[row] = self._vector(title)
        self._level[row] = title.level
        self._listed[row] = title.kind in _LISTED_KINDS
        self._prior[row] = title.prior
        self._year[row] = title.year
        self._opens[row] = title.opens
        self._closes[row] = np.inf if title.closes is None else title.closes
        self._territory[row] = self._territory_of(title.countries)
        self._link_people(row, title.people)

    def delete(self, title_id: str) -> None:
        """Never show a title again, unless it comes back."""
        row = self._rows.get(title_id)
        if row is not None:
            self._listed[row] = False
            self._link_people(row, ())

    def set_plays(self, title_id: str, plays: float, at: float) -> None:
        """Take over a title's decayed number of plays, as it stood at a moment."""
        row = self._rows.get(title_id)
        if row is None:
            row = self._append(title_id)
        self._plays[row] = plays
        self._plays_at[row] = at

    def popularity(self, now: float) -> Floats:
        """Return the popularity of all titles, 0 to 1.

        It begins as 0.6 of the editors' estimate and grows with plays, of which half are
        forgotten each week.
        """
        return self._popularity(slice(len(self.ids)), now)

    def popularity_of(self, title_ids: Sequence[str], now: float) -> list[float]:
        """Return the popularity of some titles; 0 for those that are not known."""
        known = [row for id_ in title_ids if (row := self._rows.get(id_)) is not None]
        values = iter(self._popularity(np.array(known, dtype=np.intp), now).tolist())
        return [round(next(values), 6) if id_ in self._rows else 0.0 for id_ in title_ids]

    def _popularity(self, rows: slice | Rows, now: float) -> Floats:
        decayed = self._plays[rows] * np.exp2(
            np.minimum(self._plays_at[rows] - now, 0) / _HALF_LIFE_SECONDS
        )
        rest = (1 - _PRIOR_SHARE * self._prior[rows]) * np.exp(-decayed / _PLAYS_TO_BE_POPULAR)
        return np.asarray(1 - rest, dtype=np.float32)

    def similarity_to_taste(self, taste: Floats) -> Floats:
        """Return the cosine of a genre vector with all titles."""
        return np.asarray(self._vectors[: len(self.ids)] @ taste, dtype=np.float32)

    def similarity_to_title(self, row: int) -> Floats:
        """Return how alike a title all others are: genres, shared people, years; its own is 0."""
        count = len(self.ids)
        alike = self._vectors[:count] @ self._vectors[row]
        apart = np.abs(self._year[:count] - self._year[row]) / _YEARS_APART
        alike = alike * (0.7 + 0.3 * np.exp(-apart))
        for person in self._people[row]:
            for other in self._titles_of.get(person, ()):
                alike[other] += _SHARED_PERSON
        alike[row] = 0
        return np.asarray(alike, dtype=np.float32)

    def genre_share(self, column: int) -> Floats:
        """Return how much of each title is of a genre."""
        return self._vectors[: len(self.ids), column]

    def newness(self, now: float) -> Floats:
        """Return how new each title is: 1 when it opens, a half 30 days later, never 0."""
        age = np.maximum(now - self._opens[: len(self.ids)], 0)
        return np.asarray(1 / (1 + age / _NEW_SECONDS), dtype=np.float32)

    def eligible(self, viewer: Viewer, now: float) -> Mask:
        """Say of all titles whether the viewer may be shown them."""
        count = len(self.ids)
        mask = self._listed[:count] & (self._level[:count] <= viewer.level)
        mask &= (self._opens[:count] <= now) & (now < self._closes[:count])
        if viewer.country is not None:
            bits = _EVERYWHERE | self._country_bits.get(viewer.country, 0)
            mask &= (self._territory[:count] & bits) != 0
        return mask

    def taste(self, title_ids: Sequence[str], weights: Sequence[float]) -> Floats | None:
        """Return the unit vector of genres that watched titles add up to; None for none known."""
        total = np.zeros(MAX_GENRES, dtype=np.float32)
        for title_id, weight in zip(title_ids, weights, strict=True):
            row = self._rows.get(title_id)
            if row is not None:
                total += weight * self._vectors[row]
        length = float(np.linalg.norm(total))
        return None if length == 0 else total / length

    def best(self, scores: Floats, mask: Mask, limit: int = CANDIDATES) -> list[int]:
        """Return the rows with the greatest positive scores under a mask, greatest first."""
        chosen = np.flatnonzero(mask & (scores > 0))
        if len(chosen) > limit:
            chosen = chosen[np.argpartition(-scores[chosen], limit - 1)[:limit]]
        order = np.lexsort((chosen, -scores[chosen]))
        return [int(row) for row in chosen[order][:limit]]

    def _vector(self, title: TitleFeatures) -> Floats:
        """Weigh the first genre most, and give the vector length 1."""
        vector = np.zeros(MAX_GENRES, dtype=np.float32)
        for place, genre in enumerate(title.genres):
            column = self._genre_columns.get(genre[0])
            if column is None:
                if len(self.genres) == MAX_GENRES:
                    continue
                column = self._genre_columns[genre[0]] = len(self.genres)
                self.genres.append(genre)
            vector[column] = 1.0 / (1 + 0.5 * place)
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector

    def _territory_of(self, countries: Sequence[str]) -> int:
        if not countries:
            return _EVERYWHERE
        bits = 0
        for country in countries:
            if country not in self._country_bits and len(self._country_bits) < _MAX_COUNTRIES:
                self._country_bits[country] = 2 << len(self._country_bits)
            # Beyond 62 countries a title is shown where it may turn out not to be playable.
            bits |= self._country_bits.get(country, _EVERYWHERE)
        return bits

    def _link_people(self, row: int, people: tuple[str, ...]) -> None:
        for person in self._people[row]:
            self._titles_of[person].discard(row)
        for person in people:
            self._titles_of.setdefault(person, set()).add(row)
        self._people[row] = people

    def _append(self, title_id: str) -> int:
        row = len(self.ids)
        if row == len(self._level):
            self._grow()
        self.ids.append(title_id)
        self.names.append("")
        self._people.append(())
        self._series.append(None)
        self._rows[title_id] = row
        return row

    def _allocate(self, capacity: int) -> None:
        self._vectors = np.zeros((capacity, MAX_GENRES), dtype=np.float32)
        self._level = np.zeros(capacity, dtype=np.int8)
        self._listed = np.zeros(capacity, dtype=np.bool_)
        self._prior = np.zeros(capacity, dtype=np.float32)
        self._year = np.zeros(capacity, dtype=np.float32)
        self._opens = np.full(capacity, np.inf)
        self._closes = np.full(capacity, np.inf)
        self._territory = np.zeros(capacity, dtype=np.int64)
        self._plays = np.zeros(capacity)
        self._plays_at = np.zeros(capacity)

    def _grow(self) -> None:
        names = "_vectors _level _listed _prior _year _opens _closes _territory _plays _plays_at"
        old = {name: getattr(self, name) for name in names.split()}
        self._allocate(2 * len(self._level))
        for name, values in old.items():
            getattr(self, name)[: len(values)] = values
