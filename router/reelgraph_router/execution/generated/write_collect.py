"""Write the code that finds entities in the merged tree and makes their representations.

For each node in use `collect_<n>(run)` returns the objects standing there, each distinct object once
where positions.py proved that objects may be told apart by their local keys. For each entity
group `represent_<fetch>_<group>(run)` returns the representations to send and their targets.
"""

from __future__ import annotations

from reelgraph_federation.planning.query_plan import (
    EntityGroup,
    Fetch,
    QueryPlan,
    Step,
)
from reelgraph_router.execution.code.conditions import Conditions
from reelgraph_router.execution.code.place_loops import PlaceLoops, Slot
from reelgraph_router.execution.code.positions import Node, Positions, is_one_to_one
from reelgraph_router.execution.code.source import Source


def write_collectors(source: Source, plan: QueryPlan, positions: Positions) -> None:
    """Write `collect_<n>` for every node that some fetch needs."""
    for node in positions.ordered:
        if node.parent is None:
            with source.block(f"def collect_{node.index}(run):"):
                source.line("return (run.root,)")
        else:
            _Collector(source, positions, node).write()


class _Collector(PlaceLoops):
    """Writes one `collect_<n>`: from the parent's objects to the node's, which may be made one."""

    def __init__(self, source: Source, positions: Positions, node: Node) -> None:
        super().__init__(
            source,
            positions,
            node,
            replaces=node.identity is not None,
            made_one=positions.identities,
        )

    def write(self) -> None:
        node, source = self.node, self.source
        with source.block(f"def collect_{node.index}(run):"):
            if node.cached:
                source.line(f"out = run.nodes[{node.index}]")
                source.line("if out is not None: return out")
            with source.block("try:"):
                self._loops()
            with source.block("except (TypeError, AttributeError, KeyError, IndexError):"):
                # Data of an unexpected shape: look at every value before touching it.
                steps = source.constant("steps", node.steps)
                source.line("run.is_irregular = True")
                source.line(f"out = collect_objects(collect_{self.parent.index}(run), {steps})")
            if node.cached:
                source.line(f"run.nodes[{node.index}] = out")
            source.line("return out")

    def _loops(self) -> None:
        self.source.line("out = []")
        if self.replaces:
            self.source.line("known = {}")
            # After a fault, objects that look alike may stand for different failures.
            self.source.line("merge = run.faults is None")
        self.write_loops()
        if self.replaces:
            self.source.line("out = out or list(known.values())")

    def access(self, owner: str, key: str) -> str:
        return f"{owner}[{key!r}]"

    def read(self, owner: str, key: str) -> str:
        return f"{owner}.get({key!r})"

    def check_list(self, value: str) -> None:
        self.source.line(f"if {value}.__class__ is not list: raise TypeError")

    def check_type(self, value: str, step: Step) -> None:
        types = self.source.constant("types", frozenset(step.types or ()))
        self.source.line(f"if {value}.get({step.typename_key!r}) not in {types}: continue")

    def reached(self, value: str, slot: Slot, number: int) -> None:
        if self.node.identity is None:
            self._add(value)
            return
        with self.source.block("if merge:"):
            self._make_one(value, slot, self.node.identity)
        with self.source.block("else:"):
            if self.is_replaced_at(number):
                self.skip_seen(value, number)
            self._add(value)

    def _add(self, value: str) -> None:
        self.source.line(f"{value}.get  # an object, else the interpreter")
        self.source.line(f"out.append({value})")

    def _make_one(self, value: str, slot: Slot, identity: tuple[str, ...]) -> None:
        """Put the first of equal objects into every place where one of them stands."""
        reads = [self.read(value, key) for key in identity]
        key = reads[0] if len(reads) == 1 else f"({', '.join(reads)})"
        self.source.line(f"same = known.setdefault({key}, {value})")
        self.source.line(f"if same is not {value}: {slot.code} = same")


def write_representations(
    source: Source, fetch: Fetch, positions: Positions, conditions: Conditions
) -> None:
    """Write `represent_<fetch>_<group>` for every group of a fetch."""
    for number, group in enumerate(fetch.groups):
        _GroupWriter(source, positions, conditions, group).write(f"{fetch.id}_{number}")


class _GroupWriter:
    """Writes `represent_…(run)`, which returns (representations, targets, one to one).

    Targets are objects where representations are one to one, else lists of objects.
    """

    def __init__(
        self, source: Source, positions: Positions, conditions: Conditions, group: EntityGroup
    ) -> None:
        self._source = source
        self._positions = positions
        self._group = group
        self._representation = group.representation
        self._condition = conditions.expression(group.condition)
        self._exact = is_one_to_one(positions, group)
        fields = group.representation.fields
        self._flat = all(f.children is None and f.types is None for f in fields)

    def write(self, suffix: str) -> None:
        source = self._source
        build = self._write_builder(suffix)
        with source.block(f"def represent_{suffix}(run):"):
            source.line("reps = []; targets = []")
            if self._condition is not None:
                source.line(f"if not {self._condition}: return reps, targets, True")
            if not self._exact:
                source.line("known = {}")
            for place in self._group.paths:
                node = self._positions.nodes[place]
                with source.block(f"for o in collect_{node.index}(run):"):
                    self._place(build)
            if self._exact:
                # Then equal objects were not made one, so they must be matched here.
                source.line(
                    "if run.is_irregular or run.faults is not None: return regroup(reps, targets)"
                )
            source.line(f"return reps, targets, {self._exact}")

    def _place(self, build: str) -> None:
        """Write what makes the representation of `o` and files `o` under it."""
        source = self._source
        if self._flat:
            self._flat_representation(build)
        else:
            self._built_representation(build)
        if self._exact:
            source.line("reps.append(rep); targets.append(o)")
            return
        source.line("try: at = known.get(key)")
        source.line("except TypeError: key = dumps(rep); at = known.get(key)")
        with source.block("if at is None:"):
            source.line("known[key] = len(reps)")
            source.line("reps.append(rep); targets.append([o])")
        source.line("else: targets[at].append(o)")

    def _built_representation(self, build: str) -> None:
        """Make `rep` and its key by the interpreter."""
        self._source.line(f"rep = {build}(run, o)")
        self._source.line("if rep is None: continue")
        if not self._exact:
            self._source.line("key = dumps(rep)")

    def _flat_representation(self, build: str) -> None:
        """Read each field into a variable, and make `rep` and its key of them."""
        source = self._source
        reads: list[str] = []
        items = [f"'__typename': {self._typename(reads)}"]
        unusual: list[str] = []
        has_requirements = False
        for field in self._representation.fields:
            value = source.name("f")
            reads.append(value)
            items.append(f"{field.name!r}: {value}")
            if field.is_key:
                source.line(f"{value} = o.get({field.key!r})")
                if field.may_be_null:
                    unusual.append(f"{value} is None")
                else:
                    source.line(f"if {value} is None: continue")
            else:
                source.line(f"{value} = o.get({field.key!r}, MISSING)")
                unusual.append(f"{value} is MISSING")
                has_requirements = True
        source.line(f"rep = {{{', '.join(items)}}}")
        if not self._exact:
            key = reads[0] if len(reads) == 1 else f"({', '.join(reads)},)"
            source.line(f"key = {key}")
        if has_requirements:
            # After a fault, a null may be one that must not be sent.
            unusual.append("run.faults is not None")
        if unusual:
            with source.block(f"if {' or '.join(unusual)}:"):
                self._built_representation(build)

    def _typename(self, reads: list[str]) -> str:
        if self._representation.typename is not None:
            return repr(self._representation.typename)
        source = self._source
        value = source.name("t")
        source.line(f"{value} = o.get({self._representation.typename_key!r})")
        source.line(f"if {value} is None: continue")
        reads.append(value)
        return value

    def _write_builder(self, suffix: str) -> str:
        """Write `build_…(run, o)`: representations with anything unusual, by the interpreter."""
        source = self._source
        fields = source.constant("fields", self._representation.fields)
        typename = source.constant("typename", self._representation.typename)
        key = source.constant("typename_key", self._representation.typename_key)
        name = f"build_{suffix}"
        with source.block(f"def {name}(run, o):"):
            written = source.constant("written", self._group.written)
            arguments = f"run, o, {typename}, {key}, {fields}, {written}"
            source.line(f"return build_representation({arguments})")
        return name
