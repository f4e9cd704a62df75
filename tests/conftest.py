"""Fixtures for all tests: the subgraph kit's, and the addresses of real servers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "services"))

pytest_plugins = ["reelgraph_dgs.pytest_plugin", "reelgraph_services.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let data-driven tests write their expected files: `pytest --update-golden`."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the expected files of data-driven tests instead of comparing with them",
    )


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are to be written."""
    return bool(request.config.getoption("--update-golden"))
