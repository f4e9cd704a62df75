"""What recommendations tells as it happens."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from reelgraph_dgs.errors import BadRequest
from subgraphs.recommendations.resources import RecommendationsInfo
from subgraphs.recommendations.rows import most_popular
from subgraphs.recommendations.types import Title, title_of

_MOST = 20


@strawberry.type
class Subscription:
    """Following recommendations."""

    @strawberry.subscription(
        description="The titles that are played most, at once and each time their order changes."
    )
    async def most_popular(
        self,
        info: RecommendationsInfo,
        first: Annotated[int, strawberry.argument(description="How many titles, 1 to 20.")] = 10,
    ) -> AsyncGenerator[list[Title], None]:
        """Compare after each change of the model."""
        if not 1 <= first <= _MOST:
            raise BadRequest(f"first must be between 1 and {_MOST}.", path="first")
        shared = info.context.resources
        viewer = shared.viewer(info.context.identity)
        told: list[str] | None = None
        async with aclosing(shared.bell.changes()) as changes:
            async for _ in changes:
                items = most_popular(shared.model, viewer, time.time(), first)
                ids = [item.title_id for item in items]
                if ids != told:
                    told = ids
                    yield [title_of(item) for item in items]
