"""Compare the API schemas of two supergraph versions."""

import asyncio
from dataclasses import dataclass

from ..domain.change_result import ChangeResult
from ..domain.check import CheckSettings
from ..domain.errors import NotFound
from ..domain.run_check import find_proposed_changes, judge_proposed_changes
from ..domain.supergraph_version import SupergraphVersion
from ..ports import RegistryStore


@dataclass(frozen=True, slots=True)
class DiffVersions:
    """The use case, with what it works on."""

    store: RegistryStore

    async def __call__(self, graph: str, old: str, new: str) -> tuple[ChangeResult, ...]:
        """Return the changes from one version to another, the worst first. Raises NotFound."""
        before, after = await self._version(graph, old), await self._version(graph, new)
        proposed = await asyncio.to_thread(
            find_proposed_changes, before.api_schema_sdl, after.api_schema_sdl
        )
        return judge_proposed_changes(proposed, CheckSettings(consider_usage=False))

    async def _version(self, graph: str, id: str) -> SupergraphVersion:
        version = await self.store.supergraph(graph, id)
        if version is None:
            raise NotFound(f"The graph {graph} has no supergraph version {id}.")
        return version
