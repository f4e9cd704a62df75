"""All that a Composer keeps from one composition to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..supergraph.model import NamedType
from ..supergraph.print_sdl import PrintMemory
from .interface_access import KeptGuards
from .interface_objects import KeptSpread
from .merge_memory import MergeMemory
from .satisfiability.memory import ProofMemory


@dataclass(slots=True)
class Memory:
    """Merged types, the proof about them, their texts. An empty memory is always right.

    It holds what the last composition was made of, and nothing of those before.
    """

    merge: MergeMemory = field(default_factory=MergeMemory)
    proof: ProofMemory = field(default_factory=ProofMemory)
    spread: KeptSpread = field(default_factory=dict)
    guards: KeptGuards = field(default_factory=dict)
    printing: PrintMemory = field(default_factory=PrintMemory)

    def forget_all_but(self, types: dict[str, NamedType]) -> None:
        """Forget types that are gone, where their own memory does not look after that."""
        self.printing.applied.forget_all_but(types)
        self.printing.texts.forget_all_but(types)
        for key in [key for key in self.spread if key[0] not in types or key[1] not in types]:
            del self.spread[key]
