"""Where SDL may come from: files, globs, running servers, Python code; and lists of subgraphs."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from graphql import build_schema, graphql_sync

from reelgraph_registry.cli.exits import InputError, Unreachable
from reelgraph_registry.cli.sources import read_source
from reelgraph_registry.cli.subgraphs_config import read_subgraphs

SDL = "type Query { a: Int }"


def test_a_glob_joins_files_and_remembers_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.graphql").write_text("type B { x: Int }")
    (tmp_path / "a.graphql").write_text("type A {\n  x: Int\n}\n")
    source = read_source("*.graphql")
    assert source.sdl == "type A {\n  x: Int\n}\ntype B { x: Int }\n"
    assert source.place(2) == ("a.graphql", 2)
    assert source.place(4) == ("b.graphql", 1)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("none.graphql", "no schema file"),
        ("folder", "is a folder"),
        ("latin.graphql", "no UTF-8"),
        ("python:json", "python:module:attribute"),
        ("python:no.such.module:schema", "Cannot import"),
        ("python:json:nothing", "has no nothing"),
        ("python:json:dumps", "neither a schema nor SDL"),
    ],
)
def test_bad_sources_are_named(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.graphql").write_bytes("# é".encode("latin-1"))
    with pytest.raises(InputError, match=message):
        read_source(source, tmp_path)


def test_python_schemas_print_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sdl_of_test.py").write_text(
        "import strawberry\nfrom graphql import build_schema\n"
        f"text = {SDL!r}\nplain = build_schema(text)\n"
        "@strawberry.type\nclass Query:\n    a: int\n"
        "schema = strawberry.federation.Schema(Query)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert read_source("python:sdl_of_test:text").sdl == SDL
    assert "a: Int" in read_source("python:sdl_of_test:plain").sdl
    assert "a: Int!" in read_source("python:sdl_of_test:schema").sdl


class Server(HTTPServer):
    """A GraphQL server whose schema, and whether it is up, a test sets."""

    sdl = SDL
    status = 200


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Server)
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["query"]
        schema = build_schema(self.server.sdl)
        result = graphql_sync(schema, query, {"_service": {"sdl": "# own\n" + SDL}})
        body = json.dumps(result.formatted).encode() if self.server.sdl else b"<html>"
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def url_of(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/graphql"


def test_a_subgraph_tells_its_sdl(server: Server) -> None:
    server.sdl = "type Query { a: Int _service: _Service } type _Service { sdl: String }"
    assert read_source(url_of(server)).sdl == "# own\n" + SDL


def test_a_plain_server_is_introspected(server: Server) -> None:
    assert read_source(url_of(server)).sdl.strip() == "type Query {\n  a: Int\n}"


def test_a_server_that_fails_is_unreachable(server: Server) -> None:
    server.status = 503
    with pytest.raises(Unreachable, match="status 503"):
        read_source(url_of(server))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must be a list"),
        ("a: b", "must be a list"),
        ("- x", "subgraph 1: write name"),
        ("- {name: a}", "subgraph 1: name and schema are needed"),
        ("- {name: a, schema: a.graphql, routing_url: x}", "routing_url is not known"),
        ("- [", "no YAML"),
        ("- {name: a, schema: none.graphql}", "no schema file"),
    ],
)
def test_bad_lists_of_subgraphs_are_named(tmp_path: Path, content: str, message: str) -> None:
    config = tmp_path / "subgraphs.yaml"
    config.write_text(content)
    with pytest.raises(InputError, match=message):
        read_subgraphs(config)


def test_some_of_a_list_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text(SDL)
    config = tmp_path / "subgraphs.yaml"
    config.write_text("- {name: a, schema: a.graphql}\n- {name: b, schema: none.graphql}\n")
    assert [one.name for one in read_subgraphs(config, ("a",))] == ["a"]
    with pytest.raises(InputError, match="has no subgraph c"):
        read_subgraphs(config, ("c",))
