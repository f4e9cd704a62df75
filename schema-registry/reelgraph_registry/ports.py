"""What the use cases need from the outside, one small protocol each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reelgraph_federation.problems import Problem
from reelgraph_federation.schema_changes import RecordedUsage

from .domain.change_result import ChangeResult
from .domain.check import Check, CheckSettings, Finding
from .domain.composition import Composition
from .domain.history import Action, HistoryEntry
from .domain.subgraph_version import SubgraphSchema, SubgraphVersion, SubgraphVersionInfo
from .domain.supergraph_version import SupergraphInfo, SupergraphVersion, VariantState
from .domain.usage import UsageBatch

Clock = Callable[[], datetime]
"""Returns the time, aware of its zone."""


@dataclass(frozen=True, slots=True)
class NewSupergraph:
    """A composed supergraph about to be stored and published.

    ``based_on`` is the state it was computed from: storing fails when the variant has moved on.
    ``schemas`` are all subgraphs it is composed of, ``subgraphs`` the names that were published or
    deleted.
    """

    based_on: VariantState
    action: Action
    schemas: tuple[SubgraphSchema, ...]
    subgraphs: tuple[str, ...]
    composition: Composition
    changes: tuple[ChangeResult, ...]
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """A proposal that did not compose, to be kept with its errors."""

    based_on: VariantState
    action: Action
    schemas: tuple[SubgraphSchema, ...]
    subgraphs: tuple[str, ...]
    errors: tuple[Problem, ...]
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PointerMove:
    """A variant about to publish a supergraph version that exists."""

    based_on: VariantState
    action: Action
    supergraph_version: str
    author: str
    created_at: datetime


class RegistryStore(Protocol):
    """Keeps versions, pointers, history and checks.

    Each write is one transaction: all of it is stored or nothing. What is stored as a version never
    changes. Lists come newest first; ``before`` is the number of the last entry already seen.
    """

    async def graphs(self) -> list[str]:
        """Name all graphs, in alphabetical order."""
        ...

    async def variants(self, graph: str) -> list[str]:
        """Name the variants of a graph, in alphabetical order."""
        ...

    async def variant_state(self, graph: str, variant: str) -> VariantState:
        """Return what a variant publishes; for an unknown one revision 0 and no version."""
        ...

    async def published_version(self, graph: str, variant: str) -> str | None:
        """Return the id of the published supergraph version alone. Cheap, for polling."""
        ...

    async def publish(self, new: NewSupergraph) -> SupergraphVersion:
        """Store a supergraph and point the variant to it; raises StaleVariant."""
        ...

    async def record_failure(self, attempt: FailedAttempt) -> HistoryEntry:
        """Keep a proposal that did not compose; the pointer stays."""
        ...

    async def move_pointer(self, move: PointerMove) -> HistoryEntry:
        """Point the variant to another stored version; raises StaleVariant, NotFound."""
        ...

    async def supergraph(self, graph: str, version: str) -> SupergraphVersion | None:
        """Return one exact supergraph version."""
        ...

    async def supergraphs(
        self, graph: str, variant: str | None, limit: int, before: int | None = None
    ) -> list[SupergraphInfo]:
        """List supergraph versions, of one variant or of all."""
        ...

    async def subgraph(self, graph: str, name: str, number: int) -> SubgraphVersion | None:
        """Return one exact subgraph version."""
        ...

    async def subgraphs(
        self, graph: str, name: str, limit: int, before: int | None = None
    ) -> list[SubgraphVersionInfo]:
        """List the versions of a subgraph."""
        ...

    async def history(
        self, graph: str, variant: str, limit: int, before: int | None = None
    ) -> list[HistoryEntry]:
        """List what happened to a variant."""
        ...

    async def save_check(self, check: Check) -> None:
        """Keep a check under its id."""
        ...

    async def check(self, graph: str, id: str) -> Check | None:
        """Return one check."""
        ...

    async def checks(
        self, graph: str, variant: str, limit: int, before: datetime | None = None
    ) -> list[Check]:
        """List the checks of a variant, those made before a time."""
        ...

    async def check_settings(self, graph: str, variant: str) -> CheckSettings:
        """Return how a variant judges proposals; the defaults until they are set."""
        ...

    async def save_check_settings(self, graph: str, variant: str, settings: CheckSettings) -> None:
        """Set how a variant judges proposals."""
        ...


class UsageStore(Protocol):
    """Keeps what clients asked for, as hourly aggregates."""

    async def record_usage(self, batch: UsageBatch) -> bool:
        """Add a batch to the aggregates; False when it was added before."""
        ...

    async def usage_of(
        self,
        graph: str,
        variant: str,
        coordinates: frozenset[str],
        since: datetime,
        excluded_clients: Sequence[str] = (),
    ) -> RecordedUsage:
        """Return how often, and by whom, each coordinate was used since a time."""
        ...

    async def forget_usage(self, before: datetime) -> int:
        """Delete aggregates of hours before a time; return how many rows went."""
        ...


class CheckContributor(Protocol):
    """Adds findings to a check, such as recompiling search templates on the proposed schema."""

    async def examine(
        self, graph: str, variant: str, composition: Composition
    ) -> Sequence[Finding]:
        """Look at a supergraph that composes; return what would break in it."""
        ...


class Announcer(Protocol):
    """Hears that a variant publishes another version."""

    def __call__(self, graph: str, variant: str) -> None:
        """Wake up whoever waits for a change of the variant."""
        ...
