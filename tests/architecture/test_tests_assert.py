"""No test passes because it looked at nothing.

A test whose assertions all stand in loops holds nothing when there is nothing to loop over: it needs
one outside (`assert items`), or a loop that is sure to run. A block that expects an exception holds
one statement, so that it is told which one raised. Expected files are written by the fixture
`update_golden` alone, so that `--update-golden` writes them all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(TESTS.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef
LOOPS = (ast.For, ast.AsyncFor, ast.While)
WITHS = (ast.With, ast.AsyncWith)
CHECKS = ("assert", "check", "compare", "expect", "fail", "raises", "warns")
"""How the names of functions begin that assert."""
KEEPERS = {"dict", "enumerate", "list", "product", "reversed", "set", "sorted", "tuple", "zip"}
"""Functions that return something where each of their arguments has something."""
Values = dict[str, ast.expr]
EXCEPTIONS = {
    "router/test_null_reasons.py": "a case whose answers all have nulls has no place to put one",
}
"""Files with a test that may look at nothing, and why it may."""


def called(node: ast.AST) -> str:
    """Return the name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def values_of(body: list[ast.stmt]) -> Values:
    """Return what names are set to by statements that stand at the top of a body, if only once."""
    found: Values = {}
    twice = set[str]()
    for one in body:
        if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            for name in (it.id for it in targets if isinstance(it, ast.Name)):
                twice |= {name} & found.keys()
                found[name] = one.value
    return {name: value for name, value in found.items() if name not in twice}


def has_something(node: ast.expr, values: Values) -> bool:
    """Tell whether an expression is sure to have an element."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(
                not isinstance(one, ast.Starred) or has_something(one.value, values)
                for one in parts
            )
        case ast.Dict(keys=keys):
            return any(key is not None for key in keys)
        case ast.Constant(value=str() | bytes() as text):
            return bool(text)
        case ast.Name(id=name) if name in values:
            rest = {other: value for other, value in values.items() if other != name}
            return has_something(values[name], rest)
        case ast.BinOp(op=ast.Add() | ast.BitOr(), left=left, right=right):
            return has_something(left, values) or has_something(right, values)
        case ast.ListComp(generators=parts) | ast.SetComp(generators=parts):
            return all(not one.ifs and has_something(one.iter, values) for one in parts)
        case ast.Call():
            return _call_has_something(node, values)
    return False


def _call_has_something(node: ast.Call, values: Values) -> bool:
    name = called(node)
    if name == "range":
        return _counts(node.args, values)
    if name in ("items", "keys", "values") and isinstance(node.func, ast.Attribute):
        return has_something(node.func.value, values)
    return (
        name in KEEPERS and bool(node.args) and all(has_something(it, values) for it in node.args)
    )


def _counts(arguments: list[ast.expr], values: Values) -> bool:
    """Tell whether a range is sure to have a number."""
    numbers = [
        found.value
        for found in (values.get(it.id) if isinstance(it, ast.Name) else it for it in arguments)
        if isinstance(found, ast.Constant) and isinstance(found.value, int)
    ]
    return len(numbers) == len(arguments) and bool(range(*numbers))


def is_sure_to_run(loop: ast.AST, values: Values) -> bool:
    """Tell whether a loop's body runs at least once."""
    if isinstance(loop, ast.While):
        return isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    return isinstance(loop, ast.For) and has_something(loop.iter, values)


def assertions(node: ast.AST, values: Values, *, sure: bool = True) -> Iterator[bool]:
    """Yield for each assertion whether it stands outside of loops, and of functions, that may not run."""
    if isinstance(node, Function | ast.Lambda):
        sure = False
    if isinstance(node, ast.Assert) or called(node).lstrip("_").startswith(CHECKS):
        yield sure
    if isinstance(node, LOOPS) and not is_sure_to_run(node, values):
        # What is looped over is evaluated once, whatever it has.
        head = node.test if isinstance(node, ast.While) else node.iter
        yield from assertions(head, values, sure=sure)
        for one in (*node.body, *node.orelse):
            yield from assertions(one, values, sure=False)
        return
    for child in ast.iter_child_nodes(node):
        yield from assertions(child, values, sure=sure)


def may_look_at_nothing(tree: ast.Module) -> list[str]:
    """Return the tests that have assertions, none of which is sure to run."""
    found = []
    for test in ast.walk(tree):
        if isinstance(test, Function) and test.name.startswith("test_"):
            values = values_of(tree.body) | values_of(test.body)
            sure = [it for one in test.body for it in assertions(one, values)]
            if sure and not any(sure):
                found.append(f"{test.lineno} {test.name}")
    return found


def long_raises(tree: ast.Module) -> list[str]:
    """Return the blocks that expect an exception of more than one statement."""
    return [
        f"{node.lineno} pytest.raises"
        for node in ast.walk(tree)
        if isinstance(node, WITHS) and any(called(it.context_expr) == "raises" for it in node.items)
        if len(node.body) > 1
    ]


def golden_by_another_way(tree: ast.Module) -> list[str]:
    """Return where a file speaks of `--update-golden` without the fixture, or asks the environment."""
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, Function)}
    texts = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [
        f"{node.lineno} {node.value[:40]!r}"
        for node in texts
        if "UPDATE_GOLDEN" in node.value
        or ("--update-golden" in node.value and "update_golden" not in names)
    ]


@pytest.mark.parametrize("rule", [may_look_at_nothing, long_raises, golden_by_another_way])
def test_tests_keep_the_rule(rule) -> None:
    files = [path for path in FILES if path != Path(__file__)]
    assert len(files) > 200
    found = [
        f"{path.relative_to(TESTS)}:{one}"
        for path in files
        for one in rule(ast.parse(path.read_text()))
    ]
    if rule is may_look_at_nothing:
        excepted = {one for one in found if one.partition(":")[0] in EXCEPTIONS}
        assert {one.partition(":")[0] for one in excepted} == EXCEPTIONS.keys()
        found = [one for one in found if one not in excepted]
    assert found == []


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("for one in read():\n  assert one", True),
        ("for one in ITEMS:\n  check(one)", True),
        ("for one in [*read()]:\n  assert one", True),
        ("for one in range(count):\n  assert one", True),
        ("for one in (1, 2):\n  for two in one:\n    assert two", True),
        ("while waiting():\n  assert 1", True),
        ("def hook(one):\n  assert one\nrun(hook)", True),
        ("for one in read():\n  with pytest.raises(ValueError):\n    one()", True),
        ("items = read()\nassert items\nfor one in items:\n  assert one", False),
        ("for one in sorted({1: 2}):\n  assert one", False),
        ("items = [1]\nfor at, one in enumerate(items):\n  assert one", False),
        ("for one in range(1, 5):\n  assert one", False),
        (
            "seen = []\ndef hook(one):\n  assert one\n  seen.append(one)\nrun(hook)\nassert seen",
            False,
        ),
        ("run()", False),
    ],
)
def test_what_may_look_at_nothing(body: str, is_found: bool) -> None:
    test = "def test_it():\n" + "".join(f"  {line}\n" for line in body.split("\n"))
    assert may_look_at_nothing(ast.parse(test)) == (["1 test_it"] if is_found else [])


def test_what_the_other_rules_find() -> None:
    block = "with pytest.raises(ValueError):\n  make()\n"
    assert long_raises(ast.parse(f"{block}  use()")) == ["1 pytest.raises"]
    assert long_raises(ast.parse(block)) == []
    variable = 'update = os.environ["UPDATE_GOLDEN"]'
    assert golden_by_another_way(ast.parse(variable)) == ["1 'UPDATE_GOLDEN'"]
    told = 'assert here, "run pytest --update-golden"'
    assert golden_by_another_way(ast.parse(told)) == ["1 'run pytest --update-golden'"]
    assert golden_by_another_way(ast.parse(f"def test_it(update_golden):\n  {told}")) == []
