"""Find every change between two schemas."""

from collections.abc import Callable, Iterator

from graphql import GraphQLSchema

from .change import Change
from .compare.argument_defaults import compare_argument_defaults
from .compare.arguments import compare_arguments
from .compare.deprecations import compare_deprecations
from .compare.descriptions import compare_descriptions
from .compare.directive_arguments import compare_directive_arguments
from .compare.directive_usages import compare_directive_usages
from .compare.directives import compare_directives
from .compare.enum_values import compare_enum_values
from .compare.fields import compare_fields
from .compare.input_fields import compare_input_fields
from .compare.interfaces import compare_interfaces
from .compare.root_types import compare_root_types
from .compare.types import compare_types
from .compare.union_members import compare_union_members

Comparison = Callable[[GraphQLSchema, GraphQLSchema], Iterator[Change]]

COMPARISONS: tuple[Comparison, ...] = (
    compare_root_types,
    compare_types,
    compare_fields,
    compare_arguments,
    compare_argument_defaults,
    compare_input_fields,
    compare_enum_values,
    compare_union_members,
    compare_interfaces,
    compare_descriptions,
    compare_deprecations,
    compare_directives,
    compare_directive_arguments,
    compare_directive_usages,
)


def find_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """Compare two schemas and return every change, ordered by coordinate.

    Pure. Both schemas must be valid. The elements of a new type are reported with it; those of a
    removed type are not, for the removal says it all. Directives applied are read from the schemas'
    syntax nodes, so schemas built in code show none.
    """
    changes = [change for compare in COMPARISONS for change in compare(old, new)]
    return sorted(changes, key=lambda change: (change.coordinate, change.kind, change.target))
