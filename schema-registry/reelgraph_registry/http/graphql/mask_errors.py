"""Let no internal error text reach a client."""

import logging
from collections.abc import Iterator

from graphql import ExecutionResult, GraphQLError
from strawberry.extensions import SchemaExtension

from reelgraph_kit.logging import request_id

from ...domain.errors import RegistryError

_logger = logging.getLogger("reelgraph.registry")


class MaskErrors(SchemaExtension):
    """Replaces errors that are no RegistryError by "Internal error", and logs them."""

    def on_operation(self) -> Iterator[None]:
        """Go over the errors once the operation is done."""
        yield
        result = self.execution_context.result
        if isinstance(result, ExecutionResult) and result.errors:
            result.errors = [_masked(error) for error in result.errors]


def _masked(error: GraphQLError) -> GraphQLError:
    cause = error.original_error
    # Without a cause the error is GraphQL's own: syntax, validation, variables.
    if cause is None or isinstance(cause, RegistryError | GraphQLError):
        return error
    _logger.error("internal error at %s", error.path, exc_info=cause)
    return GraphQLError(
        "Internal error",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL", "requestId": request_id.get()},
    )
