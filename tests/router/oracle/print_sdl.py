"""Print a world: the schema that clients see, and what each subgraph publishes."""

from __future__ import annotations

from collections.abc import Collection

from tests.router.oracle.world import (
    ARGUMENTS,
    COLORS,
    HIDDEN_ARGUMENT,
    MOODS,
    SECRET_MOOD,
    FieldModel,
    Part,
    Placed,
    TypeModel,
    World,
)

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject",'
    ' "@inaccessible"])\n'
)
COMMON = (
    f"enum Color {{ {' '.join(COLORS)} }}\n"
    "input Wish { color: Color = GREEN, amount: Int, more: [Wish!] }\n"
)


def print_world(world: World) -> str:
    """Return the unsplit schema as clients see it."""
    parts = [part for part in world.parts if any(part.fields.values()) or part.members]
    moods = [one for one in MOODS if any(one in part.moods for part in parts)]
    sdl = COMMON + f"enum Mood {{ {' '.join(moods)} }}\n"
    for one in [*world.types.values(), *world.roots.values()]:
        if one.name not in world.hidden_types:
            sdl += _print_api_type(world, one)
    return sdl


def _print_api_type(world: World, one: TypeModel) -> str:
    if one.kind == "union":
        known = {name for part in world.parts for name in part.members.get(one.name, [])}
        members = [name for name in one.members if name in known - world.hidden_types]
        return f"union {one.name} = {' | '.join(members)}\n" if members else ""
    parts = [part for part in world.parts if one.name in (*part.fields, *part.members)]
    if one.kind == "interface":
        names = {name for part in parts for name in interface_fields(world, part, one)}
    else:
        names = {name for part in parts for name in part.fields[one.name]}
        names |= _names_from_interface_objects(world, one)
    fields = [
        print_field(model)
        for model in one.fields.values()
        if model.name in names and (one.name, model.name) not in world.hidden_fields
    ]
    if not fields:
        return ""
    known = {base for part in world.parts for base in implemented(part, one)}
    implements = [base for base in one.interfaces if base in known]
    kind = "interface" if one.kind == "interface" else "type"
    return f"{kind} {one.name}{_implements(implements)} {{\n{''.join(fields)}}}\n"


def _names_from_interface_objects(world: World, one: TypeModel) -> set[str]:
    return {
        name
        for part in world.parts
        for base in one.interfaces
        if base in part.interface_objects
        for name in part.fields[base]
    }


def implemented(part: Part, one: TypeModel) -> list[str]:
    """Return the interfaces that a type implements in a part."""
    if one.kind == "interface":
        return [base for base in one.interfaces if {base, one.name} <= part.members.keys()]
    return [base for base in one.interfaces if one.name in part.members.get(base, [])]


def interface_fields(world: World, part: Part, one: TypeModel) -> list[str]:
    """Return the fields of an interface in a part: what all its members there have."""
    if one.name in part.interface_objects:
        return list(part.fields[one.name])
    if one.name not in part.members:
        return []
    names = [
        name
        for name in one.fields
        if all(name in part.fields[member] for member in part.members[one.name])
        and all(
            world.owners(member, name)
            for it in world.parts
            for member in it.members.get(one.name, [])
        )
    ]
    for other in world.of_kind("interface"):
        if one.name in other.interfaces:
            below = {name for it in world.parts for name in interface_fields(world, it, other)}
            if any(other.name in it.members for it in world.parts):
                names = [name for name in names if name in below]
    return names


def _implements(names: list[str]) -> str:
    return f" implements {' & '.join(names)}" if names else ""


def print_field(
    model: FieldModel, placed: Placed | None = None, marks: Collection[str] = ()
) -> str:
    """Return a field's definition."""
    arguments = [ARGUMENTS[one] for one in model.arguments]
    if placed is not None and placed.extra_argument:
        arguments.append("z: Int")
    if placed is not None and model.hidden_argument:
        arguments.append(f"{HIDDEN_ARGUMENT} @inaccessible")
    head = f"  {model.name}({', '.join(arguments)})" if arguments else f"  {model.name}"
    wrapper = (placed and placed.wrapper) or model.wrapper
    ref = wrapper.format((placed and placed.type) or model.type)
    return f"{head}: {ref}{''.join(f' {mark}' for mark in sorted(marks))}\n"


def print_parts(world: World) -> dict[str, str]:
    """Return the SDL of each subgraph."""
    printed = {part.name: _print_part(world, part) for part in world.parts}
    return {name: sdl for name, sdl in printed.items() if sdl}


def _print_part(world: World, part: Part) -> str:
    body = ""
    for name, members in part.members.items():
        one = world.types[name]
        if one.kind == "union":
            body += f"union {name} = {' | '.join(members)}\n"
        else:
            body += _print_interface(world, part, one)
    for name, fields in part.fields.items():
        if fields:
            body += _print_object(world, part, world.model(name), fields)
    if not body:
        return ""
    moods = [f"{one} @inaccessible" if one == SECRET_MOOD else one for one in part.moods]
    head = COMMON + f"enum Mood {{ {' '.join(moods)} }}\n"
    return (head if part.is_federation_1 else LINK + head) + body


def _print_interface(world: World, part: Part, one: TypeModel) -> str:
    fields = [print_field(one.fields[name]) for name in interface_fields(world, part, one)]
    keys = "".join(f' @key(fields: "{key}")' for key in part.keys.get(one.name, []))
    implements = _implements(implemented(part, one))
    return f"interface {one.name}{implements}{keys} {{\n{''.join(fields)}}}\n"


def _print_object(world: World, part: Part, one: TypeModel, fields: dict[str, Placed]) -> str:
    is_extended = one.name in part.extended
    head = f"{'extend ' if is_extended else ''}type {one.name}"
    if one.name not in part.interface_objects:
        head += _implements(implemented(part, one))
    suffix = ", resolvable: false" if one.name in part.unresolvable else ""
    for key in part.keys.get(one.name, []):
        head += f' @key(fields: "{key}"{suffix})'
    if one.name in part.interface_objects:
        head += " @interfaceObject"
    if one.name in part.hidden_types:
        head += " @inaccessible"
    body = ""
    for name, placed in fields.items():
        marks = set(placed.marks)
        is_key = world.is_key(one, name)
        if part.is_federation_1:
            marks.discard("@shareable")
            if is_extended and is_key:
                marks.add("@external")
        elif one.kind in ("value", "scattered") or is_key:
            marks.add("@shareable")
        body += print_field(one.fields[name], placed, marks)
    return f"{head} {{\n{body}}}\n"
