"""An external field agrees with the field that it stands for: type, arguments, defaults.

The type is the same; an argument may take more than the real one does, since the router sends it there.
"""

from __future__ import annotations

from ...subgraph.document import Field, InputValue, Missing
from ...supergraph.model import Field as MergedField
from ...values import print_value
from ..merge_type_refs import is_subtype_ref
from ..state import MergeState, places


def check_externals(
    state: MergeState,
    coordinate: str,
    merged: MergedField,
    sources: list[tuple[int, Field]],
    resolving: list[tuple[int, Field]],
) -> None:
    """Check each external copy of a field against the merged field."""
    resolving_indexes = {index for index, _ in resolving}
    external = [(i, field) for i, field in sources if i not in resolving_indexes]
    wrong = [(i, field) for i, field in external if field.type != merged.type.text]
    if wrong:
        message = (
            f'"{coordinate}" has type "{merged.type.text}", and its @external copy in '
            f'{state.subgraph_list(i for i, _ in wrong)} has type "{wrong[0][1].type}"'
        )
        state.report("EXTERNAL_TYPE_MISMATCH", message, coordinate, places(wrong))
    for argument in merged.arguments.values():
        for index, field in external:
            own = field.args.get(argument.name)
            where = f"{coordinate}({argument.name}:)"
            if own is None:
                message = f'the @external copy in subgraph "{state.name(index)}" lacks "{where}"'
                state.report("EXTERNAL_ARGUMENT_MISSING", message, where, [(index, field.at)])
            else:
                _check_argument(state, where, argument.type.text, argument.default, index, own)


def _check_argument(
    state: MergeState, where: str, type_ref: str, default: str | None, index: int, own: InputValue
) -> None:
    name = state.name(index)
    if not is_subtype_ref(state, type_ref, own.type):
        message = f'"{where}" has type "{type_ref}", but "{own.type}" in subgraph "{name}"'
        state.report("EXTERNAL_ARGUMENT_TYPE_MISMATCH", message, where, [(index, own.at)])
    written = None if isinstance(own.default, Missing) else print_value(own.default)
    if written != default:
        message = (
            f'"{where}" has the default {default or "none"}, but {written or "none"} in '
            f'the @external copy of subgraph "{name}"'
        )
        state.report("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", message, where, [(index, own.at)])
