"""Describe the deferred parts of a plan: what each adds to the answer, and what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reelgraph_federation.operations.tree import NormalizedOperation
from reelgraph_federation.planning.defer_blocks import DeferBlocks
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import DeferredPart, Fetch
from reelgraph_federation.planning.shape import ShapeBuilder


def build_deferred(
    operation: NormalizedOperation,
    root: Position,
    blocks: DeferBlocks,
    fetches: Sequence[Fetch],
    shapes: ShapeBuilder,
) -> tuple[tuple[Fetch, ...], tuple[DeferredPart, ...]]:
    """Return the fetches, with their parts numbered as in the plan, and the deferred parts.

    A use of `@defer` all of whose fields come with another part makes no part of its own; then its
    parent takes its place for those inside it.
    """
    parts: list[DeferredPart] = []
    number_of: dict[int, int] = {}
    for usage in operation.defers:
        delivered = blocks.fetched_with(usage.number)
        if not delivered:
            continue
        parent = usage.parent
        while parent is not None and parent not in number_of:
            parent = operation.defers[parent].parent
        number_of[usage.number] = len(parts)
        parts.append(
            DeferredPart(
                label=usage.label,
                path=usage.path,
                shape=shapes.deferred(operation, root, usage.number),
                fetches=tuple(fetch.id for fetch in fetches if fetch.defer in delivered),
                parent=None if parent is None else number_of[parent],
            )
        )
    numbered = [
        replace(fetch, defer=tuple(number_of[usage] for usage in fetch.defer)) for fetch in fetches
    ]
    return tuple(numbered), tuple(parts)
