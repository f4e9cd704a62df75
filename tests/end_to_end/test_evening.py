"""One member's evening on the whole stack: sign in, look, search, play; a schema changes meanwhile."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reelgraph_kit.signing import Signer

pytestmark = pytest.mark.end_to_end
ROOT = Path(__file__).parents[2]


class Graph:
    """Asks the router; a member's token once signed in."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self._client.post("/graphql", json={"query": query, "variables": variables})
        body = answer.json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    def sign_in(self, profile: str) -> None:
        session = self.ask(
            """mutation($email: String!, $password: String!) {
                 signIn(email: $email, password: $password) {
                   ... on Session { accessToken member { profiles { id name } } } } }""",
            email="demo@reelgraph.example",
            password="one-evening",
        )["signIn"]
        self._authorise(session)
        ids = {each["name"]: each["id"] for each in session["member"]["profiles"]}
        chosen = self.ask(
            """mutation($id: ID!) { selectProfile(profileId: $id) {
                 ... on Session { accessToken } } }""",
            id=ids[profile],
        )["selectProfile"]
        self._authorise(chosen)

    def _authorise(self, session: dict[str, Any]) -> None:
        self._client.headers["Authorization"] = f"Bearer {session['accessToken']}"

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def graph(evening) -> Iterator[Graph]:
    graph = Graph(evening.url(0))
    yield graph
    graph.close()


def eventually(probe: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Ask again until it holds: for what reaches another process by events, bounded in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not probe():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        pause.wait(0.1)


ADULT, KIDS = "Robin", "Kids"


def test_home_has_rows_chosen_for_the_profile(graph):
    graph.sign_in(ADULT)
    home = graph.ask(
        """{ home(first: 3) { fallback rows { id name reason items(first: 4) {
               title { id name artwork { url } popularity } } } } }"""
    )["home"]
    assert home["fallback"] is False
    assert home["rows"]
    for row in home["rows"]:
        assert row["items"], row
        for item in row["items"]:
            assert item["title"]["artwork"]["url"].startswith("http://127.0.0.1:")
    art = httpx.get(home["rows"][0]["items"][0]["title"]["artwork"]["url"])
    assert art.headers["content-type"].startswith("image/svg+xml")
    assert art.text.lstrip().startswith("<svg")


def test_a_kids_profile_sees_nothing_above_its_maturity(graph):
    graph.sign_in(KIDS)
    home = graph.ask("{ home(first: 6) { rows { items { title { maturityRating } } } } }")["home"]
    ratings = {i["title"]["maturityRating"] for row in home["rows"] for i in row["items"]}
    assert ratings <= {"ALL", "SEVEN"}
    assert ratings


SUBGRAPH_OFFSETS = {"search": 2, "catalog": 11, "member": 12, "billing": 13, "playback": 14}


@pytest.mark.parametrize("name", ["router", "playback"])
def test_an_identity_is_good_for_the_service_that_it_names(evening, name):
    signer = Signer.from_file(name, evening.data_dir / "keys" / f"{name}.pem")
    said = {"kind": "service", "sub": "playback"}
    for audience in ("catalog", "billing", "router"):
        token = signer.sign({**said, "aud": audience}, 60)
        headers = {"Reelgraph-Identity": token}
        found = {
            other: httpx.post(
                evening.url(offset, "/graphql"),
                json={"query": "{ __typename }"},
                headers=headers,
                timeout=60,
            ).status_code
            for other, offset in SUBGRAPH_OFFSETS.items()
        }
        assert found == {other: 200 if other == audience else 401 for other in SUBGRAPH_OFFSETS}
        at_router = httpx.post(
            evening.url(0, "/graphql"),
            json={"query": "{ __typename }"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        believed = name != "router" and audience == "router"
        assert at_router.status_code == (200 if believed else 401)


def test_every_printed_address_opens_a_page(evening):
    evening.wait_for("Ctrl-C")
    ready = next(n for n, line in enumerate(evening.lines) if "Ready in" in line)
    printed = re.findall(r"^  (http://\S+)", "\n".join(evening.lines[ready:]), flags=re.MULTILINE)
    assert len(printed) == 2
    for address in printed:
        answer = httpx.get(address, headers={"Accept": "text/html"}, timeout=60)
        assert answer.status_code == 200, address
        assert "<script" in answer.text


def test_a_subscription_is_completed_by_other_subgraphs(evening):
    query = "subscription { mostPopular(first: 3) { name releaseYear popularity } }"
    headers = {"Accept": "text/event-stream"}
    with httpx.stream(
        "POST", evening.url(0, "/graphql"), json={"query": query}, headers=headers, timeout=60
    ) as events:
        lines = events.iter_lines()
        line = next(line for line in lines if line.startswith("data:"))
    titles = json.loads(line.removeprefix("data:"))["data"]["mostPopular"]
    assert len(titles) == 3
    for title in titles:
        assert title["name"]
        assert title["releaseYear"] > 1890
        assert 0 < title["popularity"] <= 1


def search(graph: Graph, text: str) -> list[dict[str, Any]]:
    found = graph.ask(
        """query($text: String!) { search(index: FILMS, text: $text, first: 5) {
             edges { node { ... on Title { id name releaseYear playable genres { name } } } } } }""",
        text=text,
    )["search"]
    return [edge["node"] for edge in found["edges"]]


def test_search_finds_and_the_router_hydrates(graph):
    graph.sign_in(ADULT)
    first = search(graph, "nosferatu")[0]
    assert first["releaseYear"] == 1922
    assert first["playable"] is True
    assert "Horror" in {genre["name"] for genre in first["genres"]}


START = """mutation($id: ID!) { startPlayback(titleId: $id) { __typename
  ... on PlaybackSession { id leaseToken title { id name } urls { url appliance } }
  ... on NotEntitled { message } ... on TitleUnavailable { message }
  ... on TooManyStreams { message } } }"""


def test_play_gives_bytes_from_an_appliance_and_history(graph):
    graph.sign_in(ADULT)
    title = search(graph, "metropolis")[0]
    session = graph.ask(START, id=title["id"])["startPlayback"]
    assert session["__typename"] == "PlaybackSession", session
    assert session["title"] == {"id": title["id"], "name": title["name"]}
    url = session["urls"][0]["url"]
    part = httpx.get(url, headers={"Range": "bytes=100-299"}, timeout=60)
    assert part.status_code == 206
    assert len(part.content) == 200
    assert part.headers["content-range"].startswith("bytes 100-299/")
    whole = httpx.get(url, timeout=60)
    assert whole.content[100:300] == part.content
    tampered = url[:-1] + ("A" if url[-1] != "A" else "B")
    assert httpx.get(tampered).status_code == 403
    graph.ask(
        """mutation($id: ID!, $token: String!) {
             playbackHeartbeat(sessionId: $id, leaseToken: $token, positionSeconds: 4) {
               __typename } }""",
        id=session["id"],
        token=session["leaseToken"],
    )
    history = graph.ask(
        "{ viewer { viewingHistory(first: 5) { edges { node { title { id } } } } } }"
    )["viewer"]["viewingHistory"]
    assert title["id"] in {edge["node"]["title"]["id"] for edge in history["edges"]}
    graph.ask(
        """mutation($id: ID!, $token: String!) {
             stopPlayback(sessionId: $id, leaseToken: $token, positionSeconds: 5) {
               __typename } }""",
        id=session["id"],
        token=session["leaseToken"],
    )


def test_without_signing_in_nothing_plays(graph):
    title = search(graph, "metropolis")[0]
    answer = graph._client.post("/graphql", json={"query": START, "variables": {"id": title["id"]}})
    body = answer.json()
    refused = body.get("errors", [{}])[0].get("extensions", {}).get("code")
    assert refused == "UNAUTHENTICATED" or body["data"]["startPlayback"]["__typename"] == (
        "NotEntitled"
    )


def rename(graph: Graph, title_id: str, name: str) -> None:
    changed = graph.ask(
        """mutation($id: ID!, $name: String!) {
             updateTitle(input: {id: $id, name: $name}) { __typename } }""",
        id=title_id,
        name=name,
    )
    assert changed["updateTitle"]["__typename"] != "NotFound"


def test_a_change_in_catalog_reaches_the_index(graph):
    graph.sign_in(ADULT)
    title = search(graph, "sherlock")[0]
    rename(graph, title["id"], "Quillfeather")
    eventually(
        lambda: [hit["name"] for hit in search(graph, "quillfeather")] == ["Quillfeather"],
        "the new name in the index",
    )
    rename(graph, title["id"], title["name"])
    eventually(lambda: search(graph, "quillfeather") == [], "the old name back in the index")


def reelgraph(up: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "REELGRAPH_REGISTRY_URL": up.url(1),
        "REELGRAPH_REGISTRY_TOKEN": (up.data_dir / "keys" / "registry-token").read_text(),
    }
    return subprocess.run(
        [sys.executable, "-m", "reelgraph_cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )


def publish(up: Any, schema: Path) -> subprocess.CompletedProcess[str]:
    return reelgraph(
        up,
        "subgraph",
        "publish",
        "catalog",
        "--schema",
        str(schema),
        "--url",
        up.url(11, "/graphql"),
    )


def test_a_published_schema_change_is_served(evening, graph, tmp_path):
    committed = ROOT / "subgraphs" / "catalog" / "schema.graphql"
    renamed = tmp_path / "catalog.graphql"
    described = '"""Said by the end-to-end test."""\ntype AvailabilityWindow'
    text, count = re_sub_type(committed.read_text(), "AvailabilityWindow", described)
    assert count == 1
    renamed.write_text(text)
    ask = '{ __type(name: "AvailabilityWindow") { description } }'
    before = graph.ask(ask)["__type"]["description"]
    assert before != "Said by the end-to-end test."
    published = publish(evening, renamed)
    assert published.returncode == 0, published.stderr + published.stdout
    eventually(
        lambda: graph.ask(ask)["__type"]["description"] == "Said by the end-to-end test.",
        "the published schema in the router",
    )
    assert publish(evening, committed).returncode == 0


def re_sub_type(sdl: str, name: str, replacement: str) -> tuple[str, int]:
    import re

    pattern = rf'("""[^"]*"""\n)?type {name}\b'
    return re.subn(pattern, replacement, sdl)


def test_a_check_that_breaks_a_client_names_both_and_exits_1(evening, tmp_path):
    committed = (ROOT / "subgraphs" / "catalog" / "schema.graphql").read_text()
    candidate = tmp_path / "catalog.graphql"
    without = "\n".join(line for line in committed.splitlines() if "originalName" not in line)
    assert without.count("\n") < committed.count("\n")
    candidate.write_text(without)
    query = 'query Names { title(id: "the-general-1926") { originalName } }'
    headers = {"graphql-client-name": "evening"}
    answer = httpx.post(
        evening.url(0, "/graphql"), json={"query": query}, headers=headers, timeout=60
    )
    assert "errors" not in answer.json()
    patience = time.monotonic() + 120
    while True:  # the router reports in batches
        checked = reelgraph(
            evening, "subgraph", "check", "catalog", "--schema", str(candidate), "--format", "json"
        )
        if '"evening"' in checked.stdout:
            break
        assert time.monotonic() < patience, checked.stdout
    assert checked.returncode == 1, checked.stderr + checked.stdout
    told = json.dumps(json.loads(checked.stdout))
    assert "Title.originalName" in told
    assert "Names" in told


def test_a_second_start_keeps_the_data(up, tmp_path):
    first = up()
    first.wait_for("Ready in")
    graph = Graph(first.url(0))
    graph.ask(
        """mutation { signUp(email: "ada@reelgraph.example", password: "a-long-enough-one",
             displayName: "Ada", country: "GB") { __typename ... on Session { accessToken } } }"""
    )
    graph.close()
    assert first.stop() == 0
    second = up(data_dir=first.data_dir, base_port=first.base_port)
    second.wait_for("Ready in")
    graph = Graph(second.url(0))
    session = graph.ask(
        """mutation { signIn(email: "ada@reelgraph.example", password: "a-long-enough-one") {
             ... on Session { member { displayName } } } }"""
    )["signIn"]
    graph.close()
    assert session["member"]["displayName"] == "Ada"
