"""Compare the root operation types."""

from collections.abc import Iterator

from graphql import GraphQLObjectType, GraphQLSchema

from ..change import Change, Criticality
from ..kinds import ChangeKind


def compare_root_types(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield a change for each root operation type that is another one now.

    Providing an operation that the service did not have is safe; naming another type, or dropping
    the operation, breaks whoever sends such operations.
    """
    pairs = (
        ("query", ChangeKind.SCHEMA_QUERY_TYPE_CHANGED, old.query_type, new.query_type),
        ("mutation", ChangeKind.SCHEMA_MUTATION_TYPE_CHANGED, old.mutation_type, new.mutation_type),
        (
            "subscription",
            ChangeKind.SCHEMA_SUBSCRIPTION_TYPE_CHANGED,
            old.subscription_type,
            new.subscription_type,
        ),
    )
    for operation, kind, before, after in pairs:
        if _name(before) != _name(after):
            yield _change(operation, kind, _name(before), _name(after))


def _change(operation: str, kind: ChangeKind, before: str | None, after: str | None) -> Change:
    if before is None:
        message = f"The schema now has a {operation} type, '{after}'."
        return Change(kind, Criticality.SAFE, "", message, operation)
    if after is None:
        message = f"The schema no longer has a {operation} type; it was '{before}'."
    else:
        message = f"The schema's {operation} type changed from '{before}' to '{after}'."
    return Change(kind, Criticality.BREAKING, "", message, operation)


def _name(type_: GraphQLObjectType | None) -> str | None:
    return None if type_ is None else type_.name
