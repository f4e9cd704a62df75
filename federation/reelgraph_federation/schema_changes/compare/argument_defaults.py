"""Compare the default values of fields' arguments."""

from collections.abc import Iterator

from graphql import GraphQLSchema

from ..change import Change
from ..elements import argument_pairs
from ..kinds import ChangeKind
from .default_values import compare_default


def compare_argument_defaults(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the default values added, removed and changed."""
    kind = ChangeKind.FIELD_ARGUMENT_DEFAULT_CHANGED
    for pair in argument_pairs(old, new):
        if (both := pair.both) and (change := compare_default(kind, pair.coordinate, *both)):
            yield change
