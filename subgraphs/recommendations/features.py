"""What the model knows of a title: this service's own copy of facts that catalog owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LEVELS = {"ALL": 0, "SEVEN": 1, "THIRTEEN": 2, "SIXTEEN": 3, "EIGHTEEN": 4}
"""Maturity ratings in order; an unknown one is taken for EIGHTEEN."""

FAMILY_LEVEL = LEVELS["SEVEN"]

SELECTION = """id name kind releaseYear maturityRating popularity version series { id }
genres { id name } credits { role person { id } } availability { country startsAt endsAt }"""
"""The fields of Title that features are made of, as catalog is asked for them."""

_MAX_PEOPLE = 6


@dataclass(frozen=True, slots=True)
class TitleFeatures:
    """One title. Moments are unix seconds; `closes` is None without an end.

    `countries` is empty where the title is open everywhere. With several windows the features
    span all of them: they only keep a title from being shown, playback judges for itself.
    """

    id: str
    name: str
    kind: str
    year: int
    level: int
    prior: float
    version: int
    genres: tuple[tuple[str, str], ...]
    people: tuple[str, ...]
    opens: float
    closes: float | None
    countries: tuple[str, ...]
    series_id: str | None = None


def features_of(title: Mapping[str, Any]) -> TitleFeatures:
    """Read a title as catalog answers it; raises `KeyError` or `ValueError` for another shape."""
    windows = title["availability"]
    starts = [_seconds(window["startsAt"]) for window in windows]
    ends = [window["endsAt"] for window in windows]
    countries = {window["country"] for window in windows}
    series = title["series"]
    return TitleFeatures(
        id=title["id"],
        name=title["name"],
        kind=title["kind"],
        year=title["releaseYear"],
        level=LEVELS.get(title["maturityRating"], LEVELS["EIGHTEEN"]),
        prior=min(max(float(title["popularity"]), 0.0), 1.0),
        version=title["version"],
        genres=tuple((genre["id"], genre["name"]) for genre in title["genres"]),
        people=_people(title["credits"]),
        # A title without a window is not open at all.
        opens=min(starts, default=float("inf")),
        closes=None if not ends or None in ends else max(map(_seconds, ends)),
        countries=() if None in countries else tuple(sorted(countries)),
        series_id=None if series is None else series["id"],
    )


def _people(credits: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return who made it first, then who plays in it."""
    ordered = sorted(credits, key=lambda credit: credit["role"] != "DIRECTOR")
    ids = [credit["person"]["id"] for credit in ordered]
    return tuple(dict.fromkeys(ids))[:_MAX_PEOPLE]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
