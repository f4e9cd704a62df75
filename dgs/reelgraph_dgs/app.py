"""Make a subgraph's web application out of its schema, settings and resources."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from reelgraph_dgs.background import BackgroundWork, running
from reelgraph_dgs.caller import CallerMiddleware
from reelgraph_dgs.endpoint import GraphQLEndpoint, error_response
from reelgraph_dgs.errors import INTERNAL_CODE, INTERNAL_MESSAGE
from reelgraph_dgs.schema import FederatedSchema
from reelgraph_dgs.settings import GraphQLLimits, SubgraphSettings
from reelgraph_kit.asgi import HealthMiddleware, ReadinessCheck, RequestIdMiddleware
from reelgraph_kit.body_limit import BodyLimitMiddleware
from reelgraph_kit.host import HostMiddleware
from reelgraph_kit.identity import read_grants
from reelgraph_kit.settings import ServiceSettings
from reelgraph_kit.signing import TrustedSigners

ResourcesT = TypeVar("ResourcesT")

Resources = Callable[[], AbstractAsyncContextManager[ResourcesT]]
"""Opens what the service shares between requests, and closes it again."""

_logger = logging.getLogger("reelgraph.app")


def create_subgraph_app(
    schema: FederatedSchema,
    settings: ServiceSettings,
    *,
    resources: Resources[ResourcesT] | None = None,
    background: Sequence[BackgroundWork[ResourcesT]] = (),
    checks: Callable[[ResourcesT], Mapping[str, ReadinessCheck]] | None = None,
    routes: Sequence[BaseRoute] = (),
) -> FastAPI:
    """Make the app: `/graphql` (HTTP and WebSocket), `/health`, `/ready` and `routes`.

    - `resources` opens, at start, what resolvers find in `info.context.resources` and plain
      routes in `request.app.state.resources`; it is closed after the last request.
    - `background` work runs beside the requests and is cancelled at the end.
    - `checks` names what must answer for `/ready` to be 200.
    """
    _limit(schema, settings)
    readiness: dict[str, ReadinessCheck] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened: AbstractAsyncContextManager[Any] = resources() if resources else nullcontext()
        async with opened as shared:
            app.state.resources = shared
            if checks is not None:
                readiness.update(checks(shared))
            async with running(background, shared):
                yield

    app = FastAPI(
        title=settings.service_name,
        lifespan=lifespan,
        openapi_url=None,
        routes=list(routes),
        exception_handlers={Exception: _internal_error},
    )
    endpoint = GraphQLEndpoint(schema, lambda: app.state.resources)
    app.router.routes += [Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)]
    app.state.identity_audience = _audiences(settings)[0]
    _add_middleware(app, settings, readiness)
    return app


def _limit(schema: FederatedSchema, settings: ServiceSettings) -> None:
    if isinstance(settings, SubgraphSettings):
        schema.limit(settings.limits, settings.introspection)


def _audiences(settings: ServiceSettings) -> tuple[str, ...]:
    own = settings if isinstance(settings, SubgraphSettings) else None
    return own.audiences if own else (settings.service_name,)


def _add_middleware(
    app: FastAPI, settings: ServiceSettings, readiness: Mapping[str, ReadinessCheck]
) -> None:
    own = settings if isinstance(settings, SubgraphSettings) else None
    limits = own.limits if own else GraphQLLimits()
    path = settings.trusted_signers
    app.add_middleware(BodyLimitMiddleware, max_bytes=limits.bytes)
    app.add_middleware(
        CallerMiddleware,
        signers=TrustedSigners({}) if path is None else TrustedSigners.from_file(path),
        max_seconds=limits.seconds,
        require_identity=own is not None and own.require_identity,
        speakers=own.identity_speakers if own else ("router",),
        audiences=_audiences(settings),
        grants=read_grants(own.service_scopes) if own else {},
        without_audience=own is not None and own.identity_without_audience,
    )
    app.add_middleware(HealthMiddleware, checks=readiness)
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(HostMiddleware)


async def _internal_error(request: Request, error: Exception) -> Response:
    _logger.error("request %s %s failed", request.method, request.url.path, exc_info=error)
    return error_response(500, INTERNAL_CODE, INTERNAL_MESSAGE)
