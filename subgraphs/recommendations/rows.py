"""Compose the rows of a home page: pure, from the model, a history and a viewer."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from subgraphs.recommendations.model import Floats, Mask, TitleModel, Viewer

ROW_LENGTH = 20
_SHORTEST_ROW = 4
_BECAUSE_ROWS = 2
_GENRE_ROWS = 6
_TASTE_HALF_LIFE_SECONDS = 30 * 86_400
_WATCHED_SECONDS = 1800.0


class RowKind(enum.Enum):
    """Why a row is there."""

    TASTE = "TASTE"
    BECAUSE_YOU_WATCHED = "BECAUSE_YOU_WATCHED"
    POPULAR = "POPULAR"
    NEW_ARRIVALS = "NEW_ARRIVALS"
    GENRE = "GENRE"
    FAMILY_TOP_TEN = "FAMILY_TOP_TEN"


@dataclass(frozen=True, slots=True)
class Watched:
    """A title in a profile's history: when it was last watched, and how far (seconds)."""

    title_id: str
    at: float
    position: int


@dataclass(frozen=True, slots=True)
class Item:
    """A title in a row; the greater the score, the surer the model."""

    title_id: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Row:
    """Titles that stand together, and why."""

    id: str
    kind: RowKind
    name: str
    reason: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Proposal:
    id: str
    kind: RowKind
    name: str
    reason: str
    scores: Floats
    mask: Mask


def compose_rows(
    model: TitleModel, viewer: Viewer, history: Sequence[Watched], now: float, first: int
) -> list[Row]:
    """Return at most `first` rows; no title stands in two of them.

    `history` is newest first. Rows that would have fewer than four titles are left out.
    """
    rows: list[Row] = []
    used: set[int] = set()
    for proposal in _proposals(model, viewer, history, now):
        if len(rows) == first:
            break
        candidates = model.best(proposal.scores, proposal.mask)
        chosen = [row for row in candidates if row not in used][:ROW_LENGTH]
        if len(chosen) < _SHORTEST_ROW:
            continue
        used.update(chosen)
        items = tuple(_item(model, row, proposal.scores) for row in chosen)
        rows.append(Row(proposal.id, proposal.kind, proposal.name, proposal.reason, items))
    return rows


def taste_of(model: TitleModel, history: Sequence[Watched], now: float) -> Floats | None:
    """Return the genre vector of a history: recent and long-watched titles weigh most."""
    weights = [
        2 ** (min(watched.at - now, 0) / _TASTE_HALF_LIFE_SECONDS)
        * (0.3 + 0.7 * min(1.0, watched.position / _WATCHED_SECONDS))
        for watched in history
    ]
    return model.taste([watched.title_id for watched in history], weights)


def similar_titles(
    model: TitleModel, title_id: str, viewer: Viewer, now: float, first: int
) -> list[Item]:
    """Return the titles most like one; none for a title the model does not know."""
    row = model.row(title_id)
    if row is None:
        return []
    scores = model.similarity_to_title(row) * (0.6 + 0.4 * model.popularity(now))
    return [
        _item(model, other, scores)
        for other in model.best(scores, model.eligible(viewer, now), first)
    ]


def most_popular(model: TitleModel, viewer: Viewer, now: float, first: int) -> list[Item]:
    """Return the most popular titles that a viewer may see."""
    scores = model.popularity(now)
    return [
        _item(model, row, scores) for row in model.best(scores, model.eligible(viewer, now), first)
    ]


def _proposals(
    model: TitleModel, viewer: Viewer, history: Sequence[Watched], now: float
) -> Iterator[_Proposal]:
    popularity = model.popularity(now)
    eligible = model.eligible(viewer, now)
    unseen = eligible.copy()
    for row in _rows_of(model, history):
        unseen[row] = False
    taste = taste_of(model, history, now)
    if taste is not None:
        scores = model.similarity_to_taste(taste) * (0.4 + 0.6 * popularity)
        yield _Proposal(
            "taste", RowKind.TASTE, "Chosen for you", "From what you watch", scores, unseen
        )
    yield from _because(model, history, popularity, unseen)
    yield _Proposal(
        "popular", RowKind.POPULAR, "Popular now", "What everybody watches", popularity, eligible
    )
    yield _Proposal(
        "new",
        RowKind.NEW_ARRIVALS,
        "New arrivals",
        "The latest to arrive",
        model.newness(now),
        eligible,
    )
    yield from _genres(model, taste, popularity, unseen)


def _because(
    model: TitleModel, history: Sequence[Watched], popularity: Floats, unseen: Mask
) -> Iterator[_Proposal]:
    for row in _rows_of(model, history)[:_BECAUSE_ROWS]:
        scores = model.similarity_to_title(row) * (0.6 + 0.4 * popularity)
        name = f"Because you watched {model.names[row]}"
        reason = f"Like {model.names[row]} in story, people or time"
        kind = RowKind.BECAUSE_YOU_WATCHED
        yield _Proposal(f"because-{model.ids[row]}", kind, name, reason, scores, unseen)


def _genres(
    model: TitleModel, taste: Floats | None, popularity: Floats, mask: Mask
) -> Iterator[_Proposal]:
    """Propose the genres that the profile likes best, or else those of the popular titles."""
    shares = [model.genre_share(column) for column in range(len(model.genres))]
    liking = [
        float(taste[column]) if taste is not None else float((share * popularity)[mask].sum())
        for column, share in enumerate(shares)
    ]
    order = sorted(range(len(shares)), key=lambda column: -liking[column])
    for column in order[:_GENRE_ROWS]:
        id_, name = model.genres[column]
        # The product alone would fill every row with the same popular titles of many genres.
        scores = shares[column] ** 2 * popularity
        reason = f"The best of {name.lower()}"
        yield _Proposal(f"genre-{id_}", RowKind.GENRE, name, reason, scores, mask)


def _rows_of(model: TitleModel, history: Iterable[Watched]) -> list[int]:
    rows = (model.row(watched.title_id) for watched in history)
    return list(dict.fromkeys(row for row in rows if row is not None and model.names[row]))


def _item(model: TitleModel, row: int, scores: Floats) -> Item:
    return Item(model.ids[row], model.names[row], round(float(scores[row]), 4))
