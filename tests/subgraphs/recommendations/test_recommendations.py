"""The whole subgraph in front of a real catalogue: what it shows, follows, keeps and survives."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import event
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from reelgraph_dgs.database import Database
from reelgraph_dgs.export import compare_schema
from reelgraph_dgs.testing import SubgraphClient, TestSigners
from reelgraph_kit.event_log import open_event_log
from reelgraph_kit.identity import Identity
from reelgraph_kit.process import listen
from reelgraph_kit.signing import create_private_key, jwks_document, load_private_key
from subgraphs.catalog.app import create_app as create_catalog
from subgraphs.catalog.seed import read_films, seed_films
from subgraphs.catalog.settings import Settings as CatalogSettings
from subgraphs.catalog.tables import metadata
from subgraphs.catalog.writes import update_title
from subgraphs.recommendations.app import create_app
from subgraphs.recommendations.fallback import FamilyTopTen
from subgraphs.recommendations.features import LEVELS, TitleFeatures
from subgraphs.recommendations.model import TitleModel, Viewer
from subgraphs.recommendations.schema import make_schema
from subgraphs.recommendations.settings import Settings

Start = Callable[[FastAPI], Awaitable[SubgraphClient]]
Check = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an app on a free port and give its GraphQL address."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def signing_key(tmp_path: Path) -> Path:
    """The key of the service in a file, as the supervisor would make it."""
    path = tmp_path / "keys" / "recommendations.pem"
    create_private_key(path)
    return path


@pytest.fixture(scope="session")
def seeded_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with its films, made once; every test gets a copy."""
    path = tmp_path_factory.mktemp("seeded") / "catalog.db"

    async def seed() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await database.create_tables(metadata)
        await seed_films(database)
        await database.close()

    asyncio.run(seed())
    return path


@pytest.fixture
async def catalog_url(
    tmp_path: Path, signing_key: Path, seeded_catalog: Path
) -> AsyncIterator[str]:
    (tmp_path / "catalog").mkdir()
    shutil.copy(seeded_catalog, tmp_path / "catalog" / "catalog.db")
    # Only who is signed for is let in, so these tests show that the calls are signed.
    trusted = tmp_path / "catalog.jwks.json"
    document = jwks_document({"recommendations": load_private_key(signing_key)})
    trusted.write_text(json.dumps(document))
    settings = CatalogSettings(data_dir=tmp_path, trusted_signers=trusted, require_identity=True)
    async with serving(create_catalog(settings)) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, signers: TestSigners, signing_key: Path, catalog_url: str) -> Settings:
    return Settings(
        data_dir=tmp_path,
        trusted_signers=signers.jwks_path,
        signing_key=signing_key,
        catalog_url=catalog_url,
        # A busy machine must not make the tests see the fallback.
        model_timeout_seconds=30,
    )


@pytest.fixture
def start(settings: Settings, start_subgraph: Start) -> Callable[[], Awaitable[SubgraphClient]]:
    """Start recommendations and wait until it has filled its model."""

    async def started() -> SubgraphClient:
        client = await start_subgraph(create_app(settings))
        await until_filled(client)
        return client

    return started


async def until_filled(client: SubgraphClient) -> None:
    """Wait until the last of the catalogue's titles is known."""

    async def filled() -> bool:
        result = await client.entities("Title", [max(RATINGS)], "popularity")
        return bool(result.data["_entities"][0]["popularity"] > 0)

    await until(filled)


async def until(check: Check) -> None:
    async with asyncio.timeout(60):
        # Services tell nobody when they have caught up; only asking again can show it.
        while not await check():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def activity(
    kind: str, title: str, session: str, *, profile: str = "p1", at: str, position: int = 0
) -> bytes:
    event = {
        "id": f"{session}-{kind}-{position}",
        "kind": kind,
        "memberId": "m1",
        "profileId": profile,
        "titleId": title,
        "sessionId": session,
        "positionSeconds": position,
        "occurredAt": at,
    }
    return json.dumps(event).encode()


StartService = Callable[[], Awaitable[SubgraphClient]]
PRINTED = Path(__file__).parents[3] / "subgraphs" / "recommendations" / "schema.graphql"
HOME = """{ home(first: 20) { fallback rows { id kind name reason
  items { score title { id name } } } } }"""
NOW = datetime.now(UTC)
RATINGS = {film.title.id: film.title.maturity_rating.value for film in read_films(NOW)[1]}


def test_the_committed_schema_is_the_one_in_the_code() -> None:
    assert compare_schema(make_schema(), PRINTED) is None


async def home(client: SubgraphClient) -> dict[str, Any]:
    page: dict[str, Any] = (await client.execute(HOME)).data["home"]
    return page


async def test_home_shows_titles_of_the_catalogue_with_names(start: StartService) -> None:
    page = await home(await start())
    assert page["fallback"] is False
    assert [row["id"] for row in page["rows"]][:2] == ["popular", "new"]
    items = [item for row in page["rows"] for item in row["items"]]
    assert len({item["title"]["id"] for item in items}) == len(items) > 50
    names = {film.title.id: film.title.name for film in read_films(NOW)[1]}
    assert all(item["title"]["name"] == names[item["title"]["id"]] for item in items)
    assert all(item["score"] > 0 for item in page["rows"][0]["items"])


@pytest.mark.parametrize("maturity", ["ALL", "SEVEN", "THIRTEEN", "NONSENSE"])
async def test_nobody_sees_what_is_above_the_profile(start: StartService, maturity: str) -> None:
    client = (await start()).as_member("m1", "p1", maturity=maturity)
    page = await home(client)
    shown = {RATINGS[i["title"]["id"]] for row in page["rows"] for i in row["items"]}
    assert max(LEVELS[rating] for rating in shown) == LEVELS.get(maturity, 0)


async def test_similar_titles_and_popularity_come_in_batches(start: StartService) -> None:
    client = (await start()).as_member("m1", "p1", maturity="EIGHTEEN")
    result = await client.entities(
        "Title",
        ["nosferatu-1922", "the-general-1926", "no-such-title"],
        "popularity similar(first: 5) { id popularity }",
    )
    nosferatu, general, unknown = result.data["_entities"]
    assert len(general["similar"]) == 5
    assert "the-general-1926" not in {entry["id"] for entry in general["similar"]}
    assert len(nosferatu["similar"]) == 5
    assert "the-cabinet-of-dr-caligari-1920" in {
        entry["id"]
        for entry in (await client.entities("Title", ["nosferatu-1922"], "similar { id }")).data[
            "_entities"
        ][0]["similar"]
    }
    assert 0 < nosferatu["popularity"] < 1
    assert unknown == {"__typename": "Title", "popularity": 0, "similar": []}


async def popular_ids(socket: ClientConnection) -> list[str]:
    """Return the titles of the next event."""
    message = json.loads(await socket.recv())
    assert message["type"] == "next", message
    return [title["id"] for title in message["payload"]["data"]["mostPopular"]]


async def test_the_most_popular_are_told_at_once_and_when_they_change(
    settings: Settings, signers: TestSigners
) -> None:
    identity = Identity("member", "m1", profile="p1", maturity="EIGHTEEN")
    headers = {"Reelgraph-Identity": signers.identity_header(identity, audience="recommendations")}
    protocols = [Subprotocol("graphql-transport-ws")]
    async with serving(create_app(settings)) as url, asyncio.timeout(60):
        address = url.replace("http:", "ws:")
        async with connect(address, subprotocols=protocols, additional_headers=headers) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            query = "subscription { mostPopular(first: 20) { id } }"
            start = {"id": "1", "type": "subscribe", "payload": {"query": query}}
            await socket.send(json.dumps(start))
            told = await popular_ids(socket)
            while len(told) < 20:  # the model is still being filled
                told = await popular_ids(socket)
            title = next(id_ for id_ in WESTERNS[1:] if id_ not in told)
            at = NOW.isoformat()
            await play(settings, *(activity("STARTED", title, f"s{n}", at=at) for n in range(200)))
            while title not in told:
                before, told = told, await popular_ids(socket)
                assert told != before, "nothing changed"


async def play(settings: Settings, *events: bytes) -> None:
    async with open_event_log(settings.event_log_url) as log:
        for value in events:
            await log.publish("playback.activity", "p1", value)


WESTERNS = ["stagecoach", "the-outlaw-1943", "angel-and-the-badman-1947", "the-big-trail-1930"]


async def test_what_a_profile_watches_makes_its_rows(
    start: StartService, settings: Settings
) -> None:
    client = await start()
    at = (NOW - timedelta(hours=1)).isoformat()
    events = [activity("STARTED", title, f"s-{title}", at=at) for title in WESTERNS[1:]]
    later = NOW.isoformat()
    events += [
        activity("STOPPED", title, f"s-{title}", at=later, position=3000) for title in WESTERNS[1:]
    ]
    await play(settings, *events, b"nonsense", *events)
    member = client.as_member("m1", "p1", maturity="EIGHTEEN")

    async def personal() -> bool:
        result = await member.entities("Member", ["m1"], "taste { titlesWatched }")
        taste = result.data["_entities"][0]["taste"]
        return taste is not None and taste["titlesWatched"] == 3

    await until(personal)
    page = await home(member)
    assert [row["kind"] for row in page["rows"]][:3] == [
        "TASTE",
        "BECAUSE_YOU_WATCHED",
        "BECAUSE_YOU_WATCHED",
    ]
    shown = {item["title"]["id"] for item in page["rows"][0]["items"]}
    assert not shown.intersection(WESTERNS)
    assert "the-iron-horse-1924" in shown
    result = await member.entities(
        "Member", ["m1", "m2"], "taste { genres { share genre { id } } }"
    )
    own, other = result.data["_entities"]
    assert own["taste"]["genres"][0]["genre"]["id"] == "western"
    assert sum(entry["share"] for entry in own["taste"]["genres"]) == pytest.approx(1, abs=0.01)
    assert other["taste"] is None
    assert (await home(client.as_member("m1", "p2")))["rows"][0]["kind"] == "POPULAR"


async def test_plays_count_once_however_often_their_events_come(
    start: StartService, settings: Settings
) -> None:
    client = await start()

    async def popularity() -> float:
        result = await client.entities("Title", ["charade-1963"], "popularity")
        return float(result.data["_entities"][0]["popularity"])

    before = await popularity()
    value = activity("STARTED", "charade-1963", "s1", at=NOW.isoformat())
    await play(settings, value, value, value)

    async def counted() -> bool:
        return await popularity() > before

    await until(counted)
    store = sqlite3.connect(settings.data_dir / "recommendations" / "recommendations.db")
    try:
        assert store.execute("SELECT title_id, plays FROM plays").fetchall() == [
            ("charade-1963", 1.0)
        ]
    finally:
        store.close()


async def test_a_change_in_the_catalogue_arrives(
    start: StartService, settings: Settings, tmp_path: Path
) -> None:
    client = (await start()).as_member("m1", "p1", maturity="ALL")
    catalog = Database(f"sqlite+aiosqlite:///{tmp_path}/catalog/catalog.db")
    try:
        first = (await home(client))["rows"][0]["items"][0]["title"]
        await update_title(catalog, first["id"], {"maturity_rating": "EIGHTEEN"})

        async def gone() -> bool:
            page = await home(client)
            shown = {item["title"]["id"] for row in page["rows"] for item in row["items"]}
            return first["id"] not in shown

        await until(gone)
        second = (await home(client))["rows"][0]["items"][0]["title"]
        await update_title(catalog, second["id"], {"name": "Renamed"})

        async def renamed() -> bool:
            page = await home(client)
            return bool(page["rows"][0]["items"][0]["title"]["name"] == "Renamed")

        await until(renamed)
    finally:
        await catalog.close()


async def test_after_a_restart_it_goes_on_from_where_it_stopped(
    settings: Settings, signers: TestSigners, tmp_path: Path
) -> None:
    from reelgraph_dgs.testing import subgraph_client

    async with subgraph_client(create_app(settings), signers) as client:
        await until_filled(client)
        before = await home(client)
    catalog = Database(f"sqlite+aiosqlite:///{tmp_path}/catalog/catalog.db")
    try:
        await update_title(catalog, "the-general-1926", {"name": "Missed"})
    finally:
        await catalog.close()
    async with subgraph_client(create_app(settings), signers) as client:

        async def caught_up() -> bool:
            page = await home(client)
            names = {item["title"]["name"] for row in page["rows"] for item in row["items"]}
            return "Missed" in names

        await until(caught_up)
        after = await home(client)
    assert [row["id"] for row in after["rows"]] == [row["id"] for row in before["rows"]]


async def test_without_the_catalogue_the_editors_ten_are_shown(
    settings: Settings, start_subgraph: Start
) -> None:
    alone = settings.model_copy(update={"catalog_url": "http://127.0.0.1:9/graphql"})
    page = await home(await start_subgraph(create_app(alone)))
    assert page["fallback"] is True
    [row] = page["rows"]
    assert (row["kind"], len(row["items"])) == ("FAMILY_TOP_TEN", 10)
    assert {item["title"]["id"] for item in row["items"]} <= set(RATINGS)
    assert {RATINGS[item["title"]["id"]] for item in row["items"]} <= {"ALL", "SEVEN"}


def database_file(settings: Settings) -> Path:
    return settings.data_dir / "recommendations" / "recommendations.db"


def drop_history(settings: Settings) -> None:
    store = sqlite3.connect(database_file(settings), timeout=60)
    store.execute("DROP TABLE history")
    store.commit()
    store.close()


def lock(settings: Settings) -> sqlite3.Connection:
    store = sqlite3.connect(
        database_file(settings), timeout=60, isolation_level=None, check_same_thread=False
    )
    store.execute("BEGIN IMMEDIATE")
    return store


async def test_with_the_store_broken_profiles_get_the_family_top_ten(
    start: StartService, settings: Settings
) -> None:
    """Break it for real: the tables go while the service runs."""
    client = await start()
    # In a thread: the service's own transactions end in this loop.
    await asyncio.to_thread(drop_history, settings)
    member = client.as_member("m1", "p1", maturity="SEVEN")
    for _ in range(12):  # the circuit opens on the way
        page = await home(member)
        assert page["fallback"] is True
        shown = {RATINGS[item["title"]["id"]] for item in page["rows"][0]["items"]}
        assert shown <= {"ALL", "SEVEN"}
        assert len(page["rows"][0]["items"]) == 10


async def test_it_starts_and_answers_on_a_database_that_is_none(
    settings: Settings, start_subgraph: Start
) -> None:
    path = settings.service_dir / "recommendations.db"
    path.write_bytes(b"this is no database" * 1000)
    client = await start_subgraph(create_app(settings))
    page = await home(client.as_member("m1", "p1", maturity="SEVEN"))
    assert (page["fallback"], len(page["rows"][0]["items"])) == (True, 10)
    result = await client.entities("Title", ["the-general-1926"], "popularity similar { id }")
    assert result.data["_entities"][0]["similar"] == []


@pytest.mark.parametrize(
    "query",
    [
        "{ home(first: 0) { fallback } }",
        "{ home(first: 21) { fallback } }",
        "{ home { rows { items(first: 0) { score } } } }",
        "{ home { rows { items(first: 21) { score } } } }",
    ],
)
async def test_wrong_sizes_are_bad_requests(
    settings: Settings, start_subgraph: Start, query: str
) -> None:
    client = await start_subgraph(create_app(settings))
    assert "BAD_REQUEST" in (await client.execute(query)).codes


async def test_the_history_is_one_statement_for_a_home_page(
    settings: Settings, start_subgraph: Start, start: StartService
) -> None:
    client = (await start()).as_member("m1", "p1", maturity="EIGHTEEN")
    app: FastAPI = client.http._transport.app  # type: ignore[attr-defined]
    engine = app.state.resources.store.database.engine.sync_engine
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    await home(client)
    assert sum("FROM history" in statement for statement in seen) == 1
    seen.clear()
    await client.entities("Title", list(RATINGS)[:100], "popularity similar { id popularity }")
    # The background may be writing features meanwhile; the request itself reads nothing.
    assert [statement for statement in seen if statement.startswith("SELECT")] == []


def test_the_top_ten_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "family-top-ten.json"
    model = TitleModel()
    assert FamilyTopTen(path).refresh(model) is False
    for number in range(15):
        level = "SIXTEEN" if number > 12 else ("SEVEN" if number % 2 else "ALL")
        model.upsert(
            TitleFeatures(
                id=f"t{number}",
                name=f"Name {number}",
                kind="MOVIE",
                year=1950,
                level=LEVELS[level],
                prior=number / 20,
                version=1,
                genres=(),
                people=(),
                opens=0,
                closes=None,
                countries=(),
            )
        )
    assert FamilyTopTen(path).refresh(model) is True
    again = FamilyTopTen(path)
    assert [item.title_id for item in again.row(Viewer(LEVELS["EIGHTEEN"])).items] == [
        f"t{number}" for number in range(12, 2, -1)
    ]
    small = again.row(Viewer(LEVELS["ALL"])).items
    assert [item.title_id for item in small] == ["t12", "t10", "t8", "t6", "t4"]
    path.write_text("[{")
    assert FamilyTopTen(path).row(Viewer(0)).items[0].title_id == "the-kid-1921"


def test_the_editors_ten_are_films_for_families() -> None:
    entries = json.loads((PRINTED.parent / "data" / "editors_ten.json").read_text(encoding="utf-8"))
    names = {film.title.id: film.title.name for film in read_films(NOW)[1]}
    assert len(entries) == 10
    for entry in entries:
        assert entry["maturity"] == RATINGS[entry["id"]]
        assert entry["maturity"] in ("ALL", "SEVEN")
        assert entry["name"] == names[entry["id"]]


async def test_until_the_store_is_read_the_saved_top_ten_stands_in(
    start: StartService, settings: Settings, start_subgraph: Start
) -> None:
    """A half-filled model would show what happens to be read first."""
    await start()
    # Making sure that the tables are there takes a write, which has to wait for this one.
    store = await asyncio.to_thread(lock, settings)
    try:
        second = await start_subgraph(create_app(settings))
        page = await home(second)
    finally:
        store.execute("ROLLBACK")
        store.close()
    assert page["fallback"] is True
    assert len(page["rows"][0]["items"]) == 10

    async def personal() -> bool:
        return (await home(second))["fallback"] is False

    await until(personal)
