"""Put merged types together as a supergraph."""

from __future__ import annotations

import re
from collections import Counter

from ..subgraph.document import TypeDef
from ..supergraph.model import DirectiveDefinition, NamedType, Subgraph, Supergraph
from .merge_marks import merge_marks
from .state import MergeState


def make_supergraph(
    state: MergeState,
    types: dict[str, NamedType],
    executable: dict[str, DirectiveDefinition],
) -> Supergraph:
    """Return the supergraph; roots first, other types in the order in which subgraphs have them."""
    roots = ("Query", "Mutation", "Subscription")
    ordered: dict[str, NamedType] = {name: types[name] for name in roots if name in types}
    ordered.update(types)
    descriptions = [s.document.schema_description for s in state.subgraphs]
    given = [text for text in descriptions if text]
    return Supergraph(
        subgraphs={
            schema.name: Subgraph(schema.name, schema.url, graph)
            for schema, graph in zip(state.subgraphs, graph_names(state), strict=True)
        },
        types=ordered,
        mutation_type="Mutation" if "Mutation" in types else None,
        subscription_type="Subscription" if "Subscription" in types else None,
        directives={**state.composed, **executable},
        links=state.links,
        marks=merge_marks(state, "schema", _schema_definitions(state))[0],
        description=Counter(given).most_common(1)[0][0] if given else None,
    )


def _schema_definitions(state: MergeState) -> list[tuple[int, TypeDef]]:
    """Return the schema definitions as elements that carry tags and composed directives."""
    return [
        (index, TypeDef("SCHEMA", "schema", 0, directives=schema.document.schema_directives))
        for index, schema in enumerate(state.subgraphs)
    ]


def graph_names(state: MergeState) -> list[str]:
    """Return the value of the join__Graph enum for each subgraph: unique names in upper case."""
    names = [re.sub(r"[^_A-Za-z0-9]", "_", schema.name).upper() for schema in state.subgraphs]
    names = [f"_{name}" if name[:1].isdigit() else name for name in names]
    # A trailing number would look like one that tells equal names apart.
    names = [f"{name}_" if re.search(r"_[0-9]+$", name) else name for name in names]
    count = Counter(names)
    used: Counter[str] = Counter()
    result = []
    for name in names:
        used[name] += 1
        result.append(f"{name}_{used[name]}" if count[name] > 1 else name)
    return result
