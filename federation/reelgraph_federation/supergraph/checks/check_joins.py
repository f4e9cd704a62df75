"""A field is joined only from subgraphs that have its type."""

from __future__ import annotations

from reelgraph_federation.supergraph.model import InterfaceType, MergedSchema, ObjectType
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems


def check_joins(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    """Report fields that are joined from a subgraph which does not define their type.

    https://specs.apollo.dev/join/v0.3, "@join__field": the parent type must have a `@join__type`
    with the same graph. Root types of join v0.1 have none, so they are not looked at here.
    """
    for one in supergraph.types.values():
        if not isinstance(one, ObjectType | InterfaceType) or not one.joins:
            continue
        known = {join.subgraph for join in one.joins}
        for field in one.fields.values():
            for join in field.joins:
                if join.subgraph is not None and join.subgraph not in known:
                    coordinate = f"{one.name}.{field.name}"
                    message = (
                        f'"{coordinate}" is joined from "{join.subgraph}", which does not define '
                        f'"{one.name}"'
                    )
                    problems.add(INVALID, message, coordinate=coordinate)
