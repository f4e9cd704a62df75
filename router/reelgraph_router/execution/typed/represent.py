"""Write the code that makes representations of records, as JSON at once."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from reelgraph_federation.planning.nodes import EntityGroup, Fetch, RepresentationField
from reelgraph_router.execution.generate_shape import Unusual
from reelgraph_router.execution.positions import Positions, is_one_to_one, key_path
from reelgraph_router.execution.source import Source
from reelgraph_router.execution.typed.classes import Records, attribute
from reelgraph_router.execution.typed.generate import same_by


def write_representations(
    source: Source, fetch: Fetch, positions: Positions, records: Records
) -> None:
    """Write `represent_<fetch>_<group>(run)`, which returns (JSON of representations, targets).

    Targets are objects where `one_to_one` says so, else lists of objects.
    """
    for number, group in enumerate(fetch.groups):
        with source.block(f"def represent_{fetch.id}_{number}(run):"):
            if one_to_one(positions, records, group):
                node = positions.nodes[group.places[0]]
                source.line(f"targets = collect_{node.index}(run)")
                _write_each(source, group, positions, records)
            else:
                _write_distinct(source, group, positions)


def one_to_one(positions: Positions, records: Records, group: EntityGroup) -> bool:
    """Whether different objects at the group's place always give different representations."""
    if not is_one_to_one(positions, group):
        return False
    node = positions.nodes[group.places[0]]
    return set(same_by(positions, records, node)) == set(node.identity or ())


def _write_each(source: Source, group: EntityGroup, positions: Positions, records: Records) -> None:
    """One representation for each target."""
    wanted = group.representation
    if wanted.typename is not None and len(wanted.fields) == 1:
        key = attribute(wanted.fields[0].key)
        source.line(f"keys = [o.{key} for o in targets]")
        source.line(f"return {_simple(wanted.typename, wanted.fields[0])}, targets")
        return
    shape = records.shapes[key_path(group.places[0])]
    sure = {one.key for one in shape.fields if one.constant is None and not one.shape.nullable}
    for field in wanted.fields:
        if field.is_key and field.key not in sure:
            with source.block("for o in targets:"):
                source.line(f"if o.{attribute(field.key)} is None: raise Unusual")
    source.line(f"reps = [{_dictionary(group, 'o')} for o in targets]")
    source.line("return dumps(reps), targets")


def _write_distinct(source: Source, group: EntityGroup, positions: Positions) -> None:
    """Each representation once, with all its targets."""
    wanted = group.representation
    simple = wanted.typename is not None and len(wanted.fields) == 1
    source.line("known = {}")
    if not simple:
        source.line("reps = []")
    for place in group.places:
        with source.block(f"for o in collect_{positions.nodes[place].index}(run):"):
            reads = [f"o.{attribute(field.key)}" for field in wanted.fields]
            if wanted.typename is None:
                reads.append(f"o.{attribute(wanted.typename_key or '')}")
            source.line(f"key = {reads[0] if len(reads) == 1 else '(' + ', '.join(reads) + ')'}")
            source.line("at = known.get(key)")
            with source.block("if at is None:"):
                if not simple:
                    for number, field in enumerate(wanted.fields):
                        if field.is_key:
                            part = "key" if len(reads) == 1 else f"key[{number}]"
                            source.line(f"if {part} is None: raise Unusual")
                    source.line(f"reps.append({_dictionary(group, 'o')})")
                source.line("known[key] = [o]")
            source.line("else: at.append(o)")
    if simple:
        source.line("keys = list(known)")
        made = _simple(wanted.typename or "", wanted.fields[0])
    else:
        made = "dumps(reps)"
    source.line(f"return {made}, list(known.values())")


def _dictionary(group: EntityGroup, name: str) -> str:
    wanted = group.representation
    typename = repr(wanted.typename)
    if wanted.typename is None:
        typename = f"{name}.{attribute(wanted.typename_key or '')}"
    items = [f"{field.name!r}: {name}.{attribute(field.key)}" for field in wanted.fields]
    return "{" + ", ".join([f"'__typename': {typename}", *items]) + "}"


def _simple(typename: str, field: RepresentationField) -> str:
    """Code for representations with one field, from the list `keys`."""
    start = b'{"__typename":' + orjson.dumps(typename) + b"," + orjson.dumps(field.name) + b":"
    if not field.is_key:
        return f"dumps([{{'__typename': {typename!r}, {field.name!r}: key}} for key in keys])"
    return f"by_keys({typename!r}, {field.name!r}, {start!r}, keys)"


def by_keys(typename: str, name: str, start: bytes, keys: Sequence[object]) -> bytes:
    """The JSON of representations that differ in one key; raises Unusual for null.

    Strings, the usual keys, are serialised together and then parted. Within a string of JSON no
    quotation mark stands unescaped, so besides the list's own separators only the end of a string
    that ends in a comma looks like one; then, and for other types, they are serialised apart.
    """
    if {*map(type, keys)} == {str}:
        listed = orjson.dumps(keys)
        if listed.count(b',"') == len(keys) - 1:
            return b"[" + start + listed[1:-1].replace(b'","', b'"},' + start + b'"') + b"}]"
    if None in keys:
        raise Unusual
    return orjson.dumps([{"__typename": typename, name: key} for key in keys])
