"""Compile a plan for the quick way, where it has nothing that the quick way does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import orjson

from reelgraph_federation.planning.nodes import ALWAYS, EntityGroup, Fetch, QueryPlan, Written
from reelgraph_router.execution.generate_shape import Unusual
from reelgraph_router.execution.positions import KeyPath, Positions, key_path
from reelgraph_router.execution.source import Source
from reelgraph_router.execution.typed.classes import (
    NotTyped,
    Records,
    RecordType,
    define,
    list_of,
    records_of,
)
from reelgraph_router.execution.typed.generate import (
    write_collectors,
    write_finish,
)
from reelgraph_router.execution.typed.represent import by_keys, write_representations
from reelgraph_router.execution.typed.take import write_takers

Represent = Callable[[Any], tuple[bytes, list[Any]]]
Take = Callable[[Any, tuple[list[Any], ...], Any], None]
Decode = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True, eq=False)
class TypedFetch:
    """How a fetch is sent and taken in."""

    represent: tuple[tuple[bytes, Represent], ...]
    """For each group the start of the JSON of its variable, and what makes representations."""
    decode: Decode
    take: Take


@dataclass(slots=True, eq=False)
class TypedProgram:
    """A plan, compiled for the quick way. `misses` counts how often data were unusual lately."""

    fetches: tuple[TypedFetch, ...]
    root: RecordType
    response: RecordType
    finish: Callable[[Any], None] | None
    nodes: int
    source: str
    misses: int = 0


def compile_typed(
    plan: QueryPlan, positions: Positions, own_copies: Callable[[EntityGroup], bool]
) -> TypedProgram | None:
    """The plan's quick way, or None where it has none."""
    try:
        return _compile(plan, positions, own_copies)
    except NotTyped:
        return None


def _compile(
    plan: QueryPlan, positions: Positions, own_copies: Callable[[EntityGroup], bool]
) -> TypedProgram:
    _check_plan(plan, own_copies)
    records = records_of(plan, positions)
    _check_hidden(plan, positions, records)
    source = Source()
    write_collectors(source, positions, records)
    for fetch in plan.fetches:
        write_representations(source, fetch, positions, records)
        write_takers(source, fetch, positions, records)
    write_finish(source, positions, records)
    names: dict[str, Any] = {
        "UNSET": msgspec.UNSET,
        "Unusual": Unusual,
        "by_keys": by_keys,
        "dumps": orjson.dumps,
    }
    exec(compile(source.text(), "<typed plan>", "exec"), names)  # the text is all our own
    root = records.by_path[()].type
    hides = any(record.hidden for record in records.by_path.values())
    return TypedProgram(
        fetches=tuple(_fetch(fetch, records, names) for fetch in plan.fetches),
        root=root,
        response=define("Response", [("data", root)]),
        finish=names["finish"] if hides else None,
        nodes=len(positions.ordered),
        source=source.text(),
    )


def _check_plan(plan: QueryPlan, own_copies: Callable[[EntityGroup], bool]) -> None:
    if plan.kind != "query" or plan.introspection is not None or plan.deferred:
        raise NotTyped("no plain query")
    for fetch in plan.fetches:
        if fetch.place is not None or fetch.condition != ALWAYS:
            raise NotTyped("a root fetch below the root, or a condition")
        for group in fetch.groups:
            _check_group(group)
            if own_copies(group):
                raise NotTyped("places that are completed differently")


def _check_group(group: EntityGroup) -> None:
    if group.condition != ALWAYS or group.contexts:
        raise NotTyped("a condition, or contextual arguments")
    if any(step.types is not None for place in group.places for step in place.steps):
        raise NotTyped("a way that depends on the runtime type")
    for field in group.representation.fields:
        if field.children is not None or field.types is not None:
            raise NotTyped("a representation with objects")


def _check_hidden(plan: QueryPlan, positions: Positions, records: Records) -> None:
    """What the client does not see must stand where it can be taken out again."""
    nodes = {node.path for node in positions.ordered}
    for path, record in records.by_path.items():
        if record.hidden and path not in nodes:
            raise NotTyped("a hidden key where no entity stands")
    for path in {node.path for node in positions.ordered} - records.by_path.keys():
        raise NotTyped(f"an object that the client does not see at {'.'.join(path)}")


def _fetch(fetch: Fetch, records: Records, names: dict[str, Any]) -> TypedFetch:
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
    return TypedFetch(
        represent, msgspec.json.Decoder(answer).decode, cast("Take", names[f"take_{fetch.id}"])
    )


def _variable(group: EntityGroup) -> bytes:
    return msgspec.json.encode(group.variable) + b":"


def _entity(group: EntityGroup, records: Records) -> RecordType:
    """The record type of an answered entity; the same at all the group's places."""
    return define(
        "Entity",
        [(written.key, _entity_field(group, written, records)) for written in group.written],
    )


def _entity_field(group: EntityGroup, written: Written, records: Records) -> Any:
    paths: list[KeyPath] = [(*key_path(place), written.key) for place in group.places]
    forms = [records.type_at(path, written) for path in paths]
    seen = [form for form in forms if form is not Any]
    if any(form != seen[0] for form in seen):
        raise NotTyped("places where an entity has different types")
    return seen[0] if seen else Any
