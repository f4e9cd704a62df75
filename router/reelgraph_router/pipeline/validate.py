"""Validate the document against the API schema."""

from __future__ import annotations

from graphql import DocumentNode, GraphQLSchema, validate

from reelgraph_router.errors import Code, from_graphql_errors, refuse

MAX_ERRORS = 20
ABORTED = "Validation aborted."
"""What graphql-core says where comparing the fields that overlap exceeds its budget."""


def validate_document(schema: GraphQLSchema, document: DocumentNode, *, hints: bool) -> None:
    """Raise RequestError with every rule broken (GraphQL, section 5).

    `hints` allows "Did you mean": off where introspection is off, since it tells names.
    """
    errors = validate(
        schema,
        document,
        max_errors=MAX_ERRORS,
        hide_suggestions=not hints,
        allow_empty_selection_sets=False,
    )
    if any(error.message == ABORTED for error in errors):
        raise refuse(
            "The operation selects the same fields too often in too many places.",
            Code.LIMIT_EXCEEDED,
            well_formed=True,
        )
    if errors:
        raise from_graphql_errors(errors, Code.VALIDATION_FAILED)
