"""The whole app: entities over GraphQL, images over HTTP, tastes from events, broken stores."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI

from reelgraph_dgs.export import compare_schema
from reelgraph_dgs.testing import SubgraphClient, TestSigners
from reelgraph_kit.document_store import open_document_store
from reelgraph_kit.event_log import open_event_log
from subgraphs.artwork.app import create_app
from subgraphs.artwork.image_urls import ImageUrls, make_subject, read_or_make_key
from subgraphs.artwork.notebook import CHOICES
from subgraphs.artwork.schema import make_schema
from subgraphs.artwork.settings import Settings
from subgraphs.artwork.tastes import PROFILES, Taste

Start = Callable[[FastAPI], Awaitable[SubgraphClient]]
PRINTED = Path(__file__).parents[3] / "subgraphs" / "artwork" / "schema.graphql"
NOSFERATU = {
    "id": "nosferatu-1922",
    "name": "Nosferatu",
    "releaseYear": 1922,
    "genres": [{"name": "Horror"}, {"name": "Drama"}],
}
CHARADE = {
    "id": "charade-1963",
    "name": "Charade",
    "releaseYear": 1963,
    "genres": [{"name": "Comedy"}, {"name": "Mystery"}],
}
FIELDS = "id artwork { url width height theme alt variant personalised }"


def test_the_committed_schema_is_the_one_in_the_code() -> None:
    assert compare_schema(make_schema(), PRINTED) is None


@pytest.fixture
def settings(tmp_path: Path, signers: TestSigners) -> Settings:
    return Settings(data_dir=tmp_path, trusted_signers=signers.jwks_path, explore_share=0)


@pytest.fixture
async def client(settings: Settings, start_subgraph: Start) -> SubgraphClient:
    return await start_subgraph(create_app(settings))


async def artworks(client: SubgraphClient, *titles: dict[str, Any]) -> list[dict[str, Any]]:
    result = await client.entities("Title", list(titles), FIELDS)
    return [entity["artwork"] for entity in result.data["_entities"]]


def path_of(url: str) -> str:
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == "http://127.0.0.1:4016"
    return f"{parts.path}?{parts.query}"


async def test_titles_get_pictures_that_can_be_fetched(client: SubgraphClient) -> None:
    first, second = await artworks(client, NOSFERATU, CHARADE)
    assert (first["width"], first["height"]) == (600, 900)
    assert (first["theme"], first["variant"], first["personalised"]) == ("horror", "horror", False)
    assert first["alt"].startswith("Nosferatu (1922): ")
    for artwork in (first, second):
        response = await client.http.get(path_of(artwork["url"]))
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("image/svg+xml")
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert ElementTree.fromstring(response.text).attrib["width"] == "600"


async def test_a_landscape(client: SubgraphClient) -> None:
    result = await client.entities("Title", [NOSFERATU], "artwork(shape: LANDSCAPE) { url width }")
    artwork = result.data["_entities"][0]["artwork"]
    assert artwork["width"] == 960
    assert (await client.http.get(path_of(artwork["url"]))).status_code == 200


async def test_a_cached_picture_is_not_sent_again(client: SubgraphClient) -> None:
    [artwork] = await artworks(client, NOSFERATU)
    path = path_of(artwork["url"])
    etag = (await client.http.get(path)).headers["etag"]
    again = await client.http.get(path, headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = await client.http.get(path, headers={"If-None-Match": '"x"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.replace("nosferatu-1922", "metropolis-1927"),
        lambda path: path.replace("d=", "d=X"),
        lambda path: path.replace("s=", "s=X"),
        lambda path: path.replace("horror-poster", "nothing-poster"),
        lambda path: path.replace("horror-poster", "horror-square"),
        lambda path: path.replace(".svg", ".png"),
        lambda path: path.partition("?")[0],
        lambda path: path.replace("nosferatu-1922", "%FF"),
        lambda path: f"{path}&d={'x' * 5000}&s=%C3%A9",
    ],
)
async def test_urls_that_nobody_was_given(
    client: SubgraphClient, change: Callable[[str], str]
) -> None:
    [artwork] = await artworks(client, NOSFERATU)
    assert (await client.http.get(change(path_of(artwork["url"])))).status_code == 404


async def test_odd_ids_and_names_go_round(client: SubgraphClient) -> None:
    odd = {**NOSFERATU, "id": "a/b c?ü#", "name": '<b>"&\u0000' + "長い名前" * 200}
    [artwork] = await artworks(client, odd)
    assert (await client.http.get(path_of(artwork["url"]))).status_code == 200
    assert len(artwork["url"]) < 6000


async def test_a_representation_without_the_required_fields_is_refused(
    client: SubgraphClient,
) -> None:
    result = await client.entities("Title", [{"id": "x"}, NOSFERATU], "artwork { variant }")
    assert result.codes == ["BAD_REQUEST"]
    assert result.partial_data is not None
    assert result.partial_data["_entities"][0] is None
    assert result.partial_data["_entities"][1] is not None


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        # The service tells nobody when it has written; only looking again can show it.
        while not await check():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_a_profile_plays_changes_its_pictures_from_the_next_day(
    settings: Settings, client: SubgraphClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = client.as_member("m1", "p1")
    [before] = await artworks(profile, CHARADE)
    async with (
        open_event_log(settings.event_log_url) as log,
        open_document_store(settings.document_store_url) as store,
    ):
        titles = store.collection("artwork_titles")

        async def noted() -> bool:
            return await titles.get("charade-1963") is not None

        await until(noted)
        for session in ("s1", "s2", "s2"):
            event = {"kind": "STARTED", "profileId": "p1", "titleId": "charade-1963"}
            value = json.dumps({**event, "sessionId": session}).encode()
            await log.publish("playback.activity", "p1", value)
        await log.publish("playback.activity", "p1", b"nonsense")

        async def counted() -> bool:
            document = await store.collection(PROFILES).get("p1")
            return document is not None and document.data["counts"] == {"comedy": 2, "mystery": 2}

        await until(counted)
    assert (await artworks(profile, CHARADE))[0]["variant"] == before["variant"]
    liked = {**NOSFERATU, "genres": [{"name": n} for n in ("Horror", "Mystery", "War")]}
    for module in ("loaders", "tastes"):
        monkeypatch.setattr(f"subgraphs.artwork.{module}.today", lambda: "9999-01-01")
    [after] = await artworks(profile, {**liked, "id": "liked"})
    assert (after["theme"], after["personalised"]) == ("mystery", True)


async def test_choices_are_logged_once_with_their_propensity(
    settings: Settings, client: SubgraphClient
) -> None:
    profile = client.as_member("m1", "p1")
    for _ in range(3):
        [artwork] = await artworks(profile, NOSFERATU)
    async with open_document_store(settings.document_store_url) as store:
        log = store.collection(CHOICES)

        async def logged() -> bool:
            return await log.count() > 0

        await until(logged)
        [document] = await log.find()
    assert document.version == 1
    assert document.data["variant"] == artwork["variant"]
    assert document.data["propensity"] == 1
    assert artwork["variant"] in document.data["arms"]  # type: ignore[operator]


def break_store(settings: Settings) -> None:
    path = Path(urlsplit(settings.document_store_url).path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database" * 1000)


async def test_a_broken_store_costs_only_the_personal_touch(
    settings: Settings, start_subgraph: Start
) -> None:
    break_store(settings)
    client = await start_subgraph(create_app(settings))
    first, _ = await artworks(client.as_member("m1", "p1"), NOSFERATU, CHARADE)
    assert (first["variant"], first["personalised"]) == ("horror", False)
    assert (await client.http.get(path_of(first["url"]))).status_code == 200


async def test_the_taste_is_read_once_for_many_titles(
    client: SubgraphClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from subgraphs.artwork.tastes import Tastes

    reads: list[str] = []
    original = Tastes.affinity

    async def counting(self: Tastes, profile_id: str, day: str) -> Any:
        reads.append(profile_id)
        return await original(self, profile_id, day)

    monkeypatch.setattr(Tastes, "affinity", counting)
    many = [{**NOSFERATU, "id": f"t{number}"} for number in range(60)]
    assert len(await artworks(client.as_member("m1", "p1"), *many)) == 60
    assert reads == ["p1"]


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "image-urls.key"
    key = read_or_make_key(path)
    assert (len(key), read_or_make_key(path)) == (32, key)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["image-urls.key"]
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="has 5 bytes"):
        read_or_make_key(path)


def test_another_secret_makes_other_urls() -> None:
    subject = make_subject("t1", "Name", 1926, ["Horror"])
    urls = [
        ImageUrls("http://x/", bytes([n]) * 32).url(subject, "horror", "poster") for n in (1, 2)
    ]
    queries = [parse_qs(urlsplit(url).query) for url in urls]
    assert queries[0]["d"] == queries[1]["d"]
    assert queries[0]["s"] != queries[1]["s"]


def test_a_day_keeps_the_taste_it_began_with() -> None:
    taste = Taste({}, {}, "2026-01-01").with_play("s1", ["horror"])
    assert taste.on("2026-01-01").affinity == {}
    assert taste.on("2026-01-02").affinity == {"horror": 1.0}
    assert taste.on("2026-01-02").with_play("s2", ["war"]).affinity == {"horror": 1.0}
    assert taste.with_play("s1", ["horror"]) is taste
