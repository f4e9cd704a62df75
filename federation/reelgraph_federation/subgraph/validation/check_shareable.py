"""``@shareable`` once a declaration, and never on subscription fields, which one subgraph streams."""

from __future__ import annotations

from collections import Counter

from ..document import TypeDef, find
from ..schema import SubgraphSchema


def check_shareable(schema: SubgraphSchema) -> None:
    """Report misplaced applications of @shareable."""
    for type_def in schema.types.values():
        if type_def.kind != "OBJECT":
            continue
        _check_repeated(schema, type_def)
        if type_def.name == "Subscription":
            _check_subscription(schema, type_def)


def _check_repeated(schema: SubgraphSchema, type_def: TypeDef) -> None:
    parts = Counter(directive.part for directive in type_def.applied("shareable"))
    if any(count > 1 for count in parts.values()):
        message = f'@shareable stands twice on one declaration of "{type_def.name}"'
        at = next(type_def.applied("shareable")).at
        schema.report("INVALID_SHAREABLE_USAGE", message, type_def.name, at)
    for field in type_def.fields.values():
        if field.directives and sum(d.spec == "shareable" for d in field.directives) > 1:
            where = f"{type_def.name}.{field.name}"
            message = f'@shareable stands twice on "{where}"'
            schema.report("INVALID_SHAREABLE_USAGE", message, where, field.at)


def _check_subscription(schema: SubgraphSchema, type_def: TypeDef) -> None:
    for field in type_def.fields.values():
        if (type_def.name, field.name) in schema.shareable:
            where = f"{type_def.name}.{field.name}"
            directive = find(field.directives, "shareable")
            message = f'"{where}" is @shareable, and subscription fields cannot be shared'
            at = directive.at if directive else field.at
            schema.report("INVALID_FIELD_SHARING", message, where, at)
