"""Rules across subgraphs, one a module."""

from __future__ import annotations

from ...supergraph.model import NamedType
from ..state import MergeState
from .check_interface_fields import check_interface_fields
from .check_query_root import check_query_root


def check_merged_schema(state: MergeState, types: dict[str, NamedType]) -> None:
    """Run every rule over the merged types."""
    check_query_root(state, types)
    check_interface_fields(state, types)
