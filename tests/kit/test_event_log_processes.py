"""The embedded event log among processes: everybody hears, and a killed writer harms nobody."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from reelgraph_kit.event_log import Event, EventLog, open_event_log

pytestmark = pytest.mark.end_to_end

WRITER = """
import asyncio, sys
from reelgraph_kit.event_log import open_event_log

async def main(url: str, name: str, count: int) -> None:
    async with open_event_log(url) as log:
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(count):
            await log.publish("t", name, str(number).encode())
            print(number, flush=True)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""

READER = """
import asyncio, sys
from reelgraph_kit.event_log import open_event_log

async def main(url: str) -> None:
    async with open_event_log(url) as log:
        consumer = await log.consumer("t", "readers")
        while True:
            for event in await consumer.fetch():
                print(event.value.decode(), flush=True)
                await asyncio.Future()  # holds the lease, never commits

asyncio.run(main(sys.argv[1]))
"""


async def python(script: str, *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, *arguments, stdin=pipe, stdout=pipe
    )


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


async def begin(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    await process.stdin.drain()


async def read(log: EventLog, group: str, count: int) -> list[Event]:
    consumer = await log.consumer("t", group)
    events: list[Event] = []
    async with asyncio.timeout(60):
        while len(events) < count:
            events += await consumer.fetch(wait_seconds=1)
    return events


async def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/events.db"
    writers = [await python(WRITER, url, name, "100") for name in ("a", "b", "c")]
    for writer in writers:
        assert await line(writer) == "ready"
    for writer in writers:
        await begin(writer)
    async with open_event_log(url) as log:
        events = await read(log, "readers", 300)
    for writer in writers:
        await writer.communicate()
        assert writer.returncode == 0
    for name in ("a", "b", "c"):
        own = [int(event.value) for event in events if event.key == name]
        assert own == list(range(100))


async def test_another_process_is_heard_while_one_waits(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/events.db"
    writer = await python(WRITER, url, "a", "1")
    assert await line(writer) == "ready"
    async with open_event_log(url) as log:
        consumer = await log.consumer("t", "readers")
        waiting = asyncio.create_task(consumer.fetch())
        await begin(writer)
        assert await line(writer) == "0"
        assert len(await asyncio.wait_for(waiting, 60)) == 1
    await writer.communicate()


async def test_what_a_killed_writer_was_told_is_stored_is_stored(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/events.db"
    writer = await python(WRITER, url, "a", "1000000")
    assert await line(writer) == "ready"
    await begin(writer)
    stored = [int(await line(writer)) for _ in range(30)]
    writer.kill()
    await writer.communicate()
    async with open_event_log(url) as log:
        await log.publish("t", "b", b"after")
        events = await read(log, "readers", len(stored) + 1)
    own = [int(event.value) for event in events if event.key == "a"]
    assert own == list(range(len(own)))
    assert len(own) >= len(stored)


async def test_the_work_of_a_killed_consumer_goes_to_another(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/events.db"
    async with open_event_log(url) as log:
        await log.publish("t", "k", b"0")
        reader = await python(READER, url)
        assert await line(reader) == "0"
        consumer = await log.consumer("t", "readers")
        assert await consumer.fetch(wait_seconds=0.3) == []
        reader.kill()
        await reader.communicate()
        events = await consumer.fetch(wait_seconds=20)
        assert [event.value for event in events] == [b"0"]
