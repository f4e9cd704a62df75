"""Refuse null for what decides in `@skip`, `@include` and `@defer`.

A variable of type `Boolean` with a default may stand there, though `if` must not be null; a request
that gives null all the same is wrong (GraphQL, section 5.8.5, "Allowing Optional Variables").
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import (
    DirectiveNode,
    DocumentNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

from reelgraph_router.errors import Code, refuse
from reelgraph_router.pipeline.coerce_variables import Coerce, Values

CONDITIONAL = frozenset(("skip", "include", "defer"))


def checking_conditions(
    document: DocumentNode, operation: OperationDefinitionNode, coerce: Coerce
) -> Coerce:
    """`coerce`, which raises RequestError for such nulls as well."""
    nullable = {
        one.variable.name.value
        for one in operation.variable_definitions or ()
        if not isinstance(one.type, NonNullTypeNode)
    }
    names = tuple(sorted(nullable & _deciding(document))) if nullable else ()
    if not names:
        return coerce

    def coerce_and_check(raw: Mapping[str, object] | None) -> Values:
        values = coerce(raw)
        for name in names:
            if name in values and values[name] is None:
                raise refuse(
                    f"Variable '${name}' decides in a directive and must not be null.",
                    Code.BAD_USER_INPUT,
                    well_formed=True,
                )
        return values

    return coerce_and_check


def _deciding(document: DocumentNode) -> set[str]:
    """The variables that stand in `if` arguments."""
    found: set[str] = set()

    class Finder(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            if node.name.value not in CONDITIONAL:
                return
            for argument in node.arguments or ():
                if argument.name.value == "if" and isinstance(argument.value, VariableNode):
                    found.add(argument.value.name.value)

    visit(document, Finder())
    return found
