"""The event log on Kafka, with aiokafka. A topic is made on first use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import CommitFailedError, KafkaError, TopicAlreadyExistsError

from reelgraph_kit.event_log.port import BATCH, Event, EventLogError, LostOwnership, NewEvent, Start

_WAIT_MS = 60_000


class KafkaEventLog:
    """Event log on the cluster at `bootstrap` (host:port, comma-separated)."""

    def __init__(self, bootstrap: str, partitions: int = 1, replication: int = 1) -> None:
        self._bootstrap = bootstrap
        self._partitions = partitions
        self._replication = replication
        self._known_topics: set[str] = set()
        self._producer: AIOKafkaProducer | None = None
        self._consumers: set[KafkaConsumer] = set()
        self._starting = asyncio.Lock()

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Append one event; every in-sync replica has it on return."""
        await self.publish_many([NewEvent(topic, key, value)])

    async def publish_many(self, events: Sequence[NewEvent]) -> None:
        """Append events in order; the producer is idempotent, so retries make no doubles."""
        with self._errors():
            producer = await self._started_producer()
            for topic in {event.topic for event in events}:
                await self._ensure_topic(topic)
            sent = [
                await producer.send(event.topic, event.value, key=event.key.encode())
                for event in events
            ]
            await asyncio.gather(*sent)

    async def consumer(self, topic: str, group: str, start: Start = "earliest") -> KafkaConsumer:
        """Join a consumer group."""
        with self._errors():
            await self._ensure_topic(topic)
        client = AIOKafkaConsumer(
            topic,
            bootstrap_servers=self._bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset=start,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
        )
        with self._errors():
            await _start(client)
            if start == "latest":
                # The group's place is looked up now, not at the first fetch.
                for partition in client.assignment():
                    await client.position(partition)
        consumer = KafkaConsumer(self, client)
        self._consumers.add(consumer)
        return consumer

    async def ping(self) -> None:
        """Ask the cluster for its topics."""
        with self._errors():
            producer = await self._started_producer()
            await producer.client.fetch_all_metadata()

    async def close(self) -> None:
        """Leave all groups and flush the producer."""
        for consumer in list(self._consumers):
            await consumer.close()
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def forget(self, consumer: KafkaConsumer) -> None:
        """Drop a consumer that has closed."""
        self._consumers.discard(consumer)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise EventLogError(f"Kafka at {self._bootstrap}: {error!r}") from error

    async def _started_producer(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._bootstrap, acks="all", enable_idempotence=True
                )
                await _start(producer)
                self._producer = producer
            return self._producer

    async def _ensure_topic(self, topic: str) -> None:
        if topic in self._known_topics:
            return
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        try:
            await admin.start()
            new = NewTopic(topic, self._partitions, self._replication)
            response = await admin.create_topics([new])
            _raise_unless_exists(response)
        except TopicAlreadyExistsError:
            pass
        finally:
            await admin.close()
        self._known_topics.add(topic)


async def _start(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Start a client; one that cannot reach the cluster leaves no connection open."""
    try:
        await client.start()
    except BaseException:
        await client.stop()
        raise


class KafkaConsumer:
    """One member of a consumer group on Kafka."""

    def __init__(self, log: KafkaEventLog, client: AIOKafkaConsumer) -> None:
        self._log = log
        self._client = client
        self._fetched: dict[TopicPartition, int] = {}
        self._closed = False

    async def fetch(self, limit: int = BATCH, wait_seconds: float | None = None) -> list[Event]:
        """Return the next events, in order within each partition."""
        wait_ms = _WAIT_MS if wait_seconds is None else max(0, round(wait_seconds * 1000))
        while True:
            try:
                batches = await self._client.getmany(timeout_ms=wait_ms, max_records=limit)
            except KafkaError as error:
                raise EventLogError(f"Kafka: {error!r}") from error
            events = [
                _event(partition, record)
                for partition, records in batches.items()
                for record in records
            ]
            for partition, records in batches.items():
                self._fetched[partition] = records[-1].offset + 1
            if events or wait_seconds is not None:
                return events

    async def commit(self) -> None:
        """Commit what was fetched; raises `LostOwnership` after a rebalance took it away."""
        mine = self._client.assignment()
        lost = self._fetched.keys() - mine
        offsets = {part: offset for part, offset in self._fetched.items() if part in mine}
        self._fetched.clear()
        try:
            if offsets:
                await self._client.commit(offsets)
        except CommitFailedError as error:
            raise LostOwnership("The group has been rebalanced.") from error
        except KafkaError as error:
            raise EventLogError(f"Kafka: {error!r}") from error
        if lost:
            raise LostOwnership("The group has moved a partition to another consumer.")

    async def rewind(self) -> None:
        """Go back to the committed offset of each partition."""
        self._fetched.clear()
        try:
            for partition in self._client.assignment():
                committed = await self._client.committed(partition)
                if committed is None:
                    await self._client.seek_to_beginning(partition)
                else:
                    self._client.seek(partition, committed)
        except KafkaError as error:
            raise EventLogError(f"Kafka: {error!r}") from error

    async def close(self) -> None:
        """Leave the group."""
        if not self._closed:
            self._closed = True
            self._log.forget(self)
            await self._client.stop()


def _event(partition: TopicPartition, record: Any) -> Event:
    return Event(
        topic=partition.topic,
        key=(record.key or b"").decode(),
        value=record.value,
        offset=record.offset,
        published_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        partition=partition.partition,
    )


def _raise_unless_exists(response: Any) -> None:
    from aiokafka.errors import for_code

    for _topic, code, *_rest in response.topic_errors:
        error = for_code(code)
        if code != 0 and error is not TopicAlreadyExistsError:
            raise error(f"creating the topic failed with code {code}")
