"""Graphs, variants and their history as GraphQL types."""

from datetime import datetime

import strawberry

from ...domain.history import Action, HistoryEntry
from .check_types import CheckSettingsType, CheckType
from .context import Info, page_size
from .problem_types import ProblemType
from .version_types import (
    SubgraphType,
    SubgraphVersionType,
    SupergraphVersionType,
)

strawberry.enum(Action)


@strawberry.type(name="HistoryEntry", description="One attempt to change what is published.")
class HistoryEntryType:
    """One attempt to change what a variant publishes."""

    number: int
    action: Action
    succeeded: bool
    supergraph_version: strawberry.ID | None = strawberry.field(
        description="What is published since; null when composition failed."
    )
    previous_version: strawberry.ID | None
    subgraphs: list[str]
    errors: list[ProblemType]
    author: str
    created_at: datetime

    @classmethod
    def of(cls, entry: HistoryEntry) -> "HistoryEntryType":
        """Take over an entry."""
        return cls(
            number=entry.number,
            action=entry.action,
            succeeded=entry.succeeded,
            supergraph_version=_id(entry.supergraph_version),
            previous_version=_id(entry.previous_version),
            subgraphs=list(entry.subgraphs),
            errors=[ProblemType.of(error) for error in entry.errors],
            author=entry.author,
            created_at=entry.created_at,
        )


@strawberry.type(name="Variant", description="One line of a graph, such as main or staging.")
class VariantType:
    """A variant and what it publishes."""

    graph: str
    name: str

    @strawberry.field(description="What is published; null when nothing is yet.")
    async def supergraph_version(self, info: Info) -> SupergraphVersionType | None:
        """Return the published supergraph."""
        store = info.context.store
        published = await store.published_version(self.graph, self.name)
        if published is None:
            return None
        version = await store.supergraph(self.graph, published)
        return None if version is None else SupergraphVersionType.of(version.info, version)

    @strawberry.field(description="The subgraph versions that are published.")
    async def subgraphs(self, info: Info) -> list[SubgraphVersionType]:
        """List what the published supergraph consists of."""
        state = await info.context.store.variant_state(self.graph, self.name)
        return [SubgraphVersionType.of(version) for version in state.members]

    @strawberry.field(description="Newest first; `before` is the last number already seen.")
    async def supergraph_versions(
        self, info: Info, first: int = 20, before: int | None = None
    ) -> list[SupergraphVersionType]:
        """List the supergraphs composed for this variant."""
        store = info.context.store
        versions = await store.supergraphs(self.graph, self.name, page_size(first), before)
        return [SupergraphVersionType.of(version) for version in versions]

    @strawberry.field(description="Newest first; `before` is the last number already seen.")
    async def history(
        self, info: Info, first: int = 20, before: int | None = None
    ) -> list[HistoryEntryType]:
        """List what happened to the variant."""
        store = info.context.store
        entries = await store.history(self.graph, self.name, page_size(first), before)
        return [HistoryEntryType.of(entry) for entry in entries]

    @strawberry.field(description="Newest first; `before` is the last time already seen.")
    async def checks(
        self, info: Info, first: int = 20, before: datetime | None = None
    ) -> list[CheckType]:
        """List the checks against the variant."""
        store = info.context.store
        checks = await store.checks(self.graph, self.name, page_size(first), before)
        return [CheckType.of(check) for check in checks]

    @strawberry.field(description="How proposals are judged.")
    async def check_settings(self, info: Info) -> CheckSettingsType:
        """Return how proposals are judged."""
        settings = await info.context.store.check_settings(self.graph, self.name)
        return CheckSettingsType.of(settings)


@strawberry.type(name="Graph", description="A federated graph with its variants.")
class GraphType:
    """A graph."""

    name: str

    @strawberry.field(description="All variants, in alphabetical order.")
    async def variants(self, info: Info) -> list[VariantType]:
        """List the variants."""
        names = await info.context.store.variants(self.name)
        return [VariantType(graph=self.name, name=name) for name in names]

    @strawberry.field(description="A subgraph with all its versions.")
    def subgraph(self, name: str) -> SubgraphType:
        """Return a subgraph."""
        return SubgraphType(graph=self.name, name=name)

    @strawberry.field(description="Newest first; `before` is the last number already seen.")
    async def supergraph_versions(
        self, info: Info, first: int = 20, before: int | None = None
    ) -> list[SupergraphVersionType]:
        """List the supergraphs of all variants."""
        store = info.context.store
        versions = await store.supergraphs(self.name, None, page_size(first), before)
        return [SupergraphVersionType.of(version) for version in versions]


def _id(version: str | None) -> strawberry.ID | None:
    return None if version is None else strawberry.ID(version)
