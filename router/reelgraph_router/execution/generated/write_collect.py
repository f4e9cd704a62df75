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


class _Collector:
    """Writes one `collect_<n>`: nested loops from the parent's objects to the node's."""

    def __init__(self, source: Source, positions: Positions, node: Node) -> None:
        self._source = source
        self._positions = positions
        self._node = node
        assert node.parent is not None
        self._parent = node.parent
        self._seen = [source.name("seen") for _ in node.steps]

    def write(self) -> None:
        node, source = self._node, self._source
        with source.block(f"def collect_{node.index}(run):"):
            if node.cached:
                source.line(f"out = run.nodes[{node.index}]")
                source.line("if out is not None: return out")
            with source.block("try:"):
                self._fast()
            with source.block("except (TypeError, AttributeError, KeyError, IndexError):"):
                # Data of an unexpected shape: look at every value before touching it.
                steps = source.constant("steps", node.steps)
                source.line("run.is_irregular = True")
                source.line(f"out = collect_objects(collect_{self._parent.index}(run), {steps})")
            if node.cached:
                source.line(f"run.nodes[{node.index}] = out")
            source.line("return out")

    def _fast(self) -> None:
        source, node = self._source, self._node
        source.line("out = []")
        for number in self._joined_steps():
            source.line(f"{self._seen[number]} = set()")
        merging = node.identity is not None
        if merging:
            source.line("known = {}")
            # After a fault, objects that look alike may stand for different failures.
            source.line("merge = run.faults is None")
        with source.block(f"for o in collect_{self._parent.index}(run):"):
            self._descend("o", self._parent.path, 0)
        if merging:
            source.line("out = out or list(known.values())")

    def _joined_steps(self) -> list[int]:
        """The steps into keys that groups added at positions whose objects are not made one."""
        positions, path, found = self._positions, self._parent.path, []
        for number, step in enumerate(self._node.steps):
            if positions.is_joined(path, step.key) and path not in positions.identities:
                found.append(number)
            path = (*path, step.key)
        return found

    def _descend(self, owner: str, path: tuple[str, ...], number: int) -> None:
        step = self._node.steps[number]
        source = self._source
        last = number == len(self._node.steps) - 1
        value = source.name("x")
        source.line(f"{value} = {owner}.get({step.key!r})")
        source.line(f"if {value} is None: continue")
        if number in self._joined_steps() and not self._replaces(number):
            # What a group added may be shared by several objects: go through it once.
            self._skip_seen(value, number)
        slot = f"{owner}[{step.key!r}]"
        self._lists(value, slot, step, step.list_depth, last, (*path, step.key), number)

    def _replaces(self, number: int) -> bool:
        """Whether the owner's own slot is given the first of equal objects.

        Then each owner must be visited, also where owners share what stands in the slot.
        """
        node = self._node
        last = number == len(node.steps) - 1
        return last and node.identity is not None and not node.steps[number].list_depth

    def _skip_seen(self, value: str, number: int) -> None:
        seen = self._seen[number]
        self._source.line(f"if id({value}) in {seen}: continue")
        self._source.line(f"{seen}.add(id({value}))")

    def _lists(
        self, value: str, slot: str, step: Step, depth: int, last: bool,
        path: tuple[str, ...], number: int,
    ) -> None:  # fmt: skip
        source = self._source
        if depth:
            item, index = source.name("x"), source.name("i")
            source.line(f"if {value}.__class__ is not list: raise TypeError")
            merging = last and self._node.identity is not None
            head = f"for {index}, {item} in enumerate({value}):" if merging else (
                f"for {item} in {value}:"
            )  # fmt: skip
            with source.block(head):
                source.line(f"if {item} is None: continue")
                self._lists(item, f"{value}[{index}]", step, depth - 1, last, path, number)
            return
        if step.types is not None:
            types = source.constant("types", frozenset(step.types))
            source.line(f"if {value}.get({step.typename_key!r}) not in {types}: continue")
        if not last:
            self._descend(value, path, number + 1)
        elif self._node.identity is not None:
            self._merge(value, slot, self._node.identity, number)
        else:
            source.line(f"{value}.get  # an object, else the interpreter")
            source.line(f"out.append({value})")

    def _merge(self, value: str, slot: str, identity: tuple[str, ...], number: int) -> None:
        """Put the first of equal objects into every place where one of them stands."""
        source = self._source
        reads = [f"{value}.get({key!r})" for key in identity]
        key = reads[0] if len(reads) == 1 else f"({', '.join(reads)})"
        with source.block("if merge:"):
            source.line(f"same = known.setdefault({key}, {value})")
            source.line(f"if same is not {value}: {slot} = same")
        with source.block("else:"):
            if number in self._joined_steps() and self._replaces(number):
                self._skip_seen(value, number)
            source.line(f"{value}.get  # an object, else the interpreter")
            source.line(f"out.append({value})")


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
