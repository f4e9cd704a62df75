"""What implements an interface has its fields, and no interface implements itself."""

from __future__ import annotations

from reelgraph_federation.supergraph.model import InterfaceType, ObjectType, Supergraph
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems


def check_interfaces(supergraph: Supergraph, problems: ReadingProblems) -> None:
    """Report implementations that lack a field, and circles of interfaces.

    https://spec.graphql.org/October2021/#IsValidImplementation()
    """
    for one in supergraph.types.values():
        if not isinstance(one, ObjectType | InterfaceType):
            continue
        for name in one.interfaces:
            interface = supergraph.types.get(name)
            if not isinstance(interface, InterfaceType):
                continue
            if one.name == name or one.name in interface.interfaces:
                message = f'the interface "{one.name}" implements itself'
                problems.add(INVALID, message, coordinate=one.name)
            for field in interface.fields.keys() - one.fields.keys():
                message = f'"{one.name}" implements "{name}" and lacks its field "{field}"'
                problems.add(INVALID, message, coordinate=one.name)
