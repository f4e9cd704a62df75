"""What the artwork subgraph's resolvers share: `info.context.resources`."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from reelgraph_dgs.context import Context
from reelgraph_kit.document_store import DocumentStore
from subgraphs.artwork.image_urls import ImageUrls
from subgraphs.artwork.notebook import Notebook
from subgraphs.artwork.tastes import Tastes


@dataclass(frozen=True, slots=True)
class Resources:
    """Made once at start, closed at the end."""

    store: DocumentStore
    urls: ImageUrls
    tastes: Tastes
    notebook: Notebook
    explore_share: float


ArtworkContext = Context[Resources]
ArtworkInfo = strawberry.Info[Context[Resources], None]
