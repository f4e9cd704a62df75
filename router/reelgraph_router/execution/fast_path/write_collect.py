"""Write the code that finds the objects at a place of the records, where equal ones may repeat.

The counterpart of generate_collect.py for records instead of dictionaries. Whatever is unusual
leaves by an exception, and a run over the merged tree answers.
"""

from __future__ import annotations

from reelgraph_federation.planning.query_plan import EnumShape, ScalarShape, Step
from reelgraph_router.execution.code.place_loops import PlaceLoops, Slot
from reelgraph_router.execution.code.positions import Node, Positions
from reelgraph_router.execution.code.source import Source
from reelgraph_router.execution.fast_path.records import SCALARS, Records, attribute
from reelgraph_router.execution.fast_path.write_distinct import DistinctCollector


def write_collectors(source: Source, positions: Positions, records: Records) -> None:
    """Write `collect_<n>(run)` for every node: the distinct objects standing there."""
    for node in positions.ordered:
        if node.parent is None:
            with source.block(f"def collect_{node.index}(run):"):
                source.line("return (run.root,)")
            continue
        keys = same_by(positions, records, node)
        if keys or node.path in records.folds:
            _Collector(source, positions, records, node, keys).write()
        if node.path not in records.folds:
            DistinctCollector(source, positions, records, node, keys).write()


def same_by(positions: Positions, records: Records, node: Node) -> tuple[str, ...]:
    """The keys that equal objects at a node have in common, where equal ones may be made one."""
    record = records.by_path[node.path]
    if any(step.types is not None for step in node.steps):
        return ()
    if not node.cached or not node.path or not record.exact or node.path not in (
        positions.entity_positions
    ):  # fmt: skip
        return ()
    shape = records.shapes[node.path]
    visible = {
        one.key
        for one in shape.fields
        if (isinstance(one.shape, ScalarShape) and one.shape.name in SCALARS)
        or isinstance(one.shape, EnumShape)
    }
    local = {key for key, _ in positions.local_entries(node.path)}
    return tuple(sorted(local & (visible | set(record.hidden))))


class _Collector(PlaceLoops):
    """Writes loops that compare object by object, or decode folded ones.

    They are `collect_<n>` where objects are folded, else `repeated_<n>`, for when the objects turn out
    not to be distinct.
    """

    def __init__(
        self,
        source: Source,
        positions: Positions,
        records: Records,
        node: Node,
        same_by: tuple[str, ...],
    ) -> None:
        super().__init__(source, positions, node, replaces=bool(same_by))
        self._same_by = same_by
        self._leaves = node.identity is not None and bool(self._same_by)
        self._folded = node.path in records.folds

    def write(self) -> None:
        node, source = self.node, self.source
        name = "collect" if self._folded else "repeated"
        with source.block(f"def {name}_{node.index}(run):"):
            if node.cached:
                source.line(f"out = run.nodes[{node.index}]")
                source.line("if out is not None: return out")
            source.line("out = []")
            if self._same_by:
                source.line("known = {}")
                source.line("visited = 0")
            self.write_loops()
            if self._leaves:
                source.line("out = list(known.values())")
            elif self._same_by:
                source.line("run.path.habits.count(visited, len(known))")
            if self._folded:
                source.line(f"run.folds[{node.index}] = list(known.values())")
            if node.cached:
                source.line(f"run.nodes[{node.index}] = out")
            source.line("return out")

    def access(self, owner: str, key: str) -> str:
        return f"{owner}.{attribute(key)}"

    def check_type(self, value: str, step: Step) -> None:
        raise AssertionError("equal objects are not looked for among several types")

    def reached(self, value: str, slot: Slot, number: int) -> None:
        if self._folded:
            self._unfold(value, slot)
        elif self._same_by:
            self._make_one(value, slot)
        else:
            self.source.line(f"out.append({value})")

    def _make_one(self, value: str, slot: Slot) -> None:
        """Put the first of equal objects into every place where one of them stands."""
        source = self.source
        reads = [self.read(value, key) for key in self._same_by]
        key = reads[0] if len(reads) == 1 else f"({', '.join(reads)})"
        if self._leaves:
            source.line(f"same = known.setdefault({key}, {value})")
            source.line(f"if same is not {value}: {slot.code} = same")
            return
        source.line("visited += 1")
        source.line(f"same = known.get({key})")
        with source.block("if same is None:"):
            source.line(f"known[{key}] = {value}")
            source.line(f"out.append({value})")
        with source.block(f"elif same is not {value}:"):
            source.line(f"if same == {value}: {slot.code} = same")
            source.line(f"else: out.append({value})")

    def _unfold(self, value: str, slot: Slot) -> None:
        """Decode equal bytes once, and keep all the places where they stand.

        Most bytes differ at their beginning or end, so these are looked up; those that do not are
        looked up as a whole.
        """
        source = self.source
        source.line("visited += 1")
        source.line(f"data = bytes({value})")
        source.line("key = data[:40] + data[-40:]")
        source.line("same = known.get(key)")
        with source.block("if same is not None and same[0] != data:"):
            source.line("key = (data,)")
            source.line("same = known.get(key)")
        with source.block("if same is None:"):
            source.line(f"made = decode_{self.node.index}(data)")
            source.line("same = known[key] = (data, made, [])")
            source.line("if made is not None: out.append(made)")
        place = slot.owner if slot.index is None else f"({slot.owner}, {slot.index})"
        source.line(f"same[2].append({place})")
