"""Choose an adapter of the event log by URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from reelgraph_kit.event_log.port import EventLog

_DEFAULT_RETENTION_HOURS = 24 * 7.0


def open_event_log(url: str) -> EventLog:
    """Open the log at `url`.

    `sqlite:///<absolute path>?retention_hours=168` is one file that the processes of a machine
    share; `kafka://host:port[,host:port]?partitions=1&replication=1` a Kafka cluster, with the
    partitions and copies of the topics it makes. Nothing is connected before the first call. Raises `ValueError` for another kind of URL.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        from reelgraph_kit.event_log.sqlite import SqliteEventLog

        hours = float(options.get("retention_hours", _DEFAULT_RETENTION_HOURS))
        return SqliteEventLog(Path(parts.path), retention_seconds=hours * 3600)
    if parts.scheme == "kafka" and parts.netloc:
        from reelgraph_kit.event_log.kafka import KafkaEventLog

        return KafkaEventLog(
            parts.netloc,
            partitions=int(options.get("partitions", "1")),
            replication=int(options.get("replication", "1")),
        )
    raise ValueError(
        f"{url!r} is no event log: use sqlite:///<absolute path> or kafka://host:port."
    )
