"""Federation 1 documents, given the meaning that Federation 2 would spell out.

https://www.apollographql.com/docs/federation/federation-2/backward-compatibility. Federation 1
never checked most of what documents said, so that many say what has no meaning: such things are
dropped here, before anything else looks at them. Fields are shareable, as no Federation 1 composer
asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..field_sets import FieldSet, print_field_set
from ..type_refs import named
from .document import Directive, Field, TypeDef, Value, find
from .schema import DroppedTag, SubgraphSchema
from .spec_features import FIELD_SETS
from .validation.check_federation_1 import report_only_unused_externals
from .validation.elements import directive_uses
from .walk import parse_quietly, walk_field_set

_COMPOSITE = ("OBJECT", "INTERFACE", "UNION")


def upgrade_arguments(schema: SubgraphSchema) -> None:
    """Make strings of the field sets that a Federation 1 document writes as names or lists."""
    if schema.is_federation_2:
        return
    for _, _, directives in directive_uses(schema):
        for directive in directives:
            if directive.spec in FIELD_SETS and "fields" in directive.args:
                directive.args["fields"] = _as_text(directive.args["fields"])


def _as_text(value: Value) -> Value:
    items = value if isinstance(value, list) else [value]
    if items and all(isinstance(item, str) for item in items):
        return " ".join(str.__str__(item) for item in items if isinstance(item, str))
    return value


def upgrade_federation_1(schema: SubgraphSchema) -> None:
    """Rewrite a document without a federation 2 link; others are left as they are."""
    if schema.is_federation_2:
        return
    for type_def in schema.types.values():
        if type_def.kind == "INTERFACE":
            _drop_from_interface(type_def)
        elif type_def.kind == "OBJECT":
            _drop_without_meaning(schema, type_def)
    _drop_unused_externals(schema)
    for type_def in schema.types.values():
        if type_def.kind == "OBJECT":
            for field in type_def.fields.values():
                _drop_what_is_not_external(schema, type_def, field)
                _drop_tags_of_external(schema, type_def, field)


def _drop_from_interface(type_def: TypeDef) -> None:
    """Federation 1 ignored keys and externals of interfaces."""
    type_def.directives = [d for d in type_def.directives if d.spec != "key"]
    for field in type_def.fields.values():
        _drop(field, "external", "requires", "provides")


def _drop_without_meaning(schema: SubgraphSchema, type_def: TypeDef) -> None:
    """Drop @external of whole types and of an extension's keys, and @provides where nothing is.

    An extension had to write @external on its own keys, which it does resolve.
    """
    type_def.directives = [d for d in type_def.directives if d.spec != "external"]
    is_root = type_def.name in schema.roots.values()
    keys: set[str] = set()
    if not is_root and (type_def.has("extends") or not type_def.defined):
        keys = {field for owner, field in _key_fields(schema, type_def) if owner == type_def.name}
    for field in type_def.fields.values():
        if field.name in keys:
            _drop(field, "external")
        returned = schema.types.get(named(field.type))
        if returned is None or returned.kind not in _COMPOSITE:
            _drop(field, "provides")


def _drop_unused_externals(schema: SubgraphSchema) -> None:
    """Remove fields that are only said to be elsewhere, and types of which nothing else is left."""
    used = _used_externals(schema)
    referenced = set(_referenced(schema.types.values()))
    emptied: list[TypeDef] = []
    for type_def in schema.types.values():
        if type_def.kind != "OBJECT":
            continue
        unused = [
            field.name
            for field in type_def.fields.values()
            if find(field.directives, "external") is not None
            and (type_def.name, field.name) not in used
        ]
        for name in unused:
            del type_def.fields[name]
        if unused and not type_def.fields:
            emptied.append(type_def)
    for type_def in emptied:
        if type_def.name in referenced or type_def.has("key"):
            report_only_unused_externals(schema, type_def)
        del schema.types[type_def.name]
        for other in schema.types.values():
            other.members.pop(type_def.name, None)
        schema.roots = {k: name for k, name in schema.roots.items() if name != type_def.name}


def _referenced(types: Iterable[TypeDef]) -> Iterator[str]:
    for type_def in types:
        yield from type_def.members
        for field in type_def.fields.values():
            yield named(field.type)


def _drop_what_is_not_external(schema: SubgraphSchema, type_def: TypeDef, field: Field) -> None:
    """Take out of @requires and @provides what the subgraph resolves by itself."""
    for directive in field.directives:
        start = type_def.name if directive.spec == "requires" else named(field.type)
        if directive.spec not in ("requires", "provides"):
            continue
        selections = parse_quietly(directive.text("fields"))
        kept = _external_parts(schema, start, selections)
        if kept != selections:
            directive.args["fields"] = print_field_set(kept)
    if field.directives:
        field.directives = [d for d in field.directives if not _selects_nothing(d)]


def _selects_nothing(directive: Directive) -> bool:
    return directive.spec in ("requires", "provides") and directive.text("fields") == ""


def _external_parts(schema: SubgraphSchema, type_name: str, selections: FieldSet) -> FieldSet:
    """Return a field set without fields that are not external; what cannot be judged stays."""
    type_def = schema.types.get(type_name)
    kept = []
    for selection in selections:
        field = type_def.fields.get(selection.name) if type_def else None
        if selection.name and (
            field is None
            or type_def is None
            or type_def.kind == "INTERFACE"
            or find(field.directives, "external") is not None
        ):
            kept.append(selection)
            continue
        inner = named(field.type) if field is not None else selection.on or type_name
        children = _external_parts(schema, inner, selection.children)
        if children:
            kept.append(replace(selection, children=children))
    return tuple(kept)


def _drop_tags_of_external(schema: SubgraphSchema, type_def: TypeDef, field: Field) -> None:
    """Drop tags of external fields; composition looks whether the field has them elsewhere."""
    if find(field.directives, "external") is None:
        return
    for directive in field.directives:
        name = directive.text("name") if directive.spec == "tag" else None
        if name is not None:
            coordinate = (type_def.name, field.name)
            schema.dropped_tags.append(DroppedTag(coordinate, name, directive))
    _drop(field, "tag")


def _drop(field: Field, *specs: str) -> None:
    if field.directives:
        field.directives = [d for d in field.directives if d.spec not in specs]


def _key_fields(schema: SubgraphSchema, type_def: TypeDef) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for key in type_def.applied("key"):
        selections = parse_quietly(key.text("fields"))
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
                    start = named(field.type)
                else:
                    continue
                selections = parse_quietly(directive.text("fields"))
                used.update(walk_field_set(schema.types, start, selections))
    return used
