"""Choose an adapter of the cache by URL."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from reelgraph_kit.cache.port import Cache


def open_cache(url: str, prefix: str = "") -> Cache:
    """Open the cache at `url`; every key gets `prefix`, so that services can share a server.

    `memory://?max_entries=10000` lives in this process; `redis://host:port/number` (or
    `rediss://`) speaks to Redis or Valkey. Nothing is connected before the first call. Raises
    `ValueError` for another kind of URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory":
        from reelgraph_kit.cache.memory import MemoryCache

        options = parse_qs(parts.query)
        return MemoryCache(max_entries=int(options.get("max_entries", ["10000"])[-1]))
    if parts.scheme in ("redis", "rediss"):
        from reelgraph_kit.cache.redis import RedisCache

        return RedisCache(url, prefix)
    raise ValueError(f"{url!r} is no cache: use memory:// or redis://host:port/number.")
