"""What a proof found out about each type, kept for the next proof while it still holds.

Answers about a type rest on its merged form and its definitions in the subgraphs, compared by
identity since subgraphs that did not change are not read again; on its interfaces, where
interface objects exist; on the types that its keys and requirements select below it; and on a few
facts about the whole. Nothing else is asked while they are worked out: the types that a field
leads to are told by the subgraphs that define the field, and how to go on there is another answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...field_sets import FieldSet
from ...supergraph.model import NamedType
from ..state import MergeState, TypeSources
from .ability import TypeAbility

Views = frozenset[tuple[int, FieldSet]]
"""Pairs of a subgraph's index and the selection that it provides in a place."""

Question = tuple[str, str, int, Views]
"""Of a type: the field whose requirements must be met, or none for entity moves; from where; with what."""

Step = tuple[str, int, Views, str, str | None]
"""Where a field leads: object type, where it is found, what is provided, the field, a type condition."""

StepsFrom = dict[tuple[int, Views, frozenset[tuple[str, str]]], tuple[Step, ...]]


@dataclass(slots=True, eq=False)
class TypeProof:
    """All that is known about one type."""

    merged: NamedType | None
    sources: TypeSources | None
    ability: TypeAbility
    interfaces: tuple[tuple[str, NamedType | None, TypeSources | None], ...] = ()
    leans_on: frozenset[str] = frozenset()
    closures: dict[int, int] = field(default_factory=dict)
    answers: dict[Question, int] = field(default_factory=dict)
    steps: StepsFrom = field(default_factory=dict)


@dataclass(slots=True)
class ProofMemory:
    """What proofs found out. An empty memory is always right."""

    whole: tuple[object, ...] = ()
    types: dict[str, TypeProof] = field(default_factory=dict)

    def keep(
        self, state: MergeState, types: dict[str, NamedType], name: str, ability: TypeAbility
    ) -> TypeProof:
        """Begin to keep what is found out about a type."""
        kept = TypeProof(types.get(name), state.by_type.get(name), ability)
        self.types[name] = kept
        return kept

    def forget_what_changed(
        self, state: MergeState, types: dict[str, NamedType], interface_objects: object
    ) -> None:
        """Forget every type whose answers may no longer hold."""
        whole = ([schema.name for schema in state.subgraphs], interface_objects)
        if whole != self.whole:
            self.types.clear()
            self.whole = whole
        stale = [name for name, kept in self.types.items() if _changed(state, types, name, kept)]
        for name in stale:
            del self.types[name]
        self._forget_what_leans()

    def _forget_what_leans(self) -> None:
        """Forget types that lean on a forgotten one, until none is left."""
        leaning = [name for name, kept in self.types.items() if kept.leans_on]
        moved = True
        while moved:
            moved = False
            for name in leaning:
                kept = self.types.get(name)
                if kept is not None and not all(each in self.types for each in kept.leans_on):
                    del self.types[name]
                    moved = True


def _changed(state: MergeState, types: dict[str, NamedType], name: str, kept: TypeProof) -> bool:
    if kept.merged is not types.get(name) or kept.sources is not state.by_type.get(name):
        return True
    return any(
        types.get(each) is not merged or state.by_type.get(each) is not sources
        for each, merged, sources in kept.interfaces
    )
