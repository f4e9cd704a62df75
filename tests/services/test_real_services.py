"""The servers that tests run against start, answer as what they are, and stop with nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from reelgraph_services.server import answers, is_alive
from reelgraph_services.shared import shared

pytestmark = pytest.mark.real_service


def test_elasticsearch_is_version_8(elasticsearch_url: str) -> None:
    with urllib.request.urlopen(elasticsearch_url, timeout=10) as response:
        assert '"number" : "8.19.13"' in response.read().decode()


async def test_redis_protocol_answers(redis_url: str) -> None:
    from redis.asyncio import Redis

    async with Redis.from_url(redis_url) as client:
        await client.set("test:real-service", "1", ex=5)
        assert await client.get("test:real-service") == b"1"


async def test_postgresql_gives_each_module_a_database(postgresql_url: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(postgresql_url.replace("+asyncpg", ""))
    try:
        tables = await connection.fetchval(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        )
        version = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    assert tables == 0
    assert version.startswith("16.")


async def test_mongodb_protocol_answers(mongodb_url: str) -> None:
    from pymongo import AsyncMongoClient
    from pymongo.asynchronous.database import AsyncDatabase

    client: AsyncMongoClient[dict[str, str]]
    async with AsyncMongoClient(mongodb_url) as client:
        database: AsyncDatabase[dict[str, str]] = client.get_default_database()
        await database["films"].insert_one({"_id": "1"})
        assert await database["films"].find_one() == {"_id": "1"}


async def test_kafka_has_a_broker(kafka_bootstrap: str) -> None:
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        cluster = await admin.describe_cluster()
    finally:
        await admin.close()
    assert len(cluster["brokers"]) == 1


def test_the_last_user_stops_a_shared_server(tmp_path: Path) -> None:
    with shared("valkey", tmp_path, worker=False) as first:
        with shared("valkey", tmp_path, worker=False) as second:
            assert second == first
        assert is_alive(first.pid)
    assert not is_alive(first.pid)
    assert not first.folder.exists()


def test_a_server_ends_with_the_run_that_was_killed() -> None:
    start = Path(__file__).with_name("start.py")
    process = subprocess.Popen(
        [sys.executable, str(start), "valkey"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().strip().rpartition(":")[2])
    process.stdout.close()
    assert answers(port)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    patience = time.monotonic() + 20
    while answers(port):
        assert time.monotonic() < patience, "the server outlived its owner"
        time.sleep(0.05)
