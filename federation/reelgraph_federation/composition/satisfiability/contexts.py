"""What contexts give: values that fields take from the nearest object above that sets the context."""

from __future__ import annotations

from collections import defaultdict

from ...field_sets import FieldSet
from ...subgraph.walk import parse_quietly
from ..context_arguments import context_arguments
from .abilities import Abilities
from .ability import Taken
from .memory import Views
from .reach import Reach


class Contexts:
    """Which types set contexts, and what can be taken from there."""

    def __init__(self, abilities: Abilities, reach: Reach) -> None:
        self._abilities = abilities
        self._reach = reach
        self._setters = {
            name: found
            for name, one in abilities.types.items()
            if (found := getattr(one, "contexts", ()))
        }
        self._taken = self._read_taken() if self._setters else {}

    def _read_taken(self) -> dict[str, set[str]]:
        """Return for each context the selections that some argument takes."""
        found: dict[str, set[str]] = defaultdict(set)
        state = self._abilities.state
        for sources in state.by_type.values():
            for index, type_def in sources:
                for field in type_def.fields.values():
                    for argument in context_arguments(state, field, index) if field.args else ():
                        found[argument.context].add(argument.selection)
        return found

    def set_by(self, type_name: str) -> frozenset[str]:
        """Return the contexts set by a type, itself or as an abstract type."""
        if not self._setters:
            return frozenset()
        names = (type_name, *self._abilities.state.supertypes.get(type_name, ()))
        return frozenset(context for name in names for context in self._setters.get(name, ()))

    def below(self, type_name: str, found: int, views: Views, above: Taken) -> Taken:
        """Return what can be taken below an object, given what can be taken above it."""
        own = self.set_by(type_name)
        if not own:
            return above
        kept = {pair for pair in above if pair[0] not in own}
        for context in own:
            for text in self._taken.get(context, ()):
                selections = self._for_type(parse_quietly(text), type_name)
                if self._reach.selects(type_name, found, selections, views):
                    kept.add((context, text))
        return frozenset(kept)

    def _for_type(self, selections: FieldSet, type_name: str) -> FieldSet:
        """Return what a selection means for an object type: of several fragments the one that fits.

        Without one there is nothing to fetch, and the value is null.
        """
        names = {type_name, *self._abilities.state.supertypes.get(type_name, ())}
        for one in selections:
            if one.name:
                return (one,)
            if one.on is None or one.on in names:
                return one.children
        return ()
