"""Split a world over its parts so that every field can be reached from everywhere."""

from __future__ import annotations

from tests.router.oracle.dice import Dice
from tests.router.oracle.make_world import make_field, make_types, modern
from tests.router.oracle.weave import Weaver
from tests.router.oracle.world import (
    SCALARS,
    WRAPPERS,
    FieldModel,
    Part,
    Placed,
    TypeModel,
    World,
    top_names,
)

EVERYWHERE = 100


def make_world(dice: Dice, crowds: int = 0) -> World:
    """Return a world whose parts compose; `crowds` is as for `make_types`."""
    world = make_types(dice, crowds)
    splitter = Splitter(world, dice)
    splitter.split()
    weaver = Weaver(world, dice, splitter)
    weaver.weave()
    splitter.settle()
    weaver.finish()
    return world


class Splitter:
    """Places fields, and defines in each part what its fields mention."""

    def __init__(self, world: World, dice: Dice) -> None:
        self.world = world
        self.dice = dice

    def split(self) -> None:
        for one in self.world.of_kind("entity"):
            self._plan_keys(one)
        interface_objects = self._bar_interface_objects()
        for one in self.world.of_kind("entity", "nullkey", "scattered"):
            self._place_type(one)
        self._agree_on_interface_fields()
        for one, part, full in interface_objects:
            self._add_interface_object(one, part, full)
        self._place_roots()
        self._give_mutation_a_key()
        for one in self.world.of_kind("entity"):
            for name in one.hubs:
                self.define(self._part(name), one.name)

    def _part(self, name: str) -> Part:
        return next(part for part in self.world.parts if part.name == name)

    # Keys ----------------------------------------------------------------------------------------

    def _plan_keys(self, one: TypeModel) -> None:
        """Let hubs join the keys; without hubs every part has `id`."""
        parts = modern(self.world)
        if len(one.keys) < 2 or not self.dice.chance(50):
            return
        first = self.dice.upto(len(parts) - 1)
        if len(one.keys) > 2 and len(parts) > 1 and self.dice.chance(60):
            one.hubs[parts[first].name] = one.keys[:2]
            one.hubs[parts[(first + 1) % len(parts)].name] = one.keys[1:]
            self.world.features.add("keys over several hops")
        else:
            one.hubs[parts[first].name] = list(one.keys)
        self.world.features.add("parts with different keys")

    def _keys_in(self, part: Part, one: TypeModel) -> list[str]:
        if part.name in one.hubs:
            return list(one.hubs[part.name])
        if part.is_federation_1:
            return ["id"]
        if one.hubs:
            return [self.dice.one_of(one.keys)]
        return [key for key in one.keys if key == "id" or self.dice.chance(40)]

    # Types ---------------------------------------------------------------------------------------

    def needs(self, name: str, part: Part, seen: set[str] | None = None) -> set[str]:
        """Return the types that must be defined in a part where a type is."""
        seen = set() if seen is None else seen
        if name in seen or name not in self.world.types or name in part.interface_objects:
            return seen
        seen.add(name)
        one = self.world.types[name]
        if one.kind in ("interface", "union"):
            self.needs(one.members[0], part, seen)
        elif one.kind == "value":
            for model in one.fields.values():
                self.needs(model.type, part, seen)
        elif one.kind == "entity":
            for key in ("o", "os"):
                if key in one.fields:
                    self.needs(one.fields[key].type, part, seen)
        return seen

    def allowed(self, part: Part, name: str) -> bool:
        """Tell whether a field of a type may stand in a part."""
        for need in self.needs(name, part):
            one = self.world.types[need]
            if need in part.barred or (one.home and part.name not in one.home):
                return False
            if part.is_federation_1 and (one.kind == "interface" or one.name == "H0"):
                return False
        return True

    def define(self, part: Part, name: str) -> None:
        """Define a type in a part, with what it mentions."""
        if name not in self.world.types or name in part.interface_objects:
            return
        one = self.world.types[name]
        if one.kind in ("interface", "union"):
            self._define_abstract(part, one)
        elif name not in part.fields:
            part.fields[name] = {}
            if one.kind == "value":
                self._define_value(part, one)
            elif one.kind == "entity":
                self._set_keys(part, one, self._keys_in(part, one))
            elif one.kind == "nullkey":
                self._set_keys(part, one, ["k"])

    def _set_keys(self, part: Part, one: TypeModel, keys: list[str]) -> None:
        part.keys[one.name] = keys
        for key in keys:
            for name in top_names(key):
                part.fields[one.name].setdefault(name, Placed())
                other = one.fields[name].type
                self.define(part, other)
                if name in ("o", "os"):
                    part.fields[other].setdefault("id", Placed())

    def _define_value(self, part: Part, one: TypeModel) -> None:
        for model in one.fields.values():
            part.fields[one.name][model.name] = Placed()
            self.define(part, model.type)

    def _define_abstract(self, part: Part, one: TypeModel) -> None:
        if one.name in part.members:
            return
        known = [one.members[0]]
        for name in one.members[1:]:
            if self.dice.chance(75) and self.allowed(part, name):
                known.append(name)
        if len(known) < len(one.members):
            self.world.features.add(f"{one.kind} members unknown to a subgraph")
        self.know(part, one, known)

    def know(self, part: Part, one: TypeModel, known: list[str]) -> None:
        """Let a part know members of an abstract type."""
        mine = part.members.setdefault(one.name, [])
        for name in known:
            if name not in mine:
                mine.append(name)
            self.define(part, name)
            self._tag(part, one, name)
        for base in one.interfaces:
            self.know(part, self.world.types[base], known)

    def _tag(self, part: Part, one: TypeModel, member: str) -> None:
        """Give each member the field that makes the interface one in this part."""
        if one.kind == "interface":
            tag = f"t{one.name[1:]}"
            placed = part.fields[member].setdefault(tag, Placed())
            placed.marks.discard("@external")
            if self.world.types[member].kind == "entity":
                placed.marks.add("@shareable")

    # Fields --------------------------------------------------------------------------------------

    def _place_type(self, one: TypeModel) -> None:
        composites = [
            other.name
            for other in self.world.types.values()
            if other.name not in {*self.world.hidden_types, "KV"}
        ]
        own = [] if one.kind == "scattered" else [f"f{n}" for n in range(self.dice.upto(4, 1))]
        for name in own:
            model = make_field(name, composites, self.dice)
            if one.kind == "nullkey" and model.wrapper.endswith("!") and self.dice.chance(60):
                model.wrapper = model.wrapper[:-1]
            one.fields[name] = model
        for model in list(one.fields.values()):
            is_tag = model.name.startswith("t") and not self.world.is_key(one, model.name)
            if not self.world.is_key(one, model.name) and not is_tag:
                self._place(one, model)
        if one.kind == "scattered":
            for name in one.home:
                self.define(self._part(name), one.name)

    def _agree_on_interface_fields(self) -> None:
        """Let a field be a scalar in all members of an interface where one of them cannot have more."""
        for one in self.world.of_kind("interface"):
            for model in one.fields.values():
                own = [self.world.types[name].fields[model.name] for name in one.members]
                if model.type != "S0":
                    continue
                kinds = {self.world.types[name].kind for name in one.members}
                if kinds == {"entity"} and all(each.type == "S0" for each in own):
                    self.world.features.add("type without a key below an interface")
                    continue
                for each in (model, *own):
                    each.type, each.arguments = SCALARS[0], ()

    def _give_mutation_a_key(self) -> None:
        """Let `Mutation` have a key, which is of no use: its fields run once all the same."""
        parts = [part for part in modern(self.world) if part.fields.get("Mutation")]
        if parts and self.dice.chance(30):
            for part in parts:
                part.keys["Mutation"] = ["__typename"]
            self.world.features.add("key of Mutation")

    def _place(self, one: TypeModel, model: FieldModel) -> None:
        """Give a field to one part, or to several that share it."""
        parts = [
            part
            for part in self.world.parts
            if one.kind in ("root", "nullkey", "scattered") or self.allowed(part, one.name)
        ]
        if one.kind == "scattered":
            parts = [part for part in parts if part.name in one.home]
        if one.kind == "entity" and one.name in self.world.hidden_types:
            parts = [part for part in parts if not part.is_federation_1]
        fitting = [part for part in parts if self.allowed(part, model.type)]
        homes = self._homes(model.type)
        if homes and not homes <= {part.name for part in fitting}:
            fitting = []
        if one.kind == "nullkey" and len(homes) > 1:
            fitting = []  # Without a key only one of them could be asked.
        if not fitting:
            model.type, model.arguments = self.dice.one_of(SCALARS), ()
            fitting, homes = parts, set()
        share = 14
        if one.kind == "nullkey":
            share = 0
        elif one.kind == "scattered":
            share = EVERYWHERE if model.name == "f0" else 35
        owners = self._choose_owners(fitting, homes, share, model.type)
        for part in owners:
            self.define(part, one.name)
            marks = {"@shareable"} if len(owners) > 1 else set[str]()
            part.fields[one.name][model.name] = Placed(marks)
            self.define(part, model.type)
        if len(owners) > 1 and one.kind == "root":
            self.world.features.add("shared root fields")

    def _homes(self, name: str) -> set[str]:
        """Return the parts that have to share fields that lead to a type."""
        if name not in self.world.types:
            return set()
        for need in self.needs(name, self.world.parts[0]):
            if self.world.types[need].home:
                return set(self.world.types[need].home)
        return set()

    def _choose_owners(
        self, parts: list[Part], homes: set[str], share: int, name: str
    ) -> list[Part]:
        if homes:
            return [part for part in parts if part.name in homes]
        if share == EVERYWHERE:
            return parts
        first = self.dice.one_of(parts)
        if first.is_federation_1:
            return [first]
        others = [
            part for part in modern(self.world) if part in parts and self._is_whole(part, name)
        ]
        if not self._is_whole(first, name):
            return [first]
        return [
            part for part in parts if part is first or (part in others and self.dice.chance(share))
        ]

    def _is_whole(self, part: Part, name: str) -> bool:
        """Tell whether a type is there as in the unsplit schema: no interface object."""
        return name not in part.interface_objects

    def _place_roots(self) -> None:
        query = self.world.roots.setdefault("Query", TypeModel("Query"))
        composites = [
            one.name
            for one in self.world.types.values()
            if one.name not in {*self.world.hidden_types, "KV"}
        ]
        for number in range(self.dice.upto(4, 2)):
            wrapper = self.dice.one_of(("{}", "[{}]", "{}!", "[{}!]!", "[[{}]]"))
            arguments = ("n",) if self.dice.chance(15) else ()
            name = f"q{number}"
            query.fields[name] = FieldModel(name, self.dice.one_of(composites), wrapper, arguments)
        mutation = self.world.roots.setdefault("Mutation", TypeModel("Mutation"))
        if self.dice.chance(25):
            entities = [one.name for one in self.world.of_kind("entity") if one.name != "H0"]
            for number in range(self.dice.upto(4, 2)):
                name = f"m{number}"
                kind = self.dice.one_of(("String", *entities))
                mutation.fields[name] = FieldModel(name, kind, "{}", ("n",))
        for root in (query, mutation):
            for model in root.fields.values():
                self._place(root, model)

    # Interface objects ---------------------------------------------------------------------------

    def _bar_interface_objects(self) -> list[tuple[TypeModel, Part, Part]]:
        """Choose parts that see an interface as one object type, and where it is whole."""
        found: list[tuple[TypeModel, Part, Part]] = []
        present: dict[str, set[str]] = {part.name: set() for part in self.world.parts}
        for one in self.world.of_kind("interface"):
            parts = modern(self.world)
            fits = "id" in one.fields and "H0" not in one.members and len(parts) > 1
            if not fits or one.interfaces or not self.dice.chance(50):
                continue
            if any(one.name in other.interfaces for other in self.world.of_kind("interface")):
                continue
            index = self.dice.upto(len(parts) - 1)
            part, full = parts[index], parts[(index + 1) % len(parts)]
            hubs = {
                name
                for other in self.world.of_kind("entity")
                if self.needs(other.name, full) & set(one.members)
                for name in other.hubs
            }
            if part.name in hubs or set(one.members) & full.barred:
                continue
            mentioned = {need for member in one.members for need in self.needs(member, full)}
            if mentioned & full.barred or set(one.members) & present[part.name]:
                continue
            present[full.name] |= mentioned
            part.interface_objects.add(one.name)
            part.barred |= set(one.members)
            found.append((one, part, full))
        return found

    def _add_interface_object(self, one: TypeModel, part: Part, full: Part) -> None:
        for name in one.members:
            self.define(full, name)
            if "id" not in full.keys[name]:
                self._set_keys(full, self.world.types[name], ["id", *full.keys[name]])
        self.know(full, one, one.members)
        full.keys[one.name] = ["id"]
        part.keys[one.name] = ["id"]
        part.fields[one.name] = {"id": Placed()}
        for number in range(self.dice.upto(3, 1)):
            self._add_object_field(one, part, f"x{one.name}{number}")
        if self.dice.chance(70):
            query = self.world.roots.setdefault("Query", TypeModel("Query"))
            wrapper = self.dice.one_of(("{}", "[{}]", "[[{}!]]"))
            root = FieldModel(f"qx{one.name}", one.name, wrapper)
            query.fields[root.name] = root
        self.world.features.add("@interfaceObject")

    def _add_object_field(self, one: TypeModel, part: Part, name: str) -> None:
        kinds = [
            other.name
            for other in self.world.of_kind("entity", "value", "interface")
            if other.name not in self.world.hidden_types and self.allowed(part, other.name)
        ]
        kind = self.dice.one_of((*SCALARS, *kinds))
        arguments = ("s",) if kind == "String" and self.dice.chance(50) else ()
        model = FieldModel(name, kind, self.dice.one_of(WRAPPERS), arguments)
        one.fields[name] = model
        for member in one.members:
            self.world.types[member].fields[name] = model
        part.fields[one.name][name] = Placed()
        self.define(part, kind)
        if kind == one.name:
            self.world.features.add("@interfaceObject returned below another type")

    # At the end ----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let interfaces that implement others agree with them in each part."""
        for _ in range(2):
            for part in self.world.parts:
                for name in list(part.members):
                    one = self.world.types[name]
                    for base in one.interfaces:
                        if base in part.members:
                            self.know(part, self.world.types[base], part.members[name])
                for name in list(part.fields):
                    for placed_name in list(part.fields[name]):
                        model = self.world.model(name).fields.get(placed_name)
                        if model is not None:
                            self.define(part, part.fields[name][placed_name].type or model.type)
