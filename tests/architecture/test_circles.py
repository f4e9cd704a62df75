"""No files import each other in a circle, in any package of ours.

Every import counts: at the top of a file, inside a function, and for the type checker only. What two
files need of each other is a third thing with a name, or one of the two is two things.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
ROOTS = ("federation", "router", "schema-registry", "search-indexer", "dgs", "platform-kit", "cli")
PACKAGES = [
    *(path for root in ROOTS for path in (TOP / root).glob("reelgraph_*")),
    TOP / "subgraphs",
]


def read_files(packages: list[Path]) -> dict[str, Path]:
    """Return the files of packages by the names of their modules."""
    found: dict[str, Path] = {}
    for package in packages:
        for file in package.rglob("*.py"):
            parts = file.relative_to(package.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports_of(name: str, file: Path, known: Mapping[str, Path]) -> set[str]:
    """Return the modules among the known ones that a file imports, wherever it does."""
    found = set[str]()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = _home(node, name, is_package=file.name == "__init__.py")
            for one in node.names:
                module = f"{home}.{one.name}"
                found.add(module if module in known else home)
    return {one for one in found if one in known and one != name}


def _home(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    above = name.split(".")
    above = above[: len(above) - node.level + is_package]
    return ".".join([*above, *([node.module] if node.module else [])])


def circles(graph: Mapping[str, set[str]]) -> Iterator[set[str]]:
    """Yield each set of modules of which every one leads to every other."""
    reach = {name: _reachable(graph, name) for name in graph}
    seen = set[str]()
    for name in graph:
        if name not in seen and name in reach[name]:
            circle = {other for other in reach[name] if name in reach[other]}
            seen |= circle
            yield circle


def _reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found = set[str]()
    left = [start]
    while left:
        for name in graph[left.pop()]:
            if name not in found:
                found.add(name)
                left.append(name)
    return found


def find_circles(packages: list[Path]) -> list[set[str]]:
    """Return the circles of files in packages."""
    files = read_files(packages)
    return list(circles({name: imports_of(name, file, files) for name, file in files.items()}))


def test_no_files_import_each_other() -> None:
    assert len(PACKAGES) >= len(ROOTS) + 1
    assert find_circles(PACKAGES) == []


@pytest.mark.parametrize(
    "back",
    [
        "from pack.a import one",
        "from . import a",
        "from .a import one",
        "import pack.a",
        "def late():\n    from pack.a import one",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import one",
    ],
)
def test_every_import_counts(tmp_path: Path, back: str) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from pack import b\none = 1\n")
    (package / "b.py").write_text("from pack.c import two\n")
    (package / "c.py").write_text(f"two = 2\n{back}\n")
    (package / "d.py").write_text("from pack import a, b\n")
    assert find_circles([package]) == [{"pack.a", "pack.b", "pack.c"}]
