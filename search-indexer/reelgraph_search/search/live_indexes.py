"""Which engine index serves, and how it can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reelgraph_search.definition import IndexDefinition
from reelgraph_search.index_config.compare import with_live_options
from reelgraph_search.index_config.mapping import IndexMapping
from reelgraph_search.ports import NoSuchIndex, SearchEngine

_ALIAS_SECONDS = 1.0
"""How long an alias is believed; a replaced index is kept much longer."""


class NotBuiltYet(Exception):
    """No version of the index serves yet."""


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """An index as a search uses it."""

    definition: IndexDefinition
    engine_index: str
    mapping: IndexMapping


class LiveIndexes:
    """Looks aliases and mappings up, and remembers them for a moment."""

    def __init__(
        self,
        definitions: Mapping[str, IndexDefinition],
        engine: SearchEngine,
        wanted: Callable[[str], IndexMapping | None],
        clock: Callable[[], float],
    ) -> None:
        self.definitions = definitions
        self._engine = engine
        self._wanted = wanted
        self._clock = clock
        self._aliases: dict[str, tuple[str, float]] = {}
        self._mappings: dict[str, IndexMapping] = {}

    async def get(self, index: str) -> LiveIndex:
        """The version that serves; raises NotBuiltYet or the engine's errors."""
        engine_index, until = self._aliases.get(index, ("", 0.0))
        if self._clock() >= until:
            target = await self._engine.alias_target(index)
            if target is None:
                raise NotBuiltYet(index)
            engine_index = target
            self._aliases[index] = (target, self._clock() + _ALIAS_SECONDS)
        return await self.version(index, engine_index)

    async def version(self, index: str, engine_index: str) -> LiveIndex:
        """A certain version, serving or still kept; raises NoSuchIndex."""
        stored = self._mappings.get(engine_index)
        if stored is None:
            stored = await self._engine.mapping_of(engine_index)
            if stored is None:
                raise NoSuchIndex(engine_index)
            self._mappings[engine_index] = stored
        wanted = self._wanted(index)
        mapping = stored if wanted is None else with_live_options(stored, wanted)
        return LiveIndex(self.definitions[index], engine_index, mapping)
