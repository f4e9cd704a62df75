"""The port of the cache."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, Self


class CacheError(Exception):
    """The cache cannot be reached; callers go on without it or fail as they see fit."""


class Cache(Protocol):
    """Bytes by key, each with a time to live in seconds (greater than 0)."""

    async def get(self, key: str) -> bytes | None:
        """Return a value, or None when there is none or it has expired."""
        ...

    async def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return those of the keys that have a value."""
        ...

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Store a value for `ttl` seconds, replacing another one."""
        ...

    async def set_many(self, values: Mapping[str, bytes], ttl: float) -> None:
        """Store several values for `ttl` seconds."""
        ...

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        """Store a value only if the key has none; say whether it was stored. Atomic."""
        ...

    async def increment(self, key: str, ttl: float, by: int = 1) -> int:
        """Add to a number and return it; the first increment starts the time to live. Atomic."""
        ...

    async def delete(self, *keys: str) -> None:
        """Forget some keys; unknown ones are fine."""
        ...

    async def get_or_compute(
        self, key: str, ttl: float, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return a value, computing and storing it when it is missing.

        In one process, callers that ask for the same missing key together share one
        computation. When it raises, all of them get the error and nothing is stored.
        """
        ...

    async def ping(self) -> None:
        """Return when the cache can be reached; raises `CacheError`."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...
