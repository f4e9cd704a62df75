"""Add to a split world what makes parts depend on one another, and what clients do not see."""

from __future__ import annotations

from typing import Protocol

from tests.router.oracle.dice import Dice
from tests.router.oracle.make_world import modern
from tests.router.oracle.world import (
    LABELS,
    SECRET_MOOD,
    FieldModel,
    Part,
    Placed,
    TypeModel,
    World,
)


class Definer(Protocol):
    """What weaving needs of the splitter."""

    def define(self, part: Part, name: str) -> None:
        """Define a type in a part."""

    def allowed(self, part: Part, name: str) -> bool:
        """Tell whether a type may be defined in a part."""


class Weaver:
    """Adds @requires, @provides, @override, @inaccessible and differences between definitions."""

    def __init__(self, world: World, dice: Dice, definer: Definer) -> None:
        self.world = world
        self.dice = dice
        self.definer = definer
        self._required: set[tuple[str, str]] = set()

    def weave(self) -> None:
        for one in self.world.of_kind("entity", "nullkey"):
            self._add_requires(one)
        self._require_in_interface_objects()
        for one in self.world.of_kind("entity"):
            self._add_overrides(one)
        self._add_provides()
        self._differ()
        self._hide()

    # @requires -----------------------------------------------------------------------------------

    def _add_requires(self, one: TypeModel) -> None:
        for _ in range(3):
            if not self.dice.chance(35):
                continue
            parts = [part for part in self.world.parts if one.name in part.fields]
            if one.kind == "nullkey":
                parts = [part for part in parts if part.name not in one.home]
            if not parts:
                continue
            part = self.dice.one_of(parts)
            inputs = [model for model in one.fields.values() if self._can_require(part, one, model)]
            if not inputs:
                continue
            chosen = self.dice.at_least_one(inputs, 30)[:3]
            self._add_required(part, one, chosen)
            if any("n" in model.arguments for model in chosen) and self.dice.chance(60):
                self.world.features.add("two @requires of a field with arguments")
                self._add_required(part, one, chosen)

    def _can_require(self, part: Part, one: TypeModel, model: FieldModel) -> bool:
        placed = part.fields[one.name].get(model.name)
        if self.world.is_key(one, model.name) or (placed and not placed.external):
            return False
        if model.name.startswith("t"):
            return False
        owners = self.world.owners(one.name, model.name)
        if one.kind == "nullkey" and not set(one.home) & {owner.name for owner in owners}:
            return False
        target = self.world.types.get(model.type)
        if target is not None and target.home:
            return False
        return bool(owners) and self.definer.allowed(part, model.type)

    def _add_required(self, part: Part, one: TypeModel, chosen: list[FieldModel]) -> None:
        name = f"r{sum(model.name.startswith('r') for model in one.fields.values())}"
        text = " ".join(self._require(part, model, 0) for model in chosen)
        if any(model.name.startswith("r") for model in chosen):
            self.world.features.add("chain of @requires")
        if any(model.name.startswith("x") for model in chosen):
            self.world.features.add("@requires of an interface object's field")
        for model in chosen:
            part.fields[one.name].setdefault(model.name, Placed({"@external"}))
            self._required.add((one.name, model.name))
        wrapper = "{}!" if self.dice.chance(25) and one.kind != "nullkey" else "{}"
        one.fields[name] = FieldModel(name, "String", wrapper)
        part.fields[one.name][name] = Placed({f'@requires(fields: "{text}")'})
        self.world.features.add("@requires")

    def _require(self, part: Part, model: FieldModel, depth: int) -> str:
        """Return a field as a required one."""
        text = model.name
        arguments = [
            f"{name}: {literal}"
            for name, literal in (("n", self.dice.upto(2)), ("m", 3), ("c", "RED"), ("l", "[1]"))
            if name in model.arguments and (name == "m" or self.dice.chance(60))
        ]
        if arguments:
            text += f"({', '.join(arguments)})"
            self.world.features.add("@requires with arguments")
        if not self.world.is_composite(model.type):
            return text
        self.definer.define(part, model.type)
        self.world.features.add("@requires with nested selections")
        return f"{text} {{ {self._below(part, model.type, depth)} }}"

    def _below(self, part: Part, name: str, depth: int) -> str:
        one = self.world.types[name]
        if name in part.interface_objects:
            return "id"
        if one.kind in ("interface", "union"):
            known = self.dice.at_least_one(part.members[name], 60)
            self.world.features.add("@requires through abstract types")
            fragments = [f"... on {it} {{ {self._below(part, it, depth)} }}" for it in known]
            return " ".join(["__typename", *fragments] if self.dice.chance(50) else fragments)
        found = [
            model for model in one.fields.values() if self._can_require_below(part, one, model)
        ]
        nested = [model for model in found if depth < 1 or not self.world.is_composite(model.type)]
        if not nested:
            return "__typename"
        parts = []
        for model in self.dice.at_least_one(nested, 30)[:2]:
            if model.name not in part.fields[name]:
                part.fields[name][model.name] = Placed({"@external"})
            parts.append(self._require(part, model, depth + 1))
        return " ".join(parts)

    def _can_require_below(self, part: Part, one: TypeModel, model: FieldModel) -> bool:
        if model.name.startswith("r") or not self.world.owners(one.name, model.name):
            return False
        target = self.world.types.get(model.type)
        if target is not None and (target.home or "H0" in self.world.members(target.name)):
            return False
        placed = part.fields[one.name].get(model.name)
        if placed is not None:
            return placed.marks <= {"@shareable", "@external"}
        return one.kind == "entity" and self.definer.allowed(part, model.type)

    def _require_in_interface_objects(self) -> None:
        """Let an interface object's field be computed from fields of the real interface."""
        for part in self.world.parts:
            for name in part.interface_objects:
                one = self.world.types[name]
                tag = one.fields[f"t{name[1:]}"]
                if not self.dice.chance(50):
                    continue
                model = FieldModel(f"r{name}", "String")
                one.fields[model.name] = model
                for member in one.members:
                    self.world.types[member].fields[model.name] = model
                part.fields[name][tag.name] = Placed({"@external"})
                part.fields[name][model.name] = Placed({f'@requires(fields: "{tag.name}")'})
                self.world.features.add("@requires in an interface object")

    # @override -----------------------------------------------------------------------------------

    def _add_overrides(self, one: TypeModel) -> None:
        for model in list(one.fields.values()):
            owners = self.world.owners(one.name, model.name)
            others = [
                part
                for part in modern(self.world)
                if one.name in part.fields
                and model.name not in part.fields[one.name]
                and self.definer.allowed(part, model.type)
            ]
            is_plain = len(owners) == 1 and self._is_plain(owners[0], one, model)
            target = self.world.types.get(model.type)
            if not is_plain or not others or (target and target.home) or not self.dice.chance(12):
                continue
            label = f', label: "{self.dice.one_of(LABELS)}"' if self.dice.chance(50) else ""
            part = self.dice.one_of(others)
            self.definer.define(part, model.type)
            override = f'@override(from: "{owners[0].name}"{label})'
            part.fields[one.name][model.name] = Placed({override})
            self.world.features.add("@override with a label" if label else "@override")
            if (one.name, model.name) in self._required:
                self.world.features.add("@override of a required field")

    def _is_plain(self, part: Part, one: TypeModel, model: FieldModel) -> bool:
        placed = part.fields.get(one.name, {}).get(model.name)
        return placed is not None and not placed.marks and not self.world.is_key(one, model.name)

    # @provides -----------------------------------------------------------------------------------

    def _add_provides(self) -> None:
        for part in self.world.parts:
            for type_name in list(part.fields):
                models = self.world.model(type_name).fields
                for name, placed in list(part.fields[type_name].items()):
                    model = models.get(name)
                    if model is None or placed.marks - {"@shareable"} or placed.type:
                        continue
                    if type_name in part.interface_objects or model.type in part.interface_objects:
                        continue
                    if not self.world.is_composite(model.type) or not self.dice.chance(30):
                        continue
                    if self._is_overridden(part, type_name, name):
                        continue
                    text = self._provide(part, model.type, 0)
                    if text:
                        placed.marks.add(f'@provides(fields: "{text}")')
                        self.world.features.add("@provides")

    def _is_overridden(self, part: Part, type_name: str, name: str) -> bool:
        """Tell whether a part's field is taken over, so that it may not have `@provides`."""
        override = f'@override(from: "{part.name}"'
        places = (other.fields.get(type_name, {}).get(name) for other in self.world.parts)
        return any(mark.startswith(override) for place in places if place for mark in place.marks)

    def _provide(self, part: Part, name: str, depth: int) -> str:
        one = self.world.types[name]
        if one.kind in ("interface", "union"):
            found = [(member, self._provide(part, member, depth)) for member in part.members[name]]
            if any(text for _, text in found):
                self.world.features.add("@provides on an abstract type")
            return " ".join(f"... on {member} {{ {text} }}" for member, text in found if text)
        if one.kind != "entity":
            return ""
        candidates = [model for model in one.fields.values() if self._can_provide(part, one, model)]
        texts = []
        for model in candidates and self.dice.at_least_one(candidates, 25)[:2]:
            if not self.world.is_composite(model.type):
                texts.append(model.name)
            elif depth == 0:
                self.definer.define(part, model.type)
                below = self._provide(part, model.type, 1) or part.keys[model.type][0]
                texts.append(f"{model.name} {{ {below} }}")
                self.world.features.add("nested @provides")
            else:
                continue
            part.fields[name].setdefault(model.name, Placed({"@external"}))
            for owner in self.world.owners(name, model.name):
                # Who provides a field resolves it there, too.
                owner.fields[name][model.name].marks.add("@shareable")
        return " ".join(texts)

    def _can_provide(self, part: Part, one: TypeModel, model: FieldModel) -> bool:
        placed = part.fields[one.name].get(model.name)
        target = self.world.types.get(model.type)
        owners = self.world.owners(one.name, model.name)
        return (
            not model.arguments
            and not model.hidden_argument
            and model.name[0] in "fi"
            and not self.world.is_key(one, model.name)
            and (placed is None or placed.marks == {"@external"})
            and bool(owners)
            and all(self._is_shareable(owner, one, model) for owner in owners)
            and (target is None or (target.kind == "entity" and target.name != "H0"))
            and self.definer.allowed(part, model.type)
        )

    def _is_shareable(self, part: Part, one: TypeModel, model: FieldModel) -> bool:
        placed = part.fields.get(one.name, {}).get(model.name)
        if placed is None or part.is_federation_1:
            return False
        return not any("@override" in mark for mark in placed.marks)

    # Differences ---------------------------------------------------------------------------------

    def _differ(self) -> None:
        """Let parts that share a field define it differently."""
        for one in [*self.world.objects(), *self.world.roots.values()]:
            for model in one.fields.values():
                places = [
                    part.fields[one.name][model.name]
                    for part in modern(self.world)
                    if model.name in part.fields.get(one.name, {})
                ]
                if len(places) < 2 or any("@override" in str(it.marks) for it in places):
                    continue
                if self._is_external_anywhere(one, model) or not self._is_free(one, model):
                    continue
                if len(self.world.owners(one.name, model.name)) != len(places):
                    continue
                if self.dice.chance(25):
                    self._strengthen(model, self.dice.one_of(places[1:]))
                if self.dice.chance(15):
                    places[0].extra_argument = True
                    self.world.features.add("argument that only one subgraph has")
                target = self.world.types.get(model.type)
                is_abstract = target is not None and target.kind in ("interface", "union")
                is_provided = any("@provides" in str(it.marks) for it in places)
                if target is None or not is_abstract or target.home or is_provided:
                    continue
                if self.dice.chance(50):
                    places[0].type = target.members[0]
                    self.world.features.add("narrower type in one subgraph")

    def _is_external_anywhere(self, one: TypeModel, model: FieldModel) -> bool:
        return any(
            model.name in part.fields.get(one.name, {})
            and part.fields[one.name][model.name].external
            for part in self.world.parts
        )

    def _is_free(self, one: TypeModel, model: FieldModel) -> bool:
        return not self.world.is_key(one, model.name) and one.name != "KV"

    def _strengthen(self, model: FieldModel, placed: Placed) -> None:
        stronger = {
            "{}": "{}!", "[{}]": "[{}!]", "[[{}!]]": "[[{}!]!]", "[{}!]": "[{}!]!",
            "[{}]!": "[{}!]!", "[[{}]]": "[[{}]!]",
        }  # fmt: skip
        if model.wrapper in stronger:
            target = self.world.types.get(model.type)
            if target is not None and target.kind != "entity":
                return
            placed.wrapper = model.strict = stronger[model.wrapper]
            self.world.features.add("nullability differs between subgraphs")

    # @inaccessible -------------------------------------------------------------------------------

    def _hide(self) -> None:
        self._hide_types()
        for one in self.world.of_kind("entity", "value"):
            for model in one.fields.values():
                holders = [
                    part.fields[one.name][model.name]
                    for part in modern(self.world)
                    if model.name in part.fields.get(one.name, {})
                    and not part.fields[one.name][model.name].external
                ]
                if not holders or model.name[0] != "f" or one.name in self.world.hidden_types:
                    continue
                places = len([p for p in self.world.parts if model.name in p.fields[one.name]])
                if self.dice.chance(5) and self._shows_others(one, model):
                    self.dice.one_of(holders).marks.add("@inaccessible")
                    self.world.hidden_fields.add((one.name, model.name))
                    is_used = (one.name, model.name) in self._required
                    name = "required" if is_used else "plain"
                    self.world.features.add(f"@inaccessible {name} field")
                elif (
                    len(holders) == places == 1
                    and model.type == "String"
                    and not holders[0].marks
                    and self.dice.chance(15)
                ):
                    model.hidden_argument = True
                    self.world.features.add("@inaccessible argument with a default")
        if any(SECRET_MOOD in part.moods for part in self.world.parts):
            self.world.features.add("@inaccessible enum value")

    def _shows_others(self, one: TypeModel, model: FieldModel) -> bool:
        shown = [
            name
            for name in one.fields
            if name != model.name and (one.name, name) not in self.world.hidden_fields
        ]
        return bool(shown)

    def _hide_types(self) -> None:
        for name in self.world.hidden_types:
            holders = [part for part in modern(self.world) if name in part.fields]
            if holders:
                self.dice.one_of(holders).hidden_types.add(name)
                self.world.features.add("@inaccessible runtime type")

    # Keys ----------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Mark keys that a part cannot resolve, and types that a Federation 1 part extends."""
        for part in self.world.parts:
            for name, placed in part.fields.items():
                one = self.world.model(name)
                if one.kind != "entity" or name in part.interface_objects:
                    continue
                elsewhere = [
                    other
                    for other in modern(self.world)
                    if other is not part and name in other.fields
                ]
                if part.is_federation_1:
                    if elsewhere and self.dice.chance(70):
                        part.extended.add(name)
                        self.world.features.add("Federation 1 `extend type`")
                    continue
                if all(self._is_key_elsewhere(part, one, it) for it in placed) and (
                    part.name not in one.hubs and self.dice.chance(50)
                ):
                    part.unresolvable.add(name)
                    self.world.features.add("resolvable: false")

    def _is_key_elsewhere(self, part: Part, one: TypeModel, name: str) -> bool:
        """Tell whether a field is one of a key, and another part can be asked for it."""
        return self.world.is_key(one, name) and any(
            other is not part and one.name not in other.unresolvable
            for other in self.world.owners(one.name, name)
        )
