"""Dates and times as whole milliseconds since 1970 UTC, the precision of both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_milliseconds(text: str) -> int:
    """Read an ISO 8601 date or date-time; without a zone it is UTC.

    Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def to_text(milliseconds: int) -> str:
    """Write the one form in which documents keep a moment."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
