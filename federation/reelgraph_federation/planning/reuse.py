"""What a part under `@defer` may use of the fetches made before it."""

from __future__ import annotations

from enum import IntEnum


class Reuse(IntEnum):
    """What a deferred block may use of the fetches made before it; the first answer may use all.

    `NOTHING`: nothing; objects that are there are entered by their keys. `FETCHES`: fields may be added to
    fetches that it builds on. `PATHS`: objects that are there may be fetched once more through the
    objects above them.
    """

    NOTHING = 0
    FETCHES = 1
    PATHS = 2
