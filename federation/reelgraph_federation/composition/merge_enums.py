"""Merge enums: all values in output position, common ones in input position, equal in both."""

from __future__ import annotations

from ..subgraph.document import EnumValue, find
from ..supergraph.model import EnumValue as MergedValue
from .merge_applied import merge_applied
from .merge_descriptions import merge_description
from .state import MergeState, TypeSources, places


def merge_enum_values(state: MergeState, name: str, sources: TypeSources) -> dict[str, MergedValue]:
    """Merge the values of an enum by the positions in which the subgraphs use it."""
    is_input, is_output = name in state.input_enums, name in state.output_enums
    if not (is_input or is_output):
        message = f'enum "{name}" is defined and used nowhere'
        state.report("UNUSED_ENUM_TYPE", message, name, places(sources))
    found: dict[str, list[tuple[int, EnumValue]]] = {}
    for index, type_def in sources:
        for value in type_def.values.values():
            found.setdefault(value.name, []).append((index, value))
    merged: dict[str, MergedValue] = {}
    for value_name, values in found.items():
        coordinate = f"{name}.{value_name}"
        if len(values) < len(sources) and not _keeps(
            state, name, value_name, values, sources, is_input, is_output
        ):
            continue
        applied, deprecation = merge_applied(state, coordinate, values)
        names = tuple(state.name(i) for i, _ in values)
        text = merge_description(state, coordinate, values)
        merged[value_name] = MergedValue(value_name, text, deprecation, applied, names)
    if not merged:
        message = f'enum "{name}" is used as an input, and its subgraphs have no value in common'
        state.report("EMPTY_MERGED_ENUM_TYPE", message, name, places(sources))
    return merged


def _keeps(
    state: MergeState,
    name: str,
    value_name: str,
    values: list[tuple[int, EnumValue]],
    sources: TypeSources,
    is_input: bool,
    is_output: bool,
) -> bool:
    """Tell whether a value that some subgraphs lack stays; report what that means."""
    coordinate = f"{name}.{value_name}"
    having = state.subgraph_list(i for i, _ in values)
    lacking = state.subgraph_list(i for i, t in sources if value_name not in t.values)
    hidden = any(find(value.directives, "inaccessible") for _, value in values)
    if is_input and is_output:
        if not hidden:
            message = (
                f'enum "{name}" is used for input and for output, so its values must be the same '
                f'everywhere: "{value_name}" is defined in {having}, not in {lacking}'
            )
            state.report("ENUM_VALUE_MISMATCH", message, coordinate, places(values))
        return True
    if is_input:
        if not hidden:
            message = (
                f'enum value "{coordinate}" is not in the supergraph: it is defined in {having}, '
                f"not in {lacking}"
            )
            code = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"
            state.report(code, message, coordinate, places(values))
        return hidden
    message = f'enum value "{coordinate}" is defined in {having}, not in {lacking}'
    state.report("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", message, coordinate, places(values))
    return True
