"""safeUnreachable: what no operation could reach can break none."""

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from ..change import Criticality
from ..judged_change import JudgedChange
from .context import JudgeContext


def safe_unreachable(changes: list[JudgedChange], context: JudgeContext) -> list[JudgedChange]:
    """Judge changes safe that touch a type which no root operation type reached before."""
    if not context.rules.safe_unreachable:
        return changes
    reachable = _reachable_types(context.old)
    reason = "No operation could reach this type."
    return [
        judged.moved_to(Criticality.SAFE, reason)
        if _is_unreachable(judged.change.coordinate, context.old, reachable)
        else judged
        for judged in changes
    ]


def _is_unreachable(coordinate: str, old: GraphQLSchema, reachable: set[str]) -> bool:
    type_name = coordinate.partition("(")[0].partition(".")[0]
    return type_name in old.type_map and type_name not in reachable


def _reachable_types(schema: GraphQLSchema) -> set[str]:
    reached: set[str] = set()
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    waiting: list[GraphQLNamedType] = [root for root in roots if root is not None]
    waiting += [
        get_named_type(argument.type)
        for directive in schema.directives
        for argument in directive.args.values()
    ]
    while waiting:
        type_ = waiting.pop()
        if type_.name not in reached:
            reached.add(type_.name)
            waiting += _neighbours(schema, type_)
    return reached


def _neighbours(schema: GraphQLSchema, type_: GraphQLNamedType) -> list[GraphQLNamedType]:
    if isinstance(type_, GraphQLUnionType):
        return list(type_.types)
    if isinstance(type_, GraphQLInputObjectType):
        return [get_named_type(field.type) for field in type_.fields.values()]
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        return []
    found: list[GraphQLNamedType] = list(type_.interfaces)
    for field in type_.fields.values():
        found.append(get_named_type(field.type))
        found += [get_named_type(argument.type) for argument in field.args.values()]
    if isinstance(type_, GraphQLInterfaceType):
        found += schema.get_possible_types(type_)
    return found
