"""The endpoint `/graphql`: raw ASGI, because frameworks cost more than the rest of a small request."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from reelgraph_kit.asgi import Message, Receive, Scope, Send
from reelgraph_router import defaults
from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault, RequestError, refuse
from reelgraph_router.hooks import Hooks, HttpAnswer, call
from reelgraph_router.http.caller import Caller
from reelgraph_router.http.connection_watch import ClientGone, ConnectionWatch
from reelgraph_router.http.cors import Cors
from reelgraph_router.http.csrf import CsrfGuard
from reelgraph_router.http.in_parts import answer_in_parts
from reelgraph_router.http.negotiate import (
    JSON,
    RESPONSE_JSON,
    choose_deliveries,
    choose_media_type,
    prefers_html,
)
from reelgraph_router.http.pages import GraphiqlPage
from reelgraph_router.http.read_request import check_content_type, read_get, read_post
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.respond import serialise_refusal

INCLUDE_PLAN_HEADER = b"reelgraph-include-plan"
CONTENT_TYPES = {
    JSON: (b"content-type", b"application/json; charset=utf-8"),
    RESPONSE_JSON: (b"content-type", b"application/graphql-response+json; charset=utf-8"),
}
ALLOW = (b"allow", b"GET, POST, OPTIONS")

HeaderMap = Mapping[bytes, bytes]

_log = logging.getLogger("reelgraph.router.http")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRules:
    """What the endpoint accepts."""

    max_body_bytes: int = defaults.MOST_BODY_BYTES
    expose_plan: bool = False


class GraphQLEndpoint:
    """GraphQL over HTTP at one path."""

    def __init__(
        self,
        pipeline: Pipeline,
        caller: Caller,
        rules: EndpointRules,
        *,
        csrf: CsrfGuard,
        cors: Cors,
        page: GraphiqlPage | None,
        hooks: Hooks | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._caller = caller
        self._rules = rules
        self._csrf = csrf
        self._cors = cors
        self._page = page
        self._watch = ConnectionWatch()
        self._hooks = hooks or Hooks()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = read_headers(scope)
        accept = headers.get(b"accept", b"")
        media = choose_media_type(accept) or JSON
        try:
            method = scope["method"]
            if method == "OPTIONS":
                await self._preflight(headers, send)
                return
            if method == "GET" and self._page is not None and prefers_html(accept):
                await self._page.send_index(send)
                return
            answered = await self._answer(scope, headers, receive, send)
            if answered is None:
                return
            status, body, extra = answered
        except ClientGone:
            return
        except RequestError as error:
            status, body, extra = refused(error, media)
        except Exception:
            _log.exception("a request failed inside the endpoint")
            fault = GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL)
            status, body, extra = 500, serialise_refusal([fault]), []
        await self._send(send, status, body, media, [*extra, *self._cors.response_headers(headers)])

    async def _answer(
        self, scope: Scope, headers: HeaderMap, receive: Receive, send: Send
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]]] | None:
        """Status, body and headers of the answer; None when it was sent already, in parts."""
        request = await self._read(scope, headers, receive)
        accept = headers.get(b"accept", b"")
        media = choose_media_type(accept)
        deliveries = choose_deliveries(accept)
        if media is None and not deliveries:
            raise refuse(
                "Accept application/graphql-response+json or application/json.",
                Code.BAD_REQUEST,
                406,
            )
        request.identity, request.subgraph_headers = await self._caller.identify(scope, headers)
        if self._caller.client_headers:
            request.client = self._caller.client(headers, request.identity)
        if deliveries:
            extra = self._cors.response_headers(headers)
            hooked = self._with_hooks(send)
            sending = answer_in_parts(
                self._pipeline, request, hooked, extra, deliveries, only=media is None
            )
            if await self._watch.run(sending, receive):
                return None
        answer = await self._watch.run(self._pipeline.handle(request), receive)
        if answer.refusal is not None:
            return refused(answer.refusal, media or JSON)
        return 200, answer.body, []

    def _with_hooks(self, send: Send) -> Send:
        """Let the hooks of answers change the status and headers of one that comes in parts."""
        if not self._hooks.response:
            return send

        async def hooked(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = HttpAnswer(message["status"], message["headers"], b"")
                await call(self._hooks.response, answer)
                message = {**message, "status": answer.status, "headers": answer.headers}
            await send(message)

        return hooked

    async def _read(self, scope: Scope, headers: HeaderMap, receive: Receive) -> ClientRequest:
        """Read the request; raises RequestError."""
        method = scope["method"]
        if method == "POST":
            content_type = headers.get(b"content-type", b"")
            if content_type != JSON:
                check_content_type(content_type)
            body = await read_body(receive, headers, self._rules.max_body_bytes)
            request = read_post(content_type, body)
        elif method == "GET":
            self._csrf.check(headers)
            request = read_get(scope["query_string"])
        else:
            raise refuse("Use POST or GET.", Code.BAD_REQUEST, 405, headers=(ALLOW,))
        wants_plan = headers.get(INCLUDE_PLAN_HEADER)
        request.include_plan = self._rules.expose_plan and wants_plan in (b"1", b"true")
        return request

    async def _preflight(self, headers: HeaderMap, send: Send) -> None:
        await self._send(send, 204, b"", None, [ALLOW, *self._cors.preflight_headers(headers)])

    async def _send(
        self, send: Send, status: int, body: bytes, media: bytes | None,
        extra: list[tuple[bytes, bytes]],
    ) -> None:  # fmt: skip
        headers = [(b"content-length", b"%d" % len(body)), *extra]
        if media is not None:
            headers.append(CONTENT_TYPES[media])
        if self._hooks.response:
            answer = HttpAnswer(status, headers, body)
            await call(self._hooks.response, answer)
            status, body = answer.status, answer.body
            headers = [pair for pair in answer.headers if pair[0].lower() != b"content-length"]
            headers.append((b"content-length", b"%d" % len(body)))
        start: Message = {"type": "http.response.start", "status": status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})


def refused(error: RequestError, media: bytes) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """How a refusal is told: clients of application/json get well-formed requests' as 200."""
    status = 200 if error.well_formed and media == JSON else error.status
    return status, serialise_refusal(error.faults), list(error.headers)


def read_headers(scope: Scope) -> dict[bytes, bytes]:
    """Headers by name; several of one name are joined by commas (RFC 9110, 5.3)."""
    given = scope["headers"]
    headers = dict(given)
    if len(headers) != len(given):
        headers = {}
        for name, value in given:
            headers[name] = f"{headers[name].decode('latin-1')}, ".encode("latin-1") + value if (
                name in headers
            ) else value  # fmt: skip
    return headers


async def read_body(receive: Receive, headers: HeaderMap, limit: int) -> bytes:
    """The whole body; raises RequestError (413) past the limit, ClientGone when it breaks off."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > limit:
            raise too_large(limit)
        return body
    whole = bytearray(body)  # many small parts, kept as they come, would take many times their size
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        whole += message.get("body", b"")
        if len(whole) > limit:
            raise too_large(limit)
    return bytes(whole)


def too_large(limit: int) -> RequestError:
    """The refusal of a body past the limit."""
    return refuse(
        f"The request body exceeds {limit} bytes.", Code.LIMIT_EXCEEDED, 413,
        headers=((b"connection", b"close"),),
    )  # fmt: skip
