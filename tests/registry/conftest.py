"""Stores on SQLite, registries in processes of their own, and the command line."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from reelgraph_registry.adapters.database import open_engine
from reelgraph_registry.adapters.migrate import migrate
from reelgraph_registry.adapters.sql import SqlRegistryStore

TOKEN = "a-token-of-sufficient-length"
_LISTENING = re.compile(r"listening on (http://\S+)")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlRegistryStore]:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/registry.db")
    await migrate(engine)
    yield SqlRegistryStore(engine)
    await engine.dispose()


@pytest.fixture
def graph() -> str:
    """A graph of its own for each test, for the server is shared."""
    return f"g{uuid4().hex[:10]}"


@dataclass
class Registry:
    """A registry in a process of its own."""

    process: "subprocess.Popen[str]"
    url: str
    log: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def post(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = TOKEN
    ) -> Any:
        """Send a GraphQL request and return the whole answer."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = {"query": query, "variables": variables or {}}
        return httpx.post(f"{self.url}/graphql", json=body, headers=headers, timeout=60).json()

    def publish(self, graph: str, **sdl: str) -> Any:
        """Publish subgraphs of the variant main, by name; return the mutation's result."""
        subgraphs = [{"name": n, "url": f"http://{n}", "sdl": text} for n, text in sdl.items()]
        variables = {"input": {"graph": graph, "variant": "main", "subgraphs": subgraphs}}
        answer = self.post(PUBLISH, variables)
        return answer["data"]["publishSubgraphs"]

    def variant_url(self, graph: str) -> str:
        """Return the address of the plain endpoints of the variant main."""
        return f"{self.url}/v1/graphs/{graph}/variants/main"

    def stop(self) -> int:
        """End the process as a supervisor does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        if self.reader is not None and self.process.stderr is not None:
            self.reader.join(timeout=60)
            self.process.stderr.close()
        return code


PUBLISH = """mutation Publish($input: PublishSubgraphsInput!) {
  publishSubgraphs(input: $input) {
    __typename
    ... on SubgraphsPublished { subgraphs supergraphVersion { id number members { id } } }
    ... on NothingChanged { supergraphVersionId }
    ... on CompositionFailure { publishedVersion historyNumber errors { code message } }
    ... on VersionMismatch { message expectedVersion publishedVersion }
    ... on Rejected { code message }
  }
}"""

StartRegistry = Callable[..., Registry]


@pytest.fixture(scope="session")
def start_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartRegistry]:
    """Start registries; they end with the tests."""
    running: list[Registry] = []

    def start(data_dir: Path | None = None, **settings: str) -> Registry:
        folder = data_dir or tmp_path_factory.mktemp("registry")
        token_file = folder / "token"
        token_file.write_text(TOKEN)
        environment = os.environ | {
            "REELGRAPH_REGISTRY_PORT": "0",
            "REELGRAPH_REGISTRY_DATA_DIR": str(folder),
            "REELGRAPH_REGISTRY_ADMIN_TOKEN_FILE": str(token_file),
            **{f"REELGRAPH_REGISTRY_{name.upper()}": value for name, value in settings.items()},
        }
        registry = _launch(environment)
        running.append(registry)
        return registry

    yield start
    for registry in running:
        registry.stop()


@pytest.fixture(scope="session")
def registry(start_registry: StartRegistry) -> Registry:
    """One registry for all tests that use a graph of their own."""
    return start_registry()


def _launch(environment: dict[str, str]) -> Registry:
    process = subprocess.Popen(
        [sys.executable, "-m", "reelgraph_registry"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if match := _LISTENING.search(line):
            reader = threading.Thread(target=lines.extend, args=(process.stderr,), daemon=True)
            reader.start()
            return Registry(process, match[1], lines, reader)
    process.stderr.close()
    raise AssertionError(f"the registry did not start: {''.join(lines)}")


@dataclass(frozen=True)
class Cli:
    """The command line in processes of its own, in a folder of its own."""

    folder: Path
    url: str = "http://127.0.0.1:9"
    token: str = TOKEN

    def __call__(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run `reelgraph` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "reelgraph_cli.main", *arguments],
            cwd=self.folder,
            env=os.environ
            | {"REELGRAPH_REGISTRY_URL": self.url, "REELGRAPH_REGISTRY_TOKEN": self.token},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def offline(tmp_path: Path) -> Cli:
    """The command line without a registry."""
    return Cli(tmp_path)


@pytest.fixture
def cli(tmp_path: Path, registry: Registry) -> Cli:
    """The command line with the shared registry."""
    return Cli(tmp_path, registry.url)
