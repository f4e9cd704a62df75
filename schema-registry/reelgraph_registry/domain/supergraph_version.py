"""An immutable supergraph, what it was composed of, and the pointer of a variant to it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from reelgraph_federation.problems import Problem

from .change_result import ChangeResult
from .subgraph_version import SubgraphVersion, version_id


@dataclass(frozen=True, slots=True)
class Member:
    """One subgraph version that a supergraph is composed of."""

    subgraph: str
    number: int

    @property
    def id(self) -> str:
        """Name the version as people do: ``catalog@7``."""
        return version_id(self.subgraph, self.number)


@dataclass(frozen=True, slots=True)
class SupergraphInfo:
    """A supergraph version without its texts, for lists.

    ``id`` is ``<number>-<digest>``, the number counting from 1 within the graph; ``variant`` is
    the one it was composed for, others may publish it too.
    """

    graph: str
    id: str
    number: int
    variant: str
    members: tuple[Member, ...]
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SupergraphVersion:
    """A composed supergraph with all that is known about it. Never changes.

    ``changes`` are those of the API schema against the version that the variant published before.
    """

    info: SupergraphInfo
    supergraph_sdl: str
    api_schema_sdl: str
    hints: tuple[Problem, ...]
    changes: tuple[ChangeResult, ...]


@dataclass(frozen=True, slots=True)
class VariantState:
    """What a variant publishes now.

    ``revision`` counts the pointer's moves and is what a compare-and-set compares;
    ``supergraph_version`` is None until something was published.
    """

    graph: str
    variant: str
    revision: int
    supergraph_version: str | None
    members: tuple[SubgraphVersion, ...]


def supergraph_id(number: int, supergraph_sdl: str) -> str:
    """Name a supergraph version by its number and the beginning of its content's digest."""
    return f"{number}-{sha256(supergraph_sdl.encode()).hexdigest()[:12]}"
