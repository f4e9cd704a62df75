"""Constants still fit their types after merging.

Merging keeps the values of an input enum and the fields of an input object that all subgraphs have, and the
strictest types, so that a default or a directive's argument that is right in its own subgraph may be no
value any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...supergraph.checks.check_defaults import ValueFit, unfit_defaults
from ...supergraph.model import (
    AppliedDirective,
    AppliedDirectives,
    EnumType,
    InputObjectType,
    NamedType,
)
from ..state import MergeState


def check_merged_values(
    state: MergeState, types: dict[str, NamedType], applied: set[AppliedDirectives]
) -> None:
    """Check defaults, and the arguments of composed directives where they stand."""
    merged = _merged_types(state, types)
    if not merged:
        return
    directives = {**state.composed, **state.executable}
    for coordinate, message in unfit_defaults(types, directives, merged):
        report = f"{message} after merging"
        state.report("INVALID_GRAPHQL", report, coordinate, _places(state, coordinate))
    fit = ValueFit(types)
    composed = {one for each in applied for one in each.composed if one.name in state.composed}
    for one in sorted(composed, key=lambda each: (each.name, each.arguments)):
        for name, text in _unfit(state, one, fit):
            where = f"@{one.name}({name}:)"
            message = f'{text[:60]} is no value of the type of "{where}" after merging'
            state.report("INVALID_GRAPHQL", message, where, _places(state, where))


def _merged_types(state: MergeState, types: dict[str, NamedType]) -> set[str]:
    """Return the enums and input objects that several subgraphs have, and those made of them."""
    inputs = {n: each for n, each in types.items() if isinstance(each, InputObjectType)}
    found = {
        name
        for name, each in types.items()
        if isinstance(each, EnumType | InputObjectType) and len(state.by_type[name]) > 1
    }
    moved = bool(found)
    while moved:
        more = {
            name
            for name, each in inputs.items()
            if name not in found and any(v.type.name in found for v in each.fields.values())
        }
        found |= more
        moved = bool(more)
    return found


def _unfit(
    state: MergeState, applied: AppliedDirective, fit: ValueFit
) -> Iterator[tuple[str, str]]:
    arguments = state.composed[applied.name].arguments
    for name, text in applied.arguments:
        if name in arguments and not fit.fits(text, arguments[name].type):
            yield name, text


def _places(state: MergeState, coordinate: str) -> list[tuple[int, int]]:
    """Return where the subgraphs define what a coordinate names: a directive, a field or an input field."""
    owner, _, rest = coordinate.partition("(")[0].partition(".")
    if owner.startswith("@"):
        found = [
            (index, schema.document.directive_defs.get(owner[1:]))
            for index, schema in enumerate(state.subgraphs)
        ]
        return [(index, one.at) for index, one in found if one is not None]
    return [
        (index, element.at)
        for index, type_def in state.by_type.get(owner, ())
        for element in (type_def.fields.get(rest) or type_def.inputs.get(rest),)
        if element is not None
    ]
