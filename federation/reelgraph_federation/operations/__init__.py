"""Operations: normalisation before planning."""

from reelgraph_federation.budget import Budget, OperationTooLargeError
from reelgraph_federation.operations.access import AccessIndex, Granted
from reelgraph_federation.operations.conditions import TooManyConditionsError
from reelgraph_federation.operations.normalize import normalize_operation
from reelgraph_federation.operations.passes.filter_access import (
    FilteredOperation,
    LeftOut,
    filter_operation,
)
from reelgraph_federation.operations.tree import NormalizedOperation

__all__ = [
    "AccessIndex",
    "Budget",
    "FilteredOperation",
    "Granted",
    "LeftOut",
    "NormalizedOperation",
    "OperationTooLargeError",
    "TooManyConditionsError",
    "filter_operation",
    "normalize_operation",
]
