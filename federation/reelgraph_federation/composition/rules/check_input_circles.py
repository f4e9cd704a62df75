"""Merging takes the strictest input types, which may close a circle that no value can satisfy."""

from __future__ import annotations

from ...subgraph.validation.check_inputs import circles
from ...supergraph.model import InputObjectType, NamedType
from ..state import MergeState


def check_input_circles(state: MergeState, types: dict[str, NamedType]) -> None:
    """Report circles of required fields between merged input objects."""
    edges = {
        name: [
            value.type.name
            for value in type_def.fields.values()
            if value.type.bare is not None and not value.type.is_list
        ]
        for name, type_def in types.items()
        if isinstance(type_def, InputObjectType)
    }
    for circle in circles(edges):
        message = (
            "merged with the strictest types, no value can be given for the input objects "
            f"{' → '.join(circle)}"
        )
        places = [(index, type_def.at) for index, type_def in state.by_type[circle[0]]]
        state.report("INPUT_FIELD_MERGE_FAILED", message, circle[0], places)
