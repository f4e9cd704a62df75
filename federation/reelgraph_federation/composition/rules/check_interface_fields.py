"""After merging, every implementation has every field of its interfaces.

An interface's fields are the union over subgraphs, so a type that is complete in its own subgraph
may lack a field that another subgraph added to the interface.
"""

from __future__ import annotations

from ...supergraph.model import InterfaceType, NamedType, ObjectType
from ..state import MergeState


def check_interface_fields(state: MergeState, types: dict[str, NamedType]) -> None:
    """Report each field of an interface that an implementation lacks."""
    for type_def in types.values():
        if not isinstance(type_def, ObjectType | InterfaceType):
            continue
        for name in type_def.interfaces:
            interface = types.get(name)
            if not isinstance(interface, InterfaceType):
                continue
            for field in interface.fields:
                if field not in type_def.fields:
                    _report(state, name, field, type_def.name)


def _report(state: MergeState, interface: str, field: str, type_name: str) -> None:
    having = [i for i, t in state.by_type[interface] if field in t.fields]
    implementing = [(i, t) for i, t in state.by_type[type_name] if interface in t.interfaces]
    message = (
        f'"{interface}.{field}" is declared in {state.subgraph_list(having)}, but "{type_name}", '
        f'which implements "{interface}" in {state.subgraph_list(i for i, _ in implementing)}, '
        f'has no field "{field}" in any subgraph'
    )
    where = [(i, t.at) for i, t in implementing]
    state.report("INTERFACE_FIELD_NO_IMPLEM", message, f"{interface}.{field}", where)
