"""JSON that orjson does not read or write: integers beyond 64 bits, and what is nested deeply.

Custom scalars may hold either. orjson is asked first; only what it refuses comes here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

import orjson

MOST_LEVELS = 200
"""How deep a client's variables may be nested."""

LONG_NUMBER = re.compile(rb"[0-9]{19}")
"""Found in every text with an integer beyond 64 bits, of which orjson would make a double."""


def read_json(text: bytes) -> object:
    """Read JSON in UTF-8; integers keep all their digits. Raises ValueError."""
    if LONG_NUMBER.search(text) is None:
        return orjson.loads(text)
    orjson.loads(text)  # is stricter, also about depth
    return json.loads(text.decode(), parse_float=_finite)


def write_json(value: object) -> bytes:
    """Write JSON, of any depth and with integers of any size."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return b"".join(_pieces(value))


def is_nested_deeper(value: object, levels: int) -> bool:
    """Whether lists and objects stand in each other more than `levels` times."""
    found = [value]
    for _ in range(levels + 1):
        found = [item for one in found for item in _items(one)]
        if not found:
            return False
    return True


def _items(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number beyond a double")
    return value


class _Written(bytes):
    """Text that is JSON already."""


def _pieces(value: object) -> Iterator[bytes]:
    """The text of a value, without recursion."""
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _Written):
            yield one
        elif isinstance(one, dict):
            yield b"{"
            waiting.append(_Written(b"}"))
            for number, (name, item) in reversed(list(enumerate(one.items()))):
                waiting += [item, _Written((b"," if number else b"") + _leaf(str(name)) + b":")]
        elif isinstance(one, list | tuple):
            yield b"["
            waiting.append(_Written(b"]"))
            for number, item in reversed(list(enumerate(one))):
                waiting += [item, _Written(b"," if number else b"")]
        else:
            yield _leaf(one)


def _leaf(value: object) -> bytes:
    if isinstance(value, int) and not isinstance(value, bool):
        return b"%d" % value
    if isinstance(value, str):  # half of a surrogate pair is no Unicode
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return orjson.dumps(value)
