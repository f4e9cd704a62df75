"""Write the code that puts answers in their places."""

from __future__ import annotations

from reelgraph_federation.planning.query_plan import Fetch
from reelgraph_router.execution.code.positions import Positions
from reelgraph_router.execution.code.source import Source
from reelgraph_router.execution.fast_path.records import Records, attribute
from reelgraph_router.execution.fast_path.write_represent import one_to_one


def write_takers(source: Source, fetch: Fetch, positions: Positions, records: Records) -> None:
    """Write `take_<fetch>(run, sent, data)`, which puts an answer's values in their places."""
    with source.block(f"def take_{fetch.id}(run, sent, data):"):
        if not fetch.groups:
            source.line("root = run.root")
            for written in fetch.written:
                name = attribute(written.key)
                source.line(f"root.{name} = data.{name}")
            source.line("return")
        for number, group in enumerate(fetch.groups):
            one = one_to_one(positions, records, group)
            keys = [attribute(one.key) for one in group.written if one.types is None]
            typed = [attribute(one.key) for one in group.written if one.types is not None]
            with source.block(f"if sent[{number}]:"):
                source.line(f"entities = data.{attribute(group.alias)}")
                source.line(f"if len(entities) != len(sent[{number}]): raise Bailout(COUNT)")
                with source.block(f"for o, e in zip(sent[{number}], entities):"):
                    _assign(source, keys, one=one)
                    _assign_where_given(source, typed, one=one)


def _assign(source: Source, keys: list[str], *, one: bool) -> None:
    if one:
        for key in keys:
            source.line(f"o.{key} = e.{key}")
        source.line("pass")
        return
    values = [source.name("v") for _ in keys]
    for value, key in zip(values, keys, strict=True):
        source.line(f"{value} = e.{key}")
    with source.block("for p in o:"):
        for value, key in zip(values, keys, strict=True):
            source.line(f"p.{key} = {value}")
        source.line("pass")


def _assign_where_given(source: Source, keys: list[str], *, one: bool) -> None:
    """Only entities of some types have these keys."""
    for key in keys:
        with source.block(f"if e.{key} is not UNSET:"):
            if one:
                source.line(f"o.{key} = e.{key}")
            else:
                source.line(f"for p in o: p.{key} = e.{key}")
