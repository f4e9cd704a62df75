"""One change between two schemas, and how much it can hurt."""

from dataclasses import dataclass
from enum import StrEnum

from .kinds import ChangeKind


class Criticality(StrEnum):
    """What a change can do to clients that were correct before it.

    BREAKING: their operations fail or stop validating. DANGEROUS: they still validate but may
    see values, or a behaviour, they did not expect. SAFE: nothing that they can notice.
    """

    BREAKING = "BREAKING"
    DANGEROUS = "DANGEROUS"
    SAFE = "SAFE"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its kind, where, and what it says to people.

    ``coordinate`` is a schema coordinate (``Type``, ``Type.field``, ``Type.field(argument:)``,
    ``@directive``, ``@directive(argument:)``; the empty string for the schema itself). ``target``
    names what the coordinate cannot: the union's member, the interface, the directive applied, the
    directive's location. Kind, coordinate and target together identify a change.
    """

    kind: ChangeKind
    criticality: Criticality
    coordinate: str
    message: str
    target: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes this the same change when schemas are compared again."""
        return (self.kind.value, self.coordinate, self.target)
