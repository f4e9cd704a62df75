"""Validate one subgraph: every rule runs, every breach is reported."""

from __future__ import annotations

from collections.abc import Callable

from .schema import SubgraphSchema
from .validation.check_cache_tags import check_cache_tags
from .validation.check_composed_directives import check_composed_directives
from .validation.check_contexts import check_contexts
from .validation.check_costs import check_costs
from .validation.check_definitions import check_definitions
from .validation.check_directive_uses import check_directive_uses
from .validation.check_externals import check_externals
from .validation.check_field_sets import check_field_sets
from .validation.check_implementations import check_implementations
from .validation.check_inputs import check_inputs
from .validation.check_interface_entities import check_interface_entities
from .validation.check_interface_uses import check_interface_uses
from .validation.check_known_types import check_known_types
from .validation.check_overrides import check_overrides
from .validation.check_shapes import check_shapes
from .validation.check_shareable import check_shareable
from .validation.check_tags import check_tags

RULES: tuple[Callable[[SubgraphSchema], None], ...] = (
    check_shapes,
    check_known_types,
    check_inputs,
    check_implementations,
    check_definitions,
    check_directive_uses,
    check_field_sets,
    check_interface_uses,
    check_externals,
    check_overrides,
    check_shareable,
    check_interface_entities,
    check_tags,
    check_contexts,
    check_costs,
    check_cache_tags,
    check_composed_directives,
)


def validate_subgraph(schema: SubgraphSchema) -> None:
    """Run the rules in order over a subgraph whose SDL could be read."""
    for rule in RULES:
        rule(schema)
