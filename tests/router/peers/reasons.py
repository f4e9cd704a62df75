"""Why peers' answers differ where they are wrong: the faults that were found, each with its sign."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.router.peers.compare import Difference, Verdict

Sign = Callable[[Difference, str, str], bool]

_REASONS: tuple[tuple[str, Sign], ...] = (
    (
        "does not serve supergraphs with a feature that it does not have",
        lambda one, *_: one.verdict is Verdict.UNSUPPORTED,
    ),
    (
        "reports no error for a field whose required input failed (the data are equal)",
        lambda one, *_: one.verdict is Verdict.OTHER_ERRORS and not one.got["nulls"],
    ),
    (
        "asks a subgraph for a field that is @external there",
        lambda one, *_: "is external in" in one.reason,
    ),
    (
        "asks a subgraph something that is not valid there",
        lambda one, *_: "was sent" in one.reason,
    ),
    (
        "writes null for the inner lists of a list of lists into a representation",
        lambda _, expected, got: "[[" in expected and ": [null" in got and "[null" not in expected,
    ),
    (
        "leaves out of a representation what @requires selects below a field",
        lambda _, expected, got: "{}" in got and "{}" not in expected,
    ),
    (
        "answers data: null without an error when @skip leaves only __typename to ask",
        lambda one, *_: one.got["data"] is None and not one.reason,
    ),
    (
        "leaves a selected field out of the answer",
        lambda one, *_: _has_less(one.got["data"], one.expected["data"]),
    ),
    (
        "gives @requires a field with the arguments that the client asked it with",
        lambda one, expected, got: "=" in expected and "(n:" in one.operation,
    ),
)


def reason(difference: Difference) -> str:
    """Return the fault behind a peer's difference, or what the peer said."""
    expected, got = (json.dumps(one["data"]) for one in (difference.expected, difference.got))
    expected, got = expected.replace("\\", ""), got.replace("\\", "")
    for text, has_sign in _REASONS:
        if has_sign(difference, expected, got):
            return text
    return difference.reason.split("\n")[0][:100] or "another answer"


def _has_less(got: Any, expected: Any) -> bool:
    """Tell whether some object of an answer lacks a key."""
    if isinstance(got, dict) and isinstance(expected, dict):
        if expected.keys() - got.keys():
            return True
        return any(_has_less(got[key], value) for key, value in expected.items())
    if isinstance(got, list) and isinstance(expected, list):
        return any(_has_less(*pair) for pair in zip(got, expected, strict=False))
    return False
