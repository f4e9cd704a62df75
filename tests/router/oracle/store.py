"""Data for a world, and how fields are resolved from it: once for the whole, once for a part.

Values are JSON. `{"$": [type, index]}` refers to an entity, `{"$type": …}` is a value object,
`{"$error": text}` raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from reelgraph_federation.field_sets import FieldSet
from tests.router.oracle.dice import Dice
from tests.router.oracle.world import COLORS, FieldModel, TypeModel, World

Json = Any
Data = dict[str, Json]


class DataMaker:
    """Makes a few entities of each type, with values for all their fields."""

    def __init__(
        self,
        world: World,
        dice: Dice,
        nulls: int,
        errors: int = 0,
        required: frozenset[tuple[str, str]] = frozenset(),
        returned: Callable[[str, FieldModel], list[str]] | None = None,
    ) -> None:
        """Make the maker; `nulls` and `errors` are percentages.

        `required` fields never fail: a non-null one that fails nulls its whole entity in its own
        subgraph, where the unsplit schema only loses the field that requires it. `returned` tells
        the object types that a field may be, for all subgraphs that resolve it.
        """
        self.returned = returned or (lambda _, model: world.members(model.type))
        self.world = world
        self.dice = dice
        self.nulls = nulls
        self.errors = errors
        self.required = required
        self.counts = {one.name: dice.upto(3, 1) for one in world.objects.values() if one.keys}

    def make(self) -> Data:
        data: Data = {"objects": {}}
        for name, count in self.counts.items():
            one = self.world.objects[name]
            data["objects"][name] = [self._object(one, index, 0) for index in range(count)]
        for root in (self.world.query, self.world.mutation):
            data[root.name] = {
                model.name: self._value(root, model, model.wrapper, 0, 0)
                for model in root.fields.values()
            }
        return data

    def _object(self, one: TypeModel, index: int, depth: int) -> Data:
        return {
            "$type": one.name,
            **{
                model.name: self._value(one, model, model.wrapper, index, depth)
                for model in one.fields.values()
                if not model.name.startswith("r")
            },
        }

    def _value(
        self, one: TypeModel, model: FieldModel, wrapper: str, index: int, depth: int
    ) -> Json:
        is_key = any(model.name in key.split() for key in one.keys)
        may_fail = self.errors and not is_key and (one.name, model.name) not in self.required
        if may_fail and self.dice.chance(self.errors):
            return {"$error": f"{one.name}.{model.name}"}
        if wrapper.endswith("!"):
            return self._value_of(one, model, wrapper[:-1], index, depth)
        if not is_key and self.dice.chance(self.nulls):
            return None
        return self._value_of(one, model, wrapper, index, depth)

    def _value_of(
        self, one: TypeModel, model: FieldModel, wrapper: str, index: int, depth: int
    ) -> Json:
        if wrapper.startswith("["):
            return [
                self._value(one, model, wrapper[1:-1], index * 3 + number, depth)
                for number in range(self.dice.upto(3))
            ]
        return self._leaf(one, model, index, depth)

    def _leaf(self, one: TypeModel, model: FieldModel, index: int, depth: int) -> Json:
        if self.world.is_composite(model.type):
            members = self.returned(one.name, model)
            if not members:
                raise NoMemberError
            entities = [name for name in members if name in self.counts]
            if depth > 2 and entities:
                members = entities
            if depth > 5:
                return None
            name = self.dice.one_of(members)
            if name in self.counts:
                return {"$": [name, self.dice.upto(self.counts[name] - 1)]}
            return self._object(self.world.objects[name], index, depth + 1)
        if model.name == "id" or any(model.name in key.split() for key in one.keys):
            return index if model.type == "Int" else f"{one.name}-{model.name}-{index}"
        match model.type:
            case "String":
                return self.dice.one_of(("x", "y", "")) + f"{model.name}{index}"
            case "ID":
                return f"{model.name}-{index}"
            case "Int":
                return self.dice.upto(5)
            case "Boolean":
                return self.dice.chance(50)
        return self.dice.one_of(COLORS)


class NoMemberError(Exception):
    """No object type is known to all subgraphs that resolve a field."""


class FieldFailed(Exception):
    """A value that was made to fail."""


class Store:
    """The whole truth about a world's data."""

    def __init__(self, data: Data, requires: Mapping[tuple[str, str], FieldSet]) -> None:
        self.data = data
        self.requires = requires
        self.defaults: dict[tuple[str, str], Data] = {}
        """Default values of the arguments of each field, as the unsplit schema has them."""
        self.has_errors = "$error" in json.dumps(data)

    def root(self, name: str) -> Data:
        return {"$type": name, **self.data.get(name, {})}

    def deref(self, value: Json) -> Json:
        """Return the object behind a reference."""
        if isinstance(value, dict) and "$" in value:
            name, index = value["$"]
            return self.data["objects"][name][index]
        return value

    def field(self, source: Data, name: str, arguments: Mapping[str, Json]) -> Json:
        """Return a field's value, with references; raise where the data say so."""
        requires = self.requires.get((source["$type"], name))
        if requires is not None:
            return compute(name, self.project(source, requires))
        return self.apply(source.get(name), arguments)

    def apply(self, value: Json, arguments: Mapping[str, Json]) -> Json:
        if isinstance(value, dict) and "$error" in value:
            raise FieldFailed(value["$error"])
        if isinstance(value, str) and arguments:
            return value + json.dumps(arguments, sort_keys=True)
        if isinstance(value, list) and isinstance(arguments.get("n"), int):
            return value[: max(0, arguments["n"])]
        return value

    def project(self, source: Data, fields: FieldSet) -> Data:
        """Return what a field set selects of an object."""
        found: Data = {}
        for one in fields:
            if not one.name:
                if one.on is None or one.on == source["$type"]:
                    found.update(self.project(source, one.children))
            elif one.name == "__typename":
                found["__typename"] = source["$type"]
            else:
                defaults = self.defaults.get((source["$type"], one.name), {})
                arguments = {**defaults, **read_arguments(one.arguments)}
                value = self.field(source, one.name, arguments)
                found[one.name] = self._project_value(value, one.children)
        return found

    def _project_value(self, value: Json, fields: FieldSet) -> Json:
        if isinstance(value, list):
            return [self._project_value(item, fields) for item in value]
        if isinstance(value, dict):
            if "$error" in value:
                raise FieldFailed(value["$error"])
            return self.project(self.deref(value), fields)
        return value

    def find(self, name: str, representation: Data) -> Data | None:
        """Return the entity that a representation names by any of its key fields."""
        one: Data
        for one in self.data["objects"].get(name, []):
            if all(
                self._matches(one.get(key), value)
                for key, value in representation.items()
                if key in ("id", "k", "a", "b", "o")
            ):
                return one
        return None

    def _matches(self, own: Json, given: Json) -> bool:
        if isinstance(given, dict):
            own = self.deref(own)
            return all(self._matches(own.get(key), value) for key, value in given.items())
        return bool(own == given)


def read_arguments(text: str | None) -> Data:
    """Return literal arguments of a field set: numbers only."""
    if not text:
        return {}
    parts = text.split(",")
    return {part.split(":")[0].strip(): int(part.split(":")[1]) for part in parts}


def compute(name: str, inputs: Data) -> str:
    """Return what a field with @requires makes of its inputs."""
    return f"{name}={json.dumps(inputs, sort_keys=True)}"


def project_representation(representation: Json, fields: FieldSet) -> Data:
    """Return what a field set selects of a representation; raise when it is not all there."""
    found: Data = {}
    for one in fields:
        if not one.name:
            if one.on is None or representation.get("__typename") == one.on:
                found.update(project_representation(representation, one.children))
            continue
        if one.name not in representation:
            raise LookupError(f"{one.name} is missing in the representation {representation}")
        value = representation[one.name]
        found[one.name] = _project_given(value, one.children)
    return found


def _project_given(value: Json, fields: FieldSet) -> Json:
    if isinstance(value, list):
        return [_project_given(item, fields) for item in value]
    if isinstance(value, dict):
        return project_representation(value, fields)
    return value
