"""Tell how a plan came about: for each field, where it could be had and what was chosen."""

from __future__ import annotations

from reelgraph_federation.operations.tree import NormalizedOperation
from reelgraph_federation.planning.collect_needs import Task
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.plan import Planner
from reelgraph_federation.planning.positions import Offer, Position
from reelgraph_federation.supergraph.model import Supergraph


def describe_paths(
    supergraph: Supergraph,
    operation: NormalizedOperation,
    *,
    override_labels: frozenset[str] = frozenset(),
) -> str:
    """Return text with each selected leaf, the ways to reach it, and the way taken.

    Ways are shown by subgraph with the first wave in which they can be gone; `*` marks the one
    taken. Raises as `plan_operation` does.
    """
    planner = Planner(supergraph.query_graph, operation, override_labels)
    planner.draft_fetches()
    lines: list[str] = []
    for task in planner.tasks:
        lines += _describe(planner.reach, task)
    return "\n".join(lines) + "\n"


def _describe(reach: Reach, task: Task) -> list[str]:
    position, need = task.position, task.need
    path = position.path()
    arguments = f"({need.arguments.text})" if need.arguments.text else ""
    head = f"{path}.{need.preferred}" if path else need.preferred
    lines = [f"{head}  ({position.type_name}.{need.name}{arguments})"]
    ident = Ident(need.name, need.arguments.text, need.tag)
    taken = {
        (supply.lane.node.subgraph, supply.lane.wave)
        for at in (position, position.whole)
        for supply in at.supplies.get(ident, ())
    }
    subgraphs = {subgraph for subgraph, _ in taken}
    for offer in sorted(reach.offers(position, need.name), key=lambda one: one.wave):
        mark = "*" if offer.node.subgraph in subgraphs else " "
        lines.append(f"  {mark} {offer.node.subgraph}{_how(reach, position, offer)}")
    for subgraph, wave in sorted(taken):
        lines.append(f"    asked of {subgraph} in wave {wave}")
    return lines


def _how(reach: Reach, position: Position, offer: Offer) -> str:
    direct = offer.node in reach.direct(position) and offer.entry is None
    if direct:
        return f": reached without a jump, from wave {offer.wave}"
    keys = [jump.text for jump in reach.entries(position.type_name, offer.node)]
    text = " or ".join(f'"{key}"' for key in keys)
    needs = " with @requires" if offer.entry is not None else ""
    return f": by key {text}{needs}, its node from wave {offer.wave}"
