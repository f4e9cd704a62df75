"""What playback adds to the entities of others."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from reelgraph_dgs.context import Context
from reelgraph_dgs.errors import BadRequest, PermissionDenied, Unauthenticated
from subgraphs.playback.entitlement import PLAYABLE_KINDS, MaturityLevel
from subgraphs.playback.play.history import BadCursor, HistoryPage, Progress, encode_cursor
from subgraphs.playback.play.player import Player

Info = strawberry.Info[Context[Player], None]

READ_HISTORY = "history:read"
MAX_FIRST = 100

strawberry.enum(MaturityLevel, name="MaturityRating")


@strawberry.enum
class TitleKind(Enum):
    """What a title is."""

    MOVIE = "MOVIE"
    SERIES = "SERIES"
    EPISODE = "EPISODE"


First = Annotated[int, strawberry.argument(description=f"How many, 1 to {MAX_FIRST}.")]
After = Annotated[str | None, strawberry.argument(description="Go on behind this cursor.")]


@strawberry.type(description="How far the selected profile has come in a title.")
class PlaybackProgress:
    """See history.Progress."""

    position_seconds: int
    duration_seconds: int
    finished: bool = strawberry.field(description="Whether at least 95 % were played.")
    last_played_at: datetime

    @classmethod
    def of(cls, progress: Progress) -> PlaybackProgress:
        """Show a progress."""
        return cls(
            position_seconds=progress.position_seconds,
            duration_seconds=progress.duration_seconds,
            finished=progress.finished,
            last_played_at=progress.last_played_at,
        )


@strawberry.federation.type(keys=["id"])
class Title:
    """A title, owned by the catalog subgraph."""

    id: strawberry.ID
    kind: TitleKind = strawberry.federation.field(external=True, default=None)
    maturity_rating: MaturityLevel = strawberry.federation.field(external=True, default=None)

    @strawberry.field(description="How far the selected profile has come; null if it never began.")
    async def my_progress(self, info: Info) -> PlaybackProgress | None:
        """Return the caller's own progress."""
        if info.context.identity.profile is None:
            return None
        found = await info.context.loader(_load_progress).load(str(self.id))
        return None if found is None else PlaybackProgress.of(found)

    @strawberry.federation.field(
        requires=["kind maturityRating"],
        description="Whether it is something to play, and made for whoever is watching.",
    )
    def playable(self, info: Info) -> bool:
        """Judge by kind and by the caller's maturity; payment is checked when playing starts."""
        # Only representations without the required fields leave these unset.
        if getattr(self, "kind", None) is None or getattr(self, "maturity_rating", None) is None:
            raise BadRequest("Title.playable needs kind and maturityRating in the representation.")
        limit = info.context.identity.maturity
        allowed = limit is None or self.maturity_rating.value <= MaturityLevel[limit].value
        return self.kind.value in PLAYABLE_KINDS and allowed


@strawberry.federation.type(shareable=True)
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="One viewing of one title by one profile.")
class ViewingHistoryEntry:
    """See history.Viewing."""

    session_id: strawberry.ID
    profile_id: strawberry.ID
    title: Title
    started_at: datetime
    last_played_at: datetime
    position_seconds: int
    duration_seconds: int


@strawberry.type
class ViewingHistoryEdge:
    """A viewing and its cursor."""

    cursor: str
    node: ViewingHistoryEntry


@strawberry.type
class ViewingHistoryConnection:
    """A page of viewings."""

    edges: list[ViewingHistoryEdge]
    page_info: PageInfo

    @classmethod
    def of(cls, page: HistoryPage, after: str | None) -> ViewingHistoryConnection:
        """Show a page."""
        edges = [
            ViewingHistoryEdge(
                cursor=encode_cursor(viewing),
                node=ViewingHistoryEntry(
                    session_id=strawberry.ID(viewing.session_id),
                    profile_id=strawberry.ID(viewing.profile_id),
                    title=Title(id=strawberry.ID(viewing.title_id)),
                    started_at=viewing.started_at,
                    last_played_at=viewing.last_played_at,
                    position_seconds=viewing.position_seconds,
                    duration_seconds=viewing.duration_seconds,
                ),
            )
            for viewing in page.viewings
        ]
        info = PageInfo(
            has_next_page=page.has_next,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return cls(edges=edges, page_info=info)


@strawberry.type(description="A title begun and not finished.")
class ContinueWatchingItem:
    """Where to go on."""

    title: Title
    position_seconds: int
    duration_seconds: int
    last_played_at: datetime


@strawberry.federation.type(keys=["id"])
class Member:
    """A member, owned by the member subgraph."""

    id: strawberry.ID

    @strawberry.field(
        description="What the selected profile watched, the latest first; services with "
        "history:read see every profile's."
    )
    async def viewing_history(
        self, info: Info, first: First = 20, after: After = None
    ) -> ViewingHistoryConnection | None:
        """Return a page of the history."""
        _require_watcher(info, self.id)
        _check_first(first)
        profile = info.context.identity.profile
        try:
            page = await info.context.resources.history.page(self.id, profile, first, after)
        except BadCursor as error:
            raise BadRequest(str(error), path="after") from error
        return ViewingHistoryConnection.of(page, after)

    @strawberry.field(
        description="What the selected profile began and did not finish, the latest first."
    )
    async def continue_watching(
        self, info: Info, first: First = 10
    ) -> list[ContinueWatchingItem] | None:
        """Return where to go on; nothing without a selected profile."""
        _require_watcher(info, self.id)
        _check_first(first)
        profile = info.context.identity.profile
        if profile is None:
            return []
        return [
            ContinueWatchingItem(
                title=Title(id=strawberry.ID(each.title_id)),
                position_seconds=each.position_seconds,
                duration_seconds=each.duration_seconds,
                last_played_at=each.last_played_at,
            )
            for each in await info.context.resources.history.unfinished(profile, first)
        ]


def _require_watcher(info: Info, member_id: str) -> None:
    identity = info.context.identity
    if identity.is_member and identity.subject == member_id:
        return
    if identity.is_service and identity.has_scope(READ_HISTORY):
        return
    if identity.kind == "anonymous":
        raise Unauthenticated("Sign in first.")
    raise PermissionDenied("Only the member may see this.")


def _check_first(first: int) -> None:
    if not 1 <= first <= MAX_FIRST:
        raise BadRequest(f"first must be 1 to {MAX_FIRST}, not {first}.", path="first")


async def _load_progress(context: Context[Player], title_ids: list[str]) -> list[Progress | None]:
    profile = context.identity.profile
    if profile is None:
        return [None] * len(title_ids)
    return await context.resources.history.progress(profile, title_ids)
