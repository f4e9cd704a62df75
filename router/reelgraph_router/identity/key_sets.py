"""The public keys of token issuers, from URLs and files, kept fresh (RFC 7517)."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import jwt

REFRESH_SECONDS = 300.0
"""A key set is read again after this time even when no unknown key turned up."""
COOLDOWN_SECONDS = 5.0
"""Unknown key ids make a set be read again at most this often."""
FETCH_TIMEOUT_SECONDS = 5.0

_log = logging.getLogger("reelgraph.router.identity")


@dataclass(slots=True)
class KeySource:
    """One key set and what it may vouch for.

    With an `issuer`, every key speaks for that issuer. Without, each key speaks for the issuer
    that its `kid` names, and such tokens may say that they are a service's.
    """

    location: str
    issuer: str | None = None
    keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    read_at: float = float("-inf")

    def speaks_for(self, kid: str, issuer: str) -> bool:
        """Whether the key `kid` of this set may sign in the name of `issuer`."""
        if self.issuer is not None:
            return issuer == self.issuer
        return bool(issuer) and (kid == issuer or kid.startswith(f"{issuer}-"))


def read_entry(entry: str) -> KeySource:
    """Read a setting's entry: `issuer=location`, or a bare location."""
    issuer, equals, location = entry.partition("=")
    if equals and "?" not in issuer:
        return KeySource(location.strip(), issuer.strip())
    return KeySource(entry)


class KeySets:
    """All configured key sets; finds the key of a token, reading sets again where needed."""

    def __init__(
        self, sources: list[KeySource], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._lock = asyncio.Lock()

    def find(self, kid: str, issuer: str) -> tuple[KeySource, jwt.PyJWK] | None:
        """The key `kid` that may sign for `issuer`, among the keys known now."""
        for source in self._sources:
            key = source.keys.get(kid)
            if key is not None and source.speaks_for(kid, issuer):
                return source, key
        return None

    async def refresh(self, *, older_than: float) -> None:
        """Read again each set last read more than `older_than` seconds ago."""
        async with self._lock:
            now = self._clock()
            stale = [s for s in self._sources if now - s.read_at > older_than]
            await asyncio.gather(*(self._read(source) for source in stale))

    async def keep_fresh(self) -> None:
        """Read all sets now and then, for ever; failed ones again soon."""
        while True:
            await self.refresh(older_than=REFRESH_SECONDS)
            complete = all(source.keys for source in self._sources)
            await asyncio.sleep(REFRESH_SECONDS if complete else COOLDOWN_SECONDS)

    async def _read(self, source: KeySource) -> None:
        try:
            source.keys = read_keys(await fetch(source.location))
            source.read_at = self._clock()
        except Exception as error:
            # The keys known so far stay: an issuer that is down must not lock everybody out.
            _log.warning("cannot read the key set %s: %s", source.location, error)
            if source.keys:
                source.read_at = self._clock()


def read_keys(text: bytes) -> dict[str, jwt.PyJWK]:
    """Keys by id; keys of kinds that this library does not know are left out."""
    import jwt  # slow to import, and of no use to a router without issuers

    document = cast("dict[str, list[dict[str, object]]]", json.loads(text))
    found: dict[str, jwt.PyJWK] = {}
    for entry in document["keys"]:
        try:
            key = jwt.PyJWK.from_dict(entry)
        except jwt.exceptions.PyJWTError as error:
            _log.warning("key %s is left out: %s", entry.get("kid"), error)
            continue
        if entry.get("use", "sig") == "sig" and entry.get("kty") != "oct":
            found[str(entry.get("kid", ""))] = key
    return found


async def fetch(location: str) -> bytes:
    """Read a key set's text from an http(s) URL or a file."""
    if location.startswith(("http://", "https://")):
        import httpx  # loaded only where a key set is on the network

        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS) as client:
            response = await client.get(location)
            response.raise_for_status()
            return response.content
    path = location.removeprefix("file://")
    return await asyncio.to_thread(Path(path).read_bytes)
