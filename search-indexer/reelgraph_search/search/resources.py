"""What the search subgraph's requests share."""

from __future__ import annotations

from dataclasses import dataclass

from reelgraph_search.indexing.keeper import IndexKeeper
from reelgraph_search.search.run_search import Searches


@dataclass(frozen=True, slots=True)
class SearchResources:
    """Searches for the resolvers, and the keeper for statuses and orders."""

    searches: Searches
    keeper: IndexKeeper
