"""Passwords: argon2id, off the event loop, at the same cost whether the account exists or not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

MIN_LENGTH = 10
MAX_LENGTH = 256
# One hash takes 64 MiB and a core; more at once would only make each slower.
AT_ONCE = 2


@dataclass(slots=True)
class Passwords:
    """Hashes and verifies with argon2id, RFC 9106's second recommended parameters by default."""

    hasher: PasswordHasher = field(
        default_factory=lambda: PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
    )
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _decoy: str | None = None

    async def hash(self, password: str) -> str:
        """Return the encoded hash of a password."""
        async with self._turns:
            return await asyncio.to_thread(self.hasher.hash, password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Tell whether the password fits; without a hash, take as long and say no."""
        if encoded is None:
            await self._verify(await self._get_decoy(), password)
            return False
        return await self._verify(encoded, password)

    def needs_rehash(self, encoded: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(encoded)

    async def _verify(self, encoded: str, password: str) -> bool:
        async with self._turns:
            try:
                return await asyncio.to_thread(self.hasher.verify, encoded, password)
            except (VerificationError, InvalidHashError):
                return False

    async def _get_decoy(self) -> str:
        if self._decoy is None:
            self._decoy = await self.hash("nobody's password")
        return self._decoy
