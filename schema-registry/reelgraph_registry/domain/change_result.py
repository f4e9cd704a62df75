"""One change of the API schema as checks and changelogs carry it."""

from dataclasses import dataclass, replace

from reelgraph_federation.problems import SourceLocation
from reelgraph_federation.schema_changes import ChangeKind, Criticality, JudgedChange, UsageHit


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """A judged change and where in the proposed SDL it is, if it can be told."""

    kind: ChangeKind
    criticality: Criticality
    coordinate: str
    target: str
    message: str
    reason: str
    passes: bool
    hits: tuple[UsageHit, ...] = ()
    location: SourceLocation | None = None

    @classmethod
    def of(cls, judged: JudgedChange, fail_on_dangerous: bool = False) -> "ChangeResult":
        """Take over a judged change."""
        dangerous = judged.criticality is Criticality.DANGEROUS
        return cls(
            kind=judged.change.kind,
            criticality=judged.criticality,
            coordinate=judged.change.coordinate,
            target=judged.change.target,
            message=judged.change.message,
            reason=judged.reason,
            passes=judged.passes and not (fail_on_dangerous and dangerous),
            hits=judged.hits,
        )

    def at(self, location: SourceLocation | None) -> "ChangeResult":
        """Return the change with its place in the proposed SDL."""
        return replace(self, location=location)
