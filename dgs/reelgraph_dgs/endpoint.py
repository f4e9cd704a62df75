"""The GraphQL endpoint: Strawberry's, with the kit's context, and errors in JSON only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from reelgraph_dgs.caller import DEADLINE_KEY, IDENTITY_KEY
from reelgraph_dgs.context import Context
from reelgraph_dgs.schema import FederatedSchema
from reelgraph_kit.identity import ANONYMOUS
from reelgraph_kit.logging import request_id


class GraphQLEndpoint(GraphQL[Context[Any], None]):
    """Answers GraphQL over HTTP and WebSocket with a `Context` for each request."""

    def __init__(self, schema: FederatedSchema, resources: Callable[[], Any]) -> None:
        super().__init__(schema, graphql_ide=None, allow_queries_via_get=False)
        self._resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what is no GraphQL request is a BAD_REQUEST in JSON."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            response: Response = await self.run(Request(scope, receive))
        except HTTPException as error:
            response = error_response(error.status_code, "BAD_REQUEST", error.reason)
        await response(scope, receive, send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context[Any]:
        """Make the context of a request from what the middleware found out."""
        return Context(
            resources=self._resources(),
            identity=request.scope.get(IDENTITY_KEY, ANONYMOUS),
            deadline=request.scope.get(DEADLINE_KEY),
            request_id=request_id.get(),
            connection=request,
            response=response if isinstance(response, Response) else None,
        )

    def encode_json(self, data: object) -> str | bytes:
        """Write a response as compact JSON."""
        try:
            return orjson.dumps(data)
        except TypeError:  # integers beyond 64 bits
            pass
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def error_response(status: int, code: str, message: str) -> JSONResponse:
    """Make a response with one GraphQL error."""
    extensions: dict[str, object] = {"code": code}
    if identifier := request_id.get():
        extensions["requestId"] = identifier
    return JSONResponse(
        {"errors": [{"message": message, "extensions": extensions}]}, status_code=status
    )
