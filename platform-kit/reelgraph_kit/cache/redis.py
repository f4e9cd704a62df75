"""The cache on Redis or Valkey, with redis-py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Self, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from reelgraph_kit.cache.port import CacheError
from reelgraph_kit.cache.single_flight import SingleFlight

# One round trip, so that a number can never be left without a time to live.
_INCREMENT = """
local number = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return number
"""


class RedisCache:
    """Cache on the server at `url`; every key is stored under `prefix`."""

    def __init__(self, url: str, prefix: str = "") -> None:
        # Callers beyond these wait for a connection: a crowd that connects at once would time out.
        pool = BlockingConnectionPool.from_url(
            url, max_connections=16, timeout=20, socket_timeout=5, socket_connect_timeout=5
        )
        self._client = Redis.from_pool(pool)
        self._prefix = prefix
        self._increment = self._client.register_script(_INCREMENT)
        self._flights: SingleFlight[bytes] = SingleFlight()

    async def get(self, key: str) -> bytes | None:
        """Return a value that has not expired."""
        with _errors():
            return cast("bytes | None", await self._client.get(self._prefix + key))

    async def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return those of the keys that have a value."""
        if not keys:
            return {}
        with _errors():
            values = await self._client.mget([self._prefix + key for key in keys])
        return {
            key: cast("bytes", value)
            for key, value in zip(keys, values, strict=True)
            if value is not None
        }

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Store a value."""
        with _errors():
            await self._client.set(self._prefix + key, value, px=_milliseconds(ttl))

    async def set_many(self, values: Mapping[str, bytes], ttl: float) -> None:
        """Store several values in one round trip."""
        milliseconds = _milliseconds(ttl)
        with _errors():
            async with self._client.pipeline(transaction=False) as pipeline:
                for key, value in values.items():
                    pipeline.set(self._prefix + key, value, px=milliseconds)
                await pipeline.execute()

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        """Store a value only if the key has none."""
        with _errors():
            stored = await self._client.set(
                self._prefix + key, value, px=_milliseconds(ttl), nx=True
            )
        return bool(stored)

    async def increment(self, key: str, ttl: float, by: int = 1) -> int:
        """Add to a number."""
        with _errors():
            number = await self._increment(keys=[self._prefix + key], args=[by, _milliseconds(ttl)])
        return int(number)

    async def delete(self, *keys: str) -> None:
        """Forget some keys."""
        if keys:
            with _errors():
                await self._client.delete(*(self._prefix + key for key in keys))

    async def get_or_compute(
        self, key: str, ttl: float, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return a value, computing it once per process when it is missing."""
        found = await self.get(key)
        if found is not None:
            return found

        async def compute_and_store() -> bytes:
            value = await compute()
            await self.set(key, value, ttl)
            return value

        return await self._flights.run(key, compute_and_store)

    async def ping(self) -> None:
        """Ask the server for a sign of life."""
        with _errors():
            await self._client.ping()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise CacheError(f"The cache does not answer: {error}") from error


def _milliseconds(ttl: float) -> int:
    if ttl <= 0:
        raise ValueError(f"ttl must be more than 0 seconds, not {ttl}")
    return max(1, round(ttl * 1000))
