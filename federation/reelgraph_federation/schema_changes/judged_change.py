"""A change together with the verdict on it."""

from dataclasses import dataclass, replace

from .change import Change, Criticality


@dataclass(frozen=True, slots=True)
class UsageHit:
    """Who uses what a change touches: a client's operation and how often it was sent."""

    client: str
    version: str
    operation: str
    count: int


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """A change, what it amounts to under the rules, why, and who is hit.

    ``criticality`` starts as the change's own; each rule that moves it leaves its ``reason``.
    """

    change: Change
    criticality: Criticality
    reason: str = ""
    hits: tuple[UsageHit, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether a check may pass with this change in it."""
        return self.criticality is not Criticality.BREAKING

    def moved_to(self, criticality: Criticality, reason: str) -> "JudgedChange":
        """Return this change judged otherwise, for a reason."""
        return replace(self, criticality=criticality, reason=reason)
