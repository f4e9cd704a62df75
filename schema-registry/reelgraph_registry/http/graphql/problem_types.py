"""Problems and changes as GraphQL types."""

import strawberry

from reelgraph_federation.problems import Problem, SourceLocation
from reelgraph_federation.schema_changes import ChangeKind, Criticality, UsageHit

from ...domain.change_result import ChangeResult
from ...domain.check import Finding, HintResult

strawberry.enum(ChangeKind)
strawberry.enum(Criticality)


@strawberry.type(name="Location", description="A place in a subgraph's SDL, counted from 1.")
class LocationType:
    """A place in a subgraph's SDL."""

    subgraph: str
    line: int
    column: int

    @classmethod
    def of(cls, place: SourceLocation) -> "LocationType":
        """Take over a place; its file is known to the proposer only."""
        return cls(subgraph=place.subgraph, line=place.line, column=place.column)


@strawberry.type(name="Problem", description="An error or a hint of composition.")
class ProblemType:
    """An error or a hint of composition."""

    code: str
    severity: str
    message: str
    remedy: str
    coordinate: str | None
    locations: list[LocationType]

    @classmethod
    def of(cls, problem: Problem) -> "ProblemType":
        """Take over a problem."""
        return cls(
            code=problem.code,
            severity=problem.severity.value,
            message=problem.message,
            remedy=problem.remedy,
            coordinate=problem.coordinate,
            locations=[LocationType.of(place) for place in problem.locations],
        )


@strawberry.type(name="CheckedHint", description="A hint and whether a check may pass with it.")
class HintType(ProblemType):
    """A hint and whether a check may pass with it."""

    passes: bool

    @classmethod
    def judged(cls, hint: HintResult) -> "HintType":
        """Take over a judged hint."""
        problem = hint.problem
        return cls(
            code=problem.code,
            severity=problem.severity.value,
            message=problem.message,
            remedy=problem.remedy,
            coordinate=problem.coordinate,
            locations=[LocationType.of(place) for place in problem.locations],
            passes=hint.passes,
        )


@strawberry.type(name="UsageHit", description="A client's operation that a change hits.")
class UsageHitType:
    """A client's operation that a change hits."""

    client: str
    version: str
    operation: str
    count: float = strawberry.field(description="How often it was sent in the window.")

    @classmethod
    def of(cls, hit: UsageHit) -> "UsageHitType":
        """Take over a hit."""
        return cls(client=hit.client, version=hit.version, operation=hit.operation, count=hit.count)


@strawberry.type(name="Change", description="A change of the API schema.")
class ChangeType:
    """A change of the API schema."""

    kind: ChangeKind
    criticality: Criticality
    coordinate: str
    target: str = strawberry.field(description="What the coordinate cannot name, else empty.")
    message: str
    reason: str = strawberry.field(description="Why it is judged otherwise than its kind, or ''.")
    passes: bool
    hits: list[UsageHitType]
    location: LocationType | None

    @classmethod
    def of(cls, change: ChangeResult) -> "ChangeType":
        """Take over a change."""
        return cls(
            kind=change.kind,
            criticality=change.criticality,
            coordinate=change.coordinate,
            target=change.target,
            message=change.message,
            reason=change.reason,
            passes=change.passes,
            hits=[UsageHitType.of(hit) for hit in change.hits],
            location=None if change.location is None else LocationType.of(change.location),
        )


@strawberry.type(name="Finding", description="What another part found in the proposed graph.")
class FindingType:
    """What another part found in the proposed graph."""

    contributor: str
    message: str
    coordinate: str
    passes: bool
    location: LocationType | None

    @classmethod
    def of(cls, finding: Finding) -> "FindingType":
        """Take over a finding."""
        return cls(
            contributor=finding.contributor,
            message=finding.message,
            coordinate=finding.coordinate,
            passes=finding.passes,
            location=None if finding.location is None else LocationType.of(finding.location),
        )
