"""A compiled plan, as values: what an execution goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reelgraph_federation.planning.query_plan import Condition, ObjectShape, QueryPlan, Written
from reelgraph_router.execution.code.asked import Unasked
from reelgraph_router.execution.fast_path.by_conditions import FastPathsByConditions
from reelgraph_router.execution.fast_path.compile import FastPath
from reelgraph_router.execution.interpreter.contexts import ContextualGroup
from reelgraph_router.execution.interpreter.leave_out import RequestHeads
from reelgraph_router.execution.tree_state import JsonObject, TreeState, Truths

Target = JsonObject | list[JsonObject]
Targets = Sequence[Target]
"""For each representation its object, or all its objects (see `one to one`)."""

Represent = Callable[[TreeState], tuple[list[JsonObject], Targets, bool]]
Collect = Callable[[TreeState], Sequence[JsonObject]]
ShapeFunction = Callable[[TreeState, JsonObject], JsonObject]


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
    unasked: Unasked | None = None
    """What to take out of the answered entities."""
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
    unasked: Unasked | None = None
    """What to take out of the answer, where the fetch asks for no entities."""
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
    shape_function: ShapeFunction | None
    """None: the interpreter makes the response."""
    memos: int
    nodes: int
    source: str = field(repr=False, default="")
    keeps_digits: bool = False
    """Whether integers beyond 64 bits are looked for in answers: it has custom scalars."""
    conditions: tuple[Condition, ...] = ()
    """Of these `evaluate` says which hold."""
    fast_path: FastPath | None = None
    """The fast path of a plan without conditions, where it has one."""
    no_fast_path: str | None = None
    """What stands in its way, where a plan without conditions has none."""
    fast_paths: FastPathsByConditions | None = None
    """The fast paths by outcome of a plan that has conditions."""


def places_of(target: Target) -> list[JsonObject]:
    """The objects that one representation stands for."""
    return target if isinstance(target, list) else [target]
