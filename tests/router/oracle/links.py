"""Add fields that return `Query` to a world: below entities, and in payloads of mutations."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from graphql import DocumentNode, ObjectTypeDefinitionNode, parse

from tests.router.oracle.data import Data
from tests.router.oracle.dice import Dice
from tests.router.oracle.merge_sdl import merge_sdl

WRAPPERS = ("{}", "{}!", "[{}]")


def weave_links(
    schema: str, subgraphs: Mapping[str, str], data: Data, dice: Dice
) -> tuple[str, dict[str, str], Data] | None:
    """Return the world with such fields, None where it has no place for them."""
    visible = _objects(parse(schema, no_location=True))
    places = [
        (part, name)
        for part, sdl in subgraphs.items()
        if "@link" in sdl
        for objects in [_objects(parse(sdl, no_location=True))]
        if "Query" in objects
        for name in sorted(objects)
        if name in visible and (name in data["objects"] or name == "Mutation")
    ]
    if not places:
        return None
    chosen = dict.fromkeys(dice.at_least_one(places, 15))
    data, found = copy.deepcopy(data), dict(subgraphs)
    owners: set[str] = set()
    for part, name in chosen:
        if name in owners:
            continue
        owners.add(name)
        wrapper = dice.one_of(WRAPPERS)
        fields = {name: {"back": f"back: {wrapper.format('Query')}"}}
        schema = merge_sdl(schema, fields, {}, {}, {})
        found[part] = merge_sdl(found[part], fields, {}, {}, {})
        for record in [data[name]] if name == "Mutation" else data["objects"][name]:
            record["back"] = _value(wrapper, dice)
    return schema, found, data


def _objects(document: DocumentNode) -> set[str]:
    """Return the object types of a document that are no interface objects."""
    return {
        node.name.value
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode)
        and all(one.name.value != "interfaceObject" for one in node.directives or ())
    }


def _value(wrapper: str, dice: Dice) -> object:
    one = {"$root": "Query"}
    if wrapper == "[{}]":
        return [None if dice.chance(20) else one for _ in range(dice.upto(2))]
    return None if wrapper == "{}" and dice.chance(15) else one
