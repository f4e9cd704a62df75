"""Write the code that makes the response of records: hidden keys taken out, folded objects encoded."""

from __future__ import annotations

from reelgraph_router.execution.positions import KeyPath, Node, Positions
from reelgraph_router.execution.source import Source
from reelgraph_router.execution.typed.classes import Records, attribute
from reelgraph_router.execution.typed.collect import same_by


def foldable(positions: Positions, records: Records) -> frozenset[KeyPath]:
    """The positions where whole objects, with others below them, may stand many times.

    Not where places of one group share what lies below: it would be finished for each of them.
    """
    found = set()
    for node in positions.ordered:
        if node.parent is None or node.identity is not None:
            continue
        prefixes = [node.path[:length] for length in range(1, len(node.path) + 1)]
        if same_by(positions, records, node) and not any(p in positions.spread for p in prefixes):
            found.add(node.path)
    return frozenset(found)


def write_finish(source: Source, positions: Positions, records: Records) -> None:
    """Write `finish(run)`: take out what the client did not select, fold again what was unfolded."""
    by_path: dict[KeyPath, Node] = {node.path: node for node in positions.ordered}
    with source.block("def finish(run):"):
        for path, record in records.by_path.items():
            if record.hidden:
                with source.block(f"for o in collect_{by_path[path].index}(run):"):
                    for key in record.hidden:
                        source.line(f"o.{attribute(key)} = UNSET")
        for path in sorted(records.folds, key=len, reverse=True):
            _fold(source, by_path[path])
        source.line("pass")


def _fold(source: Source, node: Node) -> None:
    """Encode each distinct object once, for all its places; deeper ones were folded before."""
    step = node.steps[-1]
    source.line(f"collect_{node.index}(run)")
    with source.block(f"for _, made, places in run.folds[{node.index}]:"):
        source.line("if made is None: continue")
        source.line("data = Raw(encode(made))")
        if step.list_depth:
            source.line("for items, number in places: items[number] = data")
        else:
            source.line(f"for owner in places: owner.{attribute(step.key)} = data")
