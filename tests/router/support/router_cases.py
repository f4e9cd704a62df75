"""The case files of tests/router/cases: where they are, and how their subgraphs' SDL begins."""

from __future__ import annotations

from pathlib import Path

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))
_HEAD = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@context", "@fromContext", '
    '"@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", '
    '"@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])\n'
)


def subgraph_sdl(sdl: str) -> str:
    """The whole SDL of a case's subgraph: with links of its own, or without as Federation 1, as it is."""
    is_whole = "@link(" in sdl or sdl.startswith("# Federation 1\n")
    return sdl if is_whole else _HEAD + sdl
