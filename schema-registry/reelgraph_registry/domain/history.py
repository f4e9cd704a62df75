"""What happened to a variant, one entry an attempt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reelgraph_federation.problems import Problem


class Action(StrEnum):
    """What somebody did to a variant."""

    PUBLISH = "PUBLISH"
    DELETE = "DELETE"
    PROMOTE = "PROMOTE"
    ROLLBACK = "ROLLBACK"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One attempt to change what a variant publishes, numbered from 1 within the variant.

    ``supergraph_version`` is what the variant publishes since, None when composition failed; then
    ``errors`` say why and ``previous_version`` went on being published. ``subgraphs`` are the
    subgraph versions the attempt was about.
    """

    graph: str
    variant: str
    number: int
    action: Action
    supergraph_version: str | None
    previous_version: str | None
    subgraphs: tuple[str, ...]
    errors: tuple[Problem, ...]
    author: str
    created_at: datetime

    @property
    def succeeded(self) -> bool:
        """Whether the attempt changed what the variant publishes."""
        return self.supergraph_version is not None
