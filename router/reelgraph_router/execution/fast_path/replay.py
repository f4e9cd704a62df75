"""Give an execution over the merged tree the answers that the fast path had already.

Requests are told apart by subgraph and body, so an answer is used again only for the very same
question; everything else is asked anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator

from reelgraph_router.transport.port import Call, Deliver, Outcome, SubgraphRequest, Transport

Key = tuple[str, bytes]


class _Waiting:
    """A request whose outcome is there already, or on its way."""

    __slots__ = ("cancelled", "deliver")

    def __init__(self, deliver: Deliver) -> None:
        self.deliver = deliver
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def finish(self, outcome: Outcome) -> None:
        if not self.cancelled:
            self.deliver(outcome)


class Replay:
    """A transport with some outcomes given beforehand (`known`), and some under way (`calls`)."""

    def __init__(
        self, transport: Transport, known: dict[Key, Outcome], calls: dict[Key, Call]
    ) -> None:
        self._transport = transport
        self._known = known
        self._calls = calls
        self._adopted: dict[Key, _Waiting] = {}
        self._ready: deque[tuple[_Waiting, Outcome]] = deque()

    def send(self, request: SubgraphRequest, deliver: Deliver) -> Call:
        """Find the outcome, wait for it, or send the request; see the port."""
        key = (request.subgraph, request.body)
        if key in self._known:
            waiting = _Waiting(deliver)
            self._ready.append((waiting, self._known.pop(key)))
            return waiting
        if key in self._calls and key not in self._adopted:
            self._adopted[key] = _Waiting(deliver)
            return self._adopted[key]
        return self._transport.send(request, deliver)

    def drain(self) -> None:
        """Deliver what was found; a port never does so while sending."""
        while self._ready:
            waiting, outcome = self._ready.popleft()
            waiting.finish(outcome)

    def arrived(self, key: Key, outcome: Outcome) -> None:
        """The outcome of a request that the fast path had sent."""
        self._calls.pop(key, None)
        waiting = self._adopted.pop(key, None)
        if waiting is None:
            self._known[key] = outcome
        else:
            waiting.finish(outcome)
            self.drain()

    def cancel(self) -> None:
        """Give up what is still under way."""
        for call in self._calls.values():
            call.cancel()
        self._calls.clear()

    def subscribe(self, request: SubgraphRequest) -> AsyncIterator[dict[str, object]]:
        """Subscriptions do not come here."""
        return self._transport.subscribe(request)

    async def close(self) -> None:
        """The transport belongs to others."""
