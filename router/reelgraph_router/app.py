"""The router's application: the one place that wires real things together."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reelgraph_kit.asgi import (
    ASGIApp,
    HealthMiddleware,
    Message,
    Receive,
    Scope,
    Send,
    send_json,
)
from reelgraph_kit.host import HostMiddleware
from reelgraph_kit.process import on_drain
from reelgraph_router.collector import settle
from reelgraph_router.hooks import Hooks
from reelgraph_router.http.caller import Caller
from reelgraph_router.http.cors import Cors
from reelgraph_router.http.csrf import CsrfGuard
from reelgraph_router.http.endpoint import EndpointRules, GraphQLEndpoint
from reelgraph_router.http.pages import ASSETS_PATH, GraphiqlPage
from reelgraph_router.http.quick import QuickRequests
from reelgraph_router.http.websocket import WebSocketEndpoint
from reelgraph_router.load_hooks import load_hooks
from reelgraph_router.make_caller import make_caller, make_key_sets
from reelgraph_router.pipeline.documents import DocumentRules
from reelgraph_router.pipeline.graph import MakeTransport
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.preparation import Planners
from reelgraph_router.rules import document_rules, graph_rules
from reelgraph_router.settings import RouterSettings
from reelgraph_router.supergraph_source.file import FileSource
from reelgraph_router.supergraph_source.hot_swap import HotSwap
from reelgraph_router.supergraph_source.port import SourceError, SupergraphSource
from reelgraph_router.transport.http import HttpTransport, PoolSet
from reelgraph_router.transport.pool_limits import PoolLimits
from reelgraph_router.transport.port import Transport
from reelgraph_router.transport.streams import check_protocols
from reelgraph_router.transport.tls import make_context
from reelgraph_router.usage.make import make_reporter

if TYPE_CHECKING:
    from reelgraph_router.usage.report import UsageReporter

_log = logging.getLogger("reelgraph.router")


class NoSource(SourceError):
    """The settings name no supergraph to serve."""


def create_app(
    settings: RouterSettings,
    *,
    hooks: Hooks | None = None,
    source: SupergraphSource | None = None,
    make_transport: Callable[[], MakeTransport] | None = None,
) -> ASGIApp:
    """Wire the router. `source` and `make_transport` replace what the settings would choose."""
    hooks = hooks or load_hooks(settings.hooks)
    usage = make_reporter(settings)
    transports = make_transport or partial(http_transports, settings, make_tls(settings))
    documents = document_rules(settings)
    router = Router(settings, hooks, source or make_source(settings), transports, usage, documents)
    return RouterApp(router)


class RouterApp(HostMiddleware):
    """The router with its probes, and the short way that its server may take (`LeanProtocol`)."""

    def __init__(self, router: Router) -> None:
        super().__init__(HealthMiddleware(router, {"supergraph": router.check_supergraph}))
        self._router = router

    @property
    def quick(self) -> QuickRequests | None:
        """What answers usual requests without ASGI, once the router has started."""
        return self._router.quick


def make_source(settings: RouterSettings) -> SupergraphSource:
    """The supergraph source that the settings name; raises NoSource."""
    if settings.supergraph is not None:
        return FileSource(settings.supergraph, settings.watch_seconds)
    if settings.subgraphs is not None:
        from reelgraph_router.supergraph_source.subgraph_list import SubgraphListSource

        return SubgraphListSource(settings.subgraphs, settings.watch_seconds)
    if settings.registry_url:
        from reelgraph_router.supergraph_source.registry import RegistrySource

        return RegistrySource(
            settings.registry_url, settings.graph, settings.variant, settings.data_dir / "router"
        )
    raise NoSource(
        "The router has no supergraph to serve. Set REELGRAPH_ROUTER_SUPERGRAPH, "
        "REELGRAPH_ROUTER_SUBGRAPHS or REELGRAPH_ROUTER_REGISTRY_URL."
    )


class Router:
    """The ASGI application; what it runs on is made when the server starts (lifespan)."""

    def __init__(
        self,
        settings: RouterSettings,
        hooks: Hooks,
        source: SupergraphSource,
        make_transport: Callable[[], MakeTransport],
        usage: UsageReporter | None,
        documents: DocumentRules,
    ) -> None:
        self._settings = settings
        self._usage = usage
        self._documents = documents
        self._hooks = hooks
        self._source = source
        self._transports = make_transport
        self._tasks: list[asyncio.Task[None]] = []
        self._planners = Planners()
        self._page = GraphiqlPage(settings.graphiql_query) if settings.graphiql else None
        self.graphs: HotSwap | None = None
        self.endpoint: GraphQLEndpoint | None = None
        self.quick: QuickRequests | None = None
        self.websocket: WebSocketEndpoint | None = None
        self.pipeline: Pipeline | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route by path."""
        kind = scope["type"]
        if kind == "http" and self.endpoint is not None:
            path: str = scope["path"]
            if path == "/graphql":
                await self.endpoint(scope, receive, send)
            elif path.startswith(ASSETS_PATH) and self._page is not None:
                await self._page.send_asset(scope, receive, send)
            elif path == "/" and self._page is not None:
                await _redirect(send, b"/graphql")
            else:
                await send_json(send, 404, {"error": "Not found. GraphQL is at /graphql."})
        elif kind == "websocket" and self.websocket is not None:
            if scope["path"] == "/graphql":
                await self.websocket(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 4404})
        elif kind == "lifespan":
            await self._lifespan(receive, send)

    async def check_supergraph(self) -> None:
        """Raise unless a supergraph is being served."""
        if self.graphs is None or self.graphs.current is None:
            raise RuntimeError("no supergraph yet")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        message = await receive()
        assert message["type"] == "lifespan.startup"
        try:
            await self.start()
        except SourceError as error:
            _log.error("%s", error)
            # Without a message: the server would log it again.
            await send({"type": "lifespan.startup.failed"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        """Make everything that needs the event loop; raises SourceError."""
        settings = self._settings
        rules = replace(graph_rules(settings), hooks=self._hooks)
        self.graphs = HotSwap(rules, self._transports(), self._planners, on_swap=settle)
        keys = make_key_sets(settings)
        self.pipeline = Pipeline(
            self.graphs,
            hooks=self._hooks,
            request_timeout=settings.request_timeout_seconds,
            share=settings.share_in_flight,
            max_running=settings.max_running_requests,
            max_subscriptions=settings.max_subscriptions,
            subscription_drain=settings.subscription_drain_seconds,
            usage=self._usage.counter if self._usage is not None else None,
            documents=self._documents,
        )
        on_drain(self.pipeline.subscriptions.stop)
        caller = make_caller(settings, keys)
        self.endpoint = make_endpoint(settings, self.pipeline, caller, self._page, self._hooks)
        self.quick = QuickRequests(self.pipeline, caller, settings.max_body_bytes, self._hooks)
        self.websocket = WebSocketEndpoint(
            self.pipeline, caller, settings.cors_origins, settings.max_body_bytes
        )
        if keys is not None:
            self._spawn(keys.keep_fresh())
        if self._usage is not None:
            self._spawn(self._usage.run())
        following = self._spawn(self.graphs.follow(self._source))
        arrived = asyncio.create_task(self.graphs.first())
        # A file must be there at once; a registry may be late, and the router waits serving 503.
        patience = 0.2 if settings.registry_url else 5.0
        await asyncio.wait(
            {following, arrived}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
        arrived.cancel()
        if following.done():
            following.result()
        following.add_done_callback(_tell_end)

    def _spawn(self, work: object) -> asyncio.Task[None]:
        assert asyncio.iscoroutine(work)
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    async def stop(self) -> None:
        """Stop following the source and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.graphs is not None:
            await self.graphs.close()
        self._planners.shutdown(wait=False, cancel_futures=True)


def _tell_end(following: asyncio.Task[None]) -> None:
    """Log why no supergraph is followed any more."""
    if not following.cancelled() and following.exception() is not None:
        _log.error("no supergraph is followed any more: %s", following.exception())


def make_tls(settings: RouterSettings) -> ssl.SSLContext | None:
    """How subgraphs at https are called, or None for the usual way; raises TlsError."""
    files = (
        settings.subgraph_ca_file, settings.subgraph_certificate, settings.subgraph_certificate_key,
    )  # fmt: skip
    return make_context(*files) if any(files) else None


def http_transports(settings: RouterSettings, tls: ssl.SSLContext | None) -> MakeTransport:
    """Transports over HTTP that share their connection pools."""
    pools = PoolSet(
        PoolLimits(
            connections=settings.subgraph_connections,
            answer_bytes=settings.max_subgraph_answer_bytes,
        ),
        ssl_context=tls,
    )

    protocols = settings.subscription_protocols_by_subgraph()
    check_protocols(protocols)

    def make(urls: Mapping[str, str]) -> Transport:
        return HttpTransport(urls, pools, protocols)

    return make


def make_endpoint(
    settings: RouterSettings,
    pipeline: Pipeline,
    caller: Caller,
    page: GraphiqlPage | None,
    hooks: Hooks,
) -> GraphQLEndpoint:
    """The GraphQL endpoint as the settings describe it."""
    return GraphQLEndpoint(
        pipeline,
        caller,
        EndpointRules(max_body_bytes=settings.max_body_bytes, expose_plan=settings.expose_plan),
        csrf=CsrfGuard(settings.csrf_headers),
        cors=Cors(settings.cors_origins, credentials=settings.cors_credentials),
        page=page,
        hooks=hooks,
    )


async def _redirect(send: Send, location: bytes) -> None:
    headers = [(b"location", location), (b"content-length", b"0")]
    start: Message = {"type": "http.response.start", "status": 307, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": b""})
