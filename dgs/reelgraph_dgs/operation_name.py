"""Refuse a document that leaves open which of its operations is meant."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension


class OperationNameRequired(SchemaExtension):
    """GetOperation: without an operation name, the document must contain exactly one operation.

    Strawberry would run the first one. Source: GraphQL specification, section 6.1.
    """

    def on_validate(self) -> Iterator[None]:
        """Add the error, unless validation has found others."""
        context = self.execution_context
        # Strawberry's `operation_name` is the first operation's where none was given.
        given = context._provided_operation_name
        definitions = context.graphql_document.definitions if context.graphql_document else ()
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        if given is None and len(operations) > 1 and not context.pre_execution_errors:
            message = "Must provide operation name if query contains multiple operations."
            context.pre_execution_errors = [GraphQLError(message, nodes=operations)]
        yield
