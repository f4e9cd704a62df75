"""Federation 1 documents, given the meaning that Federation 2 would spell out.

https://www.apollographql.com/docs/federation/federation-2/backward-compatibility: key fields of an
extension need no ``@external``; ``@external`` that nothing uses is dropped, as is ``@provides`` and
``@requires`` on what cannot have them; fields are shareable, as no
Federation 1 composer asked.
"""

from __future__ import annotations

from .document import Directive, Field, TypeDef
from .schema import SubgraphSchema
from .validation.check_federation_1 import report_only_unused_externals
from .walk import parse_quietly, walk_field_set


def upgrade_federation_1(schema: SubgraphSchema) -> None:
    """Rewrite a document without a federation 2 link; others are left as they are."""
    if schema.is_federation_2:
        return
    used = _used_externals(schema)
    for type_def in schema.types.values():
        if type_def.kind == "INTERFACE":
            _drop_from_interface(type_def)
        elif type_def.kind == "OBJECT":
            _upgrade_object(schema, type_def, used)


def _drop_from_interface(type_def: TypeDef) -> None:
    """Federation 1 ignored keys and externals of interfaces."""
    type_def.directives = [d for d in type_def.directives if d.spec != "key"]
    for field in type_def.fields.values():
        _drop(field, "external", "requires", "provides")


def _upgrade_object(schema: SubgraphSchema, type_def: TypeDef, used: set[tuple[str, str]]) -> None:
    is_root = type_def.name in schema.roots.values()
    is_extension = not is_root and (
        type_def.has("extends") or (type_def.extended and not type_def.defined)
    )
    key_fields = _key_fields(schema, type_def)
    had_fields = bool(type_def.fields)
    for field in list(type_def.fields.values()):
        external = _find(field, "external")
        coordinate = (type_def.name, field.name)
        if (external is not None and (coordinate in key_fields and is_extension)) or (
            external is not None and not is_extension and coordinate not in used
        ):
            _drop(field, "external")
        elif external is not None and coordinate not in used:
            del type_def.fields[field.name]
    if had_fields and not type_def.fields:
        report_only_unused_externals(schema, type_def)


def _find(field: Field, spec: str) -> Directive | None:
    return next((d for d in field.directives if d.spec == spec), None)


def _drop(field: Field, *specs: str) -> None:
    if field.directives:
        field.directives = [d for d in field.directives if d.spec not in specs]


def _key_fields(schema: SubgraphSchema, type_def: TypeDef) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for key in type_def.applied("key"):
        selections = parse_quietly(key.args.get("fields"))
        found.update(walk_field_set(schema.types, type_def.name, selections))
    return found


def _used_externals(schema: SubgraphSchema) -> set[tuple[str, str]]:
    """Coordinates that a key, @requires, @provides or an interface of the document uses."""
    used: set[tuple[str, str]] = set()
    for type_def in schema.types.values():
        used |= _key_fields(schema, type_def)
        for interface in type_def.interfaces:
            if interface in schema.types:
                used.update((type_def.name, name) for name in schema.types[interface].fields)
        for field in type_def.fields.values():
            for directive in field.directives:
                if directive.spec == "requires":
                    start = type_def.name
                elif directive.spec == "provides":
                    start = field.type.strip("[]!")
                else:
                    continue
                selections = parse_quietly(directive.args.get("fields"))
                used.update(walk_field_set(schema.types, start, selections))
    return used
