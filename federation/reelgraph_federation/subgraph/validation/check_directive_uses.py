"""Directives are defined, stand where they may, as often as they may, with fitting arguments.

https://spec.graphql.org/October2021/#sec-Validation.Directives, for directives of the GraphQL
specification, of federation, and of the document itself.
"""

from __future__ import annotations

from ..document import Directive
from ..schema import SubgraphSchema
from ..signatures import Signature, signature_of
from ..spec_features import DIRECTIVES
from .elements import directive_uses
from .value_problems import value_problem


def check_directive_uses(schema: SubgraphSchema) -> None:
    """Check every application of a directive."""
    for location, coordinate, directives in directive_uses(schema):
        seen: set[str] = set()
        for directive in directives:
            signature = signature_of(schema, directive)
            if signature is None:
                if not schema.is_excused(directive.name):
                    _report_unknown(schema, coordinate, directive)
                continue
            if not _may_stand(schema, location, coordinate, directive, signature):
                continue
            if directive.name in seen and not signature.repeatable:
                message = f'@{directive.name} stands twice on "{coordinate}", and is not repeatable'
                schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
            seen.add(directive.name)
            if directive.spec is None:
                _check_arguments(schema, coordinate, directive, signature)


def _report_unknown(schema: SubgraphSchema, coordinate: str, directive: Directive) -> None:
    remedy = None
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
    signature: Signature,
) -> bool:
    if location in signature.locations:
        return True
    if directive.spec is not None and schema.version is None and directive.spec in DIRECTIVES:
        return True  # Federation 1 did not mind, and its upgrade drops what has no meaning.
    message = f'@{directive.name} may not stand on "{coordinate}" ({location})'
    schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
    return False


def _check_arguments(
    schema: SubgraphSchema, coordinate: str, directive: Directive, signature: Signature
) -> None:
    """Check the arguments of a document's own directive; those of specified ones were read before."""
    for name, value in directive.args.items():
        if name not in signature.arguments:
            message = f'@{directive.name} on "{coordinate}" has no argument "{name}"'
            schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
            continue
        problem = value_problem(schema.document.types, value, signature.arguments[name][0])
        if problem is not None:
            message = f'argument "{name}" of @{directive.name} on "{coordinate}": {problem}'
            schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
    for name, (_, needed) in signature.arguments.items():
        if needed and name not in directive.args:
            message = f'@{directive.name} on "{coordinate}" needs the argument "{name}"'
            schema.report("INVALID_GRAPHQL", message, coordinate, directive.at)
