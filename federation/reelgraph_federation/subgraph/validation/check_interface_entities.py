"""Interfaces with keys, and interface objects, within one subgraph.

Each implementation has the keys of its interfaces, resolvable or not alike. An interface object
has a key, by which the interface's owner finds the concrete object.
"""

from __future__ import annotations

from ..document import TypeDef
from ..schema import SubgraphSchema


def check_interface_entities(schema: SubgraphSchema) -> None:
    """Check keys of interfaces, and interface objects."""
    for type_def in schema.types.values():
        if type_def.kind == "OBJECT" and type_def.has("interfaceObject"):
            _check_interface_object(schema, type_def)
        elif type_def.kind == "INTERFACE" and schema.is_federation_2:
            _check_keys(schema, type_def)


def _check_interface_object(schema: SubgraphSchema, type_def: TypeDef) -> None:
    if not type_def.has("key"):
        directive = next(type_def.applied("interfaceObject"))
        message = f'"{type_def.name}" is an @{directive.name} without @key'
        schema.report("INTERFACE_OBJECT_USAGE_ERROR", message, type_def.name, directive.at)


def _check_keys(schema: SubgraphSchema, interface: TypeDef) -> None:
    for key in schema.keys.get(interface.name, ()):
        for name in schema.possible.get(interface.name, ()):
            own = schema.keys.get(name, ())
            if any(
                set(other.selections) == set(key.selections) and other.resolvable >= key.resolvable
                for other in own
            ):
                continue
            message = (
                f'@key(fields: "{key.text}") of the interface "{interface.name}" is missing on its '
                f'implementation "{name}"'
            )
            at = schema.types[name].at
            schema.report("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", message, name, at)
