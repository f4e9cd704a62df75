"""What implements an interface has its fields, and no interface implements itself."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from reelgraph_federation.supergraph.model import InterfaceType, MergedSchema, ObjectType
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems


def check_interfaces(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    """Report implementations that lack a field, and circles of interfaces.

    https://spec.graphql.org/October2021/#IsValidImplementation()
    """
    _check_circles(supergraph, problems)
    for one in supergraph.types.values():
        if isinstance(one, ObjectType | InterfaceType):
            for name in one.interfaces:
                interface = supergraph.types.get(name)
                if isinstance(interface, InterfaceType):
                    _check_fields(one, interface, problems)


def _check_circles(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    graph = {
        name: tuple(one.interfaces)
        for name, one in supergraph.types.items()
        if isinstance(one, InterfaceType)
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        shown = ", ".join(f'"{name}"' for name in circle[:-1][:10])
        message = f"interfaces implement each other in a circle: {shown}"
        problems.add(INVALID, message, coordinate=circle[0])


def _check_fields(
    one: ObjectType | InterfaceType, interface: InterfaceType, problems: ReadingProblems
) -> None:
    for field in interface.fields:
        if field not in one.fields:
            message = f'"{one.name}" implements "{interface.name}" and lacks its field "{field}"'
            problems.add(INVALID, message, coordinate=one.name)
