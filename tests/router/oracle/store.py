"""How fields are resolved from a world's data: once for the whole, once for a part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from graphql import FieldNode, OperationDefinitionNode, parse, value_from_ast_untyped

from reelgraph_federation.field_sets import FieldSet
from tests.router.oracle.data import Data, Json

KEY_FIELDS = ("id", "k", "a", "b", "o", "v", "ls", "vs", "os")


class FieldFailed(Exception):
    """A value that was made to fail."""


class Store:
    """The whole truth about a world's data."""

    def __init__(self, data: Data, requires: dict[tuple[str, str], FieldSet]) -> None:
        self.data = data
        self.requires = requires
        self.defaults: dict[tuple[str, str], Data] = {}
        """Default values of the arguments of each field, as the unsplit schema has them."""
        self.hidden_arguments: dict[tuple[str, str], Data] = {}
        """Arguments that clients do not know, with their defaults."""
        self.has_errors = "$error" in json.dumps(data)
        self.event = 0
        """Which event of a subscription is being answered."""
        self.mutations = 0
        self.counts = True
        """Whether answers of mutations tell how many there were before."""

    def root(self, name: str) -> Data:
        fields = self.data.get(name, {})
        if name == "Subscription":
            fields = fields[self.event]
        return {"$type": name, **fields}

    def count_events(self, kind: str) -> int:
        """Return how many answers an operation has."""
        return len(self.data[kind]) if kind == "Subscription" else 1

    def deref(self, value: Json) -> Json:
        """Return the object behind a reference."""
        if isinstance(value, dict) and "$" in value:
            name, index = value["$"]
            return self.data["objects"][name][index]
        if isinstance(value, dict) and "$root" in value:
            return self.root(value["$root"])
        return value

    def field(self, source: Data, name: str, arguments: Mapping[str, Json]) -> Json:
        """Return a field's value, with references; raise where the data say so."""
        if name in source.get("$absent", ()):
            return None
        place = (source["$type"], name)
        requires = self.requires.get(place)
        if requires is not None:
            return compute(name, self.project(source, requires))
        hidden = self.hidden_arguments.get(place)
        value = self.apply(source.get(name), {**hidden, **arguments} if hidden else arguments)
        if self.counts and source["$type"] == "Mutation":
            self.mutations += 1
            if isinstance(value, str):
                value += f" after {self.mutations}"
        return value

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
                    merge(found, self.project(source, one.children))
            elif one.name == "__typename":
                found["__typename"] = source["$type"]
            else:
                defaults = self.defaults.get((source["$type"], one.name), {})
                arguments = {**defaults, **read_arguments(one.arguments)}
                value = self.field(source, one.name, arguments)
                merge(found, {one.name: self._project_value(value, one.children)})
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
                if key in KEY_FIELDS
            ):
                return one
        return None

    def _matches(self, own: Json, given: Json) -> bool:
        if isinstance(given, list):
            return (
                isinstance(own, list)
                and len(own) == len(given)
                and all(map(self._matches, own, given))
            )
        if isinstance(given, dict):
            own = self.deref(own)
            return all(
                self._matches(own.get(key), value)
                for key, value in given.items()
                if key in (*KEY_FIELDS, "x", "y")
            )
        return bool(own == given)


def merge(into: Data, other: Data) -> None:
    """Merge what two selections found of one object."""
    for key, value in other.items():
        into[key] = _merged(into[key], value) if key in into else value


def _merged(one: Json, other: Json) -> Json:
    if isinstance(one, dict) and isinstance(other, dict):
        merge(one, other)
    elif isinstance(one, list) and isinstance(other, list):
        return [_merged(left, right) for left, right in zip(one, other, strict=True)]
    return one


@lru_cache(maxsize=1000)
def _parse_arguments(text: str) -> tuple[tuple[str, Json], ...]:
    definition = parse(f"{{ f({text}) }}", no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    (node,) = definition.selection_set.selections
    assert isinstance(node, FieldNode)
    return tuple((one.name.value, value_from_ast_untyped(one.value)) for one in node.arguments)


def read_arguments(text: str | None) -> Data:
    """Return literal arguments of a field set."""
    return dict(_parse_arguments(text)) if text else {}


def compute(name: str, inputs: Data) -> str:
    """Return what a field with @requires makes of its inputs."""
    return f"{name}={json.dumps(inputs, sort_keys=True)}"


def project_representation(representation: Json, fields: FieldSet) -> Data:
    """Return what a field set selects of a representation; raise when it is not all there."""
    found: Data = {}
    for one in fields:
        if not one.name:
            if one.on is None or representation.get("__typename") == one.on:
                merge(found, project_representation(representation, one.children))
            continue
        if one.name not in representation:
            raise LookupError(f"{one.name} is missing in the representation {representation}")
        value = representation[one.name]
        merge(found, {one.name: _project_given(value, one.children)})
    return found


def _project_given(value: Json, fields: FieldSet) -> Json:
    if isinstance(value, list):
        return [_project_given(item, fields) for item in value]
    if isinstance(value, dict):
        return project_representation(value, fields)
    return value
