"""What a resolver can know about its request: `info.context`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, cast

import strawberry
from starlette.requests import HTTPConnection
from starlette.responses import Response
from strawberry.dataloader import DataLoader
from typing_extensions import TypeVar

from reelgraph_dgs.deadline import Deadline
from reelgraph_kit.identity import ANONYMOUS, Identity

ResourcesT = TypeVar("ResourcesT", default=Any)
KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

MAX_BATCH = 1000
"""A data loader never asks for more keys at once."""


@dataclass
class Context(Generic[ResourcesT]):
    """One request's context; `Context[MyResources]` types what the service shares.

    `resources` is what the app's `resources` made at start (stores, clients, settings);
    `connection` and `response` are None where no HTTP is involved, as in unit tests.
    """

    resources: ResourcesT
    identity: Identity = ANONYMOUS
    deadline: Deadline | None = None
    request_id: str = ""
    connection: HTTPConnection | None = None
    response: Response | None = None
    _loaders: dict[Callable[..., Any], DataLoader[Any, Any]] = field(default_factory=dict)

    def loader(
        self,
        load: Callable[
            [Context[ResourcesT], list[KeyT]], Awaitable[Sequence[ValueT | BaseException]]
        ],
        max_batch: int = MAX_BATCH,
    ) -> DataLoader[KeyT, ValueT]:
        """Return this request's data loader for a batch function.

        `load(context, keys)` gives one value or exception for each key, in order. The same
        function gives the same loader for the whole request, so its cache is shared, and keys
        asked for in the same turn of the event loop become one call.
        """
        loader = self._loaders.get(load)
        if loader is None:
            loader = DataLoader(load_fn=partial(load, self), max_batch_size=max_batch)
            self._loaders[load] = loader
        return cast("DataLoader[KeyT, ValueT]", loader)


Info = strawberry.Info[Context, None]
"""The type of a resolver's `info` parameter; write
`strawberry.Info[Context[MyResources], None]` to type the resources as well."""
