"""Where an entity can be looked up next: entity moves, and the fields that keys and requires need.

Everything is a question about one object type, remembered. Questions may lead back to themselves
(circles of @requires and of nested keys): the answer is then the least one that agrees with itself,
found by guessing "no" and asking again until no guess changes.
"""

from __future__ import annotations

from ...field_sets import FieldSet, Selection
from .abilities import Abilities
from .ability import FieldAbility, TypeAbility
from .memory import Question, Views
from .views import NO_VIEWS, provided_below, views_after

ROOTS = frozenset({"Query", "Mutation", "Subscription"})
MOVES = ""
"""In the place of a field's name: the question which subgraphs can be entered by keys."""


def bits(mask: int) -> list[int]:
    """Return the subgraph indexes in a set."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def tells_type(ability: TypeAbility, mask: int) -> bool:
    """Tell whether some subgraph knows the object by its own type, not by an interface's only."""
    return any(index not in ability.interface_objects for index in bits(mask))


class Reach:
    """Answers of one composition about entity moves and requirements."""

    def __init__(self, abilities: Abilities) -> None:
        self.abilities = abilities
        self._known = abilities.memory.types
        self._guesses: dict[Question, int] = {}
        self._asked: set[Question] = set()
        self._open: set[Question] = set()
        self._leaned = self._moved = False
        self._selected: dict[tuple[str, int, int, Views], bool] = {}

    def closure(self, type_name: str, mask: int, views: Views = NO_VIEWS) -> int:
        """Return all subgraphs that an object found in any of ``mask`` can be looked up in."""
        kept = self._known.get(type_name)
        known = kept.closures.get(mask) if kept and not views else None
        if known is not None:
            return known
        ability = self.abilities.of(type_name)
        result = mask
        if ability.keys or type_name in ROOTS:
            for index in bits(mask):
                result |= self._entity_moves(type_name, index, NO_VIEWS)
            for view in views:
                if mask >> view[0] & 1:
                    result |= self._entity_moves(type_name, view[0], frozenset({view}))
        if not views and not self._open:
            self._known[type_name].closures[mask] = result
        return result

    def _entity_moves(self, type_name: str, start: int, views: Views) -> int:
        """Return the subgraphs reachable by keys from an object in ``start``, itself included."""
        if type_name in ROOTS:
            return self._roots(type_name)
        return self._ask((type_name, MOVES, start, views), 1 << start)

    def _roots(self, type_name: str) -> int:
        mask = 0
        for index, _ in self.abilities.state.by_type.get(type_name, ()):
            mask |= 1 << index
        return mask

    def _ask(self, question: Question, least: int) -> int:
        """Return the answer to a question; ``least`` is the guess to begin with."""
        known = self._known[question[0]].answers.get(question)
        if known is not None:
            return known
        if question in self._asked:
            self._leaned = self._leaned or question in self._open
            return self._guesses[question]
        if self._open:
            return self._guess(question, least)
        self._guesses, self._moved = {}, True
        while self._moved:
            self._asked, self._leaned, self._moved = set(), False, False
            self._selected = {}
            self._guess(question, least)
            if not self._leaned:
                break
        for each in self._asked:
            self._known[each[0]].answers[each] = self._guesses[each]
        self._asked = set()
        return self._guesses[question]

    def _guess(self, question: Question, least: int) -> int:
        before = self._guesses.setdefault(question, least)
        self._asked.add(question)
        self._open.add(question)
        type_name, field, start, views = question
        if field == MOVES:
            answer = self._spread(type_name, start, views)
        else:
            answer = int(self._can_require(type_name, field, start, views))
        self._open.discard(question)
        if answer != before:
            self._guesses[question] = answer
            self._moved = True
        return answer

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
        reached = self.closure(type_name, mask, views)
        self._selected = {}
        return self._selects(type_name, reached, selections, views)

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
            for index in field.contexts or ():
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
        for type_name, mask in outcomes(field, usable).items():
            views = views_after(field, mask, below)
            reached = self.closure(type_name, mask, views)
            # Remembered while one question is answered: the same children of several types.
            key = (type_name, reached, id(children), views)
            known = self._selected.get(key)
            if known is None:
                known = self._selected[key] = self._selects(type_name, reached, children, views)
            if not known:
                return False
        return True

    def usable(
        self, type_name: str, field: FieldAbility, mask: int, views: Views = NO_VIEWS
    ) -> int:
        """Return those of ``mask`` that can be entered with what their @requires for the field needs."""
        if not field.requires:
            return mask
        result = 0
        for index in bits(mask):
            if index not in field.requires or self._is_met(type_name, field.name, index, views):
                result |= 1 << index
        return result

    def _is_met(self, type_name: str, field: str, index: int, views: Views) -> bool:
        """Tell whether a subgraph can be given what its @requires needs, or has it provided."""
        if self._ask((type_name, field, index, NO_VIEWS), 0):
            return True
        own = frozenset(view for view in views if view[0] == index) if views else NO_VIEWS
        return bool(own) and bool(self._ask((type_name, field, index, own), 0))

    def _can_require(self, type_name: str, field: str, index: int, own: Views) -> bool:
        requires = self.abilities.of(type_name).fields[field].requires
        assert requires is not None
        reached = self.closure(type_name, 1 << index, own)
        return self._selects(type_name, reached, requires[index], own) and self._enters(
            type_name, index, reached, own
        )

    def can_come_back(self, type_name: str, index: int, mask: int, views: Views) -> bool:
        """Tell whether an object found in ``mask`` can be sent to a subgraph with more than its key.

        What a field requires or takes from a context is sent with a key, even to the subgraph in which
        the object was found.
        """
        reached = self.closure(type_name, mask, views)
        self._selected = {}
        return self._enters(type_name, index, reached, views)

    def _enters(self, type_name: str, index: int, reached: int, views: Views) -> bool:
        ability = self.abilities.of(type_name)
        typed = tells_type(ability, reached)
        return any(
            key.into == index
            and (typed or key.owner == ability.interface_objects.get(index))
            and self._selects(type_name, reached, key.selections, views)
            for key in ability.keys
        )


def outcomes(field: FieldAbility, mask: int) -> dict[str, int]:
    """Map each object type that the field can return to the subgraphs that return it."""
    found: dict[str, int] = {}
    if field.returns:
        for index, names in field.returns.items():
            if mask >> index & 1:
                for name in names:
                    found[name] = found.get(name, 0) | 1 << index
    return found
