"""Two readings of a plan: text for people and JSON for machines."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TypeAlias

from graphql import parse, print_ast

from reelgraph_federation.planning.print_operation import print_condition
from reelgraph_federation.planning.query_plan import (
    ALWAYS,
    AbstractShape,
    EntityGroup,
    Fetch,
    ListShape,
    ObjectShape,
    QueryPlan,
    RepresentationField,
    ResponsePath,
    ValueShape,
)

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


def format_plan(plan: QueryPlan) -> str:
    """Return a plan as text: waves in sequence, fetches of a wave in parallel.

    `depends on` is shown where a fetch need not wait for all fetches of the wave before it. Parts
    under `@defer` follow, each with what it adds to the answer.
    """
    if not plan.fetches:
        return "QueryPlan {}\n"
    parts = [_waves(plan, [fetch for fetch in plan.fetches if not fetch.defer])]
    parts += [_deferred(plan, number) for number in range(len(plan.deferred))]
    parts += [
        _block(f"Shared by defer {', '.join(map(str, defer))}", [_waves(plan, own)])
        for defer in sorted({one.defer for one in plan.fetches if len(one.defer) > 1})
        if (own := [one for one in plan.fetches if one.defer == defer])
    ]
    return "\n".join(_block("QueryPlan", [part for part in parts if part])) + "\n"


def _waves(plan: QueryPlan, fetches: list[Fetch]) -> list[str]:
    waves: dict[int, list[Fetch]] = {}
    for fetch in fetches:
        waves.setdefault(fetch.wave, []).append(fetch)
    blocks = [_wave(plan, waves[number]) for number in sorted(waves)]
    return blocks[0] if len(blocks) == 1 else _block("Sequence", blocks) if blocks else []


def _deferred(plan: QueryPlan, number: int) -> list[str]:
    """A deferred part: what it adds to the answer, and the fetches made for it alone."""
    part = plan.deferred[number]
    notes = [f'path: "{".".join(part.path)}"']
    if part.label is not None:
        notes.insert(0, f'label: "{part.label}"')
    if part.parent is not None:
        notes.append(f"within: {part.parent}")
    own = _waves(plan, [fetch for fetch in plan.fetches if fetch.defer == (number,)])
    adds = [f"adds {print_shape(part.shape)}"]
    return _block(f"Defer {number} ({', '.join(notes)})", [adds, own] if own else [adds])


def print_shape(shape: ValueShape) -> str:
    """Return the response names of a shape as a selection set, empty for leaves."""
    return _ShapePrinter().print(shape)


class _ShapePrinter:
    """Prints shapes; what several types have in common is read once."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def print(self, shape: ValueShape) -> str:
        found = self._known.get(id(shape))
        if found is None:
            found = self._known[id(shape)] = self._print(shape)
        return found

    def _print(self, shape: ValueShape) -> str:
        if isinstance(shape, ListShape):
            return self.print(shape.item)
        if isinstance(shape, AbstractShape):
            return self._abstract(shape)
        if not isinstance(shape, ObjectShape):
            return ""
        names = [f"{one.response_name} {self.print(one.shape)}".strip() for one in shape.fields]
        return f"{{ {' '.join(names)} }}" if names else "{}"

    def _abstract(self, shape: AbstractShape) -> str:
        by_text: dict[str, list[str]] = {}
        for name, one in shape.possible:
            by_text.setdefault(self.print(one), []).append(name)
        if len(by_text) == 1:
            return next(iter(by_text))
        texts = [
            f"... on {','.join(names)} {text}" for text, names in by_text.items() if text != "{}"
        ]
        return f"{{ {' '.join(texts)} }}"


def _wave(plan: QueryPlan, fetches: list[Fetch]) -> list[str]:
    parts = [_fetch(plan, fetch) for fetch in fetches]
    return parts[0] if len(parts) == 1 else _block("Parallel", parts)


def _block(head: str, parts: list[list[str]]) -> list[str]:
    lines = [f"{head} {{"]
    for part in parts:
        lines += [f"  {line}".rstrip() for line in part]
    return [*lines, "}"]


def _fetch(plan: QueryPlan, fetch: Fetch) -> list[str]:
    head = f'Fetch {fetch.id} (service: "{fetch.subgraph}"{_notes(plan, fetch)})'
    if not fetch.groups:
        return _block(head, [_selection(fetch.operation)])
    parts = [_group(group) for group in fetch.groups]
    fragments = parse(fetch.operation, no_location=True).definitions[1:]
    parts += [print_ast(one).splitlines() for one in fragments]
    return _block(head, parts)


def _notes(plan: QueryPlan, fetch: Fetch) -> str:
    notes = ""
    before = {
        one.id for one in plan.fetches if one.wave == fetch.wave - 1 and one.defer == fetch.defer
    }
    waits = {*fetch.depends_on, *fetch.after}
    if waits != before:
        notes += f", depends on: {', '.join(map(str, sorted(waits)))}"
    if fetch.condition != ALWAYS:
        notes += f", if: {print_condition(fetch.condition)}"
    if fetch.path is not None:
        notes += f', path: "{_path(fetch.path)}"'
    return notes


def _group(group: EntityGroup) -> list[str]:
    paths = ", ".join(f'"{_path(path)}"' for path in group.paths)
    typename = group.representation.typename or f"<{group.representation.typename_key}>"
    lines = [f"Flatten(path: {paths}) {{"]
    lines.append(f"  {typename} {{ {_representation(group.representation.fields)} }} =>")
    text = f"{{ ... on {group.type_name} {{ {group.selection} }} }}"
    lines += [f"  {line}" for line in print_ast(parse(text, no_location=True)).splitlines()]
    for one in group.contexts:
        lines.append(f"  ${one.variable} = {_representation(one.path)} ({one.steps} steps down)")
    return [*lines, "}"]


def _selection(operation: str) -> list[str]:
    return print_ast(parse(operation, no_location=True)).splitlines()


def _path(path: ResponsePath) -> str:
    return ".".join(map(str, path.steps))


def _representation(parts: tuple[RepresentationField, ...]) -> str:
    texts: list[str] = []
    for one in parts:
        text = one.name if one.name == one.key else f"{one.name} <- {one.key}"
        if not one.is_key:
            text = f"{text}?"
        if one.children is not None:
            text += f" {{ {_representation(one.children)} }}"
        if one.types is not None:
            text = f"... on {','.join(one.types)} {{ {text} }}"
        texts.append(text)
    return " ".join(texts)


def plan_to_json(plan: QueryPlan) -> dict[str, Json]:
    """Return a plan as JSON values: every dataclass as an object with a `node` name."""
    result = _json(plan)
    assert isinstance(result, dict)
    return result


def _json(value: object) -> Json:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(_json(one) for one in value)  # type: ignore[type-var]
    assert is_dataclass(value)
    result: dict[str, Json] = {"node": type(value).__name__}
    result.update({one.name: _json(getattr(value, one.name)) for one in fields(value)})
    return result
