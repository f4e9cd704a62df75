"""Where an entity can be looked up next: key jumps, and the fields that keys and requires need.

Everything is a question about one object type in one subgraph, remembered by (type, subgraph). A
question that comes up while it is being answered is answered "no" for the moment, and answers that
rest on that are not remembered: circles of @requires and of nested keys end there.
"""

from __future__ import annotations

from ...field_sets import FieldSet, Selection
from ...type_refs import named
from .abilities import Abilities, FieldAbility
from .views import NO_VIEWS, Views, provided_below, views_after


def bits(mask: int) -> list[int]:
    """Return the subgraph indexes in a set."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


class Reach:
    """Answers of one composition about key jumps and requirements."""

    def __init__(self, abilities: Abilities) -> None:
        self.abilities = abilities
        self._jumps: dict[tuple[str, int], int] = {}
        self._open_jumps: set[tuple[str, int]] = set()
        self._requirements: dict[tuple[str, str, int], bool] = {}
        self._open_requirements: set[tuple[str, str, int]] = set()
        self._closures: dict[tuple[str, int], int] = {}
        self._provisional = 0

    def closure(self, type_name: str, mask: int, views: Views = NO_VIEWS) -> int:
        """Return all subgraphs that an object found in any of ``mask`` can be looked up in."""
        known = self._closures.get((type_name, mask)) if not views else None
        if known is not None:
            return known
        before = self._provisional
        result = mask
        for index in bits(mask):
            result |= self.jumps(type_name, index)
        for index, selections in views:
            if mask >> index & 1:
                result |= self._spread(type_name, index, frozenset({(index, selections)}))
        if self._provisional == before and not views:
            self._closures[(type_name, mask)] = result
        return result

    def jumps(self, type_name: str, start: int) -> int:
        """Return the subgraphs reachable by keys from an object in ``start``, itself included."""
        question = (type_name, start)
        known = self._jumps.get(question)
        if known is not None:
            return known
        if type_name in ("Query", "Mutation", "Subscription"):
            return self._roots(type_name)
        if question in self._open_jumps:
            self._provisional += 1
            return 1 << start
        self._open_jumps.add(question)
        before = self._provisional
        reached = self._spread(type_name, start, NO_VIEWS)
        self._open_jumps.discard(question)
        if self._provisional == before or not self._open_jumps:
            self._jumps[question] = reached
        return reached

    def _roots(self, type_name: str) -> int:
        mask = 0
        for index, _ in self.abilities.state.by_type.get(type_name, ()):
            mask |= 1 << index
        return mask

    def _spread(self, type_name: str, start: int, views: Views) -> int:
        """Follow keys until no further subgraph can be entered."""
        ability = self.abilities.of(type_name)
        reached = 1 << start
        waiting = [key for key in ability.keys if key.into != start]
        typed = start not in ability.interface_objects
        moved = True
        while moved and waiting:
            moved, rest = False, []
            for key in waiting:
                if reached >> key.into & 1:
                    continue
                # From an interface object only its interface can be asked for: the object's own
                # type is not known there.
                allowed = typed or key.owner == ability.interface_objects[start]
                if allowed and self._selects(type_name, reached, key.selections, views):
                    reached |= 1 << key.into
                    typed = typed or key.into not in ability.interface_objects
                    moved = True
                else:
                    rest.append(key)
            waiting = rest
        return reached

    def selects(self, type_name: str, mask: int, selections: FieldSet, views: Views) -> bool:
        """Tell whether a selection can be fetched where the object was found in ``mask``."""
        return self._selects(type_name, self.closure(type_name, mask, views), selections, views)

    def _selects(
        self, type_name: str, mask: int, selections: FieldSet, views: Views = NO_VIEWS
    ) -> bool:
        """Tell whether a selection can be fetched where the object is in all of ``mask``."""
        ability = self.abilities.of(type_name)
        for selection in selections:
            if not selection.name:
                on = selection.on or type_name
                applies = on == type_name or on in self._supertypes(type_name)
                if applies and not self._selects(type_name, mask, selection.children, views):
                    return False
                continue
            if selection.name == "__typename":
                continue
            field = ability.fields.get(selection.name)
            if field is None or not self._selects_field(type_name, mask, field, selection, views):
                return False
        return True

    def _supertypes(self, type_name: str) -> set[str]:
        return self.abilities.state.supertypes.get(type_name, set())

    def _selects_field(
        self, type_name: str, mask: int, field: FieldAbility, selection: Selection, views: Views
    ) -> bool:
        below: dict[int, FieldSet] = {}
        if views:
            below = provided_below(self.abilities.state, views, type_name, field.name)
        for owners in field.owners:
            usable = self.usable(type_name, field, owners & mask, views)
            for index in field.contexts:
                usable &= ~(1 << index)  # a field set cannot give a field its contextual arguments
            for index in below:
                usable |= 1 << index
            if not usable:
                return False
            if selection.children and not self._selects_below(
                field, usable, selection.children, below
            ):
                return False
        return True

    def _selects_below(
        self, field: FieldAbility, usable: int, children: FieldSet, below: dict[int, FieldSet]
    ) -> bool:
        for type_name, mask in self.outcomes(field, usable).items():
            views = views_after(field, mask, below)
            reached = self.closure(type_name, mask, views)
            if not self._selects(type_name, reached, children, views):
                return False
        return True

    def usable(
        self, type_name: str, field: FieldAbility, mask: int, views: Views = NO_VIEWS
    ) -> int:
        """Return those of ``mask`` whose @requires for the field can be met."""
        if not field.requires:
            return mask
        result = 0
        for index in bits(mask):
            if index not in field.requires or self._is_met(type_name, field, index, views):
                result |= 1 << index
        return result

    def _is_met(self, type_name: str, field: FieldAbility, index: int, views: Views) -> bool:
        question = (type_name, field.name, index)
        known = self._requirements.get(question)
        if known or (known is not None and not views):
            return known
        if question in self._open_requirements:
            self._provisional += 1
            return False
        self._open_requirements.add(question)
        before = self._provisional
        own = frozenset(view for view in views if view[0] == index)
        reached = self.closure(type_name, 1 << index, own)
        met = self._selects(type_name, reached, field.requires[index], own)
        self._open_requirements.discard(question)
        if not views and (self._provisional == before or not self._open_requirements):
            self._requirements[question] = met
        return met

    def outcomes(self, field: FieldAbility, mask: int) -> dict[str, int]:
        """Map each object type that the field can return to the subgraphs that return it."""
        found: dict[str, int] = {}
        state = self.abilities.state
        for index in bits(mask):
            if index not in field.types:
                continue
            name = named(field.types[index])
            schema = state.subgraphs[index]
            type_def = schema.types.get(name)
            if type_def is None:
                continue
            if type_def.kind in ("INTERFACE", "UNION"):
                names = schema.possible.get(name, ())
            elif type_def.kind == "OBJECT" and name in self.abilities.interface_object_types:
                names = self._possible(name)
            elif type_def.kind == "OBJECT":
                names = (name,)
            else:
                continue
            for possible in names:
                found[possible] = found.get(possible, 0) | 1 << index
        return found

    def _possible(self, name: str) -> tuple[str, ...]:
        """Return the object types of an interface or union anywhere in the supergraph."""
        found: dict[str, None] = {}
        for schema in self.abilities.state.subgraphs:
            found.update(dict.fromkeys(schema.possible.get(name, ())))
        return tuple(found)
