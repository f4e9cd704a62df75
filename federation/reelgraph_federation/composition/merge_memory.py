"""Merged types kept from one composition to the next, while nothing that they rest on changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..problems import Problem
from ..supergraph.model import NamedType
from .state import MergeState, TypeSources


@dataclass(slots=True)
class MergeMemory:
    """What the last composition merged. An empty memory is always right.

    A merged type rests on its definitions, which are compared by identity since subgraphs that did
    not change are not read again, and on a few facts about the whole that ``_whole`` gathers.
    """

    whole: tuple[object, ...] = ()
    types: dict[str, tuple[TypeSources, NamedType, list[Problem]]] = field(default_factory=dict)

    def forget_unless_alike(self, state: MergeState) -> None:
        """Forget everything if the facts about the whole differ from those remembered."""
        whole = _whole(state)
        if whole != self.whole:
            self.types.clear()
            self.whole = whole

    def recall(self, state: MergeState, name: str, sources: TypeSources) -> NamedType | None:
        """Return the merged type if its definitions are the same, and report its problems again."""
        known = self.types.get(name)
        if known is None or len(known[0]) != len(sources):
            return None
        if any(one[1] is not other[1] for one, other in zip(known[0], sources, strict=True)):
            return None
        if known[0] != sources:
            return None
        state.problems.extend(known[2])
        return known[1]

    def remember(
        self, name: str, sources: TypeSources, merged: NamedType, problems: list[Problem]
    ) -> None:
        """Keep a merged type."""
        self.types[name] = (sources, merged, problems)


def _whole(state: MergeState) -> tuple[object, ...]:
    """Gather what merging a type looks at beyond its own definitions."""
    return (
        [schema.name for schema in state.subgraphs],
        [schema.is_federation_2 for schema in state.subgraphs],
        state.supertypes,
        state.input_enums,
        state.output_enums,
        state.composed,
    )
