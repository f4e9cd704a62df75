"""What a world is: a schema as if it were one service, and the parts that serve it together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

COLORS = ("RED", "GREEN", "BLUE")
MOODS = ("CALM", "GLAD", "SORE")
SECRET_MOOD = "SECRET"
"""An enum value that clients do not know."""
SCALARS = ("String", "String", "Int", "Boolean", "ID", "Color", "Mood")
WRAPPERS = (
    "{}", "{}", "{}!", "[{}]", "[{}!]!", "[{}]!", "[{}!]", "[[{}!]]", "[[{}]!]!", "[[[{}]]]",
)  # fmt: skip
ARGUMENTS = {
    "n": "n: Int",
    "s": 's: String = "d"',
    "c": "c: Color",
    "w": "w: Wish",
    "l": "l: [Int!]",
    "m": "m: Int!",
    "cs": "cs: [Color!] = [RED]",
    "ww": "ww: [Wish!] = [{amount: 4}]",
}
HIDDEN_ARGUMENT = "h: Int = 7"
LABELS = ("percent(50)", "beta")


@dataclass
class FieldModel:
    """A field of the unsplit schema."""

    name: str
    type: str
    """The named type without wrappers."""
    wrapper: str = "{}"
    arguments: tuple[str, ...] = ()
    hidden_argument: bool = False
    strict: str | None = None
    """The strictest wrapper that some part has; data keep to it."""

    @property
    def data_wrapper(self) -> str:
        return self.strict or self.wrapper


@dataclass
class TypeModel:
    """A type of the unsplit schema."""

    name: str
    kind: str = "root"
    """entity, value, scattered, nullkey, interface, union or root."""
    fields: dict[str, FieldModel] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    """Of an abstract type; the first is known wherever the type is."""
    hubs: dict[str, list[str]] = field(default_factory=dict)
    """Parts that hold an entity's keys together: part → keys."""
    home: list[str] = field(default_factory=list)
    """The parts that resolve all fields of this type; empty: any part."""


@dataclass
class Placed:
    """A field in one part."""

    marks: set[str] = field(default_factory=set)
    type: str | None = None
    wrapper: str | None = None
    extra_argument: bool = False

    @property
    def external(self) -> bool:
        return "@external" in self.marks


@dataclass
class Part:
    """What one subgraph has of the world."""

    name: str
    is_federation_1: bool = False
    fields: dict[str, dict[str, Placed]] = field(default_factory=lambda: defaultdict(dict))
    members: dict[str, list[str]] = field(default_factory=dict)
    """Abstract types with the members known here."""
    keys: dict[str, list[str]] = field(default_factory=dict)
    interface_objects: set[str] = field(default_factory=set)
    barred: set[str] = field(default_factory=set)
    """Object types that must not be defined here."""
    hidden_types: set[str] = field(default_factory=set)
    unresolvable: set[str] = field(default_factory=set)
    extended: set[str] = field(default_factory=set)
    """Entities that a Federation 1 part only extends."""
    moods: list[str] = field(default_factory=list)


@dataclass
class World:
    """Types, parts, and which features of federation they use."""

    types: dict[str, TypeModel] = field(default_factory=dict)
    roots: dict[str, TypeModel] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    hidden_types: set[str] = field(default_factory=set)
    hidden_fields: set[tuple[str, str]] = field(default_factory=set)
    features: set[str] = field(default_factory=set)

    def of_kind(self, *kinds: str) -> list[TypeModel]:
        return [one for one in self.types.values() if one.kind in kinds]

    def objects(self) -> list[TypeModel]:
        return self.of_kind("entity", "value", "scattered", "nullkey")

    def model(self, name: str) -> TypeModel:
        return self.roots.get(name) or self.types[name]

    def is_composite(self, name: str) -> bool:
        return name in self.types

    def members(self, name: str) -> list[str]:
        one = self.types[name]
        return one.members if one.kind in ("interface", "union") else [name]

    def is_key(self, one: TypeModel, name: str) -> bool:
        return any(name in top_names(key) for key in one.keys)

    def owners(self, type_name: str, name: str) -> list[Part]:
        """Return the parts that resolve a field of an object type, also as interface object."""
        return [
            part
            for part in self.parts
            if any(
                name in part.fields[place] and not part.fields[place][name].external
                for place in (type_name, *self.model(type_name).interfaces)
                if place in part.fields and (place == type_name or place in part.interface_objects)
            )
        ]

    def returned(self, type_name: str, model: FieldModel) -> list[str]:
        """Return the object types that every part that resolves a field knows it may be."""
        found = self.members(model.type)
        for part in self.owners(type_name, model.name):
            places = (type_name, *self.model(type_name).interfaces)
            for place in places:
                placed = part.fields.get(place, {}).get(model.name)
                if placed is None or placed.external:
                    continue
                target = placed.type or model.type
                if target in part.members:
                    found = [one for one in found if one in part.members[target]]
                elif target not in part.interface_objects:
                    found = [one for one in found if one == target]
        return found


def top_names(key: str) -> list[str]:
    """Return the names that a key selects at its top."""
    names, depth = [], 0
    for word in key.replace("{", " { ").replace("}", " } ").split():
        depth += {"{": 1, "}": -1}.get(word, 0)
        if depth == 0 and word != "}":
            names.append(word)
    return names
