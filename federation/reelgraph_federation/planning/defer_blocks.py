"""Blocks: what `@defer` cuts an operation into, each planned after those that it builds on.

A block is a set of uses of `@defer` that deliver the same fields; the empty set is the first answer.
A block may build on another one when each of its uses needs that one delivered anyway.
"""

from __future__ import annotations

from collections.abc import Iterator

from reelgraph_federation.operations.defer_usages import DeferSet, DeferUsage, ancestors
from reelgraph_federation.operations.tree import NormalizedOperation, SelectedField, Selections

FIRST: DeferSet = ()


class DeferBlocks:
    """The blocks of one operation."""

    def __init__(self, operation: NormalizedOperation) -> None:
        found = {FIRST}
        if operation.defers:
            _add_sets(operation.selections, found, set())
        self.available: dict[DeferSet, frozenset[DeferSet]] = {
            block: frozenset(other for other in found if _builds_on(block, other, operation.defers))
            for block in found
        }
        """For each block, itself and the blocks that it may build on."""
        self.ordered = sorted(found, key=lambda one: (len(self.available[one]), one))

    def fetched_with(self, usage: int) -> list[DeferSet]:
        """Return the blocks that a use of `@defer` delivers."""
        return [block for block in self.ordered if usage in block]


def _builds_on(block: DeferSet, other: DeferSet, usages: tuple[DeferUsage, ...]) -> bool:
    if other == FIRST:
        return True
    return bool(block) and all(not ancestors(usages, usage).isdisjoint(other) for usage in block)


def _add_sets(selections: Selections, found: set[DeferSet], seen: set[int]) -> None:
    if id(selections) in seen:
        return
    seen.add(id(selections))
    for field in fields_of(selections):
        found.add(field.defer)
        if field.children is not None:
            _add_sets(field.children, found, seen)


def fields_of(selections: Selections) -> Iterator[SelectedField]:
    """Yield the fields of an object, of all its types, with those that the caller may not have."""
    for fields in (selections.fields, *selections.cases.values()):
        yield from fields.values()
    for fields in (selections.left_out, *selections.left_out_cases.values()):
        yield from fields.values()
