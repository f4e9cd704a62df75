"""What a resolver can know about its request: `info.context`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
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
AnyResourcesT = TypeVar("AnyResourcesT")

BatchFunction = Callable[
    ["Context[AnyResourcesT]", list[KeyT]],
    Awaitable[Sequence[ValueT | BaseException] | Mapping[KeyT, ValueT]],
]
"""Loads values for keys: a list in the keys' order, or a mapping."""

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
        self, load: BatchFunction[ResourcesT, KeyT, ValueT], max_batch: int = MAX_BATCH
    ) -> DataLoader[KeyT, ValueT]:
        """Return this request's data loader for a batch function.

        `load(context, keys)` gives one value or exception for each key in order, or a mapping
        of the keys that have a value (the others get None). The same function gives the same
        loader for the whole request, so its cache is shared, and keys asked for in the same
        turn of the event loop become one call. Give it a module-level function: a lambda or an
        inner function would be a new loader each time.
        """
        loader = self._loaders.get(load)
        if loader is None:
            loader = DataLoader(
                load_fn=partial(_load_in_order, load, self), max_batch_size=max_batch
            )
            self._loaders[load] = loader
        return cast("DataLoader[KeyT, ValueT]", loader)


async def _load_in_order(
    load: BatchFunction[Any, Any, Any], context: Context[Any], keys: list[Any]
) -> Sequence[Any]:
    found = await load(context, keys)
    return [found.get(key) for key in keys] if isinstance(found, Mapping) else found


Info = strawberry.Info[Context, None]
"""The type of a resolver's `info` parameter; write
`strawberry.Info[Context[MyResources], None]` to type the resources as well."""
