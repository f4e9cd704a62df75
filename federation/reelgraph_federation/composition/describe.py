"""Say for people which subgraphs have what: ``type "A" in subgraph "x" but "B" in "y"``."""

from __future__ import annotations

from collections.abc import Iterable

from .state import MergeState


def by_value(state: MergeState, values: Iterable[tuple[int, str]]) -> str:
    """Group subgraphs by what they say: ``"A" in subgraphs "x" and "y", "B" in subgraph "z"``."""
    groups: dict[str, list[int]] = {}
    for index, value in values:
        groups.setdefault(value, []).append(index)
    return ", ".join(
        f'"{value}" in {state.subgraph_list(indexes)}' for value, indexes in groups.items()
    )
