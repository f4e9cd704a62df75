"""What the router answers of an operation itself: `__schema` and `__type`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reelgraph_router.errors import GraphQLFault


@dataclass(slots=True)
class Failed:
    """An answer with errors; their paths begin below the field."""

    value: object = None
    faults: list[GraphQLFault] = field(default_factory=list)


class Introspected(dict[str, object]):
    """Answers by the alias in `QueryPlan.introspection`, but for those in `failed`.

    `missing` stands for aliases that are in neither: nothing could be executed.
    """

    def __init__(
        self,
        answers: Mapping[str, object],
        failed: Mapping[str, Failed] | None = None,
        missing: Failed | None = None,
    ) -> None:
        super().__init__(answers)
        self.failed = failed or {}
        self.missing = missing or Failed()


NOTHING_INTROSPECTED = Introspected({})
