"""`@defer` in an operation: its uses that are in force, and which of them a field belongs to.

Specification: Incremental Delivery (GraphQL RFC), "Field Collection" and "Execution Plan".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    StringValueNode,
    VariableNode,
    Visitor,
    visit,
)

DeferSet: TypeAlias = tuple[int, ...]
"""The uses of `@defer` that deliver a field, by number; none: the first answer does."""


@dataclass(frozen=True, slots=True)
class DeferUsage:
    """A fragment with `@defer`, where it stands in the response."""

    number: int
    label: str | None
    parent: int | None
    """The use that it stands in."""
    path: tuple[str, ...]
    """Response names from the root to the objects of the fragment."""


class DeferUsages:
    """Numbers the uses of `@defer`, outer ones first.

    `deferring` are the Boolean variables that hold, for `@defer(if: $variable)`. Of those in `known`
    this is told for `@skip` and `@include` as well: only then is it sure whether a field that is
    selected inside and outside a fragment is deferred.
    """

    def __init__(self, deferring: Collection[str], known: Collection[str] = ()) -> None:
        self._deferring = deferring
        self._values = {name: name in deferring for name in known}
        self._known: dict[tuple[int, int | None, tuple[str, ...]], int] = {}
        self.usages: list[DeferUsage] = []

    def known_value(self, variable: str) -> bool | None:
        """Return the value of a Boolean variable, `None` where it differs between requests."""
        return self._values.get(variable)

    def enter(
        self, directives: Iterable[DirectiveNode], parent: int | None, path: tuple[str, ...]
    ) -> int | None:
        """Return the use that fields of a fragment belong to: its own, or else the parent's."""
        for directive in directives:
            if directive.name.value == "defer" and self._is_active(directive):
                memo = (id(directive), parent, path)
                number = self._known.get(memo)
                if number is None:
                    number = self._known[memo] = len(self.usages)
                    self.usages.append(DeferUsage(number, _label(directive), parent, path))
                return number
        return parent

    def _is_active(self, directive: DirectiveNode) -> bool:
        value = _argument(directive, "if")
        if isinstance(value, VariableNode):
            return value.name.value in self._deferring
        return not isinstance(value, BooleanValueNode) or value.value

    def merge(self, found: Iterable[int | None]) -> DeferSet:
        """Return what delivers a field that was found under these uses.

        A field found outside every `@defer` is not deferred; a use inside another one that has
        the field as well does not count.
        """
        numbers: set[int] = set()
        for number in found:
            if number is None:
                return ()
            numbers.add(number)
        inner = {number for number in numbers if not numbers.isdisjoint(self._above(number))}
        return tuple(sorted(numbers - inner))

    def _above(self, number: int) -> set[int]:
        return ancestors(self.usages, number) - {number}


def ancestors(usages: Sequence[DeferUsage], number: int) -> set[int]:
    """Return a use and all uses that it stands in, by number."""
    found: set[int] = set()
    at: int | None = number
    while at is not None:
        found.add(at)
        at = usages[at].parent
    return found


def find_defer_variables(document: DocumentNode) -> frozenset[str] | None:
    """Return the variables that `if` asks in a document with `@defer`; `None`: it never defers.

    Those in `@skip` and `@include` count as well.
    """
    found: set[str] = set()
    uses: list[DirectiveNode] = []

    class Finder(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            if node.name.value in ("defer", "skip", "include"):
                value = _argument(node, "if")
                if isinstance(value, VariableNode):
                    found.add(value.name.value)
                is_off = isinstance(value, BooleanValueNode) and not value.value
                if node.name.value == "defer" and not is_off:
                    uses.append(node)

    visit(document, Finder())
    return frozenset(found) if uses else None


def _label(directive: DirectiveNode) -> str | None:
    value = _argument(directive, "label")
    return value.value if isinstance(value, StringValueNode) else None


def _argument(directive: DirectiveNode, name: str) -> object:
    for argument in directive.arguments or ():
        if argument.name.value == name:
            return argument.value
    return None
