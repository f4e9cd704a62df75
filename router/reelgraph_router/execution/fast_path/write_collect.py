"""Write the code that finds the objects at a place of the records, where equal ones may repeat.

The counterpart of generate_collect.py for records instead of dictionaries. Whatever is unusual
leaves by an exception, and a run over the merged tree answers.
"""

from __future__ import annotations

from reelgraph_federation.planning.query_plan import EnumShape, ScalarShape, Step
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


class _Collector:
    """Writes nested loops from the parent's objects to the node's.

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
        self._source = source
        self._positions = positions
        self._node = node
        assert node.parent is not None
        self._parent = node.parent
        self._same_by = same_by
        self._leaves = node.identity is not None and bool(self._same_by)
        self._folded = node.path in records.folds
        self._seen: dict[int, str] = {}

    def write(self) -> None:
        node, source = self._node, self._source
        name = "collect" if self._folded else "repeated"
        with source.block(f"def {name}_{node.index}(run):"):
            if node.cached:
                source.line(f"out = run.nodes[{node.index}]")
                source.line("if out is not None: return out")
            source.line("out = []")
            for number in self._joined_steps():
                self._seen[number] = source.name("seen")
                source.line(f"{self._seen[number]} = set()")
            if self._same_by:
                source.line("known = {}")
                source.line("visited = 0")
            with source.block(f"for o in collect_{self._parent.index}(run):"):
                self._descend("o", 0)
            if self._leaves:
                source.line("out = list(known.values())")
            elif self._same_by:
                source.line("run.path.habits.count(visited, len(known))")
            if self._folded:
                source.line(f"run.folds[{node.index}] = list(known.values())")
            if node.cached:
                source.line(f"run.nodes[{node.index}] = out")
            source.line("return out")

    def _joined_steps(self) -> list[int]:
        """The steps into keys whose values several objects may share: go through them once."""
        positions, path, found = self._positions, self._parent.path, []
        for number, step in enumerate(self._node.steps):
            if positions.is_joined(path, step.key) and not self._replaces(number):
                found.append(number)
            path = (*path, step.key)
        return found

    def _replaces(self, number: int) -> bool:
        """Whether the owner's own slot is given the first of equal objects."""
        steps = self._node.steps
        return number == len(steps) - 1 and bool(self._same_by) and not steps[number].list_depth

    def _descend(self, owner: str, number: int) -> None:
        step = self._node.steps[number]
        source = self._source
        value = source.name("x")
        slot = f"{owner}.{attribute(step.key)}"
        source.line(f"{value} = {slot}")
        source.line(f"if {value} is None: continue")
        if number in self._seen:
            source.line(f"if id({value}) in {self._seen[number]}: continue")
            source.line(f"{self._seen[number]}.add(id({value}))")
        self._lists(value, slot, step, step.list_depth, number)

    def _lists(self, value: str, slot: str, step: Step, depth: int, number: int) -> None:
        source = self._source
        last = number == len(self._node.steps) - 1
        if depth:
            item, index = source.name("x"), source.name("i")
            head = f"for {item} in {value}:"
            if last and depth == 1 and self._same_by:
                head = f"for {index}, {item} in enumerate({value}):"
            with source.block(head):
                source.line(f"if {item} is None: continue")
                self._lists(item, f"{value}[{index}]", step, depth - 1, number)
        elif not last:
            self._descend(value, number + 1)
        elif self._folded:
            self._unfold(value, slot)
        elif self._same_by:
            self._make_one(value, slot)
        else:
            source.line(f"out.append({value})")

    def _make_one(self, value: str, slot: str) -> None:
        """Put the first of equal objects into every place where one of them stands."""
        source = self._source
        reads = [f"{value}.{attribute(key)}" for key in self._same_by]
        key = reads[0] if len(reads) == 1 else f"({', '.join(reads)})"
        if self._leaves:
            source.line(f"same = known.setdefault({key}, {value})")
            source.line(f"if same is not {value}: {slot} = same")
            return
        source.line("visited += 1")
        source.line(f"same = known.get({key})")
        with source.block("if same is None:"):
            source.line(f"known[{key}] = {value}")
            source.line(f"out.append({value})")
        with source.block(f"elif same is not {value}:"):
            source.line(f"if same == {value}: {slot} = same")
            source.line(f"else: out.append({value})")

    def _unfold(self, value: str, slot: str) -> None:
        """Decode equal bytes once, and keep all the places where they stand.

        Most bytes differ at their beginning or end, so these are looked up; those that do not are
        looked up as a whole.
        """
        source = self._source
        source.line("visited += 1")
        source.line(f"data = bytes({value})")
        source.line("key = data[:40] + data[-40:]")
        source.line("same = known.get(key)")
        with source.block("if same is not None and same[0] != data:"):
            source.line("key = (data,)")
            source.line("same = known.get(key)")
        with source.block("if same is None:"):
            source.line(f"made = decode_{self._node.index}(data)")
            source.line("same = known[key] = (data, made, [])")
            source.line("if made is not None: out.append(made)")
        owner, _, rest = (
            slot.rpartition("[") if slot.endswith("]") else (slot.split(".")[0], "", "")
        )
        source.line(f"same[2].append({f'({owner}, {rest[:-1]})' if rest else owner})")
