"""Extension points: one hook a stage, named like the stage.

A hook is a callable, sync or async. It may change what it is given where that is mutable, and refuse
the request by raising `RequestError`. Stages without hooks cost nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from reelgraph_router.pipeline.request import ClientRequest

T = TypeVar("T")
Hook = Callable[[T], Awaitable[None] | None]


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
    response: tuple[Hook[HttpAnswer], ...] = field(default=())
    """Before an answer is sent."""


async def call(hooks: tuple[Hook[T], ...], subject: T) -> None:
    """Call hooks one after the other."""
    for hook in hooks:
        waiting = hook(subject)
        if inspect.isawaitable(waiting):
            await waiting
