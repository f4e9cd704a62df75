"""Draft the fetches of an operation: a query from wherever is best, other root fields one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from reelgraph_federation.operations.tree import NormalizedOperation, SelectedField, Selections
from reelgraph_federation.planning.alike_types import AlikeTypes
from reelgraph_federation.planning.choose_paths import Chooser
from reelgraph_federation.planning.collect_leaves import LeafCollector
from reelgraph_federation.planning.constraints import UNCONSTRAINED, Constraints
from reelgraph_federation.planning.defer_blocks import DeferBlocks
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.drafts import FetchDraft
from reelgraph_federation.planning.errors import NoPathError, PlanningBudgetError, TooDearError
from reelgraph_federation.planning.fewer_calls import Attempt, find_fewest
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import KeySpace
from reelgraph_federation.planning.optimize.join_mutations import join_mutations
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.reach_below import ReachBelow
from reelgraph_federation.query_graph import TypeNode


class Drafted(NamedTuple):
    """The fetches of an operation, not yet written, and what they came from."""

    root: Position
    attempts: Sequence[Attempt]
    """The attempt that was best: one for a query, else one for each root field."""
    sections: Sequence[Sequence[FetchDraft]]
    """The fetches; those of a section are made when those of the section before it are done."""


def draft_operation(reach: Reach, operation: NormalizedOperation, blocks: DeferBlocks) -> Drafted:
    """Return the fetches of an operation; raises as `plan_operation` does."""
    drafter = _Drafter(reach, operation, blocks)
    if operation.kind == "query":
        best = find_fewest(drafter.attempt, reach)
        return Drafted(best.root, (best,), (best.draft.fetches,))
    fields = operation.selections.fields.values()
    keys = KeySpace()
    attempts = [drafter.run_once(field, keys) for field in fields if field.name != "__typename"]
    root = Position(operation.selections.type_name, keys)
    for one in attempts:
        root.children.update(one.root.children)
        root.names.update(one.root.names)
    return Drafted(root, attempts, join_mutations(one.draft.fetches for one in attempts))


class _Drafter:
    """Makes attempts at one operation; keeps nothing of an attempt once it is made."""

    def __init__(self, reach: Reach, operation: NormalizedOperation, blocks: DeferBlocks) -> None:
        self._reach = reach
        self._operation = operation
        self._blocks = blocks
        # What these find holds for every attempt: they read selections of the operation, no positions.
        self._below = ReachBelow(reach)
        self._alike = AlikeTypes(reach, defers=bool(operation.defers))

    def attempt(self, constraints: Constraints) -> Attempt | None:
        """Plan the whole operation, `None` when that cannot be done under the constraints."""
        roots = self._reach.graph.roots(self._operation.kind)
        try:
            return self._plan(self._operation.selections, KeySpace(), roots, constraints)
        except (NoPathError, PlanningBudgetError, TooDearError):
            if constraints == UNCONSTRAINED:
                raise
            return None

    def run_once(self, field: SelectedField, keys: KeySpace) -> Attempt:
        """Plan a root field that must be called exactly once, from the cheapest subgraph."""
        name = self._operation.selections.type_name
        nodes = [
            node
            for node in self._reach.graph.roots(self._operation.kind)
            if self._reach.plain_edge(node, field.name)
        ]
        if len(nodes) > 1:
            # Each attempt names its keys for itself: those of the others are not in its way.
            tried = [(self._from_node(node, field, KeySpace()), node) for node in nodes]
            costs = [(one.cost, node) for one, node in tried if one is not None]
            nodes = [min(costs, key=lambda one: one[0])[1]] if costs else []
        made = self._from_node(nodes[0], field, keys) if nodes else None
        if made is None:
            raise NoPathError(f"{name}.{field.name}", "")
        return made

    def _from_node(self, node: TypeNode, field: SelectedField, keys: KeySpace) -> Attempt | None:
        name = self._operation.selections.type_name
        selections = Selections(name, {field.tag: replace(field)})
        try:
            return self._plan(selections, keys, (node,))
        except NoPathError:
            return None

    def _plan(
        self,
        selections: Selections,
        keys: KeySpace,
        roots: tuple[TypeNode, ...],
        constraints: Constraints = UNCONSTRAINED,
    ) -> Attempt:
        root = Position(selections.type_name, keys, roots=roots)
        collector = LeafCollector(self._reach, self._below, self._alike)
        collector.collect(root, selections)
        draft = DraftPlan(constraints)
        chooser = Chooser(draft, self._reach)
        for block in self._blocks.ordered:
            tasks, objects = collector.of_block(block)
            chooser.fill_block(block, self._blocks.available[block], tasks, objects)
        return Attempt(root, collector.tasks, draft)
