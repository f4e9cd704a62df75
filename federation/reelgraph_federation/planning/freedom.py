"""What a part under `@defer` may use of the fetches made before it."""

from __future__ import annotations

from enum import IntEnum


class Freedom(IntEnum):
    """What a deferred block may use of the fetches made before it; the first answer may use all.

    `OWN`: nothing; objects that are there are entered by their keys. `OUTER`: fields may be added to
    fetches that it builds on. `ANY`: objects that are there may be fetched once more through the
    objects above them.
    """

    OWN = 0
    OUTER = 1
    ANY = 2
