"""What the resolvers of recommendations share: `info.context.resources`."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from reelgraph_dgs.context import Context
from reelgraph_kit.identity import Identity
from subgraphs.recommendations.bell import Bell
from subgraphs.recommendations.fallback import FamilyTopTen
from subgraphs.recommendations.features import LEVELS
from subgraphs.recommendations.follow import Follower
from subgraphs.recommendations.home import HomeRows
from subgraphs.recommendations.model import TitleModel, Viewer
from subgraphs.recommendations.store import RecommendationsStore


@dataclass(frozen=True, slots=True)
class Resources:
    """Made once at start, closed at the end."""

    model: TitleModel
    store: RecommendationsStore
    follower: Follower
    bell: Bell
    top_ten: FamilyTopTen
    home: HomeRows
    anonymous_maturity: str

    def viewer(self, identity: Identity) -> Viewer:
        """Return what a caller may be shown; an unknown rating is taken for the strictest."""
        maturity = identity.maturity or self.anonymous_maturity
        return Viewer(LEVELS.get(maturity, LEVELS["ALL"]), identity.country)


RecommendationsContext = Context[Resources]
RecommendationsInfo = strawberry.Info[Context[Resources], None]
