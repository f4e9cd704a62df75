"""The public keys of token issuers, from URLs and files, kept fresh (RFC 7517).

A set is read at the start, again now and then (files when they change), and where a token names a key
that is not in it. Only a set that answered last time is waited for: one that hangs delays nobody
twice, since from then on it is asked beside the requests until it answers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import jwt

REFRESH_SECONDS = 60.0
"""A key set at a URL is read again after this time even when no unknown key turned up."""
FILE_SECONDS = 1.0
"""A key set in a file is looked at this often."""
COOLDOWN_SECONDS = 5.0
"""Unknown key ids make a set be read again at most this often, and a failing one is tried again."""
FETCH_TIMEOUT_SECONDS = 5.0
PATIENCE_SECONDS = 2.0
"""How long a request waits for a set."""
MAX_SET_BYTES = 1_000_000
MAX_KEYS = 100

_log = logging.getLogger("reelgraph.router.identity")


@dataclass(slots=True, eq=False)
class IssuerKey:
    """One key of a set; `is_held` ends when the key leaves the set."""

    kid: str
    key: jwt.PyJWK
    entry: Mapping[str, object]
    is_held: bool = True


@dataclass(slots=True, eq=False)
class KeySource:
    """One key set and what it may vouch for.

    With an `issuer`, every key speaks for that issuer. Without, each key speaks for the issuer
    that its `kid` names, and such tokens are those of our own services.
    """

    location: str
    issuer: str | None = None
    keys: tuple[IssuerKey, ...] = ()
    read_at: float = float("-inf")
    is_failing: bool = False
    """Whether it could not be read, or not in time, when it was last tried."""
    reading: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def is_file(self) -> bool:
        """Whether the set is in a file."""
        return not self.location.startswith(("http://", "https://"))

    @property
    def path(self) -> Path:
        """The file of a set that is in one."""
        return Path(self.location.removeprefix("file://"))

    def speaks_for(self, kid: str, issuer: str) -> bool:
        """Whether the key `kid` of this set may sign in the name of `issuer`."""
        if self.issuer is not None:
            return issuer == self.issuer
        return bool(issuer) and (kid == issuer or kid.startswith(f"{issuer}-"))

    def hold(self, found: list[IssuerKey]) -> None:
        """Put what was read in the place of the keys; those that are not in it are let go at once."""
        held = [next((old for old in self.keys if old.entry == new.entry), new) for new in found]
        for old in self.keys:
            old.is_held = old in held
        self.keys = tuple(held)


def read_entry(entry: str) -> KeySource:
    """Read a setting's entry: `issuer=location`, or a bare location."""
    issuer, equals, location = entry.partition("=")
    if equals and "?" not in issuer:
        return KeySource(location.strip(), issuer.strip())
    return KeySource(entry)


class KeySets:
    """All configured key sets; finds the keys of a token, reading sets again where needed."""

    def __init__(
        self,
        sources: list[KeySource],
        clock: Callable[[], float] = time.monotonic,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._refresh_seconds = refresh_seconds

    def find(self, kid: str, issuer: str) -> list[tuple[KeySource, IssuerKey]]:
        """The keys that may have signed a token of `issuer`, among the keys known now.

        Usually one; several where an issuer has several sets, or its tokens name no key.
        """
        return [
            (source, key)
            for source in self._sources
            if source.speaks_for(kid, issuer)
            for key in source.keys
            if key.kid == kid or (not kid and source.issuer is not None)
        ]

    def is_unsure(self, kid: str, issuer: str) -> bool:
        """Whether a set that could hold the key cannot be read now."""
        return any(source.is_failing for source in self._sources if source.speaks_for(kid, issuer))

    async def look_again(self, kid: str, issuer: str) -> None:
        """Read again the sets that could hold the key, unless they were read a moment ago.

        Waits for `PATIENCE_SECONDS` at most, and not at all for sets that failed the last time.
        """
        waited = [
            reading
            for source in self._sources
            if source.speaks_for(kid, issuer) and (reading := self._begin(source)) is not None
        ]
        if not waited:
            return
        await asyncio.wait(waited, timeout=PATIENCE_SECONDS)
        for source in self._sources:
            if source.reading in waited and not source.reading.done():
                self._fail(source, "it does not answer")

    def _begin(self, source: KeySource) -> asyncio.Task[None] | None:
        """What to wait for where a key is missing from a set; None where waiting is of no use."""
        if source.is_failing:
            return None
        if source.reading is None and self._clock() - source.read_at > COOLDOWN_SECONDS:
            return self._start(source)
        return source.reading

    async def keep_fresh(self) -> None:
        """Read all sets now and then, for ever; failed ones again soon."""
        try:
            async with asyncio.TaskGroup() as following:
                for source in self._sources:
                    following.create_task(self._follow(source))
        finally:
            for source in self._sources:
                if source.reading is not None:
                    source.reading.cancel()

    async def _follow(self, source: KeySource) -> None:
        seen: object = None
        while True:
            state = await asyncio.to_thread(_file_state, source.path) if source.is_file else None
            if state is None or state != seen or source.is_failing:
                await asyncio.wait([source.reading or self._start(source)])
            seen = state
            if source.is_file:
                await asyncio.sleep(FILE_SECONDS)
            else:
                failed = source.is_failing
                await asyncio.sleep(COOLDOWN_SECONDS if failed else self._refresh_seconds)

    def _start(self, source: KeySource) -> asyncio.Task[None]:
        source.reading = asyncio.create_task(self._read(source))
        return source.reading

    async def _read(self, source: KeySource) -> None:
        try:
            async with asyncio.timeout(FETCH_TIMEOUT_SECONDS):
                source.hold(read_keys(await fetch(source)))
            if source.is_failing:
                _log.info("the key set %s can be read again", source.location)
            source.is_failing = False
            source.read_at = self._clock()
        except Exception as error:
            # The keys known so far stay: an issuer that is down must not lock everybody out.
            self._fail(source, str(error) or type(error).__name__)
        finally:
            source.reading = None

    def _fail(self, source: KeySource, reason: str) -> None:
        if not source.is_failing:
            _log.warning("cannot read the key set %s: %s", source.location, reason)
        source.is_failing = True


def read_keys(text: bytes) -> list[IssuerKey]:
    """The keys of a set; those that cannot verify a signature here are left out.

    Raises ValueError or KeyError when the text is no key set.
    """
    document = json.loads(text)
    entries = document["keys"] if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise ValueError(f'a key set is an object with "keys", a list of at most {MAX_KEYS} keys')
    read = [_read_key(entry) for entry in entries]
    return [key for key in read if key is not None]


def _read_key(entry: object) -> IssuerKey | None:
    """A public key for signatures, or None; no symmetric one, since the set is public."""
    import jwt  # slow to import, and of no use to a router without issuers

    if not isinstance(entry, dict) or entry.get("kty") == "oct" or entry.get("use", "sig") != "sig":
        return None
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        key = jwt.PyJWK.from_dict(cast("dict[str, object]", entry))
    except Exception as error:  # whatever the library says of one entry, the others count
        _log.warning("key %s is left out: %s", entry.get("kid"), error)
        return None
    return IssuerKey(str(entry.get("kid", "")), key, entry)


def _file_state(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return "missing"
    return found.st_mtime_ns, found.st_size, found.st_ino


async def fetch(source: KeySource) -> bytes:
    """A key set's text from its URL or file, of at most `MAX_SET_BYTES`."""
    if source.is_file:
        return await asyncio.to_thread(_read_file, source.path)
    import httpx  # loaded only where a key set is on the network

    text = b""
    async with (
        httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS) as client,
        client.stream("GET", source.location) as response,
    ):
        response.raise_for_status()
        async for part in response.aiter_bytes():
            text += part
            if len(text) > MAX_SET_BYTES:
                raise ValueError(f"it has more than {MAX_SET_BYTES} bytes")
    return text


def _read_file(path: Path) -> bytes:
    if not path.is_file():  # a pipe would be waited for
        raise ValueError("there is no such file")
    with path.open("rb") as file:
        text = file.read(MAX_SET_BYTES + 1)
    if len(text) > MAX_SET_BYTES:
        raise ValueError(f"it has more than {MAX_SET_BYTES} bytes")
    return text
