"""What a fetch was not asked for and must not write, though a subgraph may send it all the same.

A field that nobody asked for does harm only where another fetch writes the same key at the same
position, since nothing else is ever read there. So for each position of an answer the keys to take out
are known beforehand, and there is mostly none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    ListShape,
    ObjectShape,
    QueryPlan,
    ValueShape,
    Written,
)
from reelgraph_router.execution.code.positions import KeyPath, Positions, key_path


@dataclass(frozen=True, slots=True, eq=False)
class Unasked:
    """The keys to take out of the objects at a position of an answer, and what is to do below.

    `by_type` is for objects whose type, told at `typename_key`, has other selections than the rest.
    """

    keys: tuple[str, ...]
    below: tuple[tuple[str, Unasked], ...]
    typename_key: str | None = None
    by_type: dict[str, Unasked | None] = field(default_factory=dict)


class UnaskedFinder:
    """Finds out for one plan."""

    def __init__(self, plan: QueryPlan, positions: Positions) -> None:
        self._positions = positions
        self._typename_keys: dict[KeyPath, set[str]] = {}
        self._note_shape(plan.shape, ())
        for part in plan.deferred:
            self._note_shape(part.shape, ())
        for fetch in plan.fetches:
            for group in fetch.groups:
                for path in group.paths:
                    self._note(key_path(path), group.representation.typename_key)
                    for length, step in enumerate(path.steps, 1):
                        self._note(key_path(path.steps[:length]), step.typename_key)

    def find(self, bases: Sequence[KeyPath], written: tuple[Written, ...]) -> Unasked | None:
        """For what is written at the positions `bases`; None where nothing is to do."""
        return _Search(self._positions, self._typename_keys, written).at(tuple(bases), written)

    def _note(self, path: KeyPath, typename_key: str | None) -> None:
        if typename_key is not None:
            self._typename_keys.setdefault(path, set()).add(typename_key)

    def _note_shape(self, shape: ValueShape, path: KeyPath) -> None:
        """Find the keys that tell types; a shape may stand in many places, so paths are walked once."""
        waiting: list[tuple[ValueShape, KeyPath]] = [(shape, path)]
        seen: set[tuple[int, KeyPath]] = set()
        while waiting:
            one, path = waiting.pop()
            if (id(one), path) in seen:
                continue
            seen.add((id(one), path))
            if isinstance(one, ListShape):
                waiting.append((one.item, path))
            elif isinstance(one, AbstractShape):
                self._note(path, one.typename_key)
                waiting += [(possible, path) for _, possible in one.possible]
            elif isinstance(one, ObjectShape):
                waiting += [(f.shape, (*path, f.key)) for f in one.fields if f.constant is None]


class _Search:
    """Goes through what one fetch, or one group, writes."""

    def __init__(
        self,
        positions: Positions,
        typename_keys: dict[KeyPath, set[str]],
        written: tuple[Written, ...],
    ) -> None:
        self._positions = positions
        self._typename_keys = typename_keys
        self._own: set[int] = set()
        self._known: dict[tuple[tuple[KeyPath, ...], tuple[int, ...]], Unasked | None] = {}
        waiting = list(written)
        while waiting:
            one = waiting.pop()
            self._own.add(id(one))
            waiting += one.children or ()

    def at(self, paths: tuple[KeyPath, ...], written: Sequence[Written]) -> Unasked | None:
        """For the objects at positions that hold the same values."""
        key = paths, tuple(map(id, written))
        if key not in self._known:
            self._known[key] = self._at(paths, written)
        return self._known[key]

    def _at(self, paths: tuple[KeyPath, ...], written: Sequence[Written]) -> Unasked | None:
        types = {name for one in written for name in one.types or ()}
        typename_key = self._own_typename_key(paths, written) if types else None
        if typename_key is None:
            return self._for_all(paths, written)
        rest = self._for_all(paths, [one for one in written if one.types is None])
        by_type: dict[str, Unasked | None] = {}
        for name in sorted(types):
            asked = [one for one in written if one.types is None or name in one.types]
            by_type[name] = self._for_all(paths, asked)
        if rest is None and not any(by_type.values()):
            return None
        keys, below = (rest.keys, rest.below) if rest is not None else ((), ())
        return Unasked(keys, below, typename_key, by_type)

    def _for_all(self, paths: tuple[KeyPath, ...], written: Sequence[Written]) -> Unasked | None:
        """For objects of which all that is `written` was asked."""
        asked = {one.key for one in written}
        keys = {
            key
            for path in paths
            for key in self._positions.below.get(path, set()) - asked
            if self._is_others((*path, key))
        }
        below: list[tuple[str, Unasked]] = []
        for key in sorted(asked):
            children = [c for one in written if one.key == key for c in one.children or ()]
            found = self.at(tuple((*path, key) for path in paths), children) if children else None
            if found is not None:
                below.append((key, found))
        return Unasked(tuple(sorted(keys)), tuple(below)) if keys or below else None

    def _is_others(self, path: KeyPath) -> bool:
        """Whether anybody else writes at a position."""
        return any(id(one.written) not in self._own for one in self._positions.entries[path])

    def _own_typename_key(
        self, paths: tuple[KeyPath, ...], written: Sequence[Written]
    ) -> str | None:
        """The key at which the answer itself tells the type of each of its objects."""
        own = {one.key for one in written if one.types is None and one.children is None}
        found = [key for path in paths for key in self._typename_keys.get(path, ()) if key in own]
        return min(found, default=None)


def take_out(value: object, unasked: Unasked) -> None:
    """Take out of an answer what was not asked and would be read."""
    waiting = [(value, unasked)]
    while waiting:
        value, unasked = waiting.pop()
        if value.__class__ is list:
            waiting += [(item, unasked) for item in value]
            continue
        if not isinstance(value, dict):
            continue
        keys, below = unasked.keys, unasked.below
        if unasked.typename_key is not None:
            name = value.get(unasked.typename_key)
            if isinstance(name, str) and name in unasked.by_type:
                own = unasked.by_type[name]
                keys, below = (own.keys, own.below) if own is not None else ((), ())
        for key in keys:
            if key in value:
                del value[key]
        for key, one in below:
            if key in value:
                waiting.append((value[key], one))
