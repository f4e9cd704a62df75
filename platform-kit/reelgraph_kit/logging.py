"""Log lines for people or for machines, each with the id of the request it belongs to."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

request_id: ContextVar[str] = ContextVar("reelgraph_request_id", default="")
"""Id of the request being handled in this task, or the empty string outside of one."""

# What logging puts on each record by itself; everything else was given with `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure_logging(
    service: str, level: str = "info", log_format: Literal["text", "json"] = "text"
) -> None:
    """Send the log of this process to standard error, replacing earlier handlers.

    `level` is one of debug, info, warning, error. Call it once per process.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service) if log_format == "json" else TextFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "aiosqlite", "aiokafka", "asyncio", "pymongo"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


class TextFormatter(logging.Formatter):
    """`2026-01-31T10:00:00.123Z INFO catalog reelgraph.x [request id] message key=value`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Write one record as one line, with the traceback below it."""
        current = request_id.get()
        parts = [_timestamp(record), record.levelname, self._service, record.name]
        if current:
            parts.append(f"[{current}]")
        parts.append(record.getMessage())
        parts += [f"{name}={value}" for name, value in _extras(record).items()]
        line = " ".join(parts)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, service, logger, message, requestId and extras."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Write one record as one JSON object; values that JSON lacks become their text."""
        line: dict[str, object] = {
            "time": _timestamp(record),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["requestId"] = current
        line |= _extras(record)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def _timestamp(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}
