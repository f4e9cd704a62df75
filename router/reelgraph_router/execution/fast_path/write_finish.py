"""Write the code that makes the response of records: what is hidden taken out, folded objects encoded."""

from __future__ import annotations

from reelgraph_federation.planning.query_plan import ListShape
from reelgraph_router.execution.code.positions import KeyPath, Node, Positions
from reelgraph_router.execution.code.source import Source
from reelgraph_router.execution.fast_path.mixtures import Member, Mixture
from reelgraph_router.execution.fast_path.records import Records, attribute
from reelgraph_router.execution.fast_path.write_collect import same_by


def foldable(positions: Positions, records: Records) -> frozenset[KeyPath]:
    """The positions where whole objects, with others below them, may stand many times.

    Not where places of one group share what lies below: it would be finished for each of them.
    """
    found: set[KeyPath] = set()
    if records.mixtures:
        return frozenset(found)
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
            if record.hidden and not records.is_mixed(path):
                with source.block(f"for o in collect_{by_path[path].index}(run):"):
                    _hide(source, record.hidden)
        for path in sorted(filter(records.is_mixed, records.by_path), key=len):
            _look_at_all(source, positions, records, path)
        for path in sorted(records.folds, key=len, reverse=True):
            _fold(source, by_path[path])
        source.line("pass")


def _hide(source: Source, keys: tuple[str, ...]) -> None:
    for key in keys:
        source.line(f"o.{attribute(key)} = UNSET")


def _look_at_all(source: Source, positions: Positions, records: Records, path: KeyPath) -> None:
    """Look whether the objects at a position, where types are mixed or above, have what they must."""
    record = records.by_path[path]
    with source.block(f"for o in [{_way(records, path)}]:"):
        mixture = records.mixtures.get(path)
        if mixture is not None:
            _look_by_type(source, mixture, record.hidden)
            return
        for field in records.shapes[path].fields:
            if field.constant is None and positions.is_joined(path, field.key):
                source.line(f"if o.{attribute(field.key)} is UNSET: raise Bailout(NOT_GIVEN)")
        _hide(source, record.hidden)
        source.line("pass")


def _look_by_type(source: Source, mixture: Mixture, hidden: tuple[str, ...]) -> None:
    typename = attribute(mixture.typename_key)
    source.line(f"t = o.{typename}")
    if not all(member.shows_typename for member in mixture.members):
        source.line("if t is UNSET: continue")  # it stands in several places
    head = "if"
    keys = {field.key for field in mixture.fields if field.constant is None}
    for member in mixture.members:
        with source.block(f"{head} t == {member.name!r}:"):
            _look_at_one(source, member, keys)
            if not member.shows_typename:
                source.line(f"o.{typename} = UNSET")
        head = "elif"
    _hide(source, tuple(key for key in hidden if key != mixture.typename_key))


def _look_at_one(source: Source, member: Member, keys: set[str]) -> None:
    for key in sorted(member.keys):
        source.line(f"if o.{attribute(key)} is UNSET: raise Bailout(NOT_GIVEN)")
    for key in sorted(keys - member.keys):
        source.line(f"o.{attribute(key)} = UNSET")
    for name in member.constants:
        source.line(f"o.{attribute(name)} = {member.name!r}")
    source.line("pass")


def _way(records: Records, path: KeyPath) -> str:
    """Code for all objects at a position, from the root; one may come several times."""
    value, clauses = "o", "for o in (run.root,)"
    for length, key in enumerate(path):
        shape = records.shape_at(path[:length], key)
        clauses += f" for x{length} in [{value}.{attribute(key)}]"
        value = f"x{length}"
        clauses += f" if {value} is not None and {value} is not UNSET"
        level = 0
        while isinstance(shape, ListShape):
            clauses += f" for x{length}_{level} in {value} if x{length}_{level} is not None"
            value, shape, level = f"x{length}_{level}", shape.item, level + 1
    return f"{value} {clauses}"


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
