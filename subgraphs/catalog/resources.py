"""What the catalogue's resolvers share: `info.context.resources`."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from reelgraph_dgs.context import Context
from reelgraph_dgs.database import Database
from subgraphs.catalog.store import CatalogStore


@dataclass(frozen=True, slots=True)
class Resources:
    """Made once at start, closed at the end."""

    database: Database
    store: CatalogStore
    open_writes: bool


CatalogContext = Context[Resources]
CatalogInfo = strawberry.Info[Context[Resources], None]
