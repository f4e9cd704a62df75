"""Parse the document, within limits."""

from __future__ import annotations

from graphql import DocumentNode, GraphQLSyntaxError, OperationDefinitionNode, parse

from reelgraph_router.errors import Code, from_graphql_errors, refuse

_TOO_MANY = ("Document contains more than", "too many tokens")


def parse_document(query: str, max_tokens: int, max_characters: int) -> DocumentNode:
    """Parse `query`; raises RequestError on a syntax error, or one that is too long."""
    if len(query) > max_characters:  # comments and texts cost time as well
        raise refuse(
            f"The document has more than {max_characters} characters.",
            Code.LIMIT_EXCEEDED,
            well_formed=True,
        )
    try:
        return parse(query, max_tokens=max_tokens, allow_empty_selection_sets=False)
    except GraphQLSyntaxError as error:
        too_many = any(text in error.message for text in _TOO_MANY)
        code = Code.LIMIT_EXCEEDED if too_many else Code.PARSE_FAILED
        raise from_graphql_errors([error], code) from None
    except RecursionError:
        raise refuse(
            "The operation is nested too deeply.", Code.LIMIT_EXCEEDED, well_formed=True
        ) from None


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run (GraphQL, 6.1, GetOperation); raises RequestError."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        message = (
            "Must provide an operation."
            if not operations
            else "Must provide operation name if query contains multiple operations."
        )
        raise refuse(message, Code.OPERATION_RESOLUTION, well_formed=True)
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise refuse(f'Unknown operation named "{name}".', Code.OPERATION_RESOLUTION, well_formed=True)
