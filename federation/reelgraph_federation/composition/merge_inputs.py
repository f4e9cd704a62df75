"""Merge arguments and fields of input objects: what every definer has, with the strictest type."""

from __future__ import annotations

from ..problems import Severity
from ..subgraph.document import Field, InputValue, Missing, TypeDef
from ..supergraph.model import FieldJoin
from ..supergraph.model import InputValue as MergedInputValue
from ..supergraph.refs import ref
from ..type_refs import is_required
from ..values import print_value, same_value
from .describe import by_value
from .merge_applied import merge_applied
from .merge_descriptions import merge_description
from .merge_type_refs import strictest
from .state import MergeState, Sources, places

InputSources = list[tuple[int, InputValue]]


def merge_arguments(
    state: MergeState, coordinate: str, sources: Sources[Field]
) -> dict[str, MergedInputValue]:
    """Merge the arguments of a field over the subgraphs that resolve it."""
    names: dict[str, None] = {}
    for _, field in sources:
        names.update(dict.fromkeys(field.args))
    merged: dict[str, MergedInputValue] = {}
    for name in names:
        found = [(i, field.args[name]) for i, field in sources if name in field.args]
        if any(is_contextual(argument) for _, argument in found):
            _check_contextual(state, coordinate, name, found)
            continue
        where = f"{coordinate}({name}:)"
        if len(found) < len(sources):
            lacking = [i for i, field in sources if name not in field.args]
            report_missing_argument(state, where, found, lacking)
            continue
        merged[name] = merge_input_value(
            state,
            name,
            where,
            found,
            "FIELD_ARGUMENT_TYPE_MISMATCH",
            "FIELD_ARGUMENT_DEFAULT_MISMATCH",
        )
    return merged


def is_contextual(argument: InputValue) -> bool:
    """Tell whether the router fills the argument from a context."""
    return any(directive.spec == "fromContext" for directive in argument.directives)


def _check_contextual(state: MergeState, coordinate: str, name: str, found: InputSources) -> None:
    plain = [(i, argument) for i, argument in found if not is_contextual(argument)]
    if not plain:
        return
    where = f"{coordinate}({name}:)"
    needed = [(i, a) for i, a in plain if is_required(a.type) and isinstance(a.default, Missing)]
    message = (
        f'argument "{where}" is filled from a context in some subgraphs, and is a client\'s argument '
        f"in {state.subgraph_list(i for i, _ in plain)}"
    )
    if needed:
        state.report(
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", message, where, places(found)
        )
    else:
        state.report(
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
            f"{message}; the supergraph does not show it",
            where,
            places(found),
            severity=Severity.INFO,
        )


def report_missing_argument(
    state: MergeState, where: str, found: InputSources, lacking: list[int]
) -> None:
    """Report an argument that not every definer has: an error if someone requires it."""
    required = [i for i, a in found if is_required(a.type) and isinstance(a.default, Missing)]
    if required:
        message = (
            f'argument "{where}" is required in {state.subgraph_list(required)}, '
            f"and {state.subgraph_list(lacking)} does not have it"
        )
        code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
    else:
        message = (
            f'optional argument "{where}" is not in the supergraph: it is defined in '
            f"{state.subgraph_list(i for i, _ in found)}, not in {state.subgraph_list(lacking)}"
        )
        code = "INCONSISTENT_ARGUMENT_PRESENCE"
    state.report(code, message, where, places(found))


def merge_input_fields(
    state: MergeState, type_name: str, sources: Sources[TypeDef]
) -> dict[str, MergedInputValue]:
    """Merge the fields of an input object: those that every subgraph defines survive."""
    names: dict[str, None] = {}
    for _, type_def in sources:
        names.update(dict.fromkeys(type_def.inputs))
    merged: dict[str, MergedInputValue] = {}
    for name in names:
        found = [(i, type_def.inputs[name]) for i, type_def in sources if name in type_def.inputs]
        where = f"{type_name}.{name}"
        if len(found) < len(sources):
            lacking = [i for i, type_def in sources if name not in type_def.inputs]
            _report_missing_input_field(state, where, found, lacking)
            continue
        merged[name] = merge_input_value(
            state, name, where, found, "FIELD_TYPE_MISMATCH", "INPUT_FIELD_DEFAULT_MISMATCH"
        )
        merged[name].joins = _input_joins(state, merged[name], found)
    if not merged:
        message = f'input type "{type_name}" has no field that all of its subgraphs define'
        state.report("EMPTY_MERGED_INPUT_TYPE", message, type_name, places(sources))
    return merged


def _report_missing_input_field(
    state: MergeState, where: str, found: InputSources, lacking: list[int]
) -> None:
    required = [i for i, a in found if is_required(a.type) and isinstance(a.default, Missing)]
    if required:
        message = (
            f'input field "{where}" is required in {state.subgraph_list(required)}, '
            f"and {state.subgraph_list(lacking)} does not have it"
        )
        code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
    else:
        message = (
            f'input field "{where}" is not in the supergraph: it is defined in '
            f"{state.subgraph_list(i for i, _ in found)}, not in {state.subgraph_list(lacking)}"
        )
        code = "INCONSISTENT_INPUT_OBJECT_FIELD"
    state.report(code, message, where, places(found))


def _input_joins(
    state: MergeState, merged: MergedInputValue, found: InputSources
) -> tuple[FieldJoin, ...]:
    text = merged.type.text
    if all(value.type == text for _, value in found):
        return ()
    return tuple(
        FieldJoin(state.name(i), ref(value.type) if value.type != text else None)
        for i, value in found
    )


def merge_input_value(
    state: MergeState,
    name: str,
    where: str,
    found: InputSources,
    type_code: str,
    default_code: str,
) -> MergedInputValue:
    """Merge one argument or input field that every definer has."""
    applied, deprecation = merge_applied(state, where, found)
    return MergedInputValue(
        name,
        ref(_merge_type(state, where, found, type_code)),
        _merge_default(state, where, found, default_code),
        merge_description(state, where, found),
        deprecation,
        applied,
    )


def _merge_type(state: MergeState, where: str, found: InputSources, code: str) -> str:
    first = found[0][1].type
    if all(value.type == first for _, value in found):
        return first
    merged = strictest(state, [value.type for _, value in found])
    types = by_value(state, ((i, value.type) for i, value in found))
    if merged is None:
        message = f'"{where}" has types that do not fit together: {types}'
        state.report(code, message, where, places(found))
        return first
    message = f'"{where}" has the type {types}; the supergraph uses the strictest, "{merged}"'
    state.report("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", message, where, places(found))
    return merged


def _merge_default(state: MergeState, where: str, found: InputSources, code: str) -> str | None:
    given = [(i, value) for i, value in found if not isinstance(value.default, Missing)]
    if not given:
        return None
    first = given[0][1].default
    if not all(same_value(value.default, first) for _, value in given):
        values = by_value(state, ((i, print_value(value.default)) for i, value in given))
        state.report(code, f'"{where}" has different defaults: {values}', where, places(given))
    elif len(given) < len(found):
        message = (
            f'"{where}" has a default in {state.subgraph_list(i for i, _ in given)} only; '
            "the supergraph has none"
        )
        state.report("INCONSISTENT_DEFAULT_VALUE_PRESENCE", message, where, places(given))
        return None
    return print_value(first)
