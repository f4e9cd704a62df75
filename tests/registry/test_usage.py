"""From an operation that a client sends to the check that names it: registry, router and command line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
FILMS = LINK + (
    "type Query { film(id: ID!, kind: Kind): Film search(by: Search): [Film!] }\n"
    "enum Kind { SHORT LONG }\n"
    "input Search { text: String year: Int }\n"
    'type Film @key(fields: "id") {\n'
    "  id: ID!\n  name: String\n  length: Int\n  genre: String\n}\n"
)
_LISTENING = re.compile(r"listening on (http://\S+)")


@contextmanager
def running_router(folder: Path, registry_url: str, token: str, graph: str) -> Iterator[str]:
    """The address of a router that follows the registry and reports to it; it ends in order."""
    (folder / "token").write_text(token)
    settings = {
        "PORT": "0", "DATA_DIR": str(folder), "REGISTRY_URL": registry_url, "GRAPH": graph,
        "REGISTRY_TOKEN_FILE": str(folder / "token"), "USAGE_REPORT_SECONDS": "3600",
        "USAGE_LAST_REPORT_SECONDS": "60",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "reelgraph_router"], stderr=subprocess.PIPE, text=True,
        env=os.environ | {f"REELGRAPH_ROUTER_{name}": text for name, text in settings.items()},
    )  # fmt: skip
    assert process.stderr is not None
    lines: list[str] = []
    try:
        for line in process.stderr:
            lines.append(line)
            if match := _LISTENING.search(line):
                break
        else:
            raise AssertionError(f"the router did not start: {''.join(lines)}")
        reader = threading.Thread(target=lines.extend, args=(process.stderr,), daemon=True)
        reader.start()
        wait_until_ready(match[1])
        yield match[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, "".join(lines)
        reader.join(60)
    finally:
        process.kill()
        process.wait(60)
        process.stderr.close()


def wait_until_ready(url: str) -> None:
    """The router listens before it has a supergraph."""
    patience = time.monotonic() + 60
    with httpx.Client(transport=httpx.HTTPTransport(retries=20), timeout=60) as client:
        while client.get(f"{url}/ready").status_code != 200:
            assert time.monotonic() < patience
            time.sleep(0.05)


def ask(url: str, query: str, variables: dict[str, Any] | None = None, **headers: str) -> None:
    with httpx.Client(timeout=60) as client:
        answer = client.post(
            f"{url}/graphql", json={"query": query, "variables": variables}, headers=headers
        )
    assert answer.json()["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"


def check(cli: Any, graph: str, sdl: str) -> tuple[int, str]:
    (cli.folder / "films.graphql").write_text(sdl)
    arguments = ("--schema", "films.graphql", "--graph", graph)
    found = cli("subgraph", "check", "films", *arguments)
    return found.returncode, found.stdout


def test_a_check_judges_by_what_clients_sent(cli: Any, graph: str, tmp_path: Path) -> None:
    (cli.folder / "films.graphql").write_text(FILMS)
    published = cli(
        "subgraph", "publish", "films", "--schema", "films.graphql", "--graph", graph,
        "--url", "http://127.0.0.1:9/graphql",
    )  # fmt: skip
    assert published.returncode == 0, published.stderr
    assert check(cli, graph, FILMS.replace("  genre: String\n", ""))[0] == 1  # nothing is known yet
    with running_router(tmp_path, cli.url, cli.token, graph) as router:
        web = {"graphql-client-name": "web", "graphql-client-version": "2.1"}
        for _ in range(2):
            ask(router, "query Evening { film(id: 1) { name } }", **web)
        ask(
            router, "query Find($s: Search, $k: Kind) { search(by: $s) { id } film(id: 1, kind: $k) { id } }",
            {"s": {"text": "keaton"}, "k": "SHORT"}, **{"apollographql-client-name": "tv"},
        )  # fmt: skip

    code, text = check(cli, graph, FILMS.replace("  name: String\n", ""))
    assert code == 1
    assert "breaking   FIELD_REMOVED  Film.name" in text
    assert "used by web 2.1: Evening, 2 times" in text

    code, text = check(cli, graph, FILMS.replace("  genre: String\n", ""))
    assert code == 0, text
    assert "None of 3 recorded operations uses 'Film.genre'." in text

    code, text = check(cli, graph, FILMS.replace("SHORT ", ""))
    assert code == 1
    assert "used by tv: Find, 1 times" in text
    code, text = check(cli, graph, FILMS.replace("SHORT LONG", "SHORT"))
    assert code == 0, text

    code, text = check(cli, graph, FILMS.replace("text: String ", ""))
    assert code == 1
    assert "used by tv: Find, 1 times" in text
    code, text = check(cli, graph, FILMS.replace(" year: Int", ""))
    assert code == 0, text
