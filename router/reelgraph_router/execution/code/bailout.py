"""How compiled code says that it cannot go on, and why."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why compiled code gave up, where it looked for it."""

    FAULTS = "something failed"
    FAILED = "a fetch failed"
    DIGITS = "an integer of many digits in an answer with custom scalars"
    ERRORS = "a subgraph answered with errors"
    NULL_KEY = "a key is null"
    COUNT = "more or fewer entities than asked for"
    NOT_ADDED = "a field that some objects only are given"
    NOT_GIVEN = "an object without a field of its type"
    TYPE = "an object of a type that clients do not know"
    ENUM = "an enum value that clients do not know"
    SCALAR = "a scalar of another type, or null"
    LIST = "no list where one belongs"
    UNREACHED = "an object of a type of which no subgraph has a field"
    LEFT_OUT = "a field that the caller may not have and that is not nullable"


class Bailout(Exception):
    """The data are such that a slower way has to answer, which knows every case."""


NAMES: dict[str, object] = {"Bailout": Bailout, **Reason.__members__}
"""What code needs to say `raise Bailout(COUNT)`."""

BAILOUTS = (
    Bailout, msgspec.MsgspecError, TypeError, KeyError, IndexError, AttributeError, OverflowError,
    RecursionError,
)  # fmt: skip
"""What compiled code raises at data that are not as planned; anything else is a fault of ours."""


def reason_for(error: Exception) -> str:
    """Name why compiled code gave up."""
    if isinstance(error, Bailout):
        return str(error)
    if isinstance(error, msgspec.ValidationError):
        return "an answer that does not fit its records"
    if isinstance(error, msgspec.MsgspecError):
        return "an answer that the decoder cannot read"
    return "data of another shape than planned"
