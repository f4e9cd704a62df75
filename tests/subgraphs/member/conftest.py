from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from reelgraph_dgs.testing import SubgraphClient, TestSigners
from subgraphs.member.app import create_app
from subgraphs.member.passwords import Passwords
from subgraphs.member.settings import Settings

Start = Callable[[FastAPI], Awaitable[SubgraphClient]]


@dataclass
class SettableClock:
    now: datetime = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


class CountingHasher(PasswordHasher):
    """A cheap argon2id that counts its verifications."""

    def __init__(self, time_cost: int = 1) -> None:
        super().__init__(time_cost=time_cost, memory_cost=64, parallelism=1)
        self.verified: list[str | bytes] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(hash)
        return super().verify(hash, password)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def passwords(hasher: CountingHasher) -> Passwords:
    return Passwords(hasher)


@pytest.fixture
async def member(
    tmp_path: Path,
    signers: TestSigners,
    start_subgraph: Start,
    clock: SettableClock,
    passwords: Passwords,
) -> SubgraphClient:
    """The member subgraph with the demo member, a settable clock and cheap hashing."""
    settings = Settings(data_dir=tmp_path, trusted_signers=signers.jwks_path, seed_demo=True)
    return await start_subgraph(create_app(settings, clock, passwords))
