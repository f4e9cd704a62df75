"""Rules across subgraphs, one a module."""

from __future__ import annotations

from collections.abc import Callable

from ...supergraph.distinct_applied import KeptApplied, distinct_applied
from ...supergraph.model import AppliedDirectives, NamedType
from ..state import MergeState
from .check_access import check_access
from .check_input_circles import check_input_circles
from .check_interface_entities import check_interface_entities
from .check_interface_fields import check_interface_fields
from .check_interface_object_sharing import check_interface_object_sharing
from .check_links import check_links
from .check_merged_implementations import check_merged_implementations
from .check_merged_unions import check_merged_unions
from .check_merged_values import check_merged_values
from .check_override_sources import check_override_sources
from .check_query_root import check_query_root
from .check_required_arguments import check_required_arguments
from .check_shared_runtime_types import check_shared_runtime_types
from .check_tags_of_externals import check_tags_of_externals
from .inaccessible import check_inaccessible

RULES: tuple[Callable[[MergeState, dict[str, NamedType]], None], ...] = (
    check_links,
    check_query_root,
    check_override_sources,
    check_required_arguments,
    check_interface_entities,
    check_interface_fields,
    check_interface_object_sharing,
    check_merged_implementations,
    check_merged_unions,
    check_input_circles,
    check_shared_runtime_types,
    check_tags_of_externals,
)
DIRECTIVE_RULES: tuple[
    Callable[[MergeState, dict[str, NamedType], set[AppliedDirectives]], None], ...
] = (
    check_inaccessible,
    check_access,
    check_merged_values,
)
"""Rules about what is marked, which look at nothing where no such mark is."""


def check_merged_schema(state: MergeState, types: dict[str, NamedType], kept: KeptApplied) -> None:
    """Run every rule over the merged types."""
    for rule in RULES:
        rule(state, types)
    applied: set[AppliedDirectives] = set()
    for name, type_def in types.items():
        applied |= kept.get(name, type_def, distinct_applied)
    for directive_rule in DIRECTIVE_RULES:
        directive_rule(state, types, applied)
