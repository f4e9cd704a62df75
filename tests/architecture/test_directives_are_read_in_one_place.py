"""Directives of subgraphs have one reader of their names and one of their arguments.

A rule that compared a directive's name would take a document's own directive for federation's; one that
looked into its arguments by itself would take what it does not understand for nothing. Rules ask for
`spec`, and for arguments by the methods of `Directive`, which give what GraphQL coerced.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from reelgraph_federation.subgraph.spec_features import BUILT_IN_DIRECTIVES, DIRECTIVES

PACKAGE = Path(__file__).parents[2] / "federation" / "reelgraph_federation"
READERS = {
    "subgraph/document.py": "the methods themselves",
    "subgraph/links.py": "@link, which is read before names have a meaning",
    "subgraph/upgrade.py": "writes what a Federation 1 document means",
}
NAMES = {*DIRECTIVES, *BUILT_IN_DIRECTIVES}
FILES = sorted(
    path
    for folder in ("subgraph", "composition")
    for path in (PACKAGE / folder).rglob("*.py")
    if str(path.relative_to(PACKAGE)) not in READERS
)


def reads_arguments(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that look up an argument by its name: `x.args["scopes"]`, `x.args.get("scopes")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            owner, key = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner, key = node.func.value, node.args[0]
        else:
            continue
        if isinstance(owner, ast.Attribute) and owner.attr == "args" and is_text(key):
            yield node.lineno


def compares_names(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that compare somebody's `name` with that of a specified directive."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = (node.left, *node.comparators)
        names = {text for side in sides for text in texts_in(side)}
        if names & NAMES and any(isinstance(s, ast.Attribute) and s.attr == "name" for s in sides):
            yield node.lineno


def texts_in(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_rule_reads_directives_by_itself(path: Path) -> None:
    tree = ast.parse(path.read_text())
    lines = [*reads_arguments(tree), *compares_names(tree)]
    assert not lines, (
        f"{path.name}, lines {lines}: ask Directive.spec, .text(), .texts(), .flag(), …"
    )


def test_the_test_sees_what_it_looks_for() -> None:
    wrong = 'a = d.args["scopes"]\nb = d.args.get("scopes")\nc = d.name == "tag"\ne = d.name in ("key",)'
    tree = ast.parse(wrong)
    assert [*reads_arguments(tree)] == [1, 2]
    assert [*compares_names(tree)] == [3, 4]
    right = ast.parse(
        'a = d.text("scopes")\nb = f.args[name]\nc = d.spec == "tag"\ne = d.name == "x"'
    )
    assert not [*reads_arguments(right), *compares_names(right)]


def test_readers_are_there() -> None:
    assert all((PACKAGE / name).exists() for name in READERS)
