"""A field resolved by several subgraphs must be ``@shareable`` in all of them.

Key fields are shareable by nature; overridden fields do not count. An external copy counts where a
``@provides`` of its subgraph selects it, since it is resolved there on that path, and is shared by that.
"""

from __future__ import annotations

from ...subgraph.document import Field
from ..overrides import FieldOverrides
from ..state import MergeState, places


def check_sharing(
    state: MergeState,
    key: tuple[str, str],
    sources: list[tuple[int, Field]],
    overrides: FieldOverrides | None,
) -> None:
    """Report a field that more than one subgraph resolves without all having agreed to it."""
    type_name, field_name = key
    resolving = [(i, field) for i, field in sources if _resolves(state, i, key)]
    if len(resolving) < 2 or any(t.kind != "OBJECT" for _, t in state.by_type[type_name]):
        return  # Interfaces resolve nothing; interface objects have a rule of their own.
    remaining = [
        (i, field) for i, field in resolving if overrides is None or i not in overrides.taken
    ]
    if len(remaining) < 2:
        return
    unshared = [(i, field) for i, field in remaining if not is_shareable(state, i, key)]
    if not unshared:
        return
    coordinate = f"{type_name}.{field_name}"
    everywhere = len(unshared) == len(remaining)
    which = "all of them" if everywhere else state.subgraph_list(i for i, _ in unshared)
    provided = any(key in state.subgraphs[i].external for i, _ in remaining)
    partly = ", in part through @provides" if provided else ""
    message = (
        f'"{coordinate}" is resolved by {state.subgraph_list(i for i, _ in remaining)}{partly}, '
        f"and is not @shareable in {which}"
    )
    state.report("INVALID_FIELD_SHARING", message, coordinate, places(unshared))


def _resolves(state: MergeState, index: int, key: tuple[str, str]) -> bool:
    """Tell whether the subgraph resolves the field, everywhere or where it provides it."""
    schema = state.subgraphs[index]
    return key not in schema.external or key in schema.provided


def is_shareable(state: MergeState, index: int, key: tuple[str, str]) -> bool:
    """Tell whether the subgraph shares the field: marked, in a key, or of Federation 1."""
    schema = state.subgraphs[index]
    if key in schema.shareable or key in schema.key_fields or key in schema.external:
        return True
    return not schema.is_federation_2 and key[0] != "Subscription"
