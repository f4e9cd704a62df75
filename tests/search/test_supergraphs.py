"""Where the supergraph comes from, and what the indexer reads off it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_search.adapters.supergraph import (
    FileSource,
    RegistrySource,
    SupergraphUnavailable,
    supergraphs,
)
from reelgraph_search.cli import search
from reelgraph_search.templates.graph_facts import facts_from_supergraph

ROOT = Path(__file__).parents[2]
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@external"])'
CATALOG = f"""{LINK}
type Query {{ film(id: ID!): Film }}
type Film @key(fields: "id") {{ id: ID! name: String! year: Int studio: Studio }}
type Studio @key(fields: "country {{ code }} name") @key(fields: "name city") {{
  name: String! city: String! country: Country!
}}
type Country {{ code: String! }}
"""
PLAYBACK = f"""{LINK}
type Film @key(fields: "id") {{ id: ID! views: Int! }}
type Ad @key(fields: "id", resolvable: false) {{ id: ID! }}
type Query {{ ad: Ad }}
"""


@pytest.fixture
def sdl() -> str:
    composed = compose(
        [
            Subgraph("catalog", "http://catalog", CATALOG),
            Subgraph("playback", "http://playback", PLAYBACK),
        ]
    )
    assert composed.supergraph_sdl is not None, composed
    return composed.supergraph_sdl


def test_facts(sdl: str) -> None:
    facts = facts_from_supergraph(parse_supergraph(sdl))
    assert facts.keys == {"Film": ("id",), "Studio": ("name", "city")}
    assert facts.resolvers["Film", "views"] == {"playback"}
    assert facts.resolvers["Film", "name"] == {"catalog"}
    assert facts.owners["Film"] == "catalog"


class Registry:
    """The registry's way of giving out supergraphs, as its documentation has it."""

    def __init__(self) -> None:
        self.version: tuple[str, str] | None = None
        self.asked: list[tuple[str | None, str | None]] = []

    async def answer(self, request: Request) -> Response:
        known = request.headers.get("If-None-Match")
        self.asked.append((known, request.headers.get("Prefer")))
        if self.version is None:
            return Response(status_code=404)
        tag, text = self.version
        if known == tag:
            return Response(status_code=304)
        return Response(text, headers={"ETag": tag})


@pytest.fixture
async def registry() -> AsyncIterator[tuple[Registry, RegistrySource]]:
    made = Registry()
    path = "/v1/graphs/g/variants/v/supergraph.graphql"
    transport = httpx.ASGITransport(Starlette(routes=[Route(path, made.answer)]))
    source = RegistrySource("http://registry/", "g", "v", transport)
    yield made, source
    await source.close()


async def test_registry(registry: tuple[Registry, RegistrySource]) -> None:
    made, source = registry
    with pytest.raises(SupergraphUnavailable, match="publish the subgraphs"):
        await source.next(None)
    made.version = ('"7"', "type Query")
    assert await source.next(None) == ("type Query", '"7"')
    assert await source.next('"7"') is None
    made.version = ('"8"', "type Query { a: Int }")
    assert await source.next('"7"') == ("type Query { a: Int }", '"8"')
    assert made.asked[-1] == ('"7"', "wait=30")


async def test_no_registry_there() -> None:
    source = RegistrySource("http://127.0.0.1:1", "g", "v")
    with pytest.raises(SupergraphUnavailable, match="does not answer"):
        await source.next(None)
    await source.close()


async def test_a_file_that_comes_later(tmp_path: Path) -> None:
    path, report = tmp_path / "supergraph.graphql", ["nothing yet"]
    source = FileSource(path)
    with pytest.raises(SupergraphUnavailable, match="cannot read"):
        await source.next(None)
    path.write_text("type Query")
    stream = supergraphs(source, report)
    assert await anext(stream) == "type Query"
    assert report == []
    path.write_text("type Query { a: Int }")
    assert await anext(stream) == "type Query { a: Int }"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(search, arguments)
    return result.exit_code, result.output


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "definitions"
    folder.mkdir()
    (folder / "films.yaml").write_text(
        "index: films\nroot: Film\ntemplate: 'fragment F on Film { name year views }'\n"
        "roots: 'film(id: 1) { id }'\n"
    )
    return folder


def test_validate(films: Path, sdl: str, tmp_path: Path) -> None:
    path = tmp_path / "supergraph.graphql"
    path.write_text(sdl)
    code, said = run("validate", "--definitions", str(films), "--supergraph", str(path))
    assert (code, said.splitlines()[:2]) == (0, ["films: 3 fields of Film", "  name: text, title"])
    assert "warning: `views` is resolved by playback, not by catalog" in said
    definition = films / "films.yaml"
    definition.write_text(definition.read_text().replace("year", "yaer"))
    code, said = run("validate", "--definitions", str(films), "--supergraph", str(path))
    assert code == 1
    assert "films: template (line 1, column 27): Cannot query field 'yaer'" in said
    path.write_text("type Query {")
    assert run("validate", "--definitions", str(films), "--supergraph", str(path))[0] == 2


def test_print_schema(films: Path, tmp_path: Path) -> None:
    code, printed = run("print-schema", "--definitions", str(films))
    assert code == 0
    assert "union SearchEntity = Film" in printed
    path = tmp_path / "schema.graphql"
    path.write_text(printed)
    assert run("print-schema", "--definitions", str(films), "--check", str(path)) == (0, "")
    path.write_text(printed + "type More { a: Int }")
    assert run("print-schema", "--definitions", str(films), "--check", str(path))[0] == 1


def test_a_service_that_is_not_there() -> None:
    code, said = run("status", "--url", "http://127.0.0.1:1/graphql")
    assert (code, said) == (
        3,
        "The search service at http://127.0.0.1:1/graphql does not answer.\n",
    )


def test_an_order_without_a_key(tmp_path: Path) -> None:
    code, said = run("reindex", "films", "--signing-key", str(tmp_path / "none.pem"))
    assert code == 2
    assert "Cannot read the signing key" in said
