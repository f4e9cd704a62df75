"""Add subscriptions to a world, and complete their events as the router does.

`data["Subscription"]` is a list of events; each has a value for each field. A subgraph streams the
event's selection, and the rest of the plan completes it (GraphQL, section 6.2.3.2).
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import (
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
)

from reelgraph_router.execution.answers.introspected import Introspected
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.program import Program
from reelgraph_router.execution.requests import subscription_request
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.transport.memory import MemoryTransport
from reelgraph_router.transport.port import SubgraphAnswer
from tests.router.oracle.data import Data
from tests.router.oracle.dice import Dice
from tests.router.oracle.merge_sdl import merge_sdl

WRAPPERS = ("{}", "{}!", "[{}]", "[[{}!]]")


def weave_streams(
    schema: str, subgraphs: Mapping[str, str], data: Data, dice: Dice
) -> tuple[str, dict[str, str], Data] | None:
    """Return the world with subscriptions, None where no subgraph has an entity for them."""
    visible = {name for name in _members(schema) if name in schema}
    targets = [
        (part, name, known)
        for part, sdl in subgraphs.items()
        if "@link" in sdl
        for name, members in _members(sdl, schema).items()
        if name in visible
        for known in [[one for one in members if _is_known(one, data) and one in visible]]
        if known
    ]
    if not targets:
        return None
    fails = "$error" in json.dumps(data)
    data, found = copy.deepcopy(data), dict(subgraphs)
    events: list[Data] = [{} for _ in range(dice.upto(3, 1))]
    for number in range(dice.upto(3, 1)):
        part, name, known = dice.one_of(targets)
        ref, field = dice.one_of(WRAPPERS).format(name), f"u{number}"
        arguments = "(n: Int)" if dice.chance(30) else ""
        fields = {"Subscription": {field: f"{field}{arguments}: {ref}"}}
        schema = merge_sdl(schema, fields, {}, {}, {})
        found[part] = merge_sdl(found[part], fields, {}, {}, {})
        for event in events:
            event[field] = _value(ref, known, data, dice, fails)
    data["Subscription"] = events
    return schema, found, data


def _members(sdl: str, whole: str = "") -> dict[str, list[str]]:
    """Return the composite types of a document, each with the object types that it may be there.

    What an interface object may be only the `whole` schema tells.
    """
    found: dict[str, list[str]] = {}
    implementations: dict[str, list[str]] = {}
    for node in parse(sdl, no_location=True).definitions:
        match node:
            case ObjectTypeDefinitionNode():
                name = node.name.value
                marks = {one.name.value for one in node.directives or ()}
                found[name] = _members(whole)[name] if "interfaceObject" in marks else [name]
                for base in node.interfaces or ():
                    implementations.setdefault(base.name.value, []).append(name)
            case UnionTypeDefinitionNode():
                found[node.name.value] = [one.name.value for one in node.types or ()]
            case InterfaceTypeDefinitionNode():
                found.setdefault(node.name.value, [])
    return {name: members or implementations.get(name, []) for name, members in found.items()}


def _is_known(name: str, data: Data) -> bool:
    """Tell whether all objects of a type are entities with a key that every subgraph knows."""
    records = data["objects"].get(name, ())
    return name != "N0" and bool(records) and not any("$unknown" in one for one in records)


def _value(ref: str, known: list[str], data: Data, dice: Dice, fails: bool) -> Any:
    is_given = ref.endswith("!")
    if not is_given and fails and dice.chance(8):
        return {"$error": f"a {ref}"}
    if not is_given and dice.chance(12):
        return None
    ref = ref.removesuffix("!")
    if ref.startswith("["):
        return [_value(ref[1:-1], known, data, dice, fails) for _ in range(dice.upto(3))]
    name = dice.one_of(known)
    return {"$": [name, dice.upto(len(data["objects"][name]) - 1)]}


async def answer_events(
    program: Program,
    variables: Data,
    transport: MemoryTransport,
    introspection: Introspected | None,
    count: int,
) -> list[tuple[Any, list[Any]]]:
    """Return data and errors of each event. Nobody is asked where the caller may have nothing."""
    if not program.fetches:
        run = Run(program, variables, transport, b"", Redaction())
        return [run.complete()] * count
    found: list[tuple[Any, list[Any]]] = []
    async for event in transport.subscribe(subscription_request(program, variables, b"")):
        run = Run(program, variables, transport, b"", Redaction(), introspection=introspection)
        done = asyncio.get_running_loop().create_future()
        run.take_event(SubgraphAnswer(200, [], orjson.dumps(event)))
        run.resume(done.set_result)
        await done
        found.append(run.complete())
    return found
