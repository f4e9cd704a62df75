"""When may a type be replaced without breaking clients: output is covariant, input contravariant."""

from graphql import (
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLOutputType,
)

SchemaType = GraphQLOutputType | GraphQLInputType


def is_safe_for_output(old: SchemaType, new: SchemaType) -> bool:
    """Say whether all results of the new type are results the old type promised.

    ``T`` may become ``T!``, at any depth of lists. Another named type is never safe, not even an
    object instead of its interface: fragments on its siblings stop validating.
    """
    if isinstance(new, GraphQLNonNull):
        inner = old.of_type if isinstance(old, GraphQLNonNull) else old
        return is_safe_for_output(inner, new.of_type)
    if isinstance(old, GraphQLList) and isinstance(new, GraphQLList):
        return is_safe_for_output(old.of_type, new.of_type)
    return _same_named_type(old, new)


def is_safe_for_input(old: SchemaType, new: SchemaType) -> bool:
    """Say whether the new type accepts all that the old one did, in values and in variables.

    ``T!`` may become ``T``, at any depth of lists. ``T`` to ``[T]`` is not safe: a literal would
    be coerced to a list, but a variable of type ``T`` no longer fits the position.
    """
    if isinstance(old, GraphQLNonNull):
        inner = new.of_type if isinstance(new, GraphQLNonNull) else new
        return is_safe_for_input(old.of_type, inner)
    if isinstance(old, GraphQLList) and isinstance(new, GraphQLList):
        return is_safe_for_input(old.of_type, new.of_type)
    return _same_named_type(old, new)


def _same_named_type(old: SchemaType, new: SchemaType) -> bool:
    return (
        isinstance(old, GraphQLNamedType)
        and isinstance(new, GraphQLNamedType)
        and old.name == new.name
    )
