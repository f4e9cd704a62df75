"""Merge descriptions: agreeing, else the most frequent with a hint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from ..subgraph.document import DirectiveDef, EnumValue, Field, InputValue, TypeDef
from .state import MergeState

Described = TypeVar("Described", TypeDef, Field, InputValue, EnumValue, DirectiveDef)


def merge_description(
    state: MergeState, coordinate: str, sources: Sequence[tuple[int, Described]]
) -> str | None:
    """Return the merged description; the first in subgraph order wins among equally frequent."""
    given = [(i, element) for i, element in sources if getattr(element, "description", None)]
    if not given:
        return None
    texts = Counter(element.description for _, element in given)
    if len(texts) == 1:
        return given[0][1].description
    chosen = texts.most_common(1)[0][0]
    message = (
        f'"{coordinate}" has {len(texts)} different descriptions; the supergraph uses the one of '
        f"{state.subgraph_list(i for i, e in given if e.description == chosen)}"
    )
    state.report("INCONSISTENT_DESCRIPTION", message, coordinate, [(i, e.at) for i, e in given])
    return chosen
