"""Put merged types together as a supergraph."""

from __future__ import annotations

from collections import Counter

from ..subgraph.document import TypeDef
from ..supergraph.model import NamedType, Subgraph
from ..supergraph.supergraph import Supergraph
from .merge_applied import merge_applied
from .state import MergeState


def make_supergraph(state: MergeState, types: dict[str, NamedType]) -> Supergraph:
    """Return the supergraph; roots first, other types in the order in which subgraphs have them."""
    roots = ("Query", "Mutation", "Subscription")
    ordered: dict[str, NamedType] = {name: types[name] for name in roots if name in types}
    ordered.update(types)
    descriptions = [s.document.schema_description for s in state.subgraphs]
    given = [text for text in descriptions if text]
    return Supergraph(
        subgraphs={
            schema.name: Subgraph(schema.name, schema.url, graph)
            for schema, graph in zip(state.subgraphs, state.graphs, strict=True)
        },
        types=ordered,
        mutation_type="Mutation" if "Mutation" in types else None,
        subscription_type="Subscription" if "Subscription" in types else None,
        directives={**state.composed, **state.executable},
        links=state.links,
        applied=merge_applied(state, "schema", _schema_definitions(state))[0],
        description=Counter(given).most_common(1)[0][0] if given else None,
    )


def _schema_definitions(state: MergeState) -> list[tuple[int, TypeDef]]:
    """Return the schema definitions as elements that carry tags and composed directives."""
    return [
        (index, TypeDef("SCHEMA", "schema", 0, directives=schema.document.schema_directives))
        for index, schema in enumerate(state.subgraphs)
    ]
