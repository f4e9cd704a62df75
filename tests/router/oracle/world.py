"""Generate a schema as if it were one service: types, fields, arguments, abstract types."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.router.oracle.dice import Dice

SCALARS = ("String", "Int", "Boolean", "ID", "Color")
COLORS = ("RED", "GREEN", "BLUE")
WRAPPERS = ("{}", "{}!", "[{}]", "[{}!]!", "[{}]!", "[[{}!]]")
ARGUMENTS = {
    "n": "n: Int",
    "s": 's: String = "d"',
    "c": "c: Color",
    "w": "w: Wish",
    "l": "l: [Int!]",
}


@dataclass
class FieldModel:
    name: str
    type: str
    """The named type without wrappers."""
    wrapper: str = "{}"
    arguments: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        return self.wrapper.format(self.type)

    def sdl(self, directives: str = "", wrapper: str | None = None) -> str:
        arguments = ", ".join(ARGUMENTS[one] for one in self.arguments)
        arguments = f"({arguments})" if arguments else ""
        ref = (wrapper or self.wrapper).format(self.type)
        return f"  {self.name}{arguments}: {ref}{directives}\n"


@dataclass
class TypeModel:
    name: str
    fields: dict[str, FieldModel] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """Field sets; empty for types without a key."""


@dataclass
class World:
    objects: dict[str, TypeModel] = field(default_factory=dict)
    interfaces: dict[str, TypeModel] = field(default_factory=dict)
    unions: dict[str, list[str]] = field(default_factory=dict)
    query: TypeModel = field(default_factory=lambda: TypeModel("Query"))
    mutation: TypeModel = field(default_factory=lambda: TypeModel("Mutation"))

    def members(self, name: str) -> list[str]:
        """Return the object types that a composite type may be."""
        if name in self.unions:
            return self.unions[name]
        if name in self.interfaces:
            return [one.name for one in self.objects.values() if name in one.interfaces]
        return [name]

    def is_composite(self, name: str) -> bool:
        return name in self.objects or name in self.interfaces or name in self.unions

    def fields_of(self, name: str) -> dict[str, FieldModel]:
        if name == "Query":
            return self.query.fields
        if name == "Mutation":
            return self.mutation.fields
        one = self.objects.get(name) or self.interfaces.get(name)
        return one.fields if one else {}


def make_world(dice: Dice) -> World:
    world = World()
    entities = [f"E{number}" for number in range(dice.upto(3, 1))]
    values = [f"V{number}" for number in range(dice.upto(2))]
    for name in entities + values:
        world.objects[name] = TypeModel(name)
    for name in entities:
        _add_keys(world, world.objects[name], values, dice)
    _add_abstract_types(world, entities, values, dice)
    composites = [*world.objects, *world.interfaces, *world.unions]
    for one in world.objects.values():
        for number in range(dice.upto(4, 1)):
            _add_field(one, f"f{number}", composites, dice)
    for number in range(dice.upto(3, 1)):
        name = dice.one_of(composites)
        wrapper = dice.one_of(("{}", "[{}]", "{}!", "[{}!]!"))
        arguments = ("n",) if dice.chance(15) else ()
        world.query.fields[f"q{number}"] = FieldModel(f"q{number}", name, wrapper, arguments)
    if dice.chance(20):
        for number in range(dice.upto(3, 1)):
            name = dice.one_of([*entities, "String"])
            world.mutation.fields[f"m{number}"] = FieldModel(f"m{number}", name, "{}", ("n",))
    return world


def _add_keys(world: World, one: TypeModel, values: list[str], dice: Dice) -> None:
    one.fields["id"] = FieldModel("id", "ID", "{}!")
    one.keys.append("id")
    if dice.chance(25):
        one.fields["k"] = FieldModel("k", "String", dice.one_of(("{}!", "{}")))
        one.keys.append("k")
    if dice.chance(15):
        one.fields["a"] = FieldModel("a", "Int", "{}!")
        one.fields["b"] = FieldModel("b", "ID", "{}!")
        one.keys.append("a b")
    if dice.chance(15):
        others = [name for name in world.objects if name.startswith("E") and name != one.name]
        if others:
            one.fields["o"] = FieldModel("o", dice.one_of(others), "{}!")
            one.keys.append("id o { id }" if dice.chance(50) else "o { id } id")


def _add_abstract_types(world: World, entities: list[str], values: list[str], dice: Dice) -> None:
    for number in range(dice.upto(2)):
        name = f"I{number}"
        pool = entities if dice.chance(60) or not values else [*entities, *values]
        members = dice.at_least_one(pool, 60)
        world.interfaces[name] = TypeModel(name)
        shared = [FieldModel(f"i{number}{index}", dice.one_of(SCALARS)) for index in range(2)]
        if dice.chance(30):
            shared.append(FieldModel(f"i{number}o", dice.one_of(entities), "{}"))
        if all(one in entities for one in members):
            world.interfaces[name].fields["id"] = FieldModel("id", "ID", "{}!")
            world.interfaces[name].keys.append("id")
        for model in shared:
            world.interfaces[name].fields[model.name] = model
            for member in members:
                wrapper = "{}!" if dice.chance(15) else model.wrapper
                own = FieldModel(model.name, model.type, wrapper, model.arguments)
                world.objects[member].fields[model.name] = own
        for member in members:
            world.objects[member].interfaces.append(name)
    if dice.chance(40):
        world.unions["U0"] = dice.at_least_one([*entities, *values], 50)


def _add_field(one: TypeModel, name: str, composites: list[str], dice: Dice) -> None:
    kind = dice.one_of((*SCALARS, *composites, *composites))
    wrapper = dice.one_of(WRAPPERS)
    arguments: tuple[str, ...] = ()
    if kind == "String" and dice.chance(40):
        arguments = tuple(dice.at_least_one(tuple(ARGUMENTS), 25))
    elif wrapper.startswith("[") and dice.chance(25):
        arguments = ("n",)
    one.fields[name] = FieldModel(name, kind, wrapper, arguments)


COMMON = """
enum Color { RED GREEN BLUE }
input Wish { color: Color = GREEN, amount: Int, more: [Wish!] }
"""


def print_world(world: World) -> str:
    """Return the unsplit schema as SDL."""
    parts = [COMMON]
    for one in world.interfaces.values():
        parts.append(_print_type("interface", one))
    for one in [*world.objects.values(), world.query, world.mutation]:
        if one.fields:
            parts.append(_print_type("type", one))
    for name, members in world.unions.items():
        parts.append(f"union {name} = {' | '.join(members)}\n")
    return "\n".join(parts)


def _print_type(kind: str, one: TypeModel) -> str:
    implements = f" implements {' & '.join(one.interfaces)}" if one.interfaces else ""
    fields = "".join(model.sdl() for model in one.fields.values())
    return f"{kind} {one.name}{implements} {{\n{fields}}}\n"
