"""Compare descriptions: always safe, for clients do not run on prose."""

from collections.abc import Iterator
from typing import Protocol

from graphql import GraphQLSchema

from ..change import Change, Criticality
from ..elements import (
    argument_pairs,
    directive_argument_pairs,
    directive_pairs,
    enum_value_pairs,
    field_pairs,
    input_field_pairs,
    type_pairs,
)
from ..kinds import ChangeKind


class _Described(Protocol):
    description: str | None


class _Pair(Protocol):
    @property
    def coordinate(self) -> str: ...

    @property
    def both(self) -> tuple[_Described, _Described] | None: ...


_Kinds = tuple[ChangeKind, ChangeKind, ChangeKind]


def compare_descriptions(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the descriptions added, removed and changed.

    Types, fields and input fields tell the three apart; arguments, enum values and directives
    have one kind for all.
    """
    kind = ChangeKind
    yield from _compare(type_pairs(old, new), _three(kind.TYPE_DESCRIPTION_ADDED))
    yield from _compare(field_pairs(old, new), _three(kind.FIELD_DESCRIPTION_ADDED))
    yield from _compare(input_field_pairs(old, new), _three(kind.INPUT_FIELD_DESCRIPTION_ADDED))
    yield from _compare(argument_pairs(old, new), (kind.FIELD_ARGUMENT_DESCRIPTION_CHANGED,) * 3)
    yield from _compare(enum_value_pairs(old, new), (kind.ENUM_VALUE_DESCRIPTION_CHANGED,) * 3)
    yield from _compare(directive_pairs(old, new), (kind.DIRECTIVE_DESCRIPTION_CHANGED,) * 3)
    yield from _compare(
        directive_argument_pairs(old, new), (kind.DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED,) * 3
    )


def _three(added: ChangeKind) -> _Kinds:
    stem = added.value.removesuffix("ADDED")
    return added, ChangeKind(f"{stem}REMOVED"), ChangeKind(f"{stem}CHANGED")


def _compare(pairs: Iterator[_Pair], kinds: _Kinds) -> Iterator[Change]:
    for pair in pairs:
        if pair.both is None:
            continue
        before, after = (element.description or None for element in pair.both)
        if before == after:
            continue
        if before is None:
            kind, word = kinds[0], "added"
        elif after is None:
            kind, word = kinds[1], "removed"
        else:
            kind, word = kinds[2], "changed"
        message = f"The description of '{pair.coordinate}' was {word}."
        yield Change(kind, Criticality.SAFE, pair.coordinate, message)
