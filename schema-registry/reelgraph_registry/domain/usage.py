"""What clients asked for: batches from the routers, kept as hourly aggregates."""

from dataclasses import dataclass
from datetime import datetime

from .errors import InvalidInput

MAX_OPERATIONS = 5_000
MAX_COORDINATES = 5_000
MAX_TEXT = 400


@dataclass(frozen=True, slots=True)
class OperationUsage:
    """How often one client sent one operation, and what the operation used.

    ``coordinates`` are the schema coordinates used: fields ``Type.field``, arguments
    ``Type.field(argument:)``, input fields ``Input.field``, enum values ``Enum.VALUE`` (also those
    in variables), types named in conditions or variables. Counts and durations are sums.
    """

    signature: str
    name: str
    client: str
    client_version: str
    count: int
    errors: int
    duration_ms: float
    coordinates: frozenset[str]


@dataclass(frozen=True, slots=True)
class UsageBatch:
    """One report of a router. ``id`` makes sending it again harmless."""

    id: str
    graph: str
    variant: str
    received_at: datetime
    operations: tuple[OperationUsage, ...]


def check_batch(batch: UsageBatch) -> None:
    """Raise InvalidInput for a batch that is too large or cannot be true."""
    if not batch.id or len(batch.id) > 100:
        raise InvalidInput("A batch needs an id of at most 100 characters.")
    if len(batch.operations) > MAX_OPERATIONS:
        raise InvalidInput(f"At most {MAX_OPERATIONS} operations fit into one batch.")
    for operation in batch.operations:
        _check_operation(operation)


def with_holders(coordinates: frozenset[str]) -> frozenset[str]:
    """Add what holds each coordinate: using ``T.f(a:)`` is using ``T.f`` and ``T``."""
    members = {coordinate.partition("(")[0] for coordinate in coordinates}
    types = {member.partition(".")[0] for member in members}
    return frozenset(coordinates | members | types)


def _check_operation(operation: OperationUsage) -> None:
    texts = (operation.signature, operation.name, operation.client, operation.client_version)
    if not operation.signature or any(len(text) > MAX_TEXT or "\0" in text for text in texts):
        raise InvalidInput(f"Operations need a signature; texts are at most {MAX_TEXT} long.")
    if operation.count < 1 or not 0 <= operation.errors <= operation.count:
        raise InvalidInput("count is at least 1, and errors are at most as many.")
    if not 0 <= operation.duration_ms < float("inf"):
        raise InvalidInput("durationMs is a number of milliseconds, 0 or more.")
    if len(operation.coordinates) > MAX_COORDINATES:
        raise InvalidInput(f"At most {MAX_COORDINATES} coordinates fit into one operation.")
    if any(not c or len(c) > MAX_TEXT or "\0" in c for c in operation.coordinates):
        raise InvalidInput(f"Coordinates are 1 to {MAX_TEXT} characters long.")
