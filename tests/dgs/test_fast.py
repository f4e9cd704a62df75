"""The fast way for plain attributes gives graphql-core's own answers and errors, whatever objects hold."""

from __future__ import annotations

import asyncio
import enum
import math
from collections.abc import Generator
from typing import Any, NewType

import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import SchemaExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from reelgraph_dgs.fast import executor as fast_executor
from reelgraph_dgs.schema import federation_schema

Odd = NewType("Odd", object)


@strawberry.enum
class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Soon:
    """An awaitable that may be awaited again."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, object]:
        yield from asyncio.sleep(0).__await__()
        return self.value


class Never(BasePermission):
    message = "not for you"

    def has_permission(self, source: object, info: object, **kwargs: object) -> bool:
        return getattr(source, "count", 0) != 7


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Leaf(Named):
    count: int | None
    size: float
    flag: bool | None
    colour: Colour
    odd: Odd | None
    many: list[int | None] | None


@strawberry.type
class Branch(Named):
    leaf: Leaf | None
    leaves: list[Leaf]
    maybe: list[Leaf | None] | None
    named: Named | None
    either: list[Leaf | Branch] | None

    @strawberry.field
    def twice(self, text: str = "x") -> str:
        return f"{self.name}{text}"

    @strawberry.field
    async def later(self) -> Leaf | None:
        return self.leaf

    @strawberry.field(permission_classes=[Never])
    def kept(self) -> str:
        return "kept"

    @property
    def broken(self) -> str:
        raise LookupError("broken")


class Other:
    """No Strawberry type, with some of a leaf's attributes."""

    name = "other"
    count = 3
    size = 1.5


@strawberry.type
class Query:
    @strawberry.field
    def root(self, info: strawberry.Info) -> Branch | None:
        return info.context

    @strawberry.field
    def branches(self, info: strawberry.Info) -> list[Branch]:
        return [info.context, info.context]


def make(fast: bool, **options: Any) -> Any:
    scalars = {Odd: strawberry.scalar(name="Odd", serialize=lambda value: value)}
    return federation_schema(
        Query,
        types=[Leaf, Branch],
        config=StrawberryConfig(scalar_map=scalars),
        fast_attributes=fast,
        **options,
    )


FAST, SLOW = make(True), make(False)

wrong = st.one_of(
    st.none(),
    st.sampled_from([2**31, -(2**40), math.nan, math.inf, "", "7", b"x", True, 1, 0.5, {"a": 1}]),
    st.builds(Soon, st.sampled_from(["soon", 1, None, ValueError("later")])),
    st.builds(ValueError, st.just("as a value")),
    st.builds(Other),
)


def often(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what the type says, sometimes anything."""
    return st.integers(0, 14).flatmap(lambda roll: wrong if roll == 0 else right)


numbers = st.integers(-(2**31), 2**31 - 1)
leaves: st.SearchStrategy[Any] = st.builds(
    Leaf,
    name=often(st.text(max_size=3)),
    count=often(st.none() | numbers),
    size=often(st.floats(allow_nan=False, allow_infinity=False)),
    flag=often(st.none() | st.booleans()),
    colour=often(st.sampled_from(Colour)),
    odd=often(st.none() | st.text(max_size=2)),
    many=often(st.none() | st.lists(often(st.none() | numbers), max_size=3)),
)
lists_of_leaves = st.lists(often(leaves), max_size=3)
branches: st.SearchStrategy[Any] = st.deferred(
    lambda: st.builds(
        Branch,
        name=often(st.text(max_size=3)),
        leaf=often(st.none() | leaves),
        leaves=often(lists_of_leaves | lists_of_leaves.map(tuple)),
        maybe=often(st.none() | st.lists(often(st.none() | leaves), max_size=3)),
        named=often(st.none() | leaves | small_branches),
        either=often(st.none() | st.lists(often(leaves | small_branches), max_size=3)),
    )
)
small_branches = st.builds(
    Branch,
    name=often(st.text(max_size=3)),
    leaf=st.none(),
    leaves=st.just([]),
    maybe=st.none(),
    named=st.none(),
    either=st.none(),
)

LEAF = ["name", "count", "size", "flag", "colour", "odd", "many", "__typename"]
BRANCH = {
    "name": None,
    "twice": None,
    "later": LEAF,
    "kept": None,
    "leaf": LEAF,
    "leaves": LEAF,
    "maybe": LEAF,
}
CONDITIONS = ["", "", "", "@skip(if: $no)", "@include(if: $yes)", "@include(if: $no)"]


@st.composite
def selections(draw: st.DrawFn, names: list[str]) -> str:
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=6))
    parts = []
    for name in chosen:
        alias = draw(st.sampled_from(["", "", f"{name}2: ".replace("__", "t")]))
        parts.append(f"{alias}{name} {draw(st.sampled_from(CONDITIONS))}")
    return " ".join(parts)


@st.composite
def branch_selections(draw: st.DrawFn, depth: int = 1) -> str:
    parts = []
    for name in draw(st.lists(st.sampled_from([*BRANCH]), min_size=1, max_size=5, unique=True)):
        below = BRANCH[name]
        condition = draw(st.sampled_from(CONDITIONS))
        inner = "" if below is None else f"{{ {draw(selections(below))} }}"
        parts.append(f"{name} {condition} {inner}")
    if depth:
        of_leaf, of_branch = draw(selections(LEAF)), draw(branch_selections(0))
        parts.append(
            f"named {{ name ... on Leaf {{ {of_leaf} }} ... on Branch {{ {of_branch} }} }}"
        )
        parts.append(f"either {{ __typename ... on Leaf {{ {of_leaf} }} ... B }}")
    return " ".join(parts)


@st.composite
def documents(draw: st.DrawFn) -> str:
    fragment = f"fragment B on Branch {{ {draw(branch_selections(0))} }}"
    root = draw(branch_selections())
    field = draw(st.sampled_from(["root", "branches"]))
    return f"query($yes: Boolean!, $no: Boolean!) {{ {field} {{ {root} }} }} {fragment}"


def described(result: Any) -> Any:
    errors = [(e.message, e.path, e.locations) for e in result.errors or ()]
    return repr((result.data, sorted(errors, key=repr)))


def both(document: str, root: object, variables: dict[str, Any] | None = None) -> tuple[str, str]:
    async def run(schema: Any) -> str:
        result = await schema.execute(document, context_value=root, variable_values=variables)
        return described(result)

    return asyncio.run(run(FAST)), asyncio.run(run(SLOW))


@settings(max_examples=300, deadline=None)
@given(documents(), branches, st.booleans(), st.booleans())
def test_both_ways_answer_alike(document: str, root: Any, yes: bool, no: bool) -> None:
    fast, slow = both(document, root, {"yes": yes, "no": no})
    assert fast == slow


PLAIN = "{ root { name leaves { name count size flag colour many __typename } leaf { name } } }"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which functions were made and used."""
    used: list[str] = []
    make_ = fast_executor.FastExecutor._reader

    def reader(self: Any, type_: Any, details: Any, make: Any, kind: Any) -> Any:
        read = make_(self, type_, details, make, kind)

        def noted(value: object) -> Any:
            completed = read(value)
            used.append(f"{kind[0]} {type_.name} {details[0].node.name.value}")
            return completed

        return None if read is None else noted

    monkeypatch.setattr(fast_executor.FastExecutor, "_reader", reader)
    return used


def leaf(**values: Any) -> Leaf:
    usual = {"count": 1, "size": 1.0, "flag": None, "colour": Colour.RED, "odd": None, "many": [1]}
    return Leaf(name="leaf", **{**usual, **values})


def branch(**values: Any) -> Branch:
    usual = {"leaf": leaf(), "leaves": [leaf(), leaf()], "maybe": None, "named": None}
    return Branch(name="branch", **{**usual, "either": None, **values})


def test_plain_selections_take_the_fast_way(taken: list[str]) -> None:
    fast, slow = both(PLAIN, branch())
    assert fast == slow
    assert taken == ["object Branch root"]


def test_a_resolver_leaves_the_rest_fast(taken: list[str]) -> None:
    document = "{ root { name twice leaves { name } named { name } } }"
    fast, slow = both(document, branch(named=leaf()))
    assert fast == slow
    assert taken == [
        "field Branch name",
        "field Branch leaves",
        "object Leaf named",
    ]


def test_types_of_a_list_of_unions_are_told_apart(taken: list[str]) -> None:
    document = "{ root { twice either { ... on Leaf { name size } ... on Branch { name } } } }"
    fast, slow = both(document, branch(either=[leaf(), branch(), leaf()]))
    assert fast == slow
    assert taken == ["object Leaf either", "object Branch either", "object Leaf either"]


def test_conditions_have_functions_of_their_own() -> None:
    document = (
        "query($a: Boolean!) { root { name @include(if: $a) leaf { name @skip(if: $a) size } } }"
    )
    for value in (True, False, True):
        fast, slow = both(document, branch(), {"a": value})
        assert fast == slow


class Shouting(SchemaExtension):
    def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        value = _next(root, info, *args, **kwargs)
        return value.upper() if isinstance(value, str) else value


def test_an_extension_that_sees_every_field_still_does() -> None:
    schema = make(True, extensions=[Shouting])
    result = asyncio.run(schema.execute("{ root { name leaf { name } } }", context_value=branch()))
    assert result.data == {"root": {"name": "BRANCH", "leaf": {"name": "LEAF"}}}


def test_a_permission_still_decides() -> None:
    document = "{ root { name kept } }"
    root = branch()
    root.count = 7  # type: ignore[attr-defined]
    fast, slow = both(document, root)
    assert fast == slow
    assert fast.startswith("({'root': None}, [(")
