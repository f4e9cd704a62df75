"""``@composeDirective`` names a directive that is defined here and belongs to a linked feature."""

from __future__ import annotations

from ..document import Directive
from ..links import Link
from ..schema import SubgraphSchema
from ..spec_features import BUILT_IN_DIRECTIVES, DIRECTIVES, MERGED_BY_SPEC


def check_composed_directives(schema: SubgraphSchema) -> None:
    """Check each application of @composeDirective."""
    for directive in schema.document.schema_directives:
        if directive.spec == "composeDirective":
            _check(schema, directive)


def _check(schema: SubgraphSchema, directive: Directive) -> None:
    written = directive.text("name")
    problem: str | None = None
    if written is None:
        return
    if not written.startswith("@"):
        problem = f'the name "{written}" does not start with "@"'
    else:
        problem = _problem(schema, written[1:])
    if problem is not None:
        message = f"@{directive.name} cannot compose: {problem}"
        schema.report("DIRECTIVE_COMPOSITION_ERROR", message, None, directive.at)


def _problem(schema: SubgraphSchema, name: str) -> str | None:
    spec = schema.meanings.get(name)
    if spec in MERGED_BY_SPEC or spec in BUILT_IN_DIRECTIVES:
        return None  # composed anyway; a hint says so
    if spec in DIRECTIVES or spec == "link":
        return f"@{name} is a federation directive, which supergraphs express in their own way"
    if name not in schema.document.directive_defs:
        return f"@{name} is not defined in the subgraph"
    if feature_of(schema, name) is None:
        return f"@{name} belongs to no linked feature; add @link(url:, import:) for it"
    return None


def feature_of(schema: SubgraphSchema, name: str) -> Link | None:
    """Return the link that brings in the directive spelled ``name``."""
    for link in schema.links:
        if f"@{name}" in link.imports.values():
            return link
    for link in schema.links:
        if name == link.name or name.startswith(f"{link.name}__"):
            return link
    return None
