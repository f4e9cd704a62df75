"""Say paths through the merged tree in the client's names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    ListShape,
    ObjectShape,
    ValueShape,
)
from reelgraph_router.execution.answers.faults import Rest


def client_names(rest: Rest, shape: ValueShape) -> Rest:
    """Translate keys of the merged tree into the client's names, as far as the client sees them."""
    names: list[str | int] = []
    shapes: Sequence[ValueShape] = [shape]
    for key in rest:
        if isinstance(key, int) and not any(isinstance(one, ListShape) for one in shapes):
            break
        is_index = isinstance(key, int)
        shapes = _once(s for shape in shapes for s in _unwrapped(shape, is_index=is_index))
        if isinstance(key, int):
            names.append(key)
            continue
        fields = [f for s in shapes if isinstance(s, ObjectShape) for f in s.fields if f.key == key]
        if not fields:
            break
        names.append(fields[0].response_name)
        shapes = _once(field.shape for field in fields)
    return tuple(names)


def _once(shapes: Iterable[ValueShape]) -> list[ValueShape]:
    """What several types have in common, once: else they would multiply on the way down."""
    return list({id(shape): shape for shape in shapes}.values())


def _unwrapped(shape: ValueShape, *, is_index: bool) -> list[ValueShape]:
    if isinstance(shape, AbstractShape):
        return [possible for _, possible in shape.possible]
    if isinstance(shape, ListShape) and is_index:
        return [shape.item]
    return [shape]
