"""Tell how a plan came about: for each field, where it could be had and what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reelgraph_federation.operations.tree import NormalizedOperation
from reelgraph_federation.planning.collect_needs import Task
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.plan import Planner
from reelgraph_federation.planning.positions import Offer, Position
from reelgraph_federation.supergraph.model import Supergraph


class Way(NamedTuple):
    """One way to a field: by which subgraph, and since which wave its node can be reached."""

    subgraph: str
    wave: int
    keys: tuple[str, ...]
    """The keys by which the node can be entered; none: it is reached without a jump."""
    with_requires: bool
    is_taken: bool


class FieldWays(NamedTuple):
    """A selected leaf, the ways to it, and the subgraph and wave of each call that asks for it."""

    path: str
    coordinate: str
    arguments: str
    ways: tuple[Way, ...]
    asked: tuple[tuple[str, int], ...]


def find_ways(
    supergraph: Supergraph,
    operation: NormalizedOperation,
    *,
    override_labels: frozenset[str] = frozenset(),
) -> list[FieldWays]:
    """Return each selected leaf with the ways to reach it; raises as `plan_operation` does."""
    planner = Planner(supergraph.query_graph, operation, override_labels)
    planner.draft_fetches()
    return [_ways_to(planner.reach, task) for task in planner.tasks]


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
    found = find_ways(supergraph, operation, override_labels=override_labels)
    return "\n".join(line for one in found for line in _describe(one)) + "\n"


def paths_to_json(found: Sequence[FieldWays]) -> list[dict[str, object]]:
    """Return what `find_ways` found as JSON values."""
    return [
        {
            "path": one.path,
            "coordinate": one.coordinate,
            "arguments": one.arguments,
            "ways": [
                {
                    "subgraph": way.subgraph,
                    "wave": way.wave,
                    "keys": list(way.keys),
                    "requires": way.with_requires,
                    "taken": way.is_taken,
                }
                for way in one.ways
            ],
            "askedOf": [{"subgraph": subgraph, "wave": wave} for subgraph, wave in one.asked],
        }
        for one in found
    ]


def _ways_to(reach: Reach, task: Task) -> FieldWays:
    position, need = task.position, task.need
    path = position.path()
    ident = Ident(need.name, need.arguments.text, need.tag)
    taken = {
        (supply.lane.node.subgraph, supply.lane.wave)
        for at in (position, position.whole)
        for supply in at.supplies.get(ident, ())
    }
    subgraphs = {subgraph for subgraph, _ in taken}
    return FieldWays(
        f"{path}.{need.preferred}" if path else need.preferred,
        f"{position.type_name}.{need.name}",
        need.arguments.text,
        tuple(
            _way(reach, position, offer, offer.node.subgraph in subgraphs)
            for offer in sorted(reach.offers(position, need.name), key=lambda one: one.wave)
        ),
        tuple(sorted(taken)),
    )


def _way(reach: Reach, position: Position, offer: Offer, is_taken: bool) -> Way:
    is_direct = offer.node in reach.direct(position) and offer.entry is None
    jumps = () if is_direct else reach.entries(position.type_name, offer.node)
    keys = tuple(jump.text for jump in jumps)
    return Way(offer.node.subgraph, offer.wave, keys, offer.entry is not None, is_taken)


def _describe(one: FieldWays) -> list[str]:
    arguments = f"({one.arguments})" if one.arguments else ""
    lines = [f"{one.path}  ({one.coordinate}{arguments})"]
    for way in one.ways:
        lines.append(f"  {'*' if way.is_taken else ' '} {way.subgraph}{_how(way)}")
    return lines + [f"    asked of {subgraph} in wave {wave}" for subgraph, wave in one.asked]


def _how(way: Way) -> str:
    if not way.keys:
        return f": reached without a jump, from wave {way.wave}"
    text = " or ".join(f'"{key}"' for key in way.keys)
    needs = " with @requires" if way.with_requires else ""
    return f": by key {text}{needs}, its node from wave {way.wave}"
