"""What mutations give: each expected outcome is a member of a union."""

from typing import Annotated, TypeAlias

import strawberry

from ...domain.errors import RegistryError, VersionConflict
from ...use_cases.compose_and_publish import CompositionFailed, Published, PublishOutcome
from .check_types import CheckSettingsType, CheckType
from .problem_types import ProblemType
from .variant_types import HistoryEntryType
from .version_types import SupergraphVersionType


@strawberry.type(description="A new supergraph version is published.")
class SubgraphsPublished:
    """A new supergraph version is published."""

    supergraph_version: SupergraphVersionType
    subgraphs: list[str] = strawberry.field(description="The subgraphs that changed.")


@strawberry.type(description="What was sent is published already; nothing was stored.")
class NothingChanged:
    """What was sent is published already."""

    supergraph_version_id: strawberry.ID


@strawberry.type(
    description="It does not compose. It is kept in the history; nothing is published."
)
class CompositionFailure:
    """It does not compose."""

    errors: list[ProblemType]
    hints: list[ProblemType]
    history_number: int
    published_version: strawberry.ID | None = strawberry.field(
        description="What goes on being published."
    )


@strawberry.type(description="The variant publishes another version than was expected.")
class VersionMismatch:
    """The variant moved on."""

    message: str
    expected_version: strawberry.ID | None
    published_version: strawberry.ID | None


@strawberry.type(description="The request cannot be served as it stands.")
class Rejected:
    """The request cannot be served as it stands."""

    code: str = strawberry.field(description="BAD_REQUEST or NOT_FOUND.")
    message: str


@strawberry.type(description="The variant publishes another version now.")
class PointerMoved:
    """The variant publishes another version now."""

    entry: HistoryEntryType


PublishResult: TypeAlias = Annotated[
    SubgraphsPublished | NothingChanged | CompositionFailure | VersionMismatch | Rejected,
    strawberry.union("PublishResult"),
]
CheckResult: TypeAlias = Annotated[CheckType | Rejected, strawberry.union("CheckResult")]
MoveResult: TypeAlias = Annotated[
    PointerMoved | VersionMismatch | Rejected, strawberry.union("MoveResult")
]
CheckSettingsResult: TypeAlias = Annotated[
    CheckSettingsType | Rejected, strawberry.union("CheckSettingsResult")
]


def publish_result(
    outcome: PublishOutcome,
) -> SubgraphsPublished | NothingChanged | CompositionFailure:
    """Take over how a publish ended."""
    if isinstance(outcome, Published):
        version = outcome.version
        return SubgraphsPublished(
            supergraph_version=SupergraphVersionType.of(version.info, version),
            subgraphs=list(outcome.subgraphs),
        )
    if isinstance(outcome, CompositionFailed):
        published = outcome.supergraph_version
        return CompositionFailure(
            errors=[ProblemType.of(error) for error in outcome.errors],
            hints=[ProblemType.of(hint) for hint in outcome.hints],
            history_number=outcome.history_number,
            published_version=None if published is None else strawberry.ID(published),
        )
    return NothingChanged(supergraph_version_id=strawberry.ID(outcome.supergraph_version))


def refusal(error: RegistryError) -> VersionMismatch | Rejected:
    """Take over an error that the caller expects; raises every other again."""
    if isinstance(error, VersionConflict):
        return VersionMismatch(
            message=str(error),
            expected_version=None if error.expected is None else strawberry.ID(error.expected),
            published_version=None if error.actual is None else strawberry.ID(error.actual),
        )
    return rejected(error)


def rejected(error: RegistryError) -> Rejected:
    """Take over a request that is wrong or names what does not exist."""
    return Rejected(code=error.code, message=str(error))
