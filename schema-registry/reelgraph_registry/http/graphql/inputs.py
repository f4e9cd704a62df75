"""What mutations take."""

import strawberry

from ...domain.subgraph_version import SubgraphSchema


@strawberry.input(description="A subgraph's schema to publish or check.")
class SubgraphInput:
    """A subgraph's schema."""

    name: str
    sdl: str
    url: str = strawberry.field(
        default="", description="Where routers reach it; empty keeps the URL it was published with."
    )

    def to_schema(self) -> SubgraphSchema:
        """Return the schema."""
        return SubgraphSchema(self.name, self.url, self.sdl)


@strawberry.input(description="Schemas to publish together: all of them or none.")
class PublishSubgraphsInput:
    """Schemas to publish together."""

    graph: str
    variant: str
    subgraphs: list[SubgraphInput]
    author: str | None = None
    expected_version: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Publish only if this version is published now; null: only if none is.",
    )


@strawberry.input(description="A subgraph to take out of a variant.")
class DeleteSubgraphInput:
    """A subgraph to take out of a variant."""

    graph: str
    variant: str
    subgraph: str
    author: str | None = None


@strawberry.input(description="Schemas to check together, and subgraphs to leave out with them.")
class CheckSubgraphsInput:
    """Schemas to check together."""

    graph: str
    variant: str
    subgraphs: list[SubgraphInput] = strawberry.field(default_factory=list)
    deleted: list[str] = strawberry.field(default_factory=list)
    author: str | None = None
    fail_on_shrinking_hints: bool | None = strawberry.field(
        default=None,
        description="Whether hints that something was left out fail; else as the variant says.",
    )


@strawberry.input(description="A supergraph version for a variant to publish.")
class PromoteInput:
    """A supergraph version for a variant to publish."""

    graph: str
    variant: str
    version: strawberry.ID
    author: str | None = None


@strawberry.input(description="A version that the variant published; by default the one before.")
class RollbackInput:
    """A version to publish again."""

    graph: str
    variant: str
    version: strawberry.ID | None = None
    author: str | None = None


@strawberry.input(description="How a variant judges; what is left out stays as it is.")
class CheckSettingsInput:
    """How a variant judges."""

    graph: str
    variant: str
    fail_on_dangerous: bool | None = None
    fail_on_shrinking_hints: bool | None = None
    allow_removal_of_deprecated: bool | None = None
    consider_usage: bool | None = None
    usage_window_days: int | None = None
    usage_count_threshold: int | None = None
    usage_share_threshold: float | None = None
    excluded_clients: list[str] | None = None
