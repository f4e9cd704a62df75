"""Compile a plan for the fast path, where it has nothing that the fast path does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import starmap
from typing import Any, Union, cast

import msgspec

from reelgraph_federation.budget import Budget
from reelgraph_federation.operations.conditions import NEVER
from reelgraph_federation.planning.query_plan import ALWAYS, EntityGroup, Fetch, QueryPlan, Written
from reelgraph_router.execution.code.bailout import NAMES
from reelgraph_router.execution.code.positions import KeyPath, Positions, key_path
from reelgraph_router.execution.code.source import Source
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan
from reelgraph_router.execution.fast_path.records import (
    Records,
    RecordType,
    define,
    list_of,
    records_of,
)
from reelgraph_router.execution.fast_path.write_collect import write_collectors
from reelgraph_router.execution.fast_path.write_finish import foldable, write_finish
from reelgraph_router.execution.fast_path.write_represent import (
    by_keys,
    by_strings,
    write_representations,
)
from reelgraph_router.execution.fast_path.write_take import write_takers

Represent = Callable[[Any], tuple[bytes, list[Any]]]
Take = Callable[[Any, list[list[Any]], Any], None]
Decode = Callable[[bytes], Any]

ENOUGH_PLACES = 500
REPEATED = 2


@dataclass(frozen=True, slots=True, eq=False)
class FastFetch:
    """How a fetch is sent and taken in."""

    represent: tuple[tuple[bytes, Represent], ...]
    """For each group the start of the JSON of its variable, and what makes representations."""
    decode: Decode
    take: Take


@dataclass(slots=True, eq=False)
class Habits:
    """What a plan's answers were like lately.

    `misses` counts unusual ones. `repeats`: objects with others below them stand in several places
    each, on average, so that it pays to keep them folded.
    """

    misses: int = 0
    repeats: bool = False
    _visited: int = 0
    _distinct: int = 0

    def count(self, visited: int, distinct: int) -> None:
        """Add what one run met: places, and distinct objects in them."""
        self._visited += visited
        self._distinct += distinct
        if self._visited >= ENOUGH_PLACES:
            self.repeats = self._visited > REPEATED * self._distinct
            self._visited = self._distinct = 0


@dataclass(frozen=True, slots=True, eq=False)
class FastPath:
    """A plan, compiled for the fast path."""

    fetches: tuple[FastFetch | None, ...]
    """None for those that a condition excludes."""
    root: RecordType
    response: RecordType
    finish: Callable[[Any], None] | None
    nodes: int
    source: str
    habits: Habits
    repeating: set[int] = field(default_factory=set)
    """The nodes where equal objects were met: there they are compared from the beginning."""
    folded: FastPath | None = None
    """The same for answers that repeat themselves."""


def compile_fast_path(
    plan: QueryPlan,
    positions: Positions,
    own_copies: Callable[[EntityGroup], bool],
    budget: Budget | None = None,
) -> FastPath:
    """The plan's fast path; raises UnsupportedPlan, which says what is in the way of one."""
    budget = budget or Budget()
    _check_plan(plan, own_copies)
    records = records_of(plan, positions)
    habits = Habits()
    plainly = _compile(plan, positions, records, habits, budget)
    folds = foldable(positions, records)
    if not folds:
        return plainly
    folded = _compile(plan, positions, records_of(plan, positions, folds), habits, budget)
    return replace(plainly, folded=folded)


def _compile(
    plan: QueryPlan, positions: Positions, records: Records, habits: Habits, budget: Budget
) -> FastPath:
    _check_hidden(plan, positions, records)
    source = Source(budget)
    write_collectors(source, positions, records)
    for fetch in plan.fetches:
        write_representations(source, fetch, positions, records)
        write_takers(source, fetch, positions, records)
    write_finish(source, positions, records)
    names: dict[str, Any] = {
        "Raw": msgspec.Raw,
        "UNSET": msgspec.UNSET,
        "by_keys": by_keys,
        "by_strings": by_strings,
        "encode": msgspec.json.Encoder().encode,
        "starmap": starmap,
        **NAMES,
        **source.constants,
    }
    for node in positions.ordered:
        if node.path in records.folds:
            decoder = msgspec.json.Decoder(records.folded[node.path])
            names[f"decode_{node.index}"] = decoder.decode
    source.load(names, "<typed plan>")
    root = records.by_path[()].type
    hides = any(record.hidden for record in records.by_path.values())
    return FastPath(
        fetches=tuple(_fetch(fetch, records, names) for fetch in plan.fetches),
        root=root,
        response=define("Response", [("data", root)]),
        finish=names["finish"] if hides or records.folds or records.mixtures else None,
        nodes=len(positions.ordered),
        source=source.text(),
        habits=habits,
    )


def _check_plan(plan: QueryPlan, own_copies: Callable[[EntityGroup], bool]) -> None:
    if plan.kind != "query":
        raise UnsupportedPlan(f"a {plan.kind}")
    if plan.introspection is not None:
        raise UnsupportedPlan("introspection")
    if plan.deferred:
        raise UnsupportedPlan("an answer in parts")
    for fetch in plan.fetches:
        assert fetch.condition in (ALWAYS, NEVER), "conditions are settled beforehand"
        if fetch.path is not None:
            raise UnsupportedPlan("a root fetch below the root")
        for group in fetch.groups:
            _check_group(group)
            if own_copies(group):
                raise UnsupportedPlan("places that are completed differently")


def _check_group(group: EntityGroup) -> None:
    assert group.condition == ALWAYS, "conditions are settled beforehand"
    if group.contexts:
        raise UnsupportedPlan("contextual arguments")
    if not group.representation.fields:
        raise UnsupportedPlan("a representation without fields")
    for sent in group.representation.fields:
        if sent.children is not None or sent.types is not None:
            raise UnsupportedPlan("a representation with objects")


def _check_hidden(plan: QueryPlan, positions: Positions, records: Records) -> None:
    """What the client does not see must stand where it can be taken out again."""
    nodes = {node.path for node in positions.ordered}
    for path, record in records.by_path.items():
        if record.hidden and path not in nodes and not records.is_mixed(path):
            raise UnsupportedPlan("a hidden key where no entity stands")
    for path in {node.path for node in positions.ordered} - records.by_path.keys():
        raise UnsupportedPlan(f"an object that the client does not see at {'.'.join(path)}")


def _fetch(fetch: Fetch, records: Records, names: dict[str, Any]) -> FastFetch | None:
    if fetch.condition == NEVER:
        return None
    represent = tuple(
        (_variable(group), cast("Represent", names[f"represent_{fetch.id}_{number}"]))
        for number, group in enumerate(fetch.groups)
    )
    if fetch.groups:
        fields = [(group.alias, list_of(_entity(group, records))) for group in fetch.groups]
    else:
        fields = [
            (written.key, records.type_at((written.key,), written)) for written in fetch.written
        ]
    answer = define(
        "Answer", [("data", define("Data", fields)), ("errors", list[Any] | None, None)]
    )
    return FastFetch(
        represent, msgspec.json.Decoder(answer).decode, cast("Take", names[f"take_{fetch.id}"])
    )


def _variable(group: EntityGroup) -> bytes:
    return msgspec.json.encode(group.variable) + b":"


def _entity(group: EntityGroup, records: Records) -> RecordType:
    """The record type of an answered entity; the same at all the group's places."""
    return define("Entity", [_entity_field(group, written, records) for written in group.written])


def _entity_field(
    group: EntityGroup, written: Written, records: Records
) -> tuple[str, Any] | tuple[str, Any, Any]:
    paths: list[KeyPath] = [(*key_path(place), written.key) for place in group.paths]
    forms = [records.type_at(path, written) for path in paths]
    seen = [form for form in forms if form is not Any]
    if any(form != seen[0] for form in seen):
        raise UnsupportedPlan("places where an entity has different types")
    form = seen[0] if seen else Any
    if written.types is not None:
        return (written.key, Union[form, msgspec.UnsetType], msgspec.UNSET)  # noqa: UP007
    return (written.key, form)
