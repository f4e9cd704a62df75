"""Write the code that finds the objects at a place of the records, where all are different.

Lists of values and keys, made by comprehensions, take two thirds of the time of loops that compare object by
object. Once two objects are equal, the place is left to the loops (collect.py).
"""

from __future__ import annotations

from reelgraph_federation.planning.query_plan import ListShape
from reelgraph_router.execution.code.positions import Node, Positions
from reelgraph_router.execution.code.source import Source
from reelgraph_router.execution.fast_path.records import Records, attribute


class DistinctCollector:
    """Writes one `collect_<n>`: from the parent's objects to the node's.

    Objects that agree in the keys `same_by` would be equal.
    """

    def __init__(
        self,
        source: Source,
        positions: Positions,
        records: Records,
        node: Node,
        same_by: tuple[str, ...],
    ) -> None:
        assert node.parent is not None
        self._source = source
        self._positions = positions
        self._records = records
        self._node = node
        self._path = node.parent.path
        self._same_by = same_by
        self._clauses = f"for o in collect_{node.parent.index}(run)"
        self._value = "o"

    def write(self) -> None:
        """Write `collect_<n>(run)`, which returns the objects."""
        node, source = self._node, self._source
        with source.block(f"def collect_{node.index}(run):"):
            if node.cached:
                source.line(f"out = run.nodes[{node.index}]")
                source.line("if out is not None: return out")
            if self._same_by:
                source.line(
                    f"if {node.index} in run.path.repeating: return repeated_{node.index}(run)"
                )
            for number in range(len(node.steps)):
                self._step(number)
            source.line(f"out = [{self._value} {self._clauses}]")
            if self._same_by:
                self._check()
            if node.cached:
                source.line(f"run.nodes[{node.index}] = out")
            source.line("return out")

    def _check(self) -> None:
        """See whether all are different."""
        index, source = self._node.index, self._source
        reads = [f"x.{attribute(key)}" for key in self._same_by]
        read = reads[0] if len(reads) == 1 else f"({', '.join(reads)})"
        with source.block(f"if len({{{read} for x in out}}) != len(out):"):
            source.line(f"run.path.repeating.add({index})")
            source.line(f"return repeated_{index}(run)")
        if self._node.identity is None:
            source.line("run.path.habits.count(len(out), len(out))")

    # The way

    def _step(self, number: int) -> None:
        """Go on to the values of a step; those that several objects may share are gone through once."""
        step = self._node.steps[number]
        nullable = self._nullable(step.key, step.list_depth)
        shared = self._positions.is_joined(self._path, step.key)
        may_miss = self._path in self._records.mixtures
        self._go(f"[{self._value}.{attribute(step.key)}]", may_be_null=nullable[0])
        if may_miss:
            self._clauses += f" if {self._value} is not UNSET"
        if shared:
            name = self._source.name("s")
            value = self._value
            self._source.line(f"{name} = {{id({value}): {value} {self._clauses}}}.values()")
            self._clauses, self._value = f"for o in {name}", "o"
        for level in range(step.list_depth):
            self._go(self._value, may_be_null=nullable[level + 1])
        if step.types is not None:
            name = attribute(step.typename_key or "")
            self._clauses += f" if {self._value}.{name} in {step.types!r}"
        self._path = (*self._path, step.key)

    def _go(self, values: str, *, may_be_null: bool) -> None:
        self._value = self._source.name("x")
        self._clauses += f" for {self._value} in {values}"
        if may_be_null:
            self._clauses += f" if {self._value} is not None"

    def _nullable(self, key: str, depth: int) -> list[bool]:
        """Whether null may stand at a key, and at each level of its lists."""
        shape = self._records.shape_at(self._path, key)
        levels = []
        for _ in range(depth + 1):
            levels.append(shape is None or shape.nullable)
            shape = shape.item if isinstance(shape, ListShape) else None
        return levels
