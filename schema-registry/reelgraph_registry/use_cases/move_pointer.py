"""Promote or roll back: let a variant publish an exact supergraph version that exists."""

from dataclasses import dataclass

from ..domain.errors import InvalidInput, NotFound, StaleVariant, VersionConflict
from ..domain.history import Action, HistoryEntry
from ..domain.names import check_graph_name, check_variant_name
from ..ports import Announcer, Clock, PointerMove, RegistryStore

_MAX_ATTEMPTS = 20
_PAGE = 100


@dataclass(frozen=True, slots=True)
class MovePointer:
    """The use cases, with what they work on."""

    store: RegistryStore
    announce: Announcer
    clock: Clock

    async def promote(self, graph: str, variant: str, version: str, author: str) -> HistoryEntry:
        """Publish a version in a variant, as composed for whichever variant. Raises NotFound."""
        return await self._move(graph, variant, version, Action.PROMOTE, author)

    async def roll_back(
        self, graph: str, variant: str, version: str | None, author: str
    ) -> HistoryEntry:
        """Publish again what the variant published: an exact version, or the one before.

        Raises NotFound when the variant never published the version, or nothing before.
        """
        check_graph_name(graph)
        check_variant_name(variant)
        if version is None:
            version = await self._previous(graph, variant)
        elif not await self._was_published(graph, variant, version):
            raise NotFound(
                f"The variant {graph}@{variant} never published version {version}. "
                "To publish a version of another variant, promote it."
            )
        return await self._move(graph, variant, version, Action.ROLLBACK, author)

    async def _move(
        self, graph: str, variant: str, version: str, action: Action, author: str
    ) -> HistoryEntry:
        check_graph_name(graph)
        check_variant_name(variant)
        for _ in range(_MAX_ATTEMPTS):
            state = await self.store.variant_state(graph, variant)
            if state.supergraph_version == version:
                raise InvalidInput(f"{graph}@{variant} publishes version {version} already.")
            move = PointerMove(state, action, version, author, self.clock())
            try:
                entry = await self.store.move_pointer(move)
            except StaleVariant:
                continue
            self.announce(graph, variant)
            return entry
        latest = await self.store.published_version(graph, variant)
        raise VersionConflict(state.supergraph_version, latest)

    async def _previous(self, graph: str, variant: str) -> str:
        before: int | None = None
        while page := await self.store.history(graph, variant, _PAGE, before):
            for entry in page:
                if entry.succeeded:
                    if entry.previous_version is None:
                        break
                    return entry.previous_version
            before = page[-1].number
        raise NotFound(f"{graph}@{variant} published nothing before; there is nothing to go to.")

    async def _was_published(self, graph: str, variant: str, version: str) -> bool:
        before: int | None = None
        while page := await self.store.history(graph, variant, _PAGE, before):
            if any(entry.supergraph_version == version for entry in page):
                return True
            before = page[-1].number
        return False
