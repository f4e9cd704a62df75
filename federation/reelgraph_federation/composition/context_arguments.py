"""Arguments that the router fills from a context: ``@fromContext(field: "$user { locale }")``."""

from __future__ import annotations

import re

from ..subgraph.context_values import split_context_value
from ..subgraph.document import Field
from ..supergraph.model import ContextArgument
from ..supergraph.refs import ref
from .state import MergeState


def context_name(subgraph: str, context: str) -> str:
    """Return the name of a context in the supergraph, unique among subgraphs."""
    return f"{re.sub(r'[^_0-9A-Za-z]', '_', subgraph)}__{context}"


def context_arguments(state: MergeState, field: Field, index: int) -> tuple[ContextArgument, ...]:
    """Return the arguments of a field in one subgraph that come from a context."""
    found: list[ContextArgument] = []
    for argument in field.args.values():
        for directive in argument.directives:
            if directive.spec != "fromContext":
                continue
            parts = split_context_value(directive.text("field"))
            if parts is not None:
                name = context_name(state.name(index), parts[0])
                found.append(ContextArgument(name, argument.name, ref(argument.type), parts[1]))
    return tuple(found)
