"""One Composer for each variant composed lately: most compositions change one subgraph of many."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from reelgraph_federation import Composer

from ..domain.composition import Composition, compose_schemas
from ..domain.subgraph_version import SubgraphSchema

_MOST_CHARACTERS = 8_000_000
"""How much SDL may be kept read and merged; a character of it takes some forty bytes of memory."""


@dataclass(slots=True)
class _Kept:
    """A variant's Composer, which one thread at a time may use, and how much SDL it last composed."""

    composer: Composer = field(default_factory=Composer)
    lock: Lock = field(default_factory=Lock)
    characters: int = 0


class Composers:
    """Composes variants again and again; the least recently used are forgotten. Thread-safe."""

    def __init__(self, most_characters: int = _MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._lock = Lock()

    def compose(self, graph: str, variant: str, schemas: tuple[SubgraphSchema, ...]) -> Composition:
        """Compose subgraphs for a variant, whether they are published to it or proposed."""
        kept = self._take((graph, variant), sum(len(schema.sdl) for schema in schemas))
        if kept is None or not kept.lock.acquire(blocking=False):
            return compose_schemas(schemas)
        try:
            return compose_schemas(schemas, kept.composer)
        finally:
            kept.lock.release()

    def _take(self, key: tuple[str, str], characters: int) -> _Kept | None:
        """Return what is kept for a variant; None for one that is too large to keep."""
        with self._lock:
            if characters > self._most:
                self._kept.pop(key, None)
                return None
            kept = self._kept.setdefault(key, _Kept())
            kept.characters = characters
            self._kept.move_to_end(key)
            while sum(each.characters for each in self._kept.values()) > self._most:
                self._kept.popitem(last=False)
            return kept
