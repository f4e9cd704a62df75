"""Write the code that makes representations of records, as JSON at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec
import orjson

from reelgraph_federation.planning.query_plan import (
    EntityGroup,
    Fetch,
    RepresentationField,
    ScalarShape,
)
from reelgraph_router.execution.code.positions import Positions, is_one_to_one, key_path
from reelgraph_router.execution.code.source import Source
from reelgraph_router.execution.fast_path.records import Records, RecordType, attribute
from reelgraph_router.execution.fast_path.write_collect import same_by
from reelgraph_router.json_text import write_json

STRINGS = ("String", "ID")


def write_representations(
    source: Source, fetch: Fetch, positions: Positions, records: Records
) -> None:
    """Write `represent_<fetch>_<group>(run)`, which returns (JSON of representations, targets).

    Targets are objects where `one_to_one` says so, else lists of objects.
    """
    for number, group in enumerate(fetch.groups):
        with source.block(f"def represent_{fetch.id}_{number}(run):"):
            if not group.paths:
                source.line("return b'[]', []")
                continue
            _Representer(source, group, positions, records).write()


def one_to_one(positions: Positions, records: Records, group: EntityGroup) -> bool:
    """Whether different objects at the group's place always give different representations."""
    if not is_one_to_one(positions, group):
        return False
    node = positions.nodes[group.paths[0]]
    return set(same_by(positions, records, node)) == set(node.identity or ())


class _Representer:
    """Writes how one group's representations are made: a list for each of their fields."""

    def __init__(
        self, source: Source, group: EntityGroup, positions: Positions, records: Records
    ) -> None:
        self._source = source
        self._group = group
        self._wanted = group.representation
        self._positions = positions
        self._records = records

    def write(self) -> None:
        group, source = self._group, self._source
        nodes = [self._positions.nodes[place] for place in group.paths]
        found = [f"collect_{node.index}(run)" for node in nodes]
        source.line(f"targets = {found[0] if len(found) == 1 else '[*' + ', *'.join(found) + ']'}")
        if one_to_one(self._positions, self._records, group):
            self._write_each()
        else:
            self._write_distinct()

    def _write_each(self) -> None:
        """One representation for each target, from a list of values for each field."""
        columns = []
        for read, field in self._reads("o"):
            columns.append(self._source.name("c"))
            self._source.line(f"{columns[-1]} = [{read} for o in targets]")
            if field is not None:
                self._check(field, columns[-1])
        if self._is_simple():
            self._source.line(f"return {self._by_key(columns[0])}, targets")
        else:
            made = f"map({self._record()}, {', '.join(columns)})"
            self._source.line(f"return encode(list({made})), targets")

    def _write_distinct(self) -> None:
        """Each representation once, with all its targets."""
        source, reads = self._source, self._reads("o")
        key = reads[0][0] if len(reads) == 1 else f"({', '.join(read for read, _ in reads)})"
        if self._records.folds:  # answers that repeat themselves
            self._group_targets("o in targets", key)
        else:
            source.line(f"keys = [{key} for o in targets]")
            source.line("known = dict.fromkeys(keys)")
            with source.block("if len(known) == len(keys):"):
                source.line("sent = list(zip(targets))")
            with source.block("else:"):
                self._group_targets("o, key in zip(targets, keys)")
        for number, (_, field) in enumerate(reads):
            if field is not None:
                part = "known" if len(reads) == 1 else f"[key[{number}] for key in known]"
                self._check(field, part)
        if self._is_simple():
            source.line(f"return {self._by_key('list(known)')}, sent")
        else:
            make = "map" if len(reads) == 1 else "starmap"
            source.line(f"return encode(list({make}({self._record()}, known))), sent")

    def _group_targets(self, loop: str, key: str | None = None) -> None:
        """Put the targets of each representation together; the loop gives them, and keys unless `key`."""
        source = self._source
        source.line("known = {}")
        with source.block(f"for {loop}:"):
            if key is not None:
                source.line(f"key = {key}")
            source.line("at = known.get(key)")
            source.line("if at is None: known[key] = [o]")
            source.line("else: at.append(o)")
        source.line("sent = list(known.values())")

    def _reads(self, name: str) -> list[tuple[str, RepresentationField | None]]:
        """Code for the values of an object's representation."""
        wanted = self._wanted
        found: list[tuple[str, RepresentationField | None]] = []
        if wanted.typename is None:
            found.append((f"{name}.{attribute(wanted.typename_key or '')}", None))
        return [*found, *((f"{name}.{attribute(f.key)}", f) for f in wanted.fields)]

    def _check(self, field: RepresentationField, values: str) -> None:
        """Leave the fast path where a key is null, or what a fetch adds is not there."""
        if field.is_key and not self._is_never_null(field):
            self._source.line(f"if None in {values}: raise Bailout(NULL_KEY)")
        if self._is_late(field):
            self._source.line(f"if UNSET in {values}: raise Bailout(NOT_ADDED)")

    def _is_simple(self) -> bool:
        return self._wanted.typename is not None and len(self._wanted.fields) == 1

    def _by_key(self, keys: str) -> str:
        field = self._wanted.fields[0]
        start = b'{"__typename":' + orjson.dumps(self._wanted.typename)
        start += b"," + orjson.dumps(field.name) + b":"
        by = "by_strings" if self._is_string(field) else "by_keys"
        return f"{by}({start!r}, {keys})"

    def _record(self) -> str:
        return self._source.constant("Representation", _record(self._group))

    # What is known of a field at all the group's places

    def _paths(self) -> list[tuple[str, ...]]:
        return [key_path(place) for place in self._group.paths]

    def _is_string(self, field: RepresentationField) -> bool:
        shapes = [self._records.shape_at(path, field.key) for path in self._paths()]
        return self._is_never_null(field) and all(
            isinstance(shape, ScalarShape) and shape.name in STRINGS for shape in shapes
        )

    def _is_never_null(self, field: RepresentationField) -> bool:
        shapes = [self._records.shape_at(path, field.key) for path in self._paths()]
        return all(shape is not None and not shape.nullable for shape in shapes)

    def _is_late(self, field: RepresentationField) -> bool:
        """Whether the field may not have been added, since it was not at all the group's places."""
        if any(path in self._records.mixtures for path in self._paths()):
            return True
        return any(
            self._positions.is_joined(key_path(place), field.key)
            and (place, field.key) not in self._positions.added
            for place in self._group.paths
        )


def _record(group: EntityGroup) -> RecordType:
    """The type of a group's representations."""
    wanted = group.representation
    fields = [attribute(field.name) for field in wanted.fields]
    names = {attribute(field.name): field.name for field in wanted.fields}
    if wanted.typename is None:
        fields.insert(0, attribute("__typename"))
        names[attribute("__typename")] = "__typename"
        return msgspec.defstruct("Representation", fields, rename=names, gc=False)
    return msgspec.defstruct(
        "Representation",
        fields,
        rename=names,
        gc=False,
        tag=wanted.typename,
        tag_field="__typename",
    )


def by_keys(start: bytes, keys: Sequence[object]) -> bytes:
    """The JSON of representations that differ in one key; `start` is their beginning."""
    if {*map(type, keys)} <= {str}:
        return by_strings(start, cast("Sequence[str]", keys))
    return b"[" + b",".join([start + write_json(key) + b"}" for key in keys]) + b"]"


def by_strings(start: bytes, keys: Sequence[str]) -> bytes:
    """The same where all keys are strings.

    Where nothing in them is escaped in JSON, which the length of all of them together shows, they
    are joined as they are.
    """
    if not keys:
        return b"[]"
    together = "".join(keys)
    if len(orjson.dumps(together)) == len(together) + 2:
        joined = ('"},' + start.decode() + '"').join(keys)
        return b"[" + start + b'"' + joined.encode() + b'"}]'
    return b"[" + b",".join([start + write_json(key) + b"}" for key in keys]) + b"]"
