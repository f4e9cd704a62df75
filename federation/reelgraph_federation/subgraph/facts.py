"""What the rules and the merge need to know about a subgraph, collected once."""

from __future__ import annotations

from ..field_sets import print_field_set
from ..type_refs import named
from .context_values import split_context_value
from .document import Directive, Field, TypeDef
from .schema import Key, SubgraphSchema
from .walk import parse_quietly, walk_field_set


def collect_facts(schema: SubgraphSchema) -> None:
    """Fill keys, externals, provided and shareable fields, and possible types of ``schema``."""
    for type_def in schema.types.values():
        if type_def.kind in ("OBJECT", "INTERFACE"):
            _collect_keys(schema, type_def)
            if type_def.kind == "OBJECT" and type_def.has("interfaceObject"):
                schema.interface_objects.add(type_def.name)
            for field in type_def.fields.values():
                for directive in field.directives:
                    _collect_field_set(schema, type_def, field, directive)
    _collect_context_uses(schema)
    for type_def in schema.types.values():
        if type_def.kind in ("OBJECT", "INTERFACE"):
            _collect_external(schema, type_def)
            _collect_shareable(schema, type_def)
            for interface in type_def.interfaces:
                if interface in schema.types:
                    names = schema.types[interface].fields
                    schema.interface_fields.update((type_def.name, name) for name in names)
    schema.possible = possible_types(schema.types)


def _collect_field_set(
    schema: SubgraphSchema, type_def: TypeDef, field: Field, directive: Directive
) -> None:
    if directive.spec == "provides":
        selections = parse_quietly(directive.text("fields"))
        schema.provided.update(walk_field_set(schema.types, named(field.type), selections))
    elif directive.spec == "requires":
        selections = parse_quietly(directive.text("fields"))
        schema.required.update(walk_field_set(schema.types, type_def.name, selections))
    elif directive.spec == "override":
        schema.overriding.append((type_def.name, field.name, directive))


def _collect_context_uses(schema: SubgraphSchema) -> None:
    """Fields that ``@fromContext`` selects are used, as those of ``@requires`` are."""
    setters: dict[str, list[str]] = {}
    for type_def in schema.types.values():
        for directive in type_def.applied("context"):
            name = directive.text("name")
            if name is not None:
                setters.setdefault(name, []).extend([type_def.name, *type_def.members])
    if not setters:
        return
    for type_def in schema.types.values():
        for field in type_def.fields.values():
            for argument in field.args.values():
                for directive in argument.directives:
                    if directive.spec != "fromContext":
                        continue
                    parts = split_context_value(directive.text("field"))
                    if parts is None:
                        continue
                    for setter in setters.get(parts[0], ()):
                        selections = parse_quietly(parts[1])
                        schema.required.update(walk_field_set(schema.types, setter, selections))


def _collect_keys(schema: SubgraphSchema, type_def: TypeDef) -> None:
    for directive in type_def.applied("key"):
        selections = parse_quietly(directive.text("fields"))
        if not selections:
            continue
        resolvable = directive.flag("resolvable", True)
        key = Key(selections, print_field_set(selections), resolvable, directive)
        schema.keys.setdefault(type_def.name, []).append(key)
        schema.key_fields.update(walk_field_set(schema.types, type_def.name, selections))


def is_extension(type_def: TypeDef) -> bool:
    """Tell whether the subgraph only extends the type, by ``extend`` or ``@extends``."""
    return not type_def.defined or type_def.has("extends")


def _collect_external(schema: SubgraphSchema, type_def: TypeDef) -> None:
    """A field is external by its own directive or by that of the declaration that it stands in.

    Key fields of an extension keep their ``@external`` for Federation 1's sake, where it meant
    nothing: the subgraph does resolve them.
    """
    parts = {directive.part for directive in type_def.applied("external")}
    own_keys = _own_key_fields(schema, type_def) if is_extension(type_def) else frozenset()
    for field in type_def.fields.values():
        if not field.directives and not parts:
            continue
        if field.part in parts or any(d.spec == "external" for d in field.directives):
            coordinate = (type_def.name, field.name)
            if coordinate not in own_keys:
                schema.external.add(coordinate)


def _own_key_fields(schema: SubgraphSchema, type_def: TypeDef) -> frozenset[tuple[str, str]]:
    """Return the fields of a type that its own keys select, not those of types around it."""
    found = (
        coordinate
        for key in schema.keys.get(type_def.name, ())
        for coordinate in walk_field_set(schema.types, type_def.name, key.selections)
    )
    return frozenset(coordinate for coordinate in found if coordinate[0] == type_def.name)


def _collect_shareable(schema: SubgraphSchema, type_def: TypeDef) -> None:
    parts = {directive.part for directive in type_def.applied("shareable")}
    for field in type_def.fields.values():
        if field.part in parts or (
            field.directives and any(d.spec == "shareable" for d in field.directives)
        ):
            schema.shareable.add((type_def.name, field.name))


def possible_types(types: dict[str, TypeDef]) -> dict[str, tuple[str, ...]]:
    """Map each abstract type to its object types. Cycles and unknown names do no harm."""
    found: dict[str, list[str]] = {}
    for type_def in types.values():
        if type_def.kind == "UNION":
            found[type_def.name] = list(type_def.members)
        elif type_def.kind == "INTERFACE":
            found.setdefault(type_def.name, [])
        elif type_def.kind == "OBJECT":
            for interface in type_def.interfaces:
                found.setdefault(interface, []).append(type_def.name)
    return {name: tuple(members) for name, members in found.items()}
