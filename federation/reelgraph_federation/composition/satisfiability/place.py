"""Where a query can stand, and how it came there."""

from __future__ import annotations

from dataclasses import dataclass

from .ability import Taken
from .memory import Views


@dataclass(slots=True, eq=False)
class Place:
    """An object type, where it was found, and the way there (``parent`` and ``field``)."""

    type_name: str
    found: int
    views: Views
    parent: Place | None
    field: str
    on: str | None = None
    contexts: Taken = frozenset()
    """What the fields of the place may take: of each context, what the nearest setter above can give."""

    def path(self) -> list[Place]:
        """Return the places from the root to this one."""
        way: list[Place] = []
        place: Place | None = self
        while place is not None:
            way.append(place)
            place = place.parent
        return way[::-1]
