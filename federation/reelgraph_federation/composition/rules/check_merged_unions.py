"""After merging, a union has object types only: an interface object is an interface elsewhere."""

from __future__ import annotations

from ...supergraph.model import InterfaceType, NamedType, UnionType
from ..state import MergeState


def check_merged_unions(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check that no member of a union is an interface in another subgraph."""
    for union in types.values():
        if not isinstance(union, UnionType):
            continue
        for member in union.members:
            if not isinstance(types.get(member), InterfaceType):
                continue
            where = [
                (index, each.at)
                for index, each in state.by_type[union.name]
                if member in each.members
            ]
            message = (
                f'"{member}" is a member of the union "{union.name}" and an @interfaceObject: it is '
                "an interface in the supergraph, and a union has object types only"
            )
            state.report("INVALID_GRAPHQL", message, union.name, where)
