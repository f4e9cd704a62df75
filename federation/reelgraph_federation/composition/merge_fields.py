"""Merge the output fields of objects and interfaces, and say how each subgraph has them."""

from __future__ import annotations

from ..subgraph.document import Field, TypeDef, find
from ..supergraph.model import Field as MergedField
from ..supergraph.model import FieldJoin
from ..supergraph.refs import ref
from .context_arguments import context_arguments
from .describe import by_value
from .merge_applied import merge_applied
from .merge_descriptions import merge_description
from .merge_inputs import merge_arguments
from .merge_memory import KeptField, recall_field
from .merge_type_refs import most_general
from .overrides import FieldOverrides, read_overrides
from .rules.check_externals import check_externals
from .rules.check_sharing import check_sharing
from .state import MergeState, places

FieldSources = list[tuple[int, Field]]


def merge_fields(
    state: MergeState,
    type_name: str,
    sources: list[tuple[int, TypeDef]],
    kept: dict[str, KeptField] | None = None,
) -> dict[str, MergedField]:
    """Merge all fields of a type; fields that are external everywhere are left out.

    ``kept`` are the fields that were merged before, for types of many subgraphs.
    """
    found = _by_name(sources)
    merged: dict[str, MergedField] = {}
    for name, field_sources in found.items():
        if kept is None:
            result = _merge_field(state, type_name, name, field_sources, sources)
        else:
            result = _recall_or_merge(state, type_name, name, field_sources, sources, kept)
        if result is not None:
            merged[name] = result
    if kept is not None and len(kept) > len(found):
        for name in kept.keys() - found.keys():
            del kept[name]
    return merged


def _by_name(sources: list[tuple[int, TypeDef]]) -> dict[str, FieldSources]:
    if len(sources) == 1:
        index, type_def = sources[0]
        return {name: [(index, field)] for name, field in type_def.fields.items()}
    found: dict[str, FieldSources] = {}
    for index, type_def in sources:
        for name, field in type_def.fields.items():
            if name in found:
                found[name].append((index, field))
            else:
                found[name] = [(index, field)]
    return found


def _recall_or_merge(
    state: MergeState,
    type_name: str,
    name: str,
    sources: FieldSources,
    type_sources: list[tuple[int, TypeDef]],
    kept: dict[str, KeptField],
) -> MergedField | None:
    known = kept.get(name)
    if known is not None and recall_field(state, known, sources):
        return known.merged
    before, asked = len(state.problems), state.asked
    state.asked = {}
    merged = _merge_field(state, type_name, name, sources, type_sources)
    kept[name] = KeptField(sources, state.asked, merged, state.problems[before:])
    asked.update(state.asked)
    state.asked = asked
    return merged


def _merge_field(
    state: MergeState,
    type_name: str,
    name: str,
    sources: FieldSources,
    type_sources: list[tuple[int, TypeDef]],
) -> MergedField | None:
    coordinate = f"{type_name}.{name}"
    key = (type_name, name)
    resolving = [(i, f) for i, f in sources if key not in state.subgraphs[i].external]
    if not resolving:
        return None  # Unless an interface object has it, interface_objects.py reports it.
    overrides = read_overrides(state, key, sources)
    fitting = _merge_type(state, coordinate, resolving)
    type_ref = fitting or resolving[0][1].type
    applied, deprecation = merge_applied(state, coordinate, resolving)
    merged = MergedField(
        name,
        ref(type_ref),
        merge_arguments(state, coordinate, resolving) if _have_arguments(resolving) else {},
        merge_description(state, coordinate, _remaining(resolving, overrides)),
        deprecation,
        applied,
    )
    if len(sources) > 1:
        if len(resolving) < len(sources) and fitting is not None:
            check_externals(state, coordinate, merged, sources, resolving)
        check_sharing(state, key, sources, overrides)
    if _need_joins(state, type_ref, sources, resolving, type_sources, overrides):
        merged.joins = field_joins(state, key, type_ref, sources, overrides)
    return merged


def _have_arguments(sources: FieldSources) -> bool:
    return any(field.args for _, field in sources)


def _remaining(resolving: FieldSources, overrides: FieldOverrides | None) -> FieldSources:
    """Return the sources that speak for the field: not those that another has taken over for good."""
    if overrides is None:
        return resolving
    taken = {index for index, override in overrides.taken.items() if override.label is None}
    return [(index, field) for index, field in resolving if index not in taken]


def _merge_type(state: MergeState, coordinate: str, sources: FieldSources) -> str | None:
    """Return the merged type, None where the types do not fit together."""
    first = sources[0][1].type
    if len(sources) == 1 or all(field.type == first for _, field in sources):
        return first
    merged = most_general(state, [field.type for _, field in sources])
    types = by_value(state, ((i, field.type) for i, field in sources))
    if merged is None:
        message = f'"{coordinate}" has types that do not fit together: {types}'
        state.report("FIELD_TYPE_MISMATCH", message, coordinate, places(sources))
        return None
    message = f'"{coordinate}" has the type {types}; the supergraph uses "{merged}"'
    state.report("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", message, coordinate, places(sources))
    return merged


def _need_joins(
    state: MergeState,
    type_ref: str,
    sources: FieldSources,
    resolving: FieldSources,
    type_sources: list[tuple[int, TypeDef]],
    overrides: FieldOverrides | None,
) -> bool:
    """Joins may be left out where every subgraph of the type has the field in the same plain way."""
    if overrides is not None or len(sources) < len(type_sources) or len(resolving) < len(sources):
        return True
    for _, field in sources:
        if field.type != type_ref:
            return True
        if field.directives and any(d.spec in ("requires", "provides") for d in field.directives):
            return True
        if field.args and context_arguments(state, field, 0):
            return True
    return False


def field_joins(
    state: MergeState,
    key: tuple[str, str],
    type_ref: str,
    sources: FieldSources,
    overrides: FieldOverrides | None,
) -> tuple[FieldJoin, ...]:
    """Return how each subgraph has a field, without those from which it was taken over for good."""
    joins: list[FieldJoin] = []
    for index, field in sources:
        schema = state.subgraphs[index]
        external = key in schema.external
        given = overrides.given.get(index) if overrides else None
        taken = overrides.taken.get(index) if overrides else None
        if taken is not None and taken.label is None and not taken.used:
            continue
        joins.append(
            FieldJoin(
                schema.name,
                ref(field.type) if field.type != type_ref else None,
                external=external,
                requires=_fields(field, "requires"),
                provides=_fields(field, "provides"),
                override=given.source if given else None,
                override_label=given.label if given else (taken.label if taken else None),
                used_overridden=taken is not None and taken.label is None,
                context_arguments=context_arguments(state, field, index) if field.args else (),
            )
        )
    return tuple(joins)


def _fields(field: Field, spec: str) -> str | None:
    directive = find(field.directives, spec) if field.directives else None
    text = directive.text("fields") if directive else None
    return None if text is None else " ".join(text.split())
