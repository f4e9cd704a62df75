"""The entry point of recommendations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from reelgraph_dgs.errors import BadRequest
from subgraphs.recommendations.resources import RecommendationsInfo
from subgraphs.recommendations.types import Home, home_row

_MAX_ROWS = 20


@strawberry.type
class Query:
    """Reading recommendations."""

    @strawberry.field(description="The home page of the profile that asks, or of anybody.")
    async def home(
        self,
        info: RecommendationsInfo,
        first: Annotated[int, strawberry.argument(description="How many rows, 1 to 20.")] = 8,
    ) -> Home:
        """Compose the rows."""
        if not 1 <= first <= _MAX_ROWS:
            raise BadRequest(f"first must be between 1 and {_MAX_ROWS}.", path="first")
        shared, identity = info.context.resources, info.context.identity
        page = await shared.home.page(shared.viewer(identity), identity.profile, first)
        return Home(rows=[home_row(row) for row in page.rows], fallback=page.fallback)
