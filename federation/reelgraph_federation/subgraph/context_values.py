"""The value of ``@fromContext``: the name of a context and a selection, ``"$user { locale }"``."""

from __future__ import annotations

import re

_FROM_CONTEXT = re.compile(r"\s*\$([_A-Za-z][_0-9A-Za-z]*)\s*(.*)", re.DOTALL)


def split_context_value(value: str | None) -> tuple[str, str] | None:
    """Return the context's name and the selection of a ContextFieldValue; None if malformed."""
    match = None if value is None else _FROM_CONTEXT.fullmatch(value)
    return (match.group(1), " ".join(match.group(2).split())) if match else None
