"""What must fit together in a supergraph that somebody else wrote, one concern a file.

Composition proves more than this; here is what reading, planning and execution rely on.
"""

from __future__ import annotations

from reelgraph_federation.supergraph.checks.check_defaults import check_defaults
from reelgraph_federation.supergraph.checks.check_field_sets import check_field_sets
from reelgraph_federation.supergraph.checks.check_interfaces import check_interfaces
from reelgraph_federation.supergraph.checks.check_joins import check_joins
from reelgraph_federation.supergraph.checks.check_names import check_names
from reelgraph_federation.supergraph.checks.check_references import check_references
from reelgraph_federation.supergraph.checks.check_roots import check_roots
from reelgraph_federation.supergraph.model import MergedSchema
from reelgraph_federation.supergraph.reading_problems import ReadingProblems


def check_supergraph(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    """Report whatever does not fit together in a supergraph."""
    check_roots(supergraph, problems)
    check_references(supergraph, problems)
    check_defaults(supergraph, problems)
    check_interfaces(supergraph, problems)
    check_field_sets(supergraph, problems)
    if not problems.found:  # a join that could not be read would be told twice
        check_joins(supergraph, problems)


__all__ = ["check_names", "check_supergraph"]
