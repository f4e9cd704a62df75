"""Directives are defined, stand where they may, as often as they may, with fitting arguments.

https://spec.graphql.org/October2021/#sec-Validation.Directives, for directives of the GraphQL
specification, of federation, and of the document itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...type_refs import is_required
from ..document import MISSING, Directive, DirectiveDef, Missing, Value
from ..schema import SubgraphSchema
from ..spec_features import CONNECT, DIRECTIVES, SpecDirective
from .elements import directive_uses
from .value_problems import value_problem


@dataclass(frozen=True, slots=True)
class _Signature:
    """What a directive allows. ``arguments`` maps name → (type, has to be given)."""

    locations: frozenset[str]
    repeatable: bool
    arguments: Mapping[str, tuple[str, bool]]


_BUILT_IN = {
    "deprecated": _Signature(
        frozenset(
            {"FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"}
        ),
        False,
        {"reason": ("String", False)},
    ),
    "specifiedBy": _Signature(frozenset({"SCALAR"}), False, {"url": ("String!", True)}),
    "oneOf": _Signature(frozenset({"INPUT_OBJECT"}), False, {}),
    "skip": _Signature(frozenset(), False, {"if": ("Boolean!", True)}),
    "include": _Signature(frozenset(), False, {"if": ("Boolean!", True)}),
}
_LINK_SIGNATURE = _Signature(
    frozenset({"SCHEMA"}),
    True,
    dict.fromkeys(("url", "feature", "as", "for", "import"), ("", False)),
)
_CHECKED_ELSEWHERE = {"fields", "from", "field", "weight"}
"""Arguments whose wrong type has a code of its own."""


def check_directive_uses(schema: SubgraphSchema) -> None:
    """Check every application of a directive."""
    free = _freely_usable(schema)
    for location, coordinate, directives in directive_uses(schema):
        seen: set[str] = set()
        for directive in directives:
            signature = _signature(schema, directive)
            if signature is None:
                if directive.name not in free and not _is_free(free, directive.name):
                    _report_unknown(schema, coordinate, directive)
                continue
            if not _may_stand(schema, location, coordinate, directive, signature):
                continue
            if directive.name in seen and not signature.repeatable:
                message = f'@{directive.name} stands twice on "{coordinate}", and is not repeatable'
                schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
            seen.add(directive.name)
            _check_arguments(schema, coordinate, directive, signature)


def _freely_usable(schema: SubgraphSchema) -> set[str]:
    """Names brought in by connectors, which composition carries without looking into them."""
    names: set[str] = set()
    for link in schema.links:
        if link.identity == CONNECT:
            names.add(link.name)
            names.add(f"{link.name}__")
            names.update(name[1:] for name in link.imports.values() if name.startswith("@"))
    return names


def _is_free(free: set[str], name: str) -> bool:
    return any(prefix.endswith("__") and name.startswith(prefix) for prefix in free)


def _signature(schema: SubgraphSchema, directive: Directive) -> _Signature | None:
    if directive.spec == "link":
        return _LINK_SIGNATURE
    if directive.spec is not None and directive.spec in DIRECTIVES:
        return _of_spec(DIRECTIVES[directive.spec], schema.version)
    own = schema.document.directive_defs.get(directive.name)
    if own is not None:
        return _of_definition(own)
    return _BUILT_IN.get(directive.name)


def _of_spec(spec: SpecDirective, version: tuple[int, int] | None) -> _Signature:
    version = version or (2, 0)
    late = spec.late_locations or {}
    later = spec.late_parameters or {}
    locations = {name for name in spec.locations if late.get(name, version) <= version}
    arguments = {
        p.name: (p.type, p.required)
        for p in spec.parameters
        if later.get(p.name, version) <= version
    }
    return _Signature(frozenset(locations), spec.repeatable, arguments)


def _of_definition(definition: DirectiveDef) -> _Signature:
    arguments = {
        name: (value.type, is_required(value.type) and isinstance(value.default, Missing))
        for name, value in definition.args.items()
    }
    return _Signature(frozenset(definition.locations), definition.repeatable, arguments)


def _report_unknown(schema: SubgraphSchema, coordinate: str, directive: Directive) -> None:
    remedy = None
    if directive.name == "core":
        message = "@core, the preview of @link, is not supported"
        remedy = "Write @link(url:) instead of @core(feature:)."
        schema.report("UNSUPPORTED_FEATURE", message, coordinate, directive.at, remedy)
        return
    name = directive.name.removeprefix("federation__")
    if name in DIRECTIVES:
        since = max(DIRECTIVES[name].since, schema.version or (2, 0))
        remedy = (
            f"If federation's @{name} is meant, import it: extend schema @link(url: \"https://"
            f'specs.apollo.dev/federation/v{since[0]}.{since[1]}", import: ["@{name}"])'
        )
    message = f'unknown directive @{directive.name} on "{coordinate}"'
    schema.report("INVALID_GRAPHQL", message, coordinate, directive.at, remedy)


def _may_stand(
    schema: SubgraphSchema,
    location: str,
    coordinate: str,
    directive: Directive,
    signature: _Signature,
) -> bool:
    if location in signature.locations:
        return True
    if directive.spec is not None and schema.version is None and directive.spec in DIRECTIVES:
        return True  # Federation 1 did not mind, and its upgrade drops what has no meaning.
    message = f'@{directive.name} may not stand on "{coordinate}" ({location})'
    schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
    return False


def _check_arguments(
    schema: SubgraphSchema, coordinate: str, directive: Directive, signature: _Signature
) -> None:
    for name, value in directive.args.items():
        if name not in signature.arguments:
            message = f'@{directive.name} on "{coordinate}" has no argument "{name}"'
            schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
        elif not (directive.spec and name in _CHECKED_ELSEWHERE) and directive.spec != "link":
            _check_value(schema, coordinate, directive, name, value, signature.arguments[name][0])
    for name, (_, needed) in signature.arguments.items():
        if needed and directive.args.get(name, MISSING) is MISSING:
            message = f'@{directive.name} on "{coordinate}" needs the argument "{name}"'
            schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)


def _check_value(
    schema: SubgraphSchema,
    coordinate: str,
    directive: Directive,
    name: str,
    value: Value,
    type_ref: str,
) -> None:
    problem = value_problem(schema.document.types, value, type_ref)
    if problem is not None:
        message = f'argument "{name}" of @{directive.name} on "{coordinate}": {problem}'
        schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
