"""The registry's GraphQL schema and the ASGI app that serves it."""

import logging

import strawberry
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter
from strawberry.types.execution import ExecutionContext

from .context import Context, Services
from .mask_errors import MaskErrors
from .mutations import Mutation
from .queries import Query

_logger = logging.getLogger("reelgraph.registry")


class _Schema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: MaskErrors logs what is internal, the rest is the caller's."""


def make_schema() -> strawberry.Schema:
    """Build the schema with its limits on what a query may ask."""
    return _Schema(
        query=Query,
        mutation=Mutation,
        extensions=[
            MaskErrors,
            lambda: QueryDepthLimiter(max_depth=12),
            lambda: MaxAliasesLimiter(max_alias_count=50),
            lambda: MaxTokensLimiter(max_token_count=5_000),
        ],
    )


class RegistryGraphQL(GraphQL[Context, None]):
    """Serves the schema; every request gets the services and its Authorization header."""

    def __init__(self, services: Services) -> None:
        super().__init__(make_schema(), graphql_ide=None, subscription_protocols=())
        self._services = services

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """Return what resolvers work with."""
        return Context(self._services, request.headers.get("authorization"))
