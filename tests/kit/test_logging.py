"""Log lines for people and for machines."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from reelgraph_kit.logging import JsonFormatter, TextFormatter, request_id


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("reelgraph.test").makeRecord(
        "reelgraph.test", logging.WARNING, "file.py", 1, message, args, None, extra=extra
    )
    made.created = 1_800_000_000.5
    return made


def test_text_names_service_and_request() -> None:
    token = request_id.set("r-1")
    line = TextFormatter("catalog").format(record("%d rows", 3, table="title"))
    request_id.reset(token)
    assert line == (
        "2027-01-15T08:00:00.500Z WARNING catalog reelgraph.test [r-1] 3 rows table=title"
    )


def test_json_is_one_object_a_line() -> None:
    line = JsonFormatter("catalog").format(record("two\nlines", table="title", value=object))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2027-01-15T08:00:00.500Z",
        "level": "warning",
        "service": "catalog",
        "logger": "reelgraph.test",
        "message": "two\nlines",
        "table": "title",
        "value": "<class 'object'>",
    }


@pytest.mark.parametrize("formatter", [TextFormatter("catalog"), JsonFormatter("catalog")])
def test_tracebacks_are_kept(formatter: logging.Formatter) -> None:
    made = record("failed")
    try:
        raise LookupError("cause")
    except LookupError:
        made.exc_info = sys.exc_info()
    assert "LookupError: cause" in formatter.format(made)
