"""`@skip` and `@include` of a plan as Python expressions over the request's variables."""

from __future__ import annotations

from collections.abc import Mapping

from reelgraph_federation.planning.query_plan import ALWAYS, Condition, Literal
from reelgraph_router.execution.code.source import Source


class Conditions:
    """The distinct conditions of a plan; each is evaluated once per request."""

    def __init__(self) -> None:
        self._index: dict[Condition, int] = {}

    def __len__(self) -> int:
        return len(self._index)

    @property
    def places(self) -> Mapping[Condition, int]:
        """Where each condition stands in a request's tuple of truths."""
        return self._index

    def index(self, condition: Condition) -> int | None:
        """The condition's place in the request's tuple of truths, or None when it always holds."""
        if condition == ALWAYS:
            return None
        return self._index.setdefault(condition, len(self._index))

    def expression(self, condition: Condition) -> str | None:
        """Code that reads the condition's truth, or None when it always holds."""
        index = self.index(condition)
        return None if index is None else f"run.truths[{index}]"

    def write_evaluator(self, source: Source) -> None:
        """Write `evaluate(v)`, which makes the tuple of truths from coerced variables."""
        with source.block("def evaluate(v):"):
            alternatives = [_alternatives(condition) for condition in self._index]
            source.line(f"return ({''.join(text + ', ' for text in alternatives)})")


def _alternatives(condition: Condition) -> str:
    return "(" + (" or ".join(_conjunction(c) for c in condition) or "False") + ")"


def _conjunction(literals: tuple[Literal, ...]) -> str:
    return "(" + (" and ".join(_literal(literal) for literal in literals) or "True") + ")"


def _literal(literal: Literal) -> str:
    sign = "not " if literal.negated else ""
    return f"{sign}v.get({literal.variable!r}, False)"
