"""Plan a query for every place of a small API schema: what composes, the planner can plan.

A place is a way of fields from a root; the query selects there all leaves of an interface, or of one object
type in a fragment. Ways that enter the same field a second time are not followed, nor those that are too
long, so that a schema has some hundred places at most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    parse,
)

from reelgraph_federation import Supergraph
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import PlanningError, plan_operation
from reelgraph_federation.supergraph.model import InterfaceType, ObjectType

LONGEST = 5
MOST = 300


def unplanned(supergraph: Supergraph) -> list[str]:
    """Return each query that cannot be planned, with the planner's words."""
    labels = frozenset(_labels(supergraph))
    found = []
    for query in queries(supergraph.api_schema):
        operation = normalize_operation(supergraph, parse(query))
        for held in {frozenset(), labels}:
            try:
                plan_operation(supergraph, operation, override_labels=held)
            except PlanningError as error:
                found.append(f"{query}: {error}")
    return found


def _labels(supergraph: Supergraph) -> Iterator[str]:
    for type_def in supergraph.types.values():
        if isinstance(type_def, ObjectType | InterfaceType):
            for field in type_def.fields.values():
                yield from (j.override_label for j in field.joins if j.override_label)


def queries(schema: GraphQLSchema) -> Iterator[str]:
    """Each query for a place, the shortest first, ``MOST`` of them."""
    roots = (("query", schema.query_type), ("mutation", schema.mutation_type))
    waiting: deque[tuple[str, GraphQLNamedType, tuple[str, ...], frozenset[str]]] = deque(
        (word, root, (), frozenset()) for word, root in roots if root is not None
    )
    made = 0
    while waiting and made < MOST:
        word, here, way, entered = waiting.popleft()
        for condition, owner in _views(schema, here):
            leaves = [_call(n, f) for n, f in owner.fields.items() if _is_leaf(f)]
            text = " ".join(["__typename", *leaves])
            yield _wrap(word, (*way, condition), text)
            made += 1
            for name, field in owner.fields.items():
                coordinate = f"{owner.name}.{name}"
                if _is_leaf(field) or coordinate in entered or len(entered) == LONGEST:
                    continue
                below = (*way, condition, _call(name, field))
                waiting.append((word, get_named_type(field.type), below, entered | {coordinate}))


def _views(
    schema: GraphQLSchema, here: GraphQLNamedType
) -> Iterator[tuple[str, GraphQLObjectType | GraphQLInterfaceType]]:
    """Each way to look at an object there: as the type that the field returns, or as one of its types."""
    if isinstance(here, GraphQLObjectType | GraphQLInterfaceType):
        yield "", here
    if is_abstract_type(here):
        for each in schema.get_possible_types(here):
            yield f"... on {each.name}", each


def _is_leaf(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type))


def _wrap(word: str, way: tuple[str, ...], text: str) -> str:
    for step in reversed(way):
        text = f"{step} {{ {text} }}" if step else text
    return f"{word} {{ {text} }}"


def _call(name: str, field: GraphQLField) -> str:
    given = [f"{n}: {_value(a)}" for n, a in field.args.items() if is_required_argument(a)]
    return f"{name}({', '.join(given)})" if given else name


def _value(argument: GraphQLArgument) -> str:
    return _literal(argument.type)


def _literal(type_: GraphQLInputType) -> str:
    if is_non_null_type(type_):
        return _literal(type_.of_type)
    if is_list_type(type_):
        return "[]"
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        inner = [
            f"{n}: {_literal(f.type)}"
            for n, f in type_.fields.items()
            if is_non_null_type(f.type) or type_.is_one_of
        ]
        return f"{{ {', '.join(inner[:1] if type_.is_one_of else inner)} }}"
    return {"Int": "1", "Float": "1.5", "Boolean": "true"}.get(type_.name, '"1"')
