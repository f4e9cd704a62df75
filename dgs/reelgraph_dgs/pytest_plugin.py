"""pytest fixtures for subgraphs; turn them on with `pytest_plugins = ["reelgraph_dgs.pytest_plugin"]`.

- `signers`: throw-away keys; give `signers.jwks_path` to the settings' `trusted_signers`.
- `start_subgraph`: `client = await start_subgraph(app)` starts an app for this test and gives a
  `SubgraphClient`; the app is stopped after the test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:  # what most tests of a project never use should not slow their start
    from fastapi import FastAPI

    from reelgraph_dgs.testing import SubgraphClient, TestSigners


@pytest.fixture
def signers(tmp_path: Path) -> TestSigners:
    """Keys of the router and of the services of the tests."""
    from reelgraph_dgs.testing import TestSigners

    names = ("router", "member", "billing", "playback", "recommendations", "search", "catalog")
    return TestSigners(tmp_path, names)


@pytest_asyncio.fixture
async def start_subgraph(
    signers: TestSigners,
) -> AsyncIterator[Callable[[FastAPI], Awaitable[SubgraphClient]]]:
    """Start apps and stop them after the test."""
    from reelgraph_dgs.testing import subgraph_client

    async with AsyncExitStack() as stack:

        async def start(app: FastAPI) -> SubgraphClient:
            return await stack.enter_async_context(subgraph_client(app, signers))

        yield start
