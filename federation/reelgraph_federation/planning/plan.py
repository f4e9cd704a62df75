"""Plan an operation: the story."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from reelgraph_federation.budget import Budget
from reelgraph_federation.operations.tree import NormalizedOperation, SelectedField, Selections
from reelgraph_federation.planning.build_deferred import build_deferred
from reelgraph_federation.planning.build_fetches import build_fetches
from reelgraph_federation.planning.choose_paths import Chooser
from reelgraph_federation.planning.collect_leaves import LeafCollector, Task
from reelgraph_federation.planning.defer_blocks import DeferBlocks
from reelgraph_federation.planning.drafts import FetchDraft
from reelgraph_federation.planning.errors import (
    DisabledSubgraphsError,
    NoPathError,
    PlanningBudgetError,
    TooDearError,
)
from reelgraph_federation.planning.fewer_calls import (
    UNCONSTRAINED,
    Attempt,
    Constraints,
    cost_of,
    find_fewest,
)
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import KeySpace
from reelgraph_federation.planning.optimize.join_mutations import join_mutations
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import DeferredPart, QueryPlan
from reelgraph_federation.planning.shape import ShapeBuilder
from reelgraph_federation.query_graph import QueryGraph, TypeNode, build_query_graph
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
    planner = Planner(graph, operation, override_labels, budget)
    try:
        drafts = planner.draft_fetches()
    except NoPathError as error:
        if disabled_subgraphs:
            raise DisabledSubgraphsError(error.coordinate, error.path, disabled_subgraphs) from None
        raise
    fetches = build_fetches(operation, drafts, planner.blocks, planner.reach.budget)
    shapes = ShapeBuilder(planner.reach)
    deferred: tuple[DeferredPart, ...] = ()
    if operation.defers:
        fetches, deferred = build_deferred(operation, planner, fetches, shapes)
    return QueryPlan(
        operation.kind,
        fetches,
        shapes.root(operation, planner.root),
        operation.introspection,
        operation.introspection_variables,
        deferred,
    )


class Planner:
    """Plans one operation; what it found out stays readable afterwards."""

    def __init__(
        self,
        graph: QueryGraph,
        operation: NormalizedOperation,
        labels: Set[str],
        budget: Budget | None = None,
    ) -> None:
        self._operation = operation
        self.reach = Reach(graph, labels, operation.kind, budget)
        self.root = Position(operation.selections.type_name, KeySpace())
        self.tasks: list[Task] = []
        self.blocks = DeferBlocks(operation)
        self.fetched_early = 0
        """How many deferred fields, in all attempts, are fetched with what comes before them."""

    def draft_fetches(self) -> list[FetchDraft]:
        """Return the fetches of the operation; a mutation's root fields are planned in series."""
        if self._operation.kind == "query":
            return self._draft_query()
        fields = list(self._operation.selections.fields.values())
        sections = [
            self._from_one_subgraph(field, section)
            for section, field in enumerate(field for field in fields)
            if field.name != "__typename"
        ]
        return join_mutations(sections)

    def _draft_query(self) -> list[FetchDraft]:
        """Plan a query under several constraints, where there are some, and keep the cheapest plan."""
        best = find_fewest(self._attempt, self.reach)
        self.root, self.tasks = best.root, list(best.tasks)
        return best.drafts

    def _attempt(self, constraints: Constraints) -> Attempt | None:
        self.root, self.tasks = Position(self.root.type_name, KeySpace()), []
        try:
            drafts = self._draft(self.root, self._operation.selections, 0, constraints)
        except (NoPathError, PlanningBudgetError, TooDearError):
            if constraints == UNCONSTRAINED:
                raise
            return None
        return Attempt(self.root, self.tasks, drafts)

    def _draft(
        self,
        root: Position,
        selections: Selections,
        section: int,
        constraints: Constraints = UNCONSTRAINED,
    ) -> list[FetchDraft]:
        collector = LeafCollector(self.reach, defers=bool(self._operation.defers))
        collector.collect(root, selections)
        chooser = Chooser(self.reach, 0, section, constraints)
        for block in self.blocks.ordered:
            tasks, objects = collector.of_block(block)
            chooser.enter_block(block, self.blocks.available[block], tasks)
            chooser.choose(tasks, objects, early_first=constraints.early_first)
        self.fetched_early += chooser.fetched_early
        if root is self.root:
            self.tasks += collector.tasks
        return list(chooser.opener.fetches.values())

    def _from_one_subgraph(self, field: SelectedField, section: int) -> list[FetchDraft]:
        """Plan a root field that must be called exactly once, from the cheapest subgraph."""
        name = self._operation.selections.type_name
        nodes = self.reach.graph.roots(self._operation.kind)
        candidates = [node for node in nodes if self.reach.plain_edge(node, field.name)]
        best: tuple[tuple[int, int, int], TypeNode] | None = None
        if len(candidates) > 1:
            for node in candidates:
                cost = self._cost_from(node, field, section)
                if cost is not None and (best is None or cost < best[0]):
                    best = (cost, node)
            candidates = [best[1]] if best else []
        if not candidates:
            raise NoPathError(f"{name}.{field.name}", "")
        return self._draft_from(candidates[0], field, section, self.root)

    def _cost_from(
        self, node: TypeNode, field: SelectedField, section: int
    ) -> tuple[int, int, int] | None:
        try:
            drafts = self._draft_from(
                node, field, section, Position(self.root.type_name, KeySpace())
            )
        except NoPathError:
            return None
        return cost_of(drafts)

    def _draft_from(
        self, node: TypeNode, field: SelectedField, section: int, root: Position
    ) -> list[FetchDraft]:
        self.reach.roots = (node,)
        root.forget()
        selections = Selections(root.type_name, {field.tag: replace(field)})
        return self._draft(root, selections, section)
