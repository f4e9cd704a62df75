"""What a part under `@defer` may use of the fetches made before it."""

from __future__ import annotations

from enum import IntEnum


class Reuse(IntEnum):
    """What a deferred block may use of the fetches made before it; the first answer may use all."""

    NOTHING = 0
    """Objects that are there are entered by their keys."""
    FETCHES = 1
    """Fields may be added to fetches that the block builds on."""
    PATHS = 2
    """Objects that are there may be fetched once more through the objects above them."""
