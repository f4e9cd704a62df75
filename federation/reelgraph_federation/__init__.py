"""Apollo Federation 2 in Python: composition, supergraphs, query planning, schema changes. Pure."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .composition.compose import Composer, CompositionResult, Subgraph, compose
    from .problems import Problem, Severity, SourceLocation
    from .supergraph.supergraph import Supergraph

_HOMES = {
    "Composer": "composition.compose",
    "CompositionResult": "composition.compose",
    "Problem": "problems",
    "Severity": "problems",
    "SourceLocation": "problems",
    "Subgraph": "composition.compose",
    "Supergraph": "supergraph.supergraph",
    "compose": "composition.compose",
}

__all__ = [
    "Composer",
    "CompositionResult",
    "Problem",
    "Severity",
    "SourceLocation",
    "Subgraph",
    "Supergraph",
    "compose",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that importing the package costs nothing."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
