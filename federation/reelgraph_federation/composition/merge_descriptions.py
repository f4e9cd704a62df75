"""Merge descriptions: agreeing, else the most frequent with a hint."""

from __future__ import annotations

from collections import Counter

from .state import Element, MergeState, Sources, places


def merge_description(state: MergeState, coordinate: str, sources: Sources[Element]) -> str | None:
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
    state.report("INCONSISTENT_DESCRIPTION", message, coordinate, places(given))
    return chosen
