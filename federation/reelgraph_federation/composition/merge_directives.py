"""Merge executable directives: those that all subgraphs define, where all agree to let them stand."""

from __future__ import annotations

from ..subgraph.document import DirectiveDef, InputValue, Missing
from ..supergraph.model import DirectiveDefinition
from ..supergraph.model import InputValue as MergedInputValue
from ..supergraph.refs import ref
from ..values import print_value
from .merge_inputs import merge_input_value, report_missing_argument
from .state import MergeState

EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
_BUILT_IN = frozenset({"skip", "include", "deprecated", "specifiedBy", "oneOf", "defer", "stream"})

Definitions = list[tuple[int, DirectiveDef]]


def merge_executable_directives(state: MergeState) -> dict[str, DirectiveDefinition]:
    """Return the executable directives of the supergraph."""
    found: dict[str, Definitions] = {}
    for index, schema in enumerate(state.subgraphs):
        for name, definition in schema.document.directive_defs.items():
            if name in _BUILT_IN or name in schema.meanings or name in state.composed:
                continue
            if EXECUTABLE.intersection(definition.locations):
                found.setdefault(name, []).append((index, definition))
    merged: dict[str, DirectiveDefinition] = {}
    for name, definitions in found.items():
        result = _merge(state, name, definitions)
        if result is not None:
            merged[name] = result
    return merged


def _merge(state: MergeState, name: str, definitions: Definitions) -> DirectiveDefinition | None:
    where = f"@{name}"
    places = [(index, definition.at) for index, definition in definitions]
    if len(definitions) < len(state.subgraphs):
        having = state.subgraph_list(index for index, _ in definitions)
        message = f"executable directive {where} is not in the supergraph: only {having} defines it"
        state.report("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", message, where, places)
        return None
    locations = _common_locations(definitions)
    if not locations:
        message = f"the definitions of {where} have no executable location in common"
        state.report("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", message, where, places)
        return None
    if any(EXECUTABLE.intersection(d.locations) != set(locations) for _, d in definitions):
        message = f"{where} has different locations; the supergraph has {' | '.join(locations)}"
        state.report("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", message, where, places)
    if len({definition.repeatable for _, definition in definitions}) > 1:
        message = f"{where} is repeatable in some subgraphs only; in the supergraph it is not"
        state.report("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", message, where, places)
    descriptions = [d.description for _, d in definitions if d.description]
    return DirectiveDefinition(
        name,
        _merge_arguments(state, where, definitions),
        locations,
        all(definition.repeatable for _, definition in definitions),
        descriptions[0] if descriptions else None,
    )


def _common_locations(definitions: Definitions) -> tuple[str, ...]:
    common = set(EXECUTABLE).intersection(*(d.locations for _, d in definitions))
    return tuple(sorted(common))


def _merge_arguments(
    state: MergeState, where: str, definitions: Definitions
) -> dict[str, MergedInputValue]:
    names = dict.fromkeys(name for _, d in definitions for name in d.args)
    merged: dict[str, MergedInputValue] = {}
    for name in names:
        found = [(index, d.args[name]) for index, d in definitions if name in d.args]
        coordinate = f"{where}({name}:)"
        if len(found) < len(definitions):
            lacking = [index for index, d in definitions if name not in d.args]
            report_missing_argument(state, coordinate, found, lacking)
            continue
        merged[name] = merge_input_value(
            state,
            name,
            coordinate,
            found,
            "FIELD_ARGUMENT_TYPE_MISMATCH",
            "FIELD_ARGUMENT_DEFAULT_MISMATCH",
        )
    return merged


def definition_of(definition: DirectiveDef) -> DirectiveDefinition:
    """Return a subgraph's definition as the supergraph's."""
    return DirectiveDefinition(
        definition.name,
        {name: _plain(argument) for name, argument in definition.args.items()},
        definition.locations,
        definition.repeatable,
        definition.description,
    )


def _plain(argument: InputValue) -> MergedInputValue:
    default = None if isinstance(argument.default, Missing) else print_value(argument.default)
    return MergedInputValue(argument.name, ref(argument.type), default, argument.description)
