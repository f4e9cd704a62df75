"""Plan an operation: the story."""

from __future__ import annotations

from collections.abc import Set

from reelgraph_federation.budget import Budget
from reelgraph_federation.operations.tree import NormalizedOperation
from reelgraph_federation.planning.build_deferred import build_deferred
from reelgraph_federation.planning.build_fetches import build_fetches
from reelgraph_federation.planning.defer_blocks import DeferBlocks
from reelgraph_federation.planning.draft_operation import draft_operation
from reelgraph_federation.planning.errors import DisabledSubgraphsError, NoPathError
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.query_plan import DeferredPart, QueryPlan
from reelgraph_federation.planning.shape import ShapeBuilder
from reelgraph_federation.query_graph import build_query_graph
from reelgraph_federation.supergraph.supergraph import Supergraph


def plan_operation(
    supergraph: Supergraph,
    operation: NormalizedOperation,
    *,
    override_labels: Set[str] = frozenset(),
    disabled_subgraphs: frozenset[str] = frozenset(),
    budget: Budget | None = None,
) -> QueryPlan:
    """Plan how to answer an operation in the fewest sequential subgraph calls.

    Pure: equal inputs give equal plans, so callers may cache by fingerprint and active
    `override_labels` (those of progressive `@override`s that hold for this request); a plan
    depends on no other label than those that were looked up in the set. The
    operation must be valid against the API schema. Raises `NoPathError` for a field without a
    path, which means that composition let an unsatisfiable supergraph through, and
    `PlanningBudgetError` when the search exceeds its budget. With `disabled_subgraphs` a plan that
    calls none of them is made, or `DisabledSubgraphsError` raised. Raises `OperationTooLargeError` when
    more is made than `budget` allows.
    """
    graph = supergraph.query_graph
    if disabled_subgraphs:
        graph = build_query_graph(supergraph, disabled=disabled_subgraphs)
    reach = Reach(graph, override_labels, operation.kind, budget)
    blocks = DeferBlocks(operation)
    try:
        drafted = draft_operation(reach, operation, blocks)
    except NoPathError as error:
        if disabled_subgraphs:
            raise DisabledSubgraphsError(error.coordinate, error.path, disabled_subgraphs) from None
        raise
    fetches = build_fetches(operation, drafted.sections, blocks, reach.budget)
    shapes = ShapeBuilder(reach)
    deferred: tuple[DeferredPart, ...] = ()
    if operation.defers:
        fetches, deferred = build_deferred(operation, drafted.root, blocks, fetches, shapes)
    return QueryPlan(
        kind=operation.kind,
        fetches=fetches,
        shape=shapes.root(operation, drafted.root),
        introspection=operation.introspection,
        introspection_variables=operation.introspection_variables,
        deferred=deferred,
    )
