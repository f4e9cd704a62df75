"""Put merged types together as a supergraph."""

from __future__ import annotations

import re
from collections import Counter

from ..supergraph.model import NamedType, Subgraph, Supergraph
from .state import MergeState


def make_supergraph(state: MergeState, types: dict[str, NamedType]) -> Supergraph:
    """Return the supergraph; roots first, other types in the order in which subgraphs have them."""
    roots = [name for name in ("Query", "Mutation", "Subscription") if name in types]
    ordered = {name: types[name] for name in roots}
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
        description=Counter(given).most_common(1)[0][0] if given else None,
    )


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
