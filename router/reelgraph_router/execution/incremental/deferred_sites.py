"""Find the objects of an answer that a deferred part adds fields to.

The part's shape is gone down together with the merged tree and with the answer as delivered so
far. A field that has been delivered leads further down; the others are the part's own. Where the
answer has a null, or lacks what an outer part was to deliver, nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    DeferredPart,
    FieldShape,
    ListShape,
    ObjectShape,
    ValueShape,
)
from reelgraph_router.execution.interpreter.complete import Path, concrete_shape, holds
from reelgraph_router.execution.tree_state import JsonObject


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """An object with fields to add.

    `root` is the path of the object with the fragment, `path` that of the object itself, which is
    the same one or stands below. `value` is the object in the merged tree, `delivered` in the answer.
    """

    root: Path
    path: Path
    shape: ObjectShape
    fields: list[FieldShape]
    value: JsonObject
    delivered: JsonObject


def find_sites(
    part: DeferredPart, variables: Mapping[str, object], merged: JsonObject, delivered: JsonObject
) -> Iterator[Site]:
    """Yield the sites of a part, in the order of the response."""
    finder = _Finder(len(part.path), variables)
    return finder.in_object(part.shape, merged, delivered, (), 0, None)


@dataclass(frozen=True, slots=True)
class _Finder:
    """`depth`: how many fields lead to the objects with the fragment."""

    depth: int
    variables: Mapping[str, object]

    def in_object(
        self, shape: ObjectShape, value: JsonObject, delivered: JsonObject, path: Path, depth: int,
        root: Path | None,
    ) -> Iterator[Site]:  # fmt: skip
        if depth == self.depth:
            root = path
        shown = [field for field in shape.fields if holds(field.condition, self.variables)]
        own = [field for field in shown if field.response_name not in delivered]
        # Before the site is used: what it adds must not be taken for what leads down.
        below = [field for field in shown if field.response_name in delivered]
        if root is not None and own:
            yield Site(root, path, shape, own, value, delivered)
        for field in below:
            name = field.response_name
            yield from self._value(
                field.shape, value.get(field.key), delivered[name], (*path, name), depth + 1, root
            )

    def _value(
        self, shape: ValueShape, value: object, delivered: object, path: Path, depth: int,
        root: Path | None,
    ) -> Iterator[Site]:  # fmt: skip
        if isinstance(shape, ListShape):
            if isinstance(value, list) and isinstance(delivered, list):
                for index, (item, shown) in enumerate(zip(value, delivered, strict=False)):
                    yield from self._value(shape.item, item, shown, (*path, index), depth, root)
        elif isinstance(value, dict) and isinstance(delivered, dict):
            found = concrete_shape(shape, value) if isinstance(shape, AbstractShape) else shape
            if isinstance(found, ObjectShape):
                yield from self.in_object(found, value, delivered, path, depth, root)
