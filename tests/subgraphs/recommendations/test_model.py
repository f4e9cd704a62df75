from __future__ import annotations

import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.recommendations.features import LEVELS, TitleFeatures, features_of
from subgraphs.recommendations.model import CANDIDATES, TitleModel, Viewer
from subgraphs.recommendations.rows import (
    ROW_LENGTH,
    RowKind,
    Watched,
    compose_rows,
    most_popular,
    similar_titles,
    taste_of,
)
from subgraphs.recommendations.store import HALF_LIFE_SECONDS, Plays, add_play

NOW = 1_800_000_000.0
DAY = 86_400.0
GENRES = ["Comedy", "Drama", "Horror", "Western", "War", "Musical"]
EVERYBODY = Viewer(LEVELS["EIGHTEEN"])


def title(
    id_: str,
    *genres: str,
    level: str = "ALL",
    prior: float = 0.5,
    kind: str = "MOVIE",
    opens: float = NOW - 100 * DAY,
    closes: float | None = None,
    countries: tuple[str, ...] = (),
    people: tuple[str, ...] = (),
    year: int = 1950,
    series: str | None = None,
) -> TitleFeatures:
    return TitleFeatures(
        id=id_,
        name=id_.title(),
        kind=kind,
        year=year,
        level=LEVELS[level],
        prior=prior,
        version=1,
        genres=tuple((genre.lower(), genre) for genre in genres),
        people=people,
        opens=opens,
        closes=closes,
        countries=countries,
        series_id=series,
    )


def model_of(*titles: TitleFeatures) -> TitleModel:
    model = TitleModel()
    for entry in titles:
        model.upsert(entry)
    return model


def catalogue(count: int = 300, seed: int = 1) -> TitleModel:
    draw = random.Random(seed)
    return model_of(
        *(
            title(
                f"t{number:05d}",
                *draw.sample(GENRES, draw.randint(1, 3)),
                level=draw.choice(sorted(LEVELS)),
                prior=draw.random(),
                opens=NOW - draw.uniform(0, 2000) * DAY,
                people=(f"p{draw.randrange(50)}",),
                year=draw.randint(1910, 2020),
            )
            for number in range(count)
        )
    )


def popular_ids(model: TitleModel, viewer: Viewer = EVERYBODY, now: float = NOW) -> list[str]:
    return [item.title_id for item in most_popular(model, viewer, now, 10)]


def test_a_title_is_read_as_catalog_answers_it() -> None:
    answer = {
        "id": "x",
        "name": "X",
        "kind": "MOVIE",
        "releaseYear": 1926,
        "maturityRating": "SEVEN",
        "popularity": 1.5,
        "version": 3,
        "series": None,
        "genres": [{"id": "war", "name": "War"}],
        "credits": [
            {"role": "ACTOR", "person": {"id": "a"}},
            {"role": "DIRECTOR", "person": {"id": "d"}},
            {"role": "ACTOR", "person": {"id": "d"}},
        ],
        "availability": [
            {"country": "DE", "startsAt": "2020-01-02T00:00:00+00:00", "endsAt": None},
            {"country": "FR", "startsAt": "2020-01-01T00:00:00+00:00", "endsAt": None},
        ],
    }
    features = features_of(answer)
    assert (features.level, features.prior, features.people) == (1, 1.0, ("d", "a"))
    assert (features.countries, features.closes) == (("DE", "FR"), None)
    assert features.opens == 1577836800.0
    assert features_of({**answer, "maturityRating": "NEW"}).level == LEVELS["EIGHTEEN"]


def test_popularity_grows_with_plays_and_forgets_them() -> None:
    model = model_of(title("a", prior=0.4), title("b", prior=0.4))
    before = model.popularity_of(["a", "b", "unknown"], NOW)
    assert before == pytest.approx([0.24, 0.24, 0.0])
    model.set_plays("a", 30, NOW)
    now, later = model.popularity_of(["a"], NOW)[0], model.popularity_of(["a"], NOW + 60 * DAY)[0]
    assert 0.24 < later < now < 1


@given(st.lists(st.floats(0, 30 * DAY), min_size=1, max_size=30), st.randoms())
def test_decayed_plays_do_not_depend_on_the_order_of_events(
    moments: list[float], shuffler: random.Random
) -> None:
    def total(order: list[float]) -> float:
        plays: Plays | None = None
        for at in order:
            plays = add_play(plays, "t", at)
        assert plays is not None
        assert plays.at == max(order)
        return plays.plays

    shuffled = moments[:]
    shuffler.shuffle(shuffled)
    assert total(shuffled) == pytest.approx(total(sorted(moments)))
    exact = sum(2 ** ((at - max(moments)) / HALF_LIFE_SECONDS) for at in moments)
    assert total(moments) == pytest.approx(exact)


@pytest.mark.parametrize(
    ("entry", "viewer", "shown"),
    [
        (title("x", level="SIXTEEN"), Viewer(LEVELS["SIXTEEN"]), True),
        (title("x", level="SIXTEEN"), Viewer(LEVELS["THIRTEEN"]), False),
        (title("x", kind="SERIES"), EVERYBODY, True),
        (title("x", kind="EPISODE"), EVERYBODY, False),
        (title("x", opens=NOW + 1), EVERYBODY, False),
        (title("x", closes=NOW), EVERYBODY, False),
        (title("x", closes=NOW + 1), EVERYBODY, True),
        (title("x", countries=("DE",)), Viewer(4, "DE"), True),
        (title("x", countries=("DE",)), Viewer(4, "FR"), False),
        (title("x", countries=("DE",)), Viewer(4, None), True),
        (title("x"), Viewer(4, "FR"), True),
    ],
)
def test_who_is_shown_what(entry: TitleFeatures, viewer: Viewer, shown: bool) -> None:
    assert popular_ids(model_of(entry), viewer) == (["x"] if shown else [])


def test_an_update_replaces_and_a_deletion_hides() -> None:
    model = model_of(title("a", "War", people=("p",)), title("b", "War", people=("p",)))
    model.upsert(title("a", "Comedy", level="EIGHTEEN"))
    assert popular_ids(model, Viewer(0)) == ["b"]
    assert [item.title_id for item in similar_titles(model, "b", EVERYBODY, NOW, 5)] == []
    model.delete("b")
    assert popular_ids(model) == ["a"]
    model.upsert(title("b", "War"))
    assert set(popular_ids(model)) == {"a", "b"}


def test_more_titles_than_the_first_capacity() -> None:
    model = catalogue(2500)
    assert len(model) == 2500
    row = model.row("t02499")
    assert row == 2499
    assert len(model.best(model.popularity(NOW), model.eligible(EVERYBODY, NOW))) == CANDIDATES


def test_more_countries_and_genres_than_there_are_columns() -> None:
    codes = [f"{a}{b}" for a in "ABCDEFGHI" for b in "ABCDEFGHI"]
    model = model_of(*(title(f"t-{code}", code, countries=(code,)) for code in codes))
    assert len(model.genres) == 64
    assert "t-AA" in popular_ids(model, Viewer(4, "AA"))
    assert "t-AB" not in [
        item.title_id for item in most_popular(model, Viewer(4, "AA"), NOW, CANDIDATES)
    ]


def test_what_is_alike() -> None:
    model = model_of(
        title("general", "Comedy", "War", people=("keaton",), year=1926),
        title("navigator", "Comedy", people=("keaton",), year=1924),
        title("comedy", "Comedy", "War", year=1925),
        title("late", "Comedy", "War", year=2015),
        title("horror", "Horror", year=1926),
    )
    found = [item.title_id for item in similar_titles(model, "general", EVERYBODY, NOW, 10)]
    assert found == ["navigator", "comedy", "late"]
    assert similar_titles(model, "unknown", EVERYBODY, NOW, 10) == []


def test_an_episode_stands_for_its_series() -> None:
    model = model_of(
        title("series", "Crime", kind="SERIES"),
        title("episode", "Crime", kind="EPISODE", series="series"),
        title("other", "Crime"),
    )
    assert [i.title_id for i in similar_titles(model, "episode", EVERYBODY, NOW, 5)] == ["other"]


def test_taste_follows_recent_and_long_watching() -> None:
    model = model_of(title("w", "Western"), title("h", "Horror"), title("m", "Musical"))
    taste = taste_of(
        model,
        [
            Watched("w", NOW, 3600),
            Watched("h", NOW - 300 * DAY, 3600),
            Watched("m", NOW, 10),
            Watched("gone", NOW, 10),
        ],
        NOW,
    )
    assert taste is not None
    strength = {name: float(taste[column]) for column, (_, name) in enumerate(model.genres)}
    assert strength["Western"] > strength["Musical"] > strength["Horror"] > 0
    assert np.linalg.norm(taste) == pytest.approx(1)
    assert taste_of(model, [Watched("gone", NOW, 10)], NOW) is None


HISTORIES = st.lists(
    st.builds(
        Watched,
        st.integers(0, 320).map(lambda number: f"t{number:05d}"),
        st.floats(NOW - 90 * DAY, NOW),
        st.integers(0, 7200),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=50)
@given(HISTORIES, st.integers(0, 4), st.integers(1, 20))
def test_no_title_is_in_two_rows_and_none_above_the_rating(
    history: list[Watched], level: int, first: int
) -> None:
    model = catalogue()
    rows = compose_rows(model, Viewer(level), history, NOW, first)
    assert 1 <= len(rows) <= first
    ids = [item.title_id for row in rows for item in row.items]
    assert len(ids) == len(set(ids))
    assert len({row.id for row in rows}) == len(rows)
    watched = {entry.title_id for entry in history}
    for row in rows:
        assert 4 <= len(row.items) <= ROW_LENGTH
        assert row.reason
        for item in row.items:
            number = model.row(item.title_id)
            assert number is not None
            assert model.level(number) <= level
        if row.kind in (RowKind.TASTE, RowKind.BECAUSE_YOU_WATCHED, RowKind.GENRE):
            assert not watched.intersection(item.title_id for item in row.items)


def test_rows_of_somebody_with_a_history() -> None:
    model = catalogue()
    history = [Watched("t00007", NOW - DAY, 5000), Watched("t00003", NOW - 2 * DAY, 3000)]
    rows = compose_rows(model, EVERYBODY, history, NOW, 20)
    kinds = [row.kind for row in rows]
    assert kinds[:5] == [
        RowKind.TASTE,
        RowKind.BECAUSE_YOU_WATCHED,
        RowKind.BECAUSE_YOU_WATCHED,
        RowKind.POPULAR,
        RowKind.NEW_ARRIVALS,
    ]
    assert set(kinds[5:]) == {RowKind.GENRE}
    assert rows[1].name == "Because you watched T00007"


def test_rows_of_somebody_unknown_begin_with_what_is_popular() -> None:
    model = catalogue()
    rows = compose_rows(model, EVERYBODY, [], NOW, 20)
    assert [row.kind for row in rows][:2] == [RowKind.POPULAR, RowKind.NEW_ARRIVALS]
    assert [item.title_id for item in rows[0].items][:10] == popular_ids(model)


def test_the_model_beats_popularity_for_people_with_a_taste() -> None:
    """Viewers who watch one genre only: more of what is proposed is of it than by popularity."""
    model = catalogue(3000)
    column = [name for _, name in model.genres].index("Western")
    westerns = [row for row in range(3000) if model.genre_share(column)[row] > 0.6]
    history = [Watched(model.ids[row], NOW - DAY, 3000) for row in westerns[:10]]
    taste_row = compose_rows(model, EVERYBODY, history, NOW, 1)[0]

    def share(ids: list[str]) -> float:
        rows = [row for id_ in ids if (row := model.row(id_)) is not None]
        western = [float(model.genre_share(column)[row]) > 0.3 for row in rows]
        return sum(western) / len(ids)

    assert share([item.title_id for item in taste_row.items]) > 0.9
    assert share(popular_ids(model)) < 0.7


def test_30_000_titles_rank_quickly() -> None:
    model = catalogue(30_000)
    history = [Watched(f"t{number * 599:05d}", NOW - number * DAY, 3000) for number in range(50)]
    compose_rows(model, EVERYBODY, history, NOW, 10)
    began = time.process_time()
    for _ in range(5):
        compose_rows(model, EVERYBODY, history, NOW, 10)
    assert (time.process_time() - began) / 5 < 0.1
