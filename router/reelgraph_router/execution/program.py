"""A compiled plan: what `run.py` goes through for each request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reelgraph_federation.planning.query_plan import ObjectShape, QueryPlan, Written

if TYPE_CHECKING:
    from reelgraph_router.execution.contexts import ContextualGroup
    from reelgraph_router.execution.reduce import RequestHeads
    from reelgraph_router.execution.run import Run
    from reelgraph_router.execution.typed.compile import TypedProgram
    from reelgraph_router.execution.typed.quick_ways import QuickWays

JsonObject = dict[str, object]
Target = JsonObject | list[JsonObject]
Targets = Sequence[Target]
"""For each representation its object, or all its objects (see `one to one`)."""

Represent = Callable[["Run"], tuple[list[JsonObject], Targets, bool]]
Collect = Callable[["Run"], Sequence[JsonObject]]
ShapeFunction = Callable[["Run", JsonObject], JsonObject]
Truths = tuple[bool, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GroupProgram:
    """One `_entities` field of a fetch.

    `variable` is the start of the JSON that carries the representations. `plain`: an answered entity
    is assigned to its targets as it is. `own_copies`: each target needs a copy, since what lies
    below is completed differently from place to place.
    """

    alias: str
    variable: bytes
    represent: Represent
    written: tuple[Written, ...]
    plain: bool
    own_copies: bool
    contextual: ContextualGroup | None = None
    """How to split the group by contextual arguments, where it has any."""


Sent = tuple[tuple[GroupProgram, Targets, bool], ...]
"""What was asked for each group: its targets, and whether they are one to one."""


@dataclass(frozen=True, slots=True, eq=False)
class FetchProgram:
    """One request to a subgraph.

    `head` is the body up to its variables; `variables` the client's variables to pass on, each with
    the JSON that names it. `truth` is the index of its condition, or None.
    """

    id: int
    subgraph: str
    head: bytes
    timeout: float
    repeatable: bool
    variables: tuple[tuple[str, bytes], ...]
    groups: tuple[GroupProgram, ...]
    truth: int | None
    dependents: tuple[int, ...]
    written: tuple[Written, ...]
    plain: bool
    place: Collect | None = None
    heads: RequestHeads | None = None
    """Set where some group has contextual arguments: instead of `head`, by what is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A plan, compiled. `waits` counts for each fetch the fetches that it waits for."""

    plan: QueryPlan
    fetches: tuple[FetchProgram, ...]
    first: tuple[int, ...]
    waits: tuple[int, ...]
    evaluate: Callable[[Mapping[str, object]], Truths] | None
    shape: ObjectShape
    shape_function: ShapeFunction
    memos: int
    nodes: int
    source: str = field(repr=False, default="")
    typed: TypedProgram | None = None
    """The quick way, where the plan has one."""
    quick_ways: QuickWays | None = None
    """Its quick ways by outcome, where it has conditions."""


def places_of(target: Target) -> list[JsonObject]:
    """The objects that one representation stands for."""
    return target if isinstance(target, list) else [target]
