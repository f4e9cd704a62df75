"""Operations: normalisation before planning."""

from reelgraph_federation.operations.conditions import TooManyConditionsError
from reelgraph_federation.operations.normalize import normalize_operation
from reelgraph_federation.operations.passes.inline_fragments import OperationTooLargeError
from reelgraph_federation.operations.tree import NormalizedOperation

__all__ = [
    "NormalizedOperation",
    "OperationTooLargeError",
    "TooManyConditionsError",
    "normalize_operation",
]
