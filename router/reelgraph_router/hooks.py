"""Extension points: hooks named like the stage that they stand at, and two that decide.

A hook is a callable, sync or async. It may change what it is given where that is mutable, and refuse
the request by raising `RequestError` (see `errors.refuse`); any other exception is logged and told to
the client as an internal error. Stages without hooks cost nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from reelgraph_router.pipeline.request import ClientRequest

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema

    from reelgraph_federation.operations import NormalizedOperation
    from reelgraph_federation.planning import QueryPlan
    from reelgraph_router.transport.port import Outcome, SubgraphRequest

T = TypeVar("T")
Hook = Callable[[T], Awaitable[None] | None]

PolicyHook = Callable[[ClientRequest, frozenset[str]], Iterable[str] | Awaitable[Iterable[str]]]
"""Given a request and the policies that its operation asks for: those that hold."""

LabelHook = Callable[[ClientRequest, frozenset[str]], Iterable[str] | Awaitable[Iterable[str]]]
"""Given a request and the named labels of progressive `@override`s: those that hold."""


@dataclass(slots=True)
class ParsedDocument:
    """A document after parsing. Another may be put in its place."""

    query: str
    operation_name: str | None
    document: DocumentNode


@dataclass(frozen=True, slots=True)
class ValidatedDocument:
    """A document that is valid against the API schema."""

    query: str
    operation_name: str | None
    document: DocumentNode
    schema: GraphQLSchema


@dataclass(slots=True)
class PlannedOperation:
    """An operation, without what its caller may not have, and its plan."""

    operation: NormalizedOperation
    plan: QueryPlan


@dataclass(slots=True)
class SubgraphExchange:
    """One request to a subgraph, and what came of it.

    Before sending, `outcome` is None; a hook that sets it answers in the subgraph's place. Header
    lines in `request.headers` end in CRLF.
    """

    request: SubgraphRequest
    outcome: Outcome | None = None


@dataclass(slots=True)
class HttpAnswer:
    """What goes back to the client: change the status or add headers."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of each stage, in the order in which they are called."""

    request: tuple[Hook[ClientRequest], ...] = field(default=())
    """After a request was read and its caller is known, before anything is done for it."""
    parse: tuple[Hook[ParsedDocument], ...] = field(default=())
    """After a document was parsed; once a document, since the outcome is kept."""
    validate: tuple[Hook[ValidatedDocument], ...] = field(default=())
    """After a document was found valid; once a document."""
    plan: tuple[Hook[PlannedOperation], ...] = field(default=())
    """After an operation was planned; once a plan."""
    subgraph_request: tuple[Hook[SubgraphExchange], ...] = field(default=())
    """Before a request to a subgraph is sent."""
    subgraph_response: tuple[Hook[SubgraphExchange], ...] = field(default=())
    """After a subgraph answered, or failed to; not for events of subscriptions."""
    response: tuple[Hook[HttpAnswer], ...] = field(default=())
    """Before an answer is sent."""
    policies: PolicyHook | None = None
    """Decides which policies (`@policy`) hold for a request; without it none does."""
    override_labels: LabelHook | None = None
    """Decides which named labels of progressive `@override`s hold for a request."""


async def call(hooks: tuple[Hook[T], ...], subject: T) -> None:
    """Call hooks one after the other."""
    for hook in hooks:
        waiting = hook(subject)
        if inspect.isawaitable(waiting):
            await waiting
