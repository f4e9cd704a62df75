"""Take in what clients asked for, and forget what is too old."""

from dataclasses import dataclass
from datetime import timedelta

from ..domain.names import check_graph_name, check_variant_name
from ..domain.usage import UsageBatch, check_batch
from ..ports import Clock, UsageStore


@dataclass(frozen=True, slots=True)
class RecordUsage:
    """The use case, with what it works on."""

    store: UsageStore
    clock: Clock
    retention_days: int

    async def __call__(self, batch: UsageBatch) -> bool:
        """Add a router's report; False when it was added before. Raises InvalidInput."""
        check_graph_name(batch.graph)
        check_variant_name(batch.variant)
        check_batch(batch)
        return await self.store.record_usage(batch)

    async def forget_old(self) -> int:
        """Delete what is older than the retention; return how many rows went."""
        return await self.store.forget_usage(self.clock() - timedelta(days=self.retention_days))
