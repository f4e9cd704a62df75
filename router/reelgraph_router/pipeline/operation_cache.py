"""Operations kept ready, within a number and within an estimate of their memory."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from reelgraph_router.execution.program import Program
from reelgraph_router.pipeline.operation_variants import Variants
from reelgraph_router.pipeline.stages import CheckedOperation, ReadyOperation

OPERATION_BYTES = 15_000
BYTES_PER_CHARACTER = 12
"""What a plan and its code take for each character of their text: measured, see benchmarks/router."""

Key = tuple[str, str | None, frozenset[str] | None]
"""Document, operation name, and for an answer in parts the variables that hold in `if`."""
Kept = TypeVar("Kept")


class OperationCache(Generic[Kept]):
    """The operations used last: `most` at most, and as many as `most_bytes` allow.

    One that is larger than all of `most_bytes` is kept until the next one comes. `on_dropped` is
    called whenever a quarter of `most_bytes` was let go of.
    """

    def __init__(
        self,
        most: int,
        most_bytes: int,
        weigh: Callable[[Kept], int] | None = None,
        on_dropped: Callable[[], object] | None = None,
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._weigh = weigh or memory_of
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._weights: dict[Key, int] = {}
        self._on_dropped = on_dropped
        self._dropped = 0
        self.bytes = 0
        """The estimate for all."""

    def get(self, key: Key) -> Kept | None:
        """What is kept under a key; it counts as used."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Key, found: Kept) -> None:
        """Keep something, letting go of what was not used for longest."""
        self._kept[key] = found
        self._kept.move_to_end(key)
        self.weigh(key)

    def replace(self, key: Key, found: Kept) -> None:
        """Put something else in the place of what is kept under a key, if anything is."""
        if key in self._kept:
            self._kept[key] = found
            self.weigh(key)

    def weigh(self, key: Key) -> None:
        """Estimate again: what is kept under the key may have grown."""
        if key not in self._kept:
            return
        weight = sys.getsizeof(key[0]) + self._weigh(self._kept[key])
        self.bytes += weight - self._weights.get(key, 0)
        self._weights[key] = weight
        while len(self._kept) > 1 and (
            len(self._kept) > self._most or self.bytes > self._most_bytes
        ):
            oldest, _ = self._kept.popitem(last=False)
            self._drop(self._weights.pop(oldest))

    def _drop(self, weight: int) -> None:
        self.bytes -= weight
        self._dropped += weight
        if self._on_dropped is not None and self._dropped > self._most_bytes / 4:
            self._dropped = 0
            self._on_dropped()

    def latest(self) -> Iterator[tuple[Key, Kept]]:
        """All that is kept, what was used last first."""
        return reversed(self._kept.items())


def memory_of(found: object) -> int:
    """An estimate of the bytes that a prepared operation, or its refusal, takes."""
    if isinstance(found, ReadyOperation):
        text = len(found.plan_text) + _code_length(found.program)
        return OPERATION_BYTES + BYTES_PER_CHARACTER * text
    if isinstance(found, Variants):
        variants: Variants[CheckedOperation, ReadyOperation] = found
        return 3 * OPERATION_BYTES + sum(map(memory_of, variants.planned()))
    return 1_000


def _code_length(program: Program) -> int:
    quick = [program.fast_path] if program.fast_paths is None else program.fast_paths.made()
    length = len(program.source)
    for one in quick:
        while one is not None:
            length += len(one.source)
            one = one.folded
    return length
