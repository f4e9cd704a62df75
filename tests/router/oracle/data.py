"""Generate data for a world.

Values are JSON. `{"$": [type, index]}` refers to an entity, `{"$type": …}` is a value object,
`{"$error": text}` raises. An entity's `$unknown` names the parts that do not know it, `$absent` the
fields that are null because no part that has them can be asked.
"""

from __future__ import annotations

from typing import Any

from reelgraph_federation.field_sets import FieldSet, parse_field_set
from tests.router.oracle.dice import Dice
from tests.router.oracle.world import COLORS, SECRET_MOOD, FieldModel, TypeModel, World

Json = Any
Data = dict[str, Json]
MAX_DEPTH = 4


class DataMaker:
    """Makes a few entities of each type, with values for all their fields."""

    def __init__(self, world: World, dice: Dice, nulls: int, errors: int = 0) -> None:
        """Make the maker; `nulls` and `errors` are percentages."""
        self.world = world
        self.dice = dice
        self.nulls = nulls
        self.errors = errors
        self.unfailing = _unfailing(world) if errors else set()
        self._untold = _nulling_hidden_objects(world) if errors else set()
        self.counts = {one.name: dice.upto(3, 1) for one in world.of_kind("entity", "nullkey")}
        self._returned: dict[tuple[str, str], list[str]] = {}

    def make(self) -> Data:
        data: Data = {"objects": {}}
        for name, count in self.counts.items():
            one = self.world.types[name]
            data["objects"][name] = [self._object(one, index, 0) for index in range(count)]
            if one.kind == "nullkey":
                for record in data["objects"][name]:
                    self._forget(one, record)
        for root in self.world.roots.values():
            data[root.name] = {
                model.name: self._value(root, model, model.data_wrapper, 0, 0)
                for model in root.fields.values()
            }
        return data

    def _forget(self, one: TypeModel, record: Data) -> None:
        """Make some parts not know an entity: its key is null, or they answer null."""
        home = set(one.home)
        owners = {
            name: {part.name for part in self.world.owners(one.name, name)} for name in one.fields
        }
        others = {part.name for part in self.world.parts} - home
        if self.dice.chance(30):
            record["k"] = None
        elif self.dice.chance(30):
            record["$unknown"] = sorted(self.dice.some(sorted(others), 60))
            others &= set(record["$unknown"])
        else:
            return
        record["$absent"] = [
            name for name, own in owners.items() if own and own <= others and name != "k"
        ]
        shared = [own for own in owners.values() if not own & home and not own <= others]
        if record.get("$unknown") and any(own & others for own in shared):
            del record["$unknown"], record["$absent"]
        for name in record.get("$absent", ()):
            record[name] = None

    def _object(self, one: TypeModel, index: int, depth: int) -> Data:
        return {
            "$type": one.name,
            **{
                model.name: self._value(one, model, model.data_wrapper, index, depth)
                for model in one.fields.values()
                if not model.name.startswith("r")
            },
        }

    def _value(
        self, one: TypeModel, model: FieldModel, wrapper: str, index: int, depth: int
    ) -> Json:
        is_key = self.world.is_key(one, model.name) or one.name == "KV"
        place = one.name, model.name
        may_fail = self.errors and not is_key and place not in self.unfailing
        if may_fail and self.dice.chance(self.errors) and place not in self._untold:
            return {"$error": f"{one.name}.{model.name}"}
        if wrapper.endswith("!"):
            return self._value_of(one, model, wrapper[:-1], index, depth)
        # Of a key of two fields one may be null.
        if (not is_key or model.name == "b") and self.dice.chance(self.nulls):
            return None
        return self._value_of(one, model, wrapper, index, depth)

    def _value_of(
        self, one: TypeModel, model: FieldModel, wrapper: str, index: int, depth: int
    ) -> Json:
        if wrapper.startswith("["):
            most = 3 if wrapper.count("[") == 1 and depth == 0 else 2
            # Keys are told apart by their first items.
            least = 1 if self.world.is_key(one, model.name) else 0
            return [
                self._value(one, model, wrapper[1:-1], index * 3 + number, depth)
                for number in range(self.dice.upto(most, least))
            ]
        return self._leaf(one, model, index, depth)

    def _leaf(self, one: TypeModel, model: FieldModel, index: int, depth: int) -> Json:
        if self.world.is_composite(model.type):
            return self._composite(one, model, index, depth)
        if self.world.is_key(one, model.name) or one.name == "KV":
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
            case "Mood":
                return self._mood(one, model)
        return self.dice.one_of(COLORS)

    def _composite(self, one: TypeModel, model: FieldModel, index: int, depth: int) -> Json:
        key = (one.name, model.name)
        if key not in self._returned:
            self._returned[key] = self.world.returned(one.name, model)
        members = self._returned[key]
        if not members:
            raise NoMemberError(f"no type for {key}")
        entities = [name for name in members if name in self.counts]
        if depth > 2 and entities:
            members = entities
        if depth > MAX_DEPTH and not entities:
            return None
        name = self.dice.one_of(members)
        if name in self.counts:
            return {"$": [name, self.dice.upto(self.counts[name] - 1)]}
        return self._object(self.world.types[name], index, depth + 1)

    def _mood(self, one: TypeModel, model: FieldModel) -> str:
        holders = [
            part
            for part in self.world.parts
            if model.name in part.fields.get(one.name, {})
            or part in self.world.owners(one.name, model.name)
        ]
        known = [set(part.moods) for part in holders]
        common = sorted(set.intersection(*known)) if known else ["CALM"]
        if SECRET_MOOD in common and self.dice.chance(30):
            return SECRET_MOOD
        return self.dice.one_of(common)


class NoMemberError(Exception):
    """No object type is known to all subgraphs that resolve a field."""


def _unfailing(world: World) -> set[tuple[str, str]]:
    """Return the fields that must not fail.

    A non-null one that a @requires selects and that fails nulls its whole entity in its own
    subgraph, where the unsplit schema only loses the field that requires it; so does one that a
    client selects beside what a @requires selects of the same object. One that subgraphs share with
    different nullability fails differently in each, and so does what nulls its objects. Nor may what is required of an entity that may
    have no key: a field that nobody can be asked for is null with or without that error.
    """
    found: set[tuple[str, str]] = set()
    for part in world.parts:
        for name, fields in part.fields.items():
            for field_name, placed in fields.items():
                model = world.model(name).fields.get(field_name)
                if model is not None and model.strict:
                    found.add((name, field_name))
                    found |= _what_nulls(world, model.type, set())
                for mark in placed.marks:
                    if mark.startswith("@requires"):
                        text = mark.split('"')[1]
                        for owner in world.members(name):
                            inputs = parse_field_set(text)
                            _collect(
                                world, owner, inputs, found, world.model(name).kind == "nullkey"
                            )
    return found


def _nulling_hidden_objects(world: World) -> set[tuple[str, str]]:
    """Return the fields that must not fail, since an object of an inaccessible type would be null.

    Its subgraph would answer null and an error without the type, which so cannot be known to be one
    whose failures the client may not see.
    """
    found: set[tuple[str, str]] = set()
    for name in world.hidden_types:
        _what_nulls(world, name, found)
    return found


def _what_nulls(world: World, name: str, found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the fields whose failure nulls an object of a type, also from further below."""
    for member in world.members(name) if world.is_composite(name) else ():
        for model in world.types[member].fields.values():
            if not model.wrapper.endswith("!") or (member, model.name) in found:
                continue
            found.add((member, model.name))
            if model.wrapper.count("!") == 1 + model.wrapper.count("["):
                _what_nulls(world, model.type, found)
    return found


def _collect(
    world: World, name: str, fields: FieldSet, found: set[tuple[str, str]], everything: bool
) -> None:
    for one in fields:
        if not one.name:
            _collect(world, one.on or name, one.children, found, everything)
            continue
        for member in world.members(name):
            model = world.types[member].fields.get(one.name)
            if model is None:
                continue
            if everything or "!" in model.wrapper:
                found.add((member, one.name))
            if one.children:
                found |= {
                    (below, other.name)
                    for below in world.members(model.type)
                    for other in world.types[below].fields.values()
                    if "!" in other.wrapper
                }
                _collect(world, model.type, one.children, found, everything)
