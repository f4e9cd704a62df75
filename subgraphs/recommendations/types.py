"""What recommendations adds to the graph."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from reelgraph_dgs.errors import BadRequest
from subgraphs.recommendations import rows
from subgraphs.recommendations.resources import RecommendationsContext, RecommendationsInfo

_MAX_SIMILAR = 50
_STRONGEST_GENRES = 10

strawberry.enum(rows.RowKind, name="HomeRowKind", description="Why a row is there.")


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Genre:
    """A genre of the catalogue, by reference."""

    id: strawberry.ID


@dataclass(frozen=True, slots=True)
class SimilarKey:
    """How many titles like which."""

    title_id: str
    first: int


@strawberry.federation.type(keys=["id"])
class Title:
    """A title of the catalogue, as recommendations sees it."""

    id: strawberry.ID
    name: str = strawberry.federation.field(external=True)

    @strawberry.field(description="Titles like this one, the most alike first.")
    async def similar(
        self,
        info: RecommendationsInfo,
        first: Annotated[int, strawberry.argument(description="1 to 50.")] = 10,
    ) -> list[Title]:
        """Rank by genres, people and years."""
        if not 1 <= first <= _MAX_SIMILAR:
            raise BadRequest(f"first must be between 1 and {_MAX_SIMILAR}.", path="first")
        key = SimilarKey(self.id, first)
        found = await info.context.loader(load_similar).load(key)
        return [title_of(item) for item in found]

    @strawberry.federation.field(override="catalog", description="How popular it is, 0 to 1.")
    async def popularity(self, info: RecommendationsInfo) -> float:
        """Look it up for all titles of the request at once."""
        return await info.context.loader(load_popularity).load(self.id)


@strawberry.type(description="A title in a row.")
class HomeItem:
    """A title in a row."""

    title: Title = strawberry.federation.field(provides=["name"])
    score: float = strawberry.field(description="The greater, the surer the model is.")


@strawberry.type(description="Titles that stand together on the home page.")
class HomeRow:
    """Titles that stand together on the home page."""

    id: strawberry.ID
    name: str
    kind: rows.RowKind
    reason: str = strawberry.field(description="Why these titles, in words.")
    row: strawberry.Private[rows.Row]

    @strawberry.field(description="The titles, the best first. No title is in two rows.")
    def items(
        self, first: Annotated[int, strawberry.argument(description="1 to 20.")] = rows.ROW_LENGTH
    ) -> list[HomeItem]:
        """Give the first items."""
        if not 1 <= first <= rows.ROW_LENGTH:
            raise BadRequest(f"first must be between 1 and {rows.ROW_LENGTH}.", path="first")
        return [HomeItem(title=title_of(item), score=item.score) for item in self.row.items[:first]]


@strawberry.type(description="The home page of the profile that asks.")
class Home:
    """The home page of the profile that asks."""

    rows: list[HomeRow]
    fallback: bool = strawberry.field(
        description="Whether this is the family top ten, shown because the model cannot answer."
    )


@strawberry.type(description="How much a profile likes a genre.")
class GenreTaste:
    """How much a profile likes a genre."""

    genre: Genre
    share: float = strawberry.field(description="0 to 1; the shares of all genres add up to 1.")


@strawberry.type(description="What a profile likes, from what it watched.")
class Taste:
    """What a profile likes, from what it watched."""

    genres: list[GenreTaste] = strawberry.field(description="The strongest ten, strongest first.")
    titles_watched: int = strawberry.field(description="How many titles this follows from.")


@strawberry.federation.type(keys=["id"])
class Member:
    """A member, as recommendations knows one."""

    id: strawberry.ID

    @strawberry.field(
        description="The taste of the selected profile; null for other members than oneself, "
        "without a profile, and before anything was watched."
    )
    async def taste(self, info: RecommendationsInfo) -> Taste | None:
        """Add up the history."""
        identity = info.context.identity
        if identity.subject != self.id or identity.profile is None:
            return None
        return await _taste(info.context, identity.profile)


def title_of(item: rows.Item) -> Title:
    """Make the reference to a title, with the name that rows provide."""
    return Title(id=strawberry.ID(item.title_id), name=item.name)


def home_row(row: rows.Row) -> HomeRow:
    """Make the type of a composed row."""
    return HomeRow(
        id=strawberry.ID(row.id), name=row.name, kind=row.kind, reason=row.reason, row=row
    )


async def load_similar(
    context: RecommendationsContext, keys: list[SimilarKey]
) -> list[list[rows.Item]]:
    """Rank for several titles."""
    shared, now = context.resources, time.time()
    viewer = shared.viewer(context.identity)
    return [rows.similar_titles(shared.model, key.title_id, viewer, now, key.first) for key in keys]


async def load_popularity(context: RecommendationsContext, ids: list[str]) -> list[float]:
    """Look up the popularity of several titles; 0 for those the model does not know."""
    return context.resources.model.popularity_of(ids, time.time())


async def _taste(context: RecommendationsContext, profile_id: str) -> Taste | None:
    shared = context.resources
    history = await shared.store.history(profile_id)
    vector = rows.taste_of(shared.model, history, time.time())
    if vector is None:
        return None
    shares = vector / vector.sum()
    genres = shared.model.genres
    order = sorted(range(len(genres)), key=lambda column: -shares[column])[:_STRONGEST_GENRES]
    return Taste(
        genres=[
            GenreTaste(
                genre=Genre(id=strawberry.ID(genres[column][0])),
                share=round(float(shares[column]), 4),
            )
            for column in order
            if shares[column] > 0
        ],
        titles_watched=len(history),
    )
