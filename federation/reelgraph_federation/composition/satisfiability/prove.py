"""Prove that every path of the API can be resolved from every place where a query can stand.

A place is an object type and the set of subgraphs in which an object of that type may have been
found, closed under entity moves; and besides it what is provided there and what can be taken from the
contexts set above. Each place is looked at once; a place whose set contains that of one already
looked at has at least its possibilities, and is passed over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from ...field_sets import FieldSet
from ...supergraph.model import Field, NamedType, ObjectType
from ..state import MergeState
from .abilities import Abilities
from .ability import FieldAbility, Taken
from .contexts import Contexts
from .explain import report_mutation_in_parts, report_unsatisfiable, report_untold_type
from .memory import ProofMemory, Step, Views
from .place import Place
from .reach import Reach, bits, outcomes, tells_type
from .views import NO_VIEWS, provided_below, views_after

MAX_PLACES = 1_000_000
"""More places than any composition needs that people wrote; beyond it, the proof is given up."""


def check_satisfiability(
    state: MergeState, types: dict[str, NamedType], memory: ProofMemory | None = None
) -> None:
    """Report each field of the API that some query could reach and no subgraph could answer."""
    memory = memory or ProofMemory()
    abilities = Abilities(state, types, memory)
    memory.forget_what_changed(state, types, abilities.interface_objects)
    reach = Reach(abilities)
    proof = _Proof(state, types, reach)
    proof.run()
    if not proof.failed:
        _check_mutations(state, types, reach)


def _check_mutations(state: MergeState, types: dict[str, NamedType], reach: Reach) -> None:
    """Report mutation fields of which no subgraph alone leads to all that they return.

    Such a field is asked of one subgraph, since its effect must not happen twice.
    """
    merged = types.get("Mutation")
    if not isinstance(merged, ObjectType):
        return
    ability = reach.abilities.of(merged.name)
    for name, field in merged.fields.items():
        have = ability.fields[name]
        if field.applied.inaccessible or not have.returns:
            continue
        for owners in have.owners:
            alone = [1 << index for index in bits(owners)]
            if len(alone) < 2 or any(
                _Proof(state, types, reach, quiet=True).holds_below(merged, field, have, one)
                for one in alone
            ):
                continue
            report_mutation_in_parts(state, field, bits(owners))


class _Proof:
    """The places still to look at, and those seen."""

    def __init__(
        self,
        state: MergeState,
        types: dict[str, NamedType],
        reach: Reach,
        *,
        quiet: bool = False,
    ) -> None:
        self.state = state
        self.quiet = quiet
        self.types = types
        self.reach = reach
        self.abilities = reach.abilities
        self.memory = reach.abilities.memory
        self.todo: deque[Place] = deque()
        self.seen: dict[str, list[tuple[int, Views, Taken]]] = {}
        self.failed: set[tuple[str, str]] = set()
        self.places = 0
        self.contexts = Contexts(self.abilities, self.reach)

    def run(self) -> None:
        for root in ("Query", "Mutation", "Subscription"):
            mask = 0
            for index, _ in self.state.by_type.get(root, ()):
                mask |= 1 << index
            if mask and isinstance(self.types.get(root), ObjectType):
                self._visit(Place(root, mask, NO_VIEWS, None, root.lower()))
        while self.todo:
            if self.places > MAX_PLACES:
                self.state.report(
                    "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
                    f"the proof was given up after {MAX_PLACES} places",
                )
                return
            self._look_around(self.todo.popleft())

    def holds_below(self, root: ObjectType, field: Field, have: FieldAbility, found: int) -> bool:
        """Tell whether all below a root field can be answered when it was found in ``found`` only."""
        start = Place(root.name, found, NO_VIEWS, None, root.name.lower())
        contexts = self.contexts.below(root.name, found, NO_VIEWS, frozenset())
        for type_name, mask, views, name, on in self._after(have, found, {}, field.type.name):
            self._visit(Place(type_name, mask, views, start, name, on, contexts))
        while self.todo and not self.failed and self.places <= MAX_PLACES:
            self._look_around(self.todo.popleft())
        return not self.failed

    def _visit(self, place: Place) -> None:
        """Queue a place unless one with at most its possibilities was queued before."""
        merged = self.types.get(place.type_name)
        if merged is None or merged.applied.inaccessible:
            return
        mask = self.reach.closure(place.type_name, place.found, place.views)
        seen = self.seen.setdefault(place.type_name, [])
        for other, views, contexts in seen:
            if other & mask == other and views <= place.views and contexts <= place.contexts:
                return
        seen.append((mask, place.views, place.contexts))
        self.places += 1
        self.todo.append(place)

    def _look_around(self, place: Place) -> None:
        """Go on to every place that a field leads to, as is known from the last proof or anew."""
        kept = self.memory.types[place.type_name].steps
        key = (place.found, place.views, place.contexts)
        steps = kept.get(key)
        if steps is None:
            found = list(self._steps(place))
            steps = _distinct(found)
            if None not in found:
                kept[key] = steps
        if not steps:
            return
        contexts = self.contexts.below(place.type_name, place.found, place.views, place.contexts)
        for type_name, mask, views, field, on in steps:
            self._visit(Place(type_name, mask, views, place, field, on, contexts))

    def _steps(self, place: Place) -> Iterator[Step | None]:
        """Each step from a place; reports fields that cannot be answered, and yields None for them."""
        merged = self.types[place.type_name]
        assert isinstance(merged, ObjectType)
        mask = self.reach.closure(place.type_name, place.found, place.views)
        ability = self.abilities.of(place.type_name)
        if ability.interface_objects and not tells_type(ability, mask):
            yield None
            if (place.type_name, "__typename") not in self.failed:
                self.failed.add((place.type_name, "__typename"))
                if self.quiet:
                    return
                report_untold_type(self.state, place, ability, mask)
            return
        for name, field in merged.fields.items():
            if field.applied.inaccessible:
                continue
            have = ability.fields[name]
            for usable, views in self._ways(place, mask, have):
                if usable or views:
                    if have.returns:
                        yield from self._after(have, usable, views, field.type.name)
                    continue
                yield None
                if (place.type_name, name) not in self.failed:
                    self.failed.add((place.type_name, name))
                    if self.quiet:
                        continue
                    report_unsatisfiable(self.state, self.reach, place, name, mask)

    def _ways(
        self, place: Place, mask: int, field: FieldAbility
    ) -> Iterator[tuple[int, dict[int, FieldSet]]]:
        """Each alternative of a field: the subgraphs that answer it here, and views that do."""
        views: dict[int, FieldSet] = {}
        if place.views:
            views = provided_below(self.state, place.views, place.type_name, field.name)
        for owners in field.owners:
            usable = self.reach.usable(place.type_name, field, owners & mask, place.views)
            for index, needed in (field.contexts or {}).items():
                if not (needed <= place.contexts and self._comes_back(place, index, mask)):
                    usable &= ~(1 << index)
            yield usable, views

    def _comes_back(self, place: Place, index: int, mask: int) -> bool:
        return self.reach.can_come_back(place.type_name, index, mask, place.views)

    def _after(
        self, field: FieldAbility, usable: int, views: dict[int, FieldSet], declared: str
    ) -> Iterator[Step]:
        """Each place that an answered field leads to."""
        mask = usable
        for index in views:
            mask |= 1 << index
        for type_name, found in outcomes(field, mask).items():
            provided = views_after(field, found, views)
            yield (
                type_name,
                found,
                provided,
                field.name,
                None if type_name == declared else type_name,
            )


def _distinct(steps: list[Step | None]) -> tuple[Step, ...]:
    """Return the first step to each place: those that follow would be passed over."""
    found: dict[tuple[str, int, Views], Step] = {}
    for step in steps:
        if step is not None:
            found.setdefault(step[:3], step)
    return tuple(found.values())
