"""A tag that a Federation 1 document puts on an external field is one that the field has.

Federation 1 let documents repeat the tags of a field where it is only external. Such a repetition
says nothing new; any other tag would be lost, since what is external is not merged.
"""

from __future__ import annotations

from ...subgraph.document import Directive
from ...subgraph.schema import DroppedTag
from ...supergraph.model import NamedType
from ..state import MergeState


def check_tags_of_externals(state: MergeState, types: dict[str, NamedType]) -> None:
    """Report tags of external fields that the field has in no other subgraph."""
    for index, schema in enumerate(state.subgraphs):
        for tag in schema.dropped_tags:
            if not any(
                directive.spec == "tag" and directive.text("name") == tag.name
                for other, _ in state.by_type.get(tag.coordinate[0], ())
                if other != index
                for directive in _directives(state, other, tag)
            ):
                where = ".".join(tag.coordinate)
                message = (
                    f'[{schema.name}] @{tag.directive.name}(name: "{tag.name}") stands on "{where}", '
                    "which is @external, and no other subgraph has that tag there"
                )
                code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
                state.report(code, message, where, [(index, tag.directive.at)])


def _directives(
    state: MergeState, index: int, tag: DroppedTag
) -> tuple[Directive, ...] | list[Directive]:
    field = state.subgraphs[index].types[tag.coordinate[0]].fields.get(tag.coordinate[1])
    return field.directives if field is not None else ()
