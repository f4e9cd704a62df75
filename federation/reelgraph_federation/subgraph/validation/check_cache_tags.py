"""``@cacheTag(format:)`` on query fields by arguments, on entities by key fields.

A format is text with interpolations in braces: ``{$args.id}`` on a field of the query root, where
the argument is required, and ``{$key.id}`` on an entity, where each key has the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...field_sets import FieldSet
from ...type_refs import is_required, named
from ..document import Directive, Field, Missing, TypeDef
from ..schema import SubgraphSchema

_INTERPOLATION = re.compile(r"\{([^{}]*)\}")
_PATH = re.compile(r"\$(args|key)((?:\.[_A-Za-z][_0-9A-Za-z]*)+)")


def check_cache_tags(schema: SubgraphSchema) -> None:
    """Check each @cacheTag of the subgraph."""
    for type_def in schema.types.values():
        for directive in type_def.applied("cacheTag"):
            _check_on_entity(schema, type_def, directive)
        for field in type_def.fields.values():
            for directive in field.directives:
                if directive.spec == "cacheTag":
                    _check_on_field(schema, type_def, field, directive)


def _check_on_entity(schema: SubgraphSchema, type_def: TypeDef, directive: Directive) -> None:
    keys = [key for key in schema.keys.get(type_def.name, ()) if key.resolvable]
    if not keys:
        message = f'@{directive.name} stands on "{type_def.name}", which has no resolvable @key'
        schema.report("CACHE_TAG_ENTITY_NOT_RESOLVABLE", message, type_def.name, directive.at)
        return

    def fits(kind: str, path: list[str]) -> bool:
        return kind == "key" and all(_selects(key.selections, path) for key in keys)

    code = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY"
    _check_format(schema, type_def.name, directive, code, fits)


def _selects(selections: FieldSet, path: list[str]) -> bool:
    for selection in selections:
        if selection.name == path[0]:
            rest = path[1:]
            return not selection.children if not rest else _selects(selection.children, rest)
    return False


def _check_on_field(
    schema: SubgraphSchema, type_def: TypeDef, field: Field, directive: Directive
) -> None:
    coordinate = f"{type_def.name}.{field.name}"
    if type_def.name != "Query":
        message = f'@{directive.name} stands on "{coordinate}", which is no field of the query root'
        schema.report("CACHE_TAG_APPLIED_TO_NON_ROOT_FIELD", message, coordinate, directive.at)
        return

    def fits(kind: str, path: list[str]) -> bool:
        argument = field.args.get(path[0])
        if kind != "args" or argument is None or not _is_given(argument.type, argument.default):
            return False
        return _follows(schema, argument.type, path[1:])

    code = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD"
    _check_format(schema, coordinate, directive, code, fits)


def _is_given(type_ref: str, default: object) -> bool:
    return is_required(type_ref) or not isinstance(default, Missing)


def _follows(schema: SubgraphSchema, type_ref: str, path: list[str]) -> bool:
    type_def = schema.types.get(named(type_ref))
    if not path:
        return type_def is None or type_def.kind in ("SCALAR", "ENUM")
    if type_def is None or path[0] not in type_def.inputs:
        return False
    inner = type_def.inputs[path[0]]
    return _is_given(inner.type, inner.default) and _follows(schema, inner.type, path[1:])


def _check_format(
    schema: SubgraphSchema,
    coordinate: str,
    directive: Directive,
    code: str,
    fits: Callable[[str, list[str]], bool],
) -> None:
    text = directive.text("format")
    if text is None:
        return
    rest = _INTERPOLATION.sub("", text)
    if not text or "{" in rest or "}" in rest:
        message = f'the format "{text}" of @{directive.name} on "{coordinate}" cannot be read'
        schema.report("CACHE_TAG_INVALID_FORMAT", message, coordinate, directive.at)
        return
    for expression in _INTERPOLATION.findall(text):
        match = _PATH.fullmatch(expression.strip())
        if match is None:
            message = f'"{{{expression}}}" in @{directive.name} on "{coordinate}" cannot be read'
            schema.report("CACHE_TAG_INVALID_FORMAT", message, coordinate, directive.at)
        elif not fits(match.group(1), match.group(2)[1:].split(".")):
            message = f'"{{{expression}}}" in @{directive.name} on "{coordinate}" may be unknown'
            schema.report(code, message, coordinate, directive.at)
