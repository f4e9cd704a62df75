"""Generate the types of a world: keys, fields, arguments, abstract types."""

from __future__ import annotations

from tests.router.oracle.dice import Dice
from tests.router.oracle.world import (
    ARGUMENTS,
    MOODS,
    SCALARS,
    SECRET_MOOD,
    WRAPPERS,
    FieldModel,
    Part,
    TypeModel,
    World,
)

STOPPABLE = ("{}", "[{}]", "[[{}]]")
"""Wrappers that let data of types that contain themselves end."""


def make_types(dice: Dice, crowds: int = 0) -> World:
    """Return a world with parts and types, whose fields have no place yet.

    `crowds` is the percentage of worlds with many types that little tells apart.
    """
    world = World()
    count = dice.one_of((3, 2, 4, 1, 5))
    world.parts = [Part(f"s{number}") for number in range(count)]
    for part in world.parts[1:]:
        part.is_federation_1 = dice.chance(12)
    _add_moods(world, dice)
    for number in range(dice.upto(3, 1)):
        world.types[f"E{number}"] = TypeModel(f"E{number}", "entity")
    for number in range(dice.upto(2)):
        world.types[f"V{number}"] = TypeModel(f"V{number}", "value")
    for one in world.of_kind("entity"):
        _add_keys(world, one, dice)
    _add_scattered(world, dice)
    _add_null_key(world, dice)
    _add_hidden(world, dice)
    _add_interfaces(world, dice)
    _add_union(world, dice)
    if crowds and dice.chance(crowds):
        _add_crowd(world, dice)
    for one in world.of_kind("value"):
        if one.name == "KV":
            continue
        for number in range(dice.upto(3, 1)):
            _add_value_field(world, one, f"f{number}", dice)
    return world


def _add_moods(world: World, dice: Dice) -> None:
    """Let each part know some values of an enum that only answers use."""
    is_secret = dice.chance(30)
    for part in world.parts:
        part.moods = [MOODS[0], *dice.some(MOODS[1:], 70)]
        if is_secret and not part.is_federation_1:
            part.moods.append(SECRET_MOOD)


def _add_keys(world: World, one: TypeModel, dice: Dice) -> None:
    one.fields["id"] = FieldModel("id", "ID", "{}!")
    one.keys.append("id")
    if dice.chance(30):
        one.fields["k"] = FieldModel("k", "String", dice.one_of(("{}!", "{}")))
        one.keys.append("k")
    if dice.chance(20):
        one.fields["a"] = FieldModel("a", "Int", "{}!")
        one.fields["b"] = FieldModel("b", "ID", dice.one_of(("{}!", "{}!", "{}")))
        one.keys.append("a b")
    others = [other.name for other in world.of_kind("entity") if other is not one]
    if dice.chance(20) and others:
        one.fields["o"] = FieldModel("o", dice.one_of(others), "{}!")
        one.keys.append("id o { id }" if dice.chance(50) else "o { id } id")
    if dice.chance(15):
        world.types.setdefault("KV", _key_value())
        one.fields["v"] = FieldModel("v", "KV", "{}!")
        one.keys.append("v { x y }")
    _add_list_key(world, one, others, dice)


def _add_list_key(world: World, one: TypeModel, others: list[str], dice: Dice) -> None:
    """Add a key that selects a list: of scalars, of values or of other entities."""
    if not dice.chance(20):
        return
    kind = dice.one_of(("ls", "vs", "os") if others else ("ls", "vs"))
    wrapper = dice.one_of(("[{}!]!", "[{}]!", "[[{}!]!]!"))
    match kind:
        case "ls":
            one.fields["ls"] = FieldModel("ls", "ID", wrapper)
            one.keys.append(dice.one_of(("ls", "id ls")))
        case "vs":
            world.types.setdefault("KV", _key_value())
            one.fields["vs"] = FieldModel("vs", "KV", wrapper)
            one.keys.append("vs { x y }")
        case "os":
            one.fields["os"] = FieldModel("os", dice.one_of(others), wrapper)
            one.keys.append("os { id } id")


def _key_value() -> TypeModel:
    fields = {"x": FieldModel("x", "ID", "{}!"), "y": FieldModel("y", "Int", "{}!")}
    return TypeModel("KV", "value", fields)


def modern(world: World) -> list[Part]:
    """Return the parts that are written for Federation 2."""
    return [part for part in world.parts if not part.is_federation_1]


def _add_scattered(world: World, dice: Dice) -> None:
    """Add a type without a key whose fields lie in two parts: entered through its parent."""
    parts = modern(world)
    if len(parts) < 2 or not dice.chance(25):
        return
    first = dice.upto(len(parts) - 2)
    one = TypeModel("S0", "scattered", home=[parts[first].name, parts[first + 1].name])
    for number in range(dice.upto(4, 2)):
        one.fields[f"f{number}"] = FieldModel(
            f"f{number}", dice.one_of(SCALARS), dice.one_of(WRAPPERS)
        )
    world.types["S0"] = one
    world.features.add("type without a key in two subgraphs")


def _add_null_key(world: World, dice: Dice) -> None:
    """Add an entity whose key may be null, and that other parts may not know."""
    if len(world.parts) < 2 or not dice.chance(25):
        return
    home = dice.one_of(world.parts)
    one = TypeModel("N0", "nullkey", keys=["k"], home=[home.name])
    one.fields["k"] = FieldModel("k", "String", "{}")
    world.types["N0"] = one
    world.features.add("null keys and unknown entities")


def _add_hidden(world: World, dice: Dice) -> None:
    if not dice.chance(25):
        return
    one = TypeModel("H0", "entity", keys=["id"])
    one.fields["id"] = FieldModel("id", "ID", "{}!")
    world.types["H0"] = one
    world.hidden_types.add("H0")


def _plain(world: World, *kinds: str) -> list[str]:
    return [
        one.name
        for one in world.of_kind(*kinds)
        if one.name not in world.hidden_types and one.name != "KV"
    ]


def _add_interfaces(world: World, dice: Dice) -> None:
    for number in range(dice.one_of((1, 2, 0))):
        entities, values = _plain(world, "entity"), _plain(world, "value")
        pool = entities if dice.chance(65) or not values else [*entities, *values]
        members = dice.at_least_one(pool, 65)
        one = TypeModel(f"I{number}", "interface", members=members)
        if "H0" in world.types and dice.chance(60):
            one.members.append("H0")
        parent = world.types.get("I0")
        if number == 1 and parent is not None and dice.chance(60):
            one.interfaces.append("I0")
            one.fields.update(parent.fields)
            if "id" not in parent.fields and not set(members) <= set(entities):
                one.fields.pop("id", None)
            parent.members += [name for name in members if name not in parent.members]
            if "H0" in one.members and "H0" not in parent.members:
                parent.members.append("H0")
            if "id" in parent.fields and not set(members) <= set(entities):
                parent.fields.pop("id")
                one.fields.pop("id")
        if all(name in entities or name == "H0" for name in members):
            one.fields["id"] = FieldModel("id", "ID", "{}!")
        one.fields[f"t{number}"] = FieldModel(f"t{number}", "String")
        for index in range(dice.upto(2, 1)):
            _add_interface_field(world, one, f"i{number}{index}", entities, dice)
        world.types[one.name] = one
        for base in [one.name, *one.interfaces]:
            _implement(world, world.types[base], dice)


def _add_interface_field(
    world: World, one: TypeModel, name: str, entities: list[str], dice: Dice
) -> None:
    kind = dice.one_of((*SCALARS, *entities))
    # A type without a key is entered again through its parents only: by each member's own key.
    if "S0" in world.types and set(one.members) <= set(entities) and dice.chance(70):
        kind = "S0"
    wrapper = dice.one_of(("{}", "{}", "[{}]", "{}!", "[[{}]]"))
    arguments: tuple[str, ...] = ()
    if kind == "String" and dice.chance(50):
        arguments = tuple(dice.at_least_one(tuple(ARGUMENTS), 15))
    one.fields[name] = FieldModel(name, kind, wrapper, arguments)


def _implement(world: World, interface: TypeModel, dice: Dice) -> None:
    for name in interface.members:
        member = world.types[name]
        if interface.name not in member.interfaces:
            member.interfaces.append(interface.name)
        for model in interface.fields.values():
            if model.name in member.fields:
                continue
            wrapper = model.wrapper
            if not wrapper.endswith("!") and dice.chance(15):
                wrapper += "!"
            own = FieldModel(model.name, model.type, wrapper, model.arguments)
            member.fields[model.name] = own


def _add_union(world: World, dice: Dice) -> None:
    if dice.chance(45):
        pool = _plain(world, "entity", "value")
        members = dice.at_least_one(pool, 55)
        if "H0" in world.types and dice.chance(60):
            members.append("H0")
        world.types["U0"] = TypeModel("U0", "union", members=members)


def _add_crowd(world: World, dice: Dice) -> None:
    """Add many types that little tells apart, an interface in another, and a union of them.

    Fields lead from each to the others, so that fragments on them can be nested in each other.
    """
    names = [f"C{number}" for number in range(dice.one_of((6, 4, 9)))]
    for name in names:
        world.types[name] = TypeModel(name, "value")
    some_entities = dice.some(_plain(world, "entity"), 40)
    wide = TypeModel("I8", "interface", members=[*names, *some_entities])
    deep = TypeModel("I9", "interface", members=dice.at_least_one(names, 70), interfaces=["I8"])
    world.types.update({"I8": wide, "I9": deep, "V9": TypeModel("V9", "value")})
    world.types["U9"] = TypeModel("U9", "union", members=dice.at_least_one(names, 70))
    wide.fields["t8"] = FieldModel("t8", "String")
    deep.fields.update(wide.fields)
    for one, field in (
        (wide, FieldModel("c8", dice.one_of(("I8", "I9", "U9")), dice.one_of(STOPPABLE))),
        (deep, FieldModel("c9", dice.one_of(("V9", "I8", "U9")), dice.one_of(STOPPABLE))),
        (deep, FieldModel("n9", dice.one_of(SCALARS))),
    ):
        one.fields[field.name] = field
    entities = _plain(world, "entity")
    if entities:
        deep.fields["e9"] = FieldModel("e9", dice.one_of(entities), dice.one_of(STOPPABLE[:2]))
    deep.fields.update(wide.fields)
    deep.fields["t9"] = FieldModel("t9", "String")
    for one in (wide, deep):
        _implement(world, one, dice)
    back = world.types["V9"].fields
    back["b8"] = FieldModel("b8", dice.one_of(("I8", "U9")), dice.one_of(STOPPABLE))
    if entities:
        back["e8"] = FieldModel("e8", dice.one_of(entities), "{}")
    world.features.add("many types that little tells apart")


def _add_value_field(world: World, one: TypeModel, name: str, dice: Dice) -> None:
    composites = _plain(world, "entity", "value", "interface", "union")
    kind = dice.one_of((*SCALARS, *SCALARS, *composites))
    is_entity = kind in world.types and world.types[kind].kind == "entity"
    wrapper = dice.one_of(WRAPPERS if is_entity or kind not in world.types else STOPPABLE)
    one.fields[name] = FieldModel(name, kind, wrapper, make_arguments(kind, wrapper, dice))


def make_arguments(kind: str, wrapper: str, dice: Dice) -> tuple[str, ...]:
    """Return arguments that the value of a field shows."""
    if kind == "String" and dice.chance(45):
        return tuple(dice.at_least_one(tuple(ARGUMENTS), 25))
    if wrapper.startswith("[") and dice.chance(25):
        return ("n",)
    return ()


def make_field(name: str, composites: list[str], dice: Dice) -> FieldModel:
    """Return a field of an entity."""
    kind = dice.one_of((*SCALARS, *composites, *composites))
    wrapper = dice.one_of(WRAPPERS)
    return FieldModel(name, kind, wrapper, make_arguments(kind, wrapper, dice))
