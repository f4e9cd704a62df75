"""Whether a plan has values that only subgraphs and clients understand."""

from __future__ import annotations

from graphql import specified_scalar_types

from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    ListShape,
    ObjectShape,
    QueryPlan,
    ScalarShape,
    ValueShape,
)


def has_custom_scalars(plan: QueryPlan) -> bool:
    """Whether the client sees a custom scalar, whose numbers must keep all their digits."""
    waiting: list[ValueShape] = [plan.shape, *(part.shape for part in plan.deferred)]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, ScalarShape) and one.name not in specified_scalar_types:
            return True
        if isinstance(one, ListShape):
            waiting.append(one.item)
        elif isinstance(one, AbstractShape):
            waiting += [possible for _, possible in one.possible]
        elif isinstance(one, ObjectShape):
            waiting += [field.shape for field in one.fields]
    return False
