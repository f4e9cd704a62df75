"""What the subgraphs can do with one object type, as values; sets of subgraphs are bits of an integer."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...field_sets import FieldSet

Taken = frozenset[tuple[str, str]]
"""What is taken from contexts: names and selections, as text."""


@dataclass(slots=True, eq=False)
class FieldAbility:
    """How the subgraphs have one field of one object type.

    ``owners`` is the alternatives, each of which may hold at run time: one set of subgraphs, or two
    for a labelled override. ``defined`` is the set that has the field at all, if only as external.
    ``returns``, the object types that a subgraph may return (none for leaves), ``requires``,
    ``provides`` and ``contexts``, what must have been set above, are by subgraph index.
    """

    name: str
    owners: tuple[int, ...] = ()
    defined: int = 0
    returns: dict[int, tuple[str, ...]] | None = None
    requires: dict[int, FieldSet] | None = None
    provides: dict[int, FieldSet] | None = None
    contexts: dict[int, Taken] | None = None


@dataclass(slots=True, eq=False)
class KeyAbility:
    """A key by which the subgraph ``into`` can be entered, of ``owner``: the type or its interface."""

    into: int
    owner: str
    selections: FieldSet
    text: str


@dataclass(slots=True, eq=False)
class TypeAbility:
    """What the subgraphs can do with one object type.

    ``interface_objects`` maps a subgraph that knows only an interface object to the interface; one in
    ``crowded`` has several of them. What it has for one of those needs a resolvable key of that one, since to
    be found there as another does not help.
    """

    name: str
    fields: dict[str, FieldAbility] = field(default_factory=dict)
    keys: list[KeyAbility] = field(default_factory=list)
    interface_objects: dict[int, str] = field(default_factory=dict)
    crowded: set[int] = field(default_factory=set)

    def is_lost(self, index: int, owner: str) -> bool:
        """Tell whether objects cannot be sent to a subgraph as one of its several interface objects."""
        return index in self.crowded and not any(
            key.into == index and key.owner == owner for key in self.keys
        )
