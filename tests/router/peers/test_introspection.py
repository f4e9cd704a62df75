"""Only the lists of introspection lose their order, wherever introspection is asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.router.peers.introspection import without_order

TYPES = [{"name": "B", "fields": [{"name": "y"}, {"name": "x"}]}, {"name": "A", "fields": []}]
SORTED = [{"name": "A", "fields": []}, {"name": "B", "fields": [{"name": "x"}, {"name": "y"}]}]


@pytest.mark.parametrize(
    ("query", "data", "expected"),
    [
        pytest.param(
            "{ s: __schema { types { name fields { name } } } tags }",
            {"s": {"types": TYPES}, "tags": ["b", "a"]},
            {"s": {"types": SORTED}, "tags": ["b", "a"]},
            id="at the root, under an alias",
        ),
        pytest.param(
            "{ items { ...Root types { name } } } fragment Root on Query { ... { __schema { types { name } } } }",
            {"items": [{"__schema": {"types": TYPES}, "types": TYPES}]},
            {"items": [{"__schema": {"types": SORTED}, "types": TYPES}]},
            id="below the root, in fragments",
        ),
        pytest.param(
            '{ t: __type(name: "A") { fields { name } } self { t { name } } }',
            {"t": {"fields": [{"name": "y"}, {"name": "x"}]}, "self": {"t": [{"name": "b"}, {"name": "a"}]}},
            {"t": {"fields": [{"name": "x"}, {"name": "y"}]}, "self": {"t": [{"name": "b"}, {"name": "a"}]}},
            id="the same key elsewhere keeps its order",
        ),
        pytest.param(
            "{ tags }", {"tags": ["b", "a"]}, {"tags": ["b", "a"]}, id="none asked"
        ),
        pytest.param("{ __schema { types { name } } }", None, None, id="no data"),
        pytest.param(
            "{ __schema { types { name } } }",
            {"__schema": {"types": [{"name": "A"}, {"name": "A"}]}},
            {"__schema": {"types": [{"name": "A"}, {"name": "A"}]}},
            id="what is there twice stays so",
        ),
    ],
)  # fmt: skip
def test_lists_of_introspection_lose_their_order(query: str, data: Any, expected: Any) -> None:
    assert without_order(data, query) == expected
