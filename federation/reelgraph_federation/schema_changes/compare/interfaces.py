"""Compare the interfaces that object and interface types implement."""

from collections.abc import Iterator

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from ..change import Change, Criticality
from ..elements import match_by_name, pairs_of_kind
from ..kinds import ChangeKind

ImplementingType = GraphQLObjectType | GraphQLInterfaceType


def compare_interfaces(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the interfaces no longer implemented (breaking) and newly implemented.

    Implementing another interface is safe for a new type, else dangerous: fields of the interface
    type now return objects that clients have not seen there.
    """
    for pair in pairs_of_kind(old, new, GraphQLObjectType):
        yield from _compare(pair.name, pair.old, pair.new)
    for other in pairs_of_kind(old, new, GraphQLInterfaceType):
        yield from _compare(other.name, other.old, other.new)


def _compare(
    name: str, old: ImplementingType | None, new: ImplementingType | None
) -> Iterator[Change]:
    for interface, before, after in match_by_name(_interfaces(old), _interfaces(new)):
        if before is None:
            criticality = Criticality.SAFE if old is None else Criticality.DANGEROUS
            message = f"'{name}' now implements the interface '{interface}'."
            kind = ChangeKind.OBJECT_TYPE_INTERFACE_ADDED
            yield Change(kind, criticality, name, message, interface)
        elif after is None:
            message = f"'{name}' no longer implements the interface '{interface}'."
            kind = ChangeKind.OBJECT_TYPE_INTERFACE_REMOVED
            yield Change(kind, Criticality.BREAKING, name, message, interface)


def _interfaces(type_: ImplementingType | None) -> dict[str, bool]:
    return {} if type_ is None else {interface.name: True for interface in type_.interfaces}
