"""A supergraph has a query type, and its root types are different objects."""

from __future__ import annotations

from reelgraph_federation.supergraph.model import MergedSchema, ObjectType
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems


def check_roots(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    """Report root types that do not exist, are no objects or are used twice.

    https://spec.graphql.org/October2021/#sec-Root-Operation-Types
    """
    roots = supergraph.root_types()
    for kind, name in roots.items():
        if not isinstance(supergraph.types.get(name), ObjectType):
            message = f'the {kind} type "{name}" of the schema is no object type of the document'
            problems.add(INVALID, message, coordinate=name)
    if len(set(roots.values())) < len(roots):
        problems.add(INVALID, "two kinds of operations have the same root type")
