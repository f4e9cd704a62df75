"""Fixtures with the addresses of real servers; mark tests that use them `real_service`.

The servers start when a test first asks, are shared by the processes of pytest-xdist and stop
with the run. Where one cannot start, its tests fail.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from reelgraph_services.postgresql import create_database
from reelgraph_services.server import Server
from reelgraph_services.shared import Name, shared


@contextmanager
def _server(name: Name, factory: pytest.TempPathFactory) -> Iterator[Server]:
    worker = "PYTEST_XDIST_WORKER" in os.environ
    folder: Path = factory.getbasetemp()
    if worker:
        folder = folder.parent
    with shared(name, folder, worker) as server:
        yield server


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of an Elasticsearch 8.19 node; use index names of your own."""
    with _server("elasticsearch", tmp_path_factory) as server:
        yield server.url


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a Kafka 4.1 broker; use topic names of your own."""
    with _server("kafka", tmp_path_factory) as server:
        yield server.url


@pytest.fixture(scope="session")
def _redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _server("valkey", tmp_path_factory) as server:
        yield server.url


@pytest.fixture
def redis_url(_redis_server: str) -> str:
    """URL of a Valkey server; use keys of your own."""
    return _redis_server


@pytest.fixture(scope="session")
def _mongodb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _server("mongodb", tmp_path_factory) as server:
        yield server.url


@pytest.fixture(scope="module")
def mongodb_url(_mongodb_server: str) -> str:
    """URL of a fresh database on a server of the MongoDB protocol."""
    return f"{_mongodb_server}/{_fresh_name()}"


@pytest.fixture(scope="session")
def _postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _server("postgresql", tmp_path_factory) as server:
        yield server.url


@pytest.fixture(scope="module")
def postgresql_url(_postgresql_server: str) -> str:
    """SQLAlchemy URL (asyncpg) of a fresh database for the test module."""
    return create_database(_postgresql_server, _fresh_name())


def _fresh_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"
