"""Names of graphs, variants and subgraphs, and which of them are allowed."""

import re

from .errors import InvalidInput

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VARIANT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_graph_name(name: str) -> str:
    """Return the name of a graph, or raise InvalidInput."""
    return _check("graph", name, _NAME)


def check_subgraph_name(name: str) -> str:
    """Return the name of a subgraph, or raise InvalidInput."""
    return _check("subgraph", name, _NAME)


def check_variant_name(name: str) -> str:
    """Return the name of a variant, which may hold dots and begin with a digit, or raise."""
    return _check("variant", name, _VARIANT_NAME)


def _check(kind: str, name: str, pattern: re.Pattern[str]) -> str:
    if pattern.fullmatch(name):
        return name
    rule = "letters, digits, '_' and '-', beginning with a letter"
    if pattern is _VARIANT_NAME:
        rule = "letters, digits, '.', '_' and '-', beginning with a letter or digit"
    raise InvalidInput(f"{name[:80]!r} is not a {kind} name: use at most 64 {rule}.")
