"""JSON that is valid and that orjson refuses: numbers beyond a double, halves of surrogate pairs.

Custom scalars may hold such numbers, and servers in Python or JavaScript escape any text they have.
"""

from __future__ import annotations

import json
import math

import orjson


def read_leniently(body: bytes) -> object:
    """Read JSON as orjson does, and what it refuses, too. Raises ValueError for what is no JSON.

    A number beyond a double is kept as it was written. GraphQL's strings are of Unicode scalar
    values, so half of a surrogate pair becomes the replacement character.
    """
    read = json.loads(body, parse_float=_number, parse_constant=_refuse)
    return _well_formed(read)


def _number(text: str) -> object:
    value = float(text)
    return value if math.isfinite(value) else orjson.Fragment(text)


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _well_formed(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_well_formed(item) for item in value]
    if isinstance(value, dict):
        return {_well_formed(name): _well_formed(item) for name, item in value.items()}
    return value
