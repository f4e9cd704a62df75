"""Validate one subgraph: every rule runs, every breach is reported."""

from __future__ import annotations

from collections.abc import Callable

from .schema import SubgraphSchema
from .validation.check_field_sets import check_field_sets
from .validation.check_known_types import check_known_types

RULES: tuple[Callable[[SubgraphSchema], None], ...] = (
    check_known_types,
    check_field_sets,
)


def validate_subgraph(schema: SubgraphSchema) -> None:
    """Run the rules in order over a subgraph whose SDL could be read."""
    for rule in RULES:
        rule(schema)
