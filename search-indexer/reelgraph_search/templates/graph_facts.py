"""What the search indexer needs to know of a supergraph besides its API schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import GraphQLNamedType, GraphQLSchema, get_named_type, is_abstract_type

from reelgraph_federation.supergraph.model import ObjectType
from reelgraph_federation.supergraph.supergraph import Supergraph


@dataclass(frozen=True)
class GraphFacts:
    """The API schema, the key of each entity, and who resolves what.

    `keys`: entity type → names of the fields of its first plain key. `resolvers`: (type, field) →
    names of subgraphs. `owners`: type → the subgraph that resolves most of it.
    """

    schema: GraphQLSchema
    keys: Mapping[str, tuple[str, ...]]
    resolvers: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)

    def entities_at(self, named: GraphQLNamedType) -> tuple[str, ...]:
        """The entity types that a field of this type can lead to."""
        if is_abstract_type(named):
            possible = [one.name for one in self.schema.get_possible_types(named)]
        else:
            possible = [named.name]
        return tuple(name for name in possible if name in self.keys)


def facts_from_supergraph(supergraph: Supergraph) -> GraphFacts:
    """Read the facts off a composed supergraph."""
    schema = supergraph.api_schema
    keys: dict[str, tuple[str, ...]] = {}
    resolvers: dict[tuple[str, str], frozenset[str]] = {}
    owners: dict[str, str] = {}
    for name, one in supergraph.types.items():
        if not isinstance(one, ObjectType) or name not in schema.type_map:
            continue
        key = _plain_key(one)
        if key is not None:
            keys[name] = key
        counts: Counter[str] = Counter()
        for field_name in one.fields:
            subgraphs = _resolvers(one, field_name)
            resolvers[name, field_name] = subgraphs
            counts.update(sorted(subgraphs))
        if counts:
            owners[name] = counts.most_common(1)[0][0]
    return GraphFacts(schema, keys, resolvers, owners)


def _plain_key(one: ObjectType) -> tuple[str, ...] | None:
    """The first resolvable key made of plain fields; keys with inner selections are left out."""
    for join in one.joins:
        if join.key is not None and join.resolvable and "{" not in join.key:
            return tuple(join.key.split())
    return None


def _resolvers(one: ObjectType, field_name: str) -> frozenset[str]:
    joins = one.fields[field_name].joins
    if not joins:
        return frozenset(join.subgraph for join in one.joins if join.resolvable)
    return frozenset(
        join.subgraph
        for join in joins
        if join.subgraph is not None and not join.external and not join.used_overridden
    )


def named_type_of(schema: GraphQLSchema, type_name: str, field_name: str) -> str | None:
    """Name of a field's type without its wrappers; None when there is no such field."""
    parent = schema.type_map.get(type_name)
    fields = getattr(parent, "fields", {})
    found = fields.get(field_name)
    return None if found is None else get_named_type(found.type).name
