"""Talk to a peer composer as a process of its own: `@theguild/federation-composition`, or Apollo's.

They are installed with npm into a folder outside the repository on first use (`PEER_HOME`, by default
`~/.cache/reelgraph-peer`): a measure and an oracle, never a dependency.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
from pathlib import Path
from types import TracebackType
from typing import TypedDict

HOME = Path(os.environ.get("PEER_HOME", "~/.cache/reelgraph-peer")).expanduser()
PACKAGES = (
    "@theguild/federation-composition@0.27.0",
    "@apollo/composition@2.14.4",
    "graphql@16",
)


def install() -> None:
    """Install the peers with npm unless they are there."""
    if all((HOME / "node_modules" / name.rpartition("@")[0]).exists() for name in PACKAGES):
        return
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "package.json").write_text('{"private": true}')
    subprocess.run(["npm", "install", "--no-save", "--no-audit", *PACKAGES], cwd=HOME, check=True)


STACK_KILOBYTES = 512_000
"""The peer calls itself deeply: with node's usual stack it fails beyond some thousand types."""


def _allow_deep_stack() -> None:
    limit = STACK_KILOBYTES * 1024
    resource.setrlimit(resource.RLIMIT_STACK, (limit, resource.getrlimit(resource.RLIMIT_STACK)[1]))


class Answer(TypedDict, total=False):
    """What peer.mjs answers."""

    codes: list[str]
    messages: list[str]
    hints: list[str]
    api: str
    supergraph: str
    seconds: float
    cpu: float
    peak: int
    refused: str


class Peer:
    """A peer composer, ``guild`` or ``apollo``: one JSON line in, one out."""

    def __init__(self, name: str = "guild") -> None:
        self.name = name

    def __enter__(self) -> Peer:
        install()
        self.process = subprocess.Popen(
            [
                "node",
                "--max-old-space-size=8192",
                f"--stack-size={STACK_KILOBYTES - 1000}",
                str(Path(__file__).with_name("peer.mjs")),
            ],
            preexec_fn=_allow_deep_stack,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PEER_HOME": str(HOME), "PEER": self.name},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def compose(self, subgraphs: list[tuple[str, str]], *, time: bool = False) -> Answer:
        """Compose (name, SDL) pairs; with ``time``, the answer leaves the texts out."""
        return self._ask({"subgraphs": _named(subgraphs), "time": time})

    def read(self, supergraph: str, subgraphs: list[tuple[str, str]]) -> Answer:
        """Let Apollo's reader load a supergraph: ``api`` is what it shows, ``refused`` why it does not.

        It also proves that the supergraph can be answered, where it does so of the subgraphs.
        """
        return self._ask({"read": supergraph, "subgraphs": _named(subgraphs)})

    def _ask(self, request: object) -> Answer:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: Answer = json.loads(self.process.stdout.readline())
        return answer


def _named(subgraphs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "url": f"http://{name}.example", "sdl": sdl} for name, sdl in subgraphs]
