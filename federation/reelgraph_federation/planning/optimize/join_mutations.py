"""Pass: ask neighbouring root fields of a mutation in one request where that keeps their order.

A subgraph runs the root fields of one request in series, so two sections may share a request when
they go to the same subgraph and nothing of the first is fetched after it. What is deferred does
not count: nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from reelgraph_federation.operations.conditions import either
from reelgraph_federation.planning.drafts import FetchDraft


def join_mutations(sections: Iterable[list[FetchDraft]]) -> list[list[FetchDraft]]:
    """Return the sections with their fetches, those that may share a request made one."""
    joined: list[list[FetchDraft]] = []
    for section in sections:
        last = joined[-1] if joined else []
        before = [draft for draft in last if not draft.defer]
        root = next(draft for draft in section if draft.root_position is None and draft.root)
        if len(before) == 1 and before[0].subgraph == root.subgraph:
            _move_root(root, before[0])
            joined[-1] = [*last, *(draft for draft in section if draft is not root)]
        else:
            joined.append(section)
    return joined


def _move_root(draft: FetchDraft, into: FetchDraft) -> None:
    """Make one root fetch of two: selections move, and whoever depended on it depends on both."""
    assert draft.root is not None
    assert into.root is not None
    into.root.items.update(draft.root.items)
    into.condition = either(into.condition, draft.condition)
    draft.joined = into
