"""Which fetch writes which keys of the merged tree, and where two of them meet."""

from __future__ import annotations

from collections.abc import Iterable

from reelgraph_federation.planning.drafts import FetchDraft, SelectionDraft
from reelgraph_federation.planning.query_plan import Written

_Path = tuple[str, ...]


class Writers:
    """Knows for each path of objects how many fetches write it."""

    def __init__(self, drafts: Iterable[FetchDraft]) -> None:
        self._writers: dict[_Path, set[int]] = {}
        for draft in drafts:
            if draft.root is not None:
                path: _Path = ()
                if draft.root_position is not None:
                    path = tuple(step.key for step in draft.root_position.response_path().steps)
                self._note(draft.root, path, id(draft.root))
            for group in draft.groups:
                path = tuple(step.key for step in group.position.response_path().steps)
                self._note(group.selection, path, id(group))

    def _note(self, selection: SelectionDraft, path: _Path, writer: int) -> None:
        for item in selection.items.values():
            if item.selection is not None:
                below = (*path, item.key)
                self._writers.setdefault(below, set()).add(writer)
                self._note(item.selection, below, writer)
        for cast in selection.casts.values():
            self._note(cast, path, writer)

    def written(self, selection: SelectionDraft, path: _Path) -> tuple[Written, ...]:
        """Return what a selection writes at a path."""
        return tuple(self._written(selection, path, None))

    def _written(
        self, selection: SelectionDraft, path: _Path, types: tuple[str, ...] | None
    ) -> list[Written]:
        found: list[Written] = []
        for item in selection.ordered():
            if item.selection is None:
                found.append(Written(item.key, None, types))
            else:
                below = (*path, item.key)
                shared = len(self._writers[below]) > 1
                found.append(Written(item.key, self.written(item.selection, below), types, shared))
        for of_cast, cast in selection.casts.items():
            found += self._written(cast, path, of_cast)
        return found
