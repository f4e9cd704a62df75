"""There is at least one query field."""

from __future__ import annotations

from ...supergraph.model import NamedType, ObjectType
from ..state import MergeState


def check_query_root(state: MergeState, types: dict[str, NamedType]) -> None:
    """Report a supergraph that cannot be asked anything."""
    root = types.get("Query")
    if not isinstance(root, ObjectType) or not root.fields:
        message = "no subgraph has a query field: the supergraph would have nothing to ask for"
        state.report("NO_QUERIES", message, "Query")
