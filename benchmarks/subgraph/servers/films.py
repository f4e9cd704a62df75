"""What every server serves: a thousand films with ten fields each."""

from __future__ import annotations

from typing import NamedTuple

SDL = """
type Film @key(fields: "id") { id: ID! name: String! year: Int! minutes: Int! rating: Float!
  country: String! language: String! colour: Boolean! tagline: String studio: String! }
type Query { films: [Film!]! }
"""


class Row(NamedTuple):
    id: str
    name: str
    year: int
    minutes: int
    rating: float
    country: str
    language: str
    colour: bool
    tagline: str | None
    studio: str


def rows() -> list[Row]:
    return [
        Row(
            id=str(number),
            name=f"Film {number}",
            year=1900 + number % 100,
            minutes=40 + number % 120,
            rating=number % 100 / 10,
            country="de",
            language="en",
            colour=number % 2 == 0,
            tagline=None if number % 3 == 0 else f"The {number}th evening",
            studio="Universum",
        )
        for number in range(1000)
    ]
