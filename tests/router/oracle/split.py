"""Split a world over subgraphs, with everything that federation offers for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.router.oracle.dice import Dice
from tests.router.oracle.world import COMMON, FieldModel, TypeModel, World

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject",'
    ' "@inaccessible"])\n'
)
LABEL = "percent(50)"


@dataclass
class Part:
    """What one subgraph has of the world: type → field → directives."""

    name: str
    types: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    interface_objects: set[str] = field(default_factory=set)
    no_key: set[str] = field(default_factory=set)
    unresolvable: set[str] = field(default_factory=set)
    keys: dict[str, list[str]] = field(default_factory=dict)


class Splitter:
    def __init__(self, world: World, dice: Dice) -> None:
        self.world = world
        self.dice = dice
        self.parts = [Part(f"s{number}") for number in range(dice.upto(4, 1))]
        self.names = [part.name for part in self.parts]

    def split(self) -> dict[str, str]:
        """Return the SDL of each subgraph."""
        for one in self.world.objects.values():
            for model in one.fields.values():
                if not self._is_key_field(one, model.name):
                    self._place(one, model)
        for root in (self.world.query, self.world.mutation):
            for model in root.fields.values():
                self._place(root, model)
        self._close()
        self._add_interface_objects()
        for one in self.world.objects.values():
            if one.keys:
                self._add_requires(one)
                self._add_overrides(one)
        self._add_provides()
        self._close()
        self._hide()
        return {part.name: self._print(part) for part in self.parts if part.types}

    def returned(self, type_name: str, model: FieldModel) -> list[str]:
        """Return the object types that every subgraph that resolves a field knows it may be."""
        members = self.world.members(model.type)
        for part in self.parts:
            fields = part.types.get(type_name, {})
            if model.name in fields and model.type not in part.interface_objects:
                members = [one for one in members if one in part.types]
        return members

    def _is_key_field(self, one: TypeModel, name: str) -> bool:
        return any(name in key.split() for key in one.keys)

    def _place(self, one: TypeModel, model: FieldModel) -> None:
        """Give a field to one subgraph, or to several that share it."""
        share = 60 if not one.keys and one.name.startswith("V") else 12
        owners = self.dice.at_least_one(self.parts, share)
        for part in owners:
            directives = {"@shareable"} if len(owners) > 1 else set[str]()
            part.types[one.name][model.name] = directives

    def _close(self) -> None:
        """Define in each subgraph every type that its fields mention, with keys."""
        for part in self.parts:
            while self._close_once(part):
                pass

    def _close_once(self, part: Part) -> bool:
        before = sum(len(fields) + 1 for fields in part.types.values())
        for type_name in list(part.types):
            if type_name in part.interface_objects:
                continue
            for field_name in list(part.types[type_name]):
                model = self.world.fields_of(type_name).get(field_name)
                if model is not None and self.world.is_composite(model.type):
                    self._define(part, model.type)
        for type_name in list(part.types):
            one = self.world.objects.get(type_name)
            if one is not None and one.keys:
                self._add_keys(part, one)
        return before != sum(len(fields) + 1 for fields in part.types.values())

    def _add_keys(self, part: Part, one: TypeModel) -> None:
        if one.name not in part.keys:
            part.keys[one.name] = self.dice.at_least_one(one.keys, 40)
        for key in part.keys[one.name]:
            for name in key.replace("{", " ").replace("}", " ").split():
                if name in one.fields:
                    part.types[one.name].setdefault(name, set())
            if "o" in key.split():
                other = one.fields["o"].type
                part.types[other].setdefault("id", set())

    def _define(self, part: Part, name: str) -> None:
        world, dice = self.world, self.dice
        if name in part.types or name in part.interface_objects:
            return
        if name in world.objects:
            one = world.objects[name]
            part.types[name] = {}
            if not one.keys:
                shared = dice.at_least_one(list(one.fields), 70)
                for field_name in shared:
                    part.types[name][field_name] = set()
        elif name in world.interfaces:
            part.types[name] = {}
            for member in dice.at_least_one(world.members(name), 80):
                self._define(part, member)
        else:
            part.types[name] = {}
            for member in dice.at_least_one(world.members(name), 80):
                self._define(part, member)
            if not any(member in part.types for member in world.members(name)):
                self._define(part, world.members(name)[0])

    def _add_interface_objects(self) -> None:
        """Let one subgraph add fields to all implementations of an interface at once."""
        for one in self.world.interfaces.values():
            if not one.keys or not self.dice.chance(40):
                continue
            free = [
                part
                for part in self.parts
                if one.name not in part.types
                and not any(member in part.types for member in self.world.members(one.name))
            ]
            full = [
                part
                for part in self.parts
                if one.name in part.types
                and all(member in part.types for member in self.world.members(one.name))
            ]
            if not free or not full:
                continue
            part = free[0]
            part.interface_objects.add(one.name)
            added = FieldModel(
                f"x{one.name}", "String", "{}", ("s",) if self.dice.chance(30) else ()
            )
            one.fields[added.name] = added
            for member in self.world.members(one.name):
                self.world.objects[member].fields[added.name] = added
            part.types[one.name] = {"id": set(), added.name: set()}
            for other in full:
                other.keys.setdefault(one.name, ["id"])
                for member in self.world.members(one.name):
                    if "id" not in other.keys.get(member, []):
                        other.keys.setdefault(member, []).append("id")
            if self.dice.chance(50):
                root = FieldModel(f"qx{one.name}", one.name, self.dice.one_of(("{}", "[{}]")))
                self.world.query.fields[root.name] = root
                part.types["Query"][root.name] = set()

    def _add_requires(self, one: TypeModel) -> None:
        """Let a field be computed from fields of other subgraphs."""
        for number in range(2):
            holders = [part for part in self.parts if one.name in part.types]
            if not self.dice.chance(25) or not holders:
                continue
            part = self.dice.one_of(holders)
            inputs = [
                model
                for model in one.fields.values()
                if model.name not in part.types[one.name]
                and not self._is_key_field(one, model.name)
                and any(model.name in other.types.get(one.name, {}) for other in self.parts)
            ]
            if not inputs:
                continue
            chosen = self.dice.at_least_one(inputs, 30)
            text = " ".join(self._require(part, model) for model in chosen)
            if not text:
                continue
            for model in chosen:
                part.types[one.name][model.name] = {"@external"}
            name = f"r{number}"
            one.fields[name] = FieldModel(name, "String")
            part.types[one.name][name] = {f'@requires(fields: "{text}")'}

    def _require(self, part: Part, model: FieldModel) -> str:
        """Return a field as a required one; below objects some field that can be external."""
        text = model.name
        if "n" in model.arguments and self.dice.chance(60):
            text += f"(n: {self.dice.upto(2)})"
        if not self.world.is_composite(model.type):
            return text
        members = self.world.members(model.type)
        self._define(part, model.type)
        name = members[0]
        if name not in self.world.objects or not self.world.objects[name].keys:
            return text + " { __typename }"
        if model.type in self.world.objects:
            return text + " { id }"
        self._define(part, name)
        return text + f" {{ ... on {name} {{ id }} }}"

    def _add_overrides(self, one: TypeModel) -> None:
        for model in list(one.fields.values()):
            owners = [
                part
                for part in self.parts
                if part.types.get(one.name, {}).get(model.name) == set()
                and not self._is_key_field(one, model.name)
            ]
            others = [
                part
                for part in self.parts
                if one.name in part.types and model.name not in part.types[one.name]
            ]
            if len(owners) == 1 and others and self.dice.chance(8):
                label = f', label: "{LABEL}"' if self.dice.chance(50) else ""
                part = self.dice.one_of(others)
                override = f'@override(from: "{owners[0].name}"{label})'
                part.types[one.name][model.name] = {override}

    def _add_provides(self) -> None:
        for part in self.parts:
            for type_name in list(part.types):
                for field_name, directives in list(part.types[type_name].items()):
                    model = self.world.fields_of(type_name).get(field_name)
                    if model is None or directives - {"@shareable"} or not self.dice.chance(12):
                        continue
                    text = self._provide(part, model)
                    if text:
                        directives.add(f'@provides(fields: "{text}")')

    def _provide(self, part: Part, model: FieldModel) -> str:
        if model.type not in self.world.objects or not self.world.objects[model.type].keys:
            return ""
        target = self.world.objects[model.type]
        self._define(part, target.name)
        candidates = [
            one
            for one in target.fields.values()
            if not self.world.is_composite(one.type)
            and not one.arguments
            and not self._is_key_field(target, one.name)
            and part.types[target.name].get(one.name, {"@external"}) == {"@external"}
            and any(
                one.name in other.types.get(target.name, {})
                for other in self.parts
                if other is not part
            )
        ]
        if not candidates:
            return ""
        chosen = self.dice.one_of(candidates)
        part.types[target.name][chosen.name] = {"@external"}
        for other in self.parts:
            marks = other.types.get(target.name, {}).get(chosen.name)
            if marks is not None and "@external" not in marks:
                marks.add("@shareable")  # Who provides a field resolves it there, too.
        return chosen.name

    def _hide(self) -> None:
        """Hide some fields from clients; @requires and @provides may go on using them."""
        for one in self.world.objects.values():
            for model in one.fields.values():
                holders = [
                    part.types[one.name][model.name]
                    for part in self.parts
                    if model.name in part.types.get(one.name, {})
                    and "@external" not in part.types[one.name][model.name]
                ]
                is_own = model.name.startswith("f")
                if is_own and len(one.fields) > 2 and holders and self.dice.chance(4):
                    self.dice.one_of(holders).add("@inaccessible")

    # Printing ----------------------------------------------------------------------------------

    def _print(self, part: Part) -> str:
        sdl = LINK + COMMON
        types = dict(part.types)
        types.setdefault("Query", {})
        for name, fields in types.items():
            if name in self.world.unions:
                members = [one for one in self.world.unions[name] if one in types]
                sdl += f"union {name} = {' | '.join(members)}\n"
            elif name in self.world.interfaces and name not in part.interface_objects:
                sdl += self._print_interface(part, name)
            elif fields:
                sdl += self._print_object(part, name, fields)
        return sdl

    def _print_interface(self, part: Part, name: str) -> str:
        one = self.world.interfaces[name]
        members = [member for member in self.world.members(name) if member in part.types]
        fields = [
            model.sdl()
            for model in one.fields.values()
            if all(self._has_plainly(part, member, model.name) for member in members)
        ]
        if not fields:
            fields = [f"  z{name}: Int\n"]
        keys = "".join(f' @key(fields: "{key}")' for key in part.keys.get(name, []))
        return f"interface {name}{keys} {{\n{''.join(fields)}}}\n"

    def _has_plainly(self, part: Part, member: str, name: str) -> bool:
        return name in part.types[member]

    def _print_object(self, part: Part, name: str, fields: dict[str, set[str]]) -> str:
        one = self.world.objects.get(name) or self.world.interfaces.get(name)
        models = self.world.fields_of(name)
        implements = [
            interface
            for interface in (one.interfaces if one else [])
            if interface in part.types and interface not in part.interface_objects
        ]
        head = f"type {name}"
        if implements:
            head += f" implements {' & '.join(implements)}"
        keys = ["id"] if name in part.interface_objects else part.keys.get(name, [])
        head += "".join(f' @key(fields: "{key}")' for key in keys)
        if name in part.interface_objects:
            head += " @interfaceObject"
        body = ""
        for field_name, directives in fields.items():
            marks = set(directives)
            if name.startswith("V"):
                marks.add("@shareable")
            if one is not None and self._is_key_field(one, field_name):
                marks.add("@shareable")
            text = "".join(f" {mark}" for mark in sorted(marks))
            body += models[field_name].sdl(text)
        for interface in implements:
            if f"  z{interface}: Int\n" in self._print_interface(part, interface):
                body += f"  z{interface}: Int @shareable\n"
        return f"{head} {{\n{body}}}\n"
