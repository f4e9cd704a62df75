"""The embedded cache: a dictionary in this process that forgets the least recently used."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Self

from reelgraph_kit.cache.single_flight import SingleFlight


class MemoryCache:
    """Cache of at most `max_entries` values; `clock` gives seconds that never go back."""

    def __init__(
        self, max_entries: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if max_entries < 1:
            raise ValueError("max_entries must be at least 1")
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._max_entries = max_entries
        self._clock = clock
        self._flights: SingleFlight[bytes] = SingleFlight()

    async def get(self, key: str) -> bytes | None:
        """Return a value that has not expired."""
        entry = self._live(key)
        return None if entry is None else entry[1]

    async def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return those of the keys that have a value."""
        return {key: entry[1] for key in keys if (entry := self._live(key)) is not None}

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Store a value; the least recently used one goes when the cache is full."""
        self._store(key, value, self._clock() + _positive(ttl))

    async def set_many(self, values: Mapping[str, bytes], ttl: float) -> None:
        """Store several values."""
        expires = self._clock() + _positive(ttl)
        for key, value in values.items():
            self._store(key, value, expires)

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        """Store a value only if the key has none."""
        if self._live(key) is not None:
            return False
        self._store(key, value, self._clock() + _positive(ttl))
        return True

    async def increment(self, key: str, ttl: float, by: int = 1) -> int:
        """Add to a number."""
        entry = self._live(key)
        expires, raw = entry or (self._clock() + _positive(ttl), b"0")
        number = int(raw) + by
        self._store(key, str(number).encode(), expires)
        return number

    async def delete(self, *keys: str) -> None:
        """Forget some keys."""
        for key in keys:
            self._entries.pop(key, None)

    async def get_or_compute(
        self, key: str, ttl: float, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return a value, computing it once when it is missing."""
        found = await self.get(key)
        if found is not None:
            return found

        async def compute_and_store() -> bytes:
            value = await compute()
            await self.set(key, value, ttl)
            return value

        return await self._flights.run(key, compute_and_store)

    async def ping(self) -> None:
        """Return at once: memory is always there."""

    async def close(self) -> None:
        """Forget everything."""
        self._entries.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def _live(self, key: str) -> tuple[float, bytes] | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= self._clock():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry

    def _store(self, key: str, value: bytes, expires: float) -> None:
        self._entries[key] = (expires, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)


def _positive(ttl: float) -> float:
    if ttl <= 0:
        raise ValueError(f"ttl must be more than 0 seconds, not {ttl}")
    return ttl
