"""Find out who calls and how long the caller waits, before anything else is done."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Mapping

from reelgraph_dgs.deadline import Deadline, parse_deadline
from reelgraph_dgs.errors import BadRequest, SubgraphError, Unauthenticated, Unavailable
from reelgraph_kit.asgi import ASGIApp, Message, Receive, Scope, Send, header_value, send_json
from reelgraph_kit.identity import (
    ANONYMOUS,
    DEADLINE_HEADER,
    IDENTITY_HEADER,
    Identity,
    check_audience,
    check_speaker,
    identity_from_claims,
    with_granted_scopes,
)
from reelgraph_kit.logging import request_id
from reelgraph_kit.signing import InvalidToken, TrustedSigners

IDENTITY_KEY = "reelgraph.identity"
DEADLINE_KEY = "reelgraph.deadline"
_PROBES = frozenset({"/health", "/ready"})
_logger = logging.getLogger("reelgraph.caller")


class CallerMiddleware:
    """Verifies `Reelgraph-Identity`, keeps `Reelgraph-Deadline`, and refuses what is wrong.

    No identity header: an anonymous caller, or 401 with `require_identity`. An identity that no
    trusted signer made, that was made for none of `audiences`, or by which a service speaks for
    anybody but itself: 401. A service has the scopes that `grants` gives it by name. A request that takes longer than its deadline or `max_seconds` is
    cancelled and answered with 504, unless its response has begun.
    """

    def __init__(
        self,
        app: ASGIApp,
        signers: TrustedSigners,
        max_seconds: float,
        require_identity: bool = False,
        speakers: Collection[str] = ("router",),
        *,
        audiences: Collection[str],
        grants: Mapping[str, frozenset[str]],
        without_audience: bool = False,
    ) -> None:
        self._app = app
        self._signers = signers
        self._max_seconds = max_seconds
        self._require_identity = require_identity
        self._speakers = frozenset(speakers)
        self._audiences = frozenset(audiences)
        self._grants = grants
        self._without_audience = without_audience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle the request in the name of its caller."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in _PROBES:
            await self._app(scope, receive, send)
            return
        try:
            scope[IDENTITY_KEY] = self._identity(scope)
            scope[DEADLINE_KEY] = deadline = self._deadline(scope)
        except SubgraphError as error:
            await _refuse(scope, send, error)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._until(deadline, scope, receive, send)

    def _identity(self, scope: Scope) -> Identity:
        header = header_value(scope, IDENTITY_HEADER)
        if header is None:
            if self._require_identity:
                raise Unauthenticated("Call this service through the router.")
            return ANONYMOUS
        try:
            claims = self._signers.verify(header.decode("latin-1"))
            identity = identity_from_claims(claims)
            check_audience(claims, self._audiences, self._without_audience)
            check_speaker(identity, claims, self._speakers, time.time())
        except (InvalidToken, ValueError) as error:
            _logger.warning("refused an identity: %s", error)
            raise Unauthenticated("The caller's identity cannot be believed.") from error
        return with_granted_scopes(identity, self._grants)

    def _deadline(self, scope: Scope) -> Deadline:
        limit = Deadline.after(self._max_seconds)
        header = header_value(scope, DEADLINE_HEADER)
        if header is None:
            return limit
        try:
            deadline = limit.earlier(parse_deadline(header.decode("latin-1")))
        except ValueError as error:
            raise BadRequest(f"Header {DEADLINE_HEADER}: {error}.") from error
        if deadline.passed:
            raise Unavailable("The deadline has passed.")
        return deadline

    async def _until(self, deadline: Deadline, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            if not started:
                started = True
                # Whoever reads a response that has begun decides for himself how long.
                limit.reschedule(None)
            await send(message)

        try:
            async with asyncio.timeout(deadline.remaining) as limit:
                await self._app(scope, receive, watched_send)
        except TimeoutError:
            if started or not limit.expired():
                raise
            await _refuse(scope, send, Unavailable("The deadline has passed."))


_STATUS = {"UNAUTHENTICATED": 401, "BAD_REQUEST": 400, "UNAVAILABLE": 504}


async def _refuse(scope: Scope, send: Send, error: SubgraphError) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": error.message})
        return
    extensions = error.extensions() | {"requestId": request_id.get()}
    body = {"errors": [{"message": error.message, "extensions": extensions}]}
    await send_json(send, _STATUS[error.code], body)
