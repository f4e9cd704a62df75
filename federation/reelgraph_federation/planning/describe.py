"""Tell how a plan came about: for each field, where it could be had and what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reelgraph_federation.operations.tree import NormalizedOperation
from reelgraph_federation.planning.collect_leaves import Task
from reelgraph_federation.planning.defer_blocks import DeferBlocks
from reelgraph_federation.planning.draft_operation import draft_operation
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.find_paths import Candidate, Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.supergraph.supergraph import Supergraph


class FieldPath(NamedTuple):
    """A path to a field: by which subgraph, and since which wave its node can be reached."""

    subgraph: str
    wave: int
    keys: tuple[str, ...]
    """The keys by which the node can be entered; none: it is reached without an entity move."""
    with_requires: bool
    is_taken: bool


class FieldPaths(NamedTuple):
    """A selected leaf, the paths to it, and the subgraph and wave of each call that asks for it."""

    path: str
    coordinate: str
    arguments: str
    paths: tuple[FieldPath, ...]
    asked: tuple[tuple[str, int], ...]


def find_field_paths(
    supergraph: Supergraph,
    operation: NormalizedOperation,
    *,
    override_labels: frozenset[str] = frozenset(),
) -> list[FieldPaths]:
    """Return each selected leaf with the paths to reach it; raises as `plan_operation` does."""
    reach = Reach(supergraph.query_graph, override_labels, operation.kind)
    drafted = draft_operation(reach, operation, DeferBlocks(operation))
    return [
        _paths_to(reach, task, attempt.draft)
        for attempt in drafted.attempts
        for task in attempt.tasks
    ]


def describe_paths(
    supergraph: Supergraph,
    operation: NormalizedOperation,
    *,
    override_labels: frozenset[str] = frozenset(),
) -> str:
    """Return text with each selected leaf, the paths to reach it, and the one taken.

    They are shown by subgraph with the first wave in which each can be had; `*` marks the one
    taken. Raises as `plan_operation` does.
    """
    found = find_field_paths(supergraph, operation, override_labels=override_labels)
    return "\n".join(line for one in found for line in _describe(one)) + "\n"


def paths_to_json(found: Sequence[FieldPaths]) -> list[dict[str, object]]:
    """Return what `find_field_paths` found as JSON values."""
    return [
        {
            "path": one.path,
            "coordinate": one.coordinate,
            "arguments": one.arguments,
            "ways": [
                {
                    "subgraph": path.subgraph,
                    "wave": path.wave,
                    "keys": list(path.keys),
                    "requires": path.with_requires,
                    "taken": path.is_taken,
                }
                for path in one.paths
            ],
            "askedOf": [{"subgraph": subgraph, "wave": wave} for subgraph, wave in one.asked],
        }
        for one in found
    ]


def _paths_to(reach: Reach, task: Task, draft: DraftPlan) -> FieldPaths:
    position, leaf = task.position, task.leaf
    above = position.path()
    ident = Ident(leaf.name, leaf.arguments.text, leaf.tag)
    taken = {
        (fetched.opened.node.subgraph, fetched.opened.wave)
        for at in (position, position.outside)
        for fetched in draft.fetched_at(at, ident)
    }
    subgraphs = {subgraph for subgraph, _ in taken}
    return FieldPaths(
        f"{above}.{leaf.preferred}" if above else leaf.preferred,
        f"{position.type_name}.{leaf.name}",
        leaf.arguments.text,
        tuple(
            _path_of(reach, position, candidate, candidate.node.subgraph in subgraphs)
            for candidate in sorted(reach.candidates(position, leaf.name), key=lambda one: one.wave)
        ),
        tuple(sorted(taken)),
    )


def _path_of(reach: Reach, position: Position, candidate: Candidate, is_taken: bool) -> FieldPath:
    is_direct = candidate.node in reach.direct(position) and candidate.entry is None
    entity_moves = () if is_direct else reach.entries(position.type_name, candidate.node)
    keys = tuple(move.text for move in entity_moves)
    return FieldPath(
        candidate.node.subgraph, candidate.wave, keys, candidate.entry is not None, is_taken
    )


def _describe(one: FieldPaths) -> list[str]:
    arguments = f"({one.arguments})" if one.arguments else ""
    lines = [f"{one.path}  ({one.coordinate}{arguments})"]
    for path in one.paths:
        lines.append(f"  {'*' if path.is_taken else ' '} {path.subgraph}{_how(path)}")
    return lines + [f"    asked of {subgraph} in wave {wave}" for subgraph, wave in one.asked]


def _how(path: FieldPath) -> str:
    if not path.keys:
        return f": reached without an entity move, from wave {path.wave}"
    text = " or ".join(f'"{key}"' for key in path.keys)
    inputs = " with @requires" if path.with_requires else ""
    return f": by key {text}{inputs}, its node from wave {path.wave}"
