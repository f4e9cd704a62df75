"""The rules of the inaccessible specification: what is left after hiding is a valid schema.

https://specs.apollo.dev/inaccessible/v0.2
"""

from __future__ import annotations

from ....supergraph.model import AppliedDirectives, NamedType
from ...state import MergeState
from .check_children import check_children
from .check_defaults import check_defaults
from .check_implementations import check_hidden_implementations
from .check_references import check_references
from .check_required import check_required
from .view import HiddenView


def check_inaccessible(
    state: MergeState, types: dict[str, NamedType], applied: set[AppliedDirectives]
) -> None:
    """Run the rules if anything is hidden at all."""
    if not any(each.inaccessible for each in applied):
        return
    view = HiddenView(state, types)
    root = types.get("Query")
    if root is not None and root.applied.inaccessible:
        message = "the query root is @inaccessible: nothing could be asked for"
        state.report("QUERY_ROOT_TYPE_INACCESSIBLE", message, "Query", view.places("Query"))
    check_children(view)
    check_references(view)
    check_hidden_implementations(view)
    check_required(view)
    check_defaults(view)
