"""Let the publishes of one process to one variant go one after the other."""

import asyncio
from weakref import WeakValueDictionary


class VariantLocks:
    """One lock a variant, kept only while somebody holds or awaits it.

    They save work, for each publish that comes first makes the others compose again; what keeps
    publishes from being lost is the store's compare-and-set, across processes as well.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def of(self, graph: str, variant: str) -> asyncio.Lock:
        """Return the lock of a variant."""
        return self._locks.setdefault((graph, variant), asyncio.Lock())
