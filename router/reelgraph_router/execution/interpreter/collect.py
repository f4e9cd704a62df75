"""Find the objects that stand at a place of the merged tree, whatever subgraphs have answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reelgraph_federation.planning.query_plan import Step
from reelgraph_router.execution.tree_state import JsonObject

Ancestors = tuple[JsonObject, ...]


def walk(root: JsonObject, steps: Sequence[Step]) -> Iterator[Ancestors]:
    """The objects that steps lead to, each with the objects on the way: one a step, root first.

    Values of another shape than planned are left out.
    """
    return _descend((root,), steps)


def collect_objects(objects: Iterable[object], steps: Sequence[Step]) -> list[JsonObject]:
    """The objects that steps lead to from each of `objects`."""
    roots = [item for item in objects if isinstance(item, dict)]
    return [ancestors[-1] for root in roots for ancestors in walk(root, steps)]


def _descend(ancestors: Ancestors, steps: Sequence[Step]) -> Iterator[Ancestors]:
    if not steps:
        yield ancestors
        return
    step = steps[0]
    for item in _items(ancestors[-1].get(step.key), step.list_depth):
        if step.types is None or item.get(step.typename_key or "") in step.types:
            yield from _descend((*ancestors, item), steps[1:])


def _items(value: object, depth: int) -> Iterator[JsonObject]:
    if depth and isinstance(value, list):
        for item in value:
            yield from _items(item, depth - 1)
    elif not depth and isinstance(value, dict):
        yield value
