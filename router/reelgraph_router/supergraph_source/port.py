"""The port of supergraph sources."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SupergraphDocument:
    """A supergraph as text. `version` names exactly this text; `origin` is for people."""

    sdl: str
    version: str
    origin: str


class SourceError(Exception):
    """A source cannot give a supergraph; the text names the place and the remedy."""


class SupergraphSource(Protocol):
    """Gives the supergraph to serve, and each new one after it."""

    def documents(self) -> AsyncIterator[SupergraphDocument]:
        """Yield the supergraph, then every changed one, for ever.

        Does not raise for what may pass (a network fault, a half-written file): it logs and goes
        on. Raises SourceError at the start for what will not, such as a file that is missing.
        """

    async def keep(self, document: SupergraphDocument) -> None:
        """Called when a document is being served: it is good."""
