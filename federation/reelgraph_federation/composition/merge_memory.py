"""Merged types kept from one composition to the next, while nothing that they rest on changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..problems import Problem
from ..subgraph.document import Field as SubgraphField
from ..supergraph.model import Field, NamedType
from .state import MergeState, TypeSources

FieldSources = list[tuple[int, SubgraphField]]
Asked = dict[tuple[str, str], bool]
"""Questions whether one type is a subtype of another that a merge asked, and their answers."""

MANY = 4
"""Types of more subgraphs, such as the roots, are also kept field by field."""


@dataclass(slots=True, eq=False)
class KeptType:
    """A merged type, what it was merged from, and the problems that this gave."""

    sources: TypeSources
    uses: tuple[bool, bool]
    asked: Asked
    merged: NamedType
    problems: list[Problem]


@dataclass(slots=True, eq=False)
class KeptField:
    """A merged field (None if it is left out), what it was merged from, and its problems."""

    sources: FieldSources
    asked: Asked
    merged: Field | None
    problems: list[Problem]


@dataclass(slots=True)
class KeptFields:
    """The fields of one type; ``shape`` is what merging one of them asks of all definitions."""

    shape: tuple[object, ...]
    fields: dict[str, KeptField] = field(default_factory=dict)


@dataclass(slots=True)
class MergeMemory:
    """What the last composition merged. An empty memory is always right.

    A merged type rests on its definitions, which are compared by identity since subgraphs that did
    not change are not read again; on how an enum is used; on which types are subtypes of others,
    where merging asked; and on a few facts about the whole that ``_whole`` gathers.
    """

    whole: tuple[object, ...] = ()
    types: dict[str, KeptType] = field(default_factory=dict)
    fields: dict[str, KeptFields] = field(default_factory=dict)

    def forget_what_is_gone(self, state: MergeState) -> None:
        """Forget types that no subgraph has; everything if the facts about the whole differ."""
        whole = _whole(state)
        if whole != self.whole:
            self.types.clear()
            self.fields.clear()
            self.whole = whole
        for kept in (self.types, self.fields):
            for name in [name for name in kept if name not in state.by_type]:
                del kept[name]

    def recall(self, state: MergeState, name: str, sources: TypeSources) -> NamedType | None:
        """Return the merged type if its definitions are the same, and report its problems again.

        The list of definitions in ``state`` is then the one of the last composition, so that
        others can tell by its identity that nothing changed.
        """
        known = self.types.get(name)
        if known is None or known.sources != sources or known.uses != _uses(state, name):
            return None
        if known.asked and not _still_so(state, known.asked):
            return None
        state.problems.extend(known.problems)
        state.by_type[name] = known.sources
        return known.merged

    def remember(
        self, state: MergeState, name: str, merged: NamedType, problems: list[Problem], asked: Asked
    ) -> None:
        """Keep a merged type."""
        sources = state.by_type[name]
        self.types[name] = KeptType(sources, _uses(state, name), asked, merged, problems)

    def fields_of(self, name: str, sources: TypeSources) -> dict[str, KeptField] | None:
        """Return the kept fields of a type of many subgraphs, to look up and to add to."""
        if len(sources) <= MANY:
            self.fields.pop(name, None)
            return None
        shape = (len(sources), any(type_def.kind != "OBJECT" for _, type_def in sources))
        kept = self.fields.get(name)
        if kept is None or kept.shape != shape:
            kept = self.fields[name] = KeptFields(shape)
        return kept.fields


def recall_field(state: MergeState, known: KeptField | None, sources: FieldSources) -> bool:
    """Tell whether a field was merged from the same definitions; report its problems again."""
    if known is None or known.sources != sources:
        return False
    if known.asked and not _still_so(state, known.asked):
        return False
    state.problems.extend(known.problems)
    state.asked.update(known.asked)
    return True


def _still_so(state: MergeState, asked: Asked) -> bool:
    return all(
        (wide in state.supertypes.get(narrow, ())) == answer
        for (narrow, wide), answer in asked.items()
    )


def _uses(state: MergeState, name: str) -> tuple[bool, bool]:
    return (name in state.input_enums, name in state.output_enums)


def _whole(state: MergeState) -> tuple[object, ...]:
    """Gather what merging a type looks at beyond its own definitions."""
    return ([schema.name for schema in state.subgraphs], list(state.composed.items()))
