"""Read ``@override``: which subgraph's field another one takes over, at once or by label."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..subgraph.document import Directive, Field, find
from .state import MergeState


@dataclass(slots=True)
class Override:
    """A field is taken over from the subgraph named ``source``; ``used`` if others there need it.

    ``label`` decides for each request; None where the field has moved for good.
    """

    source: str
    label: str | None
    used: bool = False


@dataclass(slots=True)
class FieldOverrides:
    """The overrides of one field: by the index of the overriding and the overridden subgraph."""

    given: dict[int, Override] = field(default_factory=dict)
    taken: dict[int, Override] = field(default_factory=dict)


def read_overrides(
    state: MergeState, key: tuple[str, str], sources: list[tuple[int, Field]]
) -> FieldOverrides | None:
    """Return the overrides of a field, reporting those that make no sense; None without any."""
    found: FieldOverrides | None = None
    for index, element in sources:
        directive = find(element.directives, "override") if element.directives else None
        if directive is None:
            continue
        found = found or FieldOverrides()
        _read_override(state, key, sources, found, index, directive)
    return found


def _read_override(
    state: MergeState,
    key: tuple[str, str],
    sources: list[tuple[int, Field]],
    found: FieldOverrides,
    index: int,
    directive: Directive,
) -> None:
    source, label = directive.text("from"), directive.text("label")
    coordinate = f"{key[0]}.{key[1]}"
    place = [(index, directive.at)]
    if source is None:
        return
    if key[0] in state.subgraphs[index].interface_objects:
        message = (
            f'"{coordinate}" of subgraph "{state.name(index)}" is a field of an @interfaceObject, '
            "which stands for fields of many types and cannot take them over"
        )
        state.report("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message, coordinate, place)
        return
    override = Override(source, label)
    if source == state.name(index):
        message = f'"{coordinate}" of subgraph "{source}" overrides itself'
        state.report("OVERRIDE_FROM_SELF_ERROR", message, coordinate, place)
        return
    other = next((i for i, schema in enumerate(state.subgraphs) if schema.name == source), None)
    if other is None:
        message = f'"{coordinate}" overrides the field of subgraph "{source}", which does not exist'
        state.report("FROM_SUBGRAPH_DOES_NOT_EXIST", message, coordinate, place)
        return  # Routers look for the subgraph that a join overrides, so that none is named.
    found.given[index] = override
    _take_over(state, key, sources, found, index, directive, override, other)


def _take_over(
    state: MergeState,
    key: tuple[str, str],
    sources: list[tuple[int, Field]],
    found: FieldOverrides,
    index: int,
    directive: Directive,
    override: Override,
    other: int,
) -> None:
    coordinate, place = f"{key[0]}.{key[1]}", [(index, directive.at)]
    old = next((element for i, element in sources if i == other), None)
    schema = state.subgraphs[other]
    if old is None or key in schema.external:
        # Nothing moves, so that no label decides; rules/check_override_sources.py tells it.
        override.label = None
        return
    clash = next((d for d in old.directives if d.spec in ("requires", "provides")), None)
    if clash is not None:
        message = (
            f'"{coordinate}" has @{clash.spec} in subgraph "{schema.name}", so that @override in '
            f'subgraph "{state.name(index)}" cannot take it over'
        )
        code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
        state.report(code, message, coordinate, [*place, (other, clash.at)])
        return
    if find(old.directives, "override") is not None:
        message = f'"{coordinate}" overrides a field of "{schema.name}" that overrides one itself'
        state.report("OVERRIDE_SOURCE_HAS_OVERRIDE", message, coordinate, [*place, (other, old.at)])
        return
    used = any(
        key in fields
        for fields in (
            schema.key_fields,
            schema.required,
            schema.provided,
            schema.interface_fields,
        )
    )
    found.taken[other] = Override(override.source, override.label, used)
    _hint_at_next_step(state, coordinate, index, other, old, override, used)


def _hint_at_next_step(
    state: MergeState,
    coordinate: str,
    index: int,
    other: int,
    old: Field,
    override: Override,
    used: bool,
) -> None:
    where = [(other, old.at)]
    if override.label is not None:
        message = (
            f'"{coordinate}" is moving from subgraph "{override.source}" to '
            f'"{state.name(index)}" by the label "{override.label}"'
        )
        state.report("OVERRIDE_MIGRATION_IN_PROGRESS", message, coordinate, where)
        return
    todo = "can be made @external there" if used else "can be removed there"
    message = (
        f'"{coordinate}" of subgraph "{override.source}" is overridden by '
        f'"{state.name(index)}": it {todo}'
    )
    state.report("OVERRIDDEN_FIELD_CAN_BE_REMOVED", message, coordinate, where)
