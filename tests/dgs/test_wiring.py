"""A type that cannot work as it is written is refused when the schema is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry

from reelgraph_dgs.reference_resolvers import WiringError
from reelgraph_dgs.schema import federation_schema


@dataclass
class WrongKey:
    id: str
    nmae: str


def both() -> type:
    class Entity:
        id: strawberry.ID

        @classmethod
        def resolve_reference(cls, id: strawberry.ID) -> Any: ...

        @classmethod
        def resolve_references(cls, ids: list[strawberry.ID]) -> Any: ...

    return Entity


def no_class_method() -> type:
    class Entity:
        id: strawberry.ID

        @staticmethod
        def resolve_references(ids: list[strawberry.ID]) -> Any: ...

    return Entity


def two_lists() -> type:
    class Entity:
        id: strawberry.ID

        @classmethod
        def resolve_references(cls, ids: list[str], names: list[str]) -> Any: ...

    return Entity


def no_list() -> type:
    class Entity:
        id: strawberry.ID

        @classmethod
        def resolve_references(cls, id: str) -> Any: ...

    return Entity


def unknown_annotation() -> type:
    class Entity:
        id: strawberry.ID

        @classmethod
        def resolve_references(cls, ids: list[NotImported]) -> Any: ...  # type: ignore[name-defined]  # noqa: F821

    return Entity


def wrong_key_class() -> type:
    class Entity:
        id: strawberry.ID

        @classmethod
        def resolve_references(cls, keys: list[WrongKey]) -> Any: ...

    return Entity


def wrong_parameter() -> type:
    class Entity:
        id: strawberry.ID

        @classmethod
        def resolve_reference(cls, identifier: str) -> Any: ...

    return Entity


CASES = [
    (both, "has resolve_reference and resolve_references: remove one"),
    (no_class_method, "resolve_references must be a class method"),
    (two_lists, "takes info \\(optional\\) and one list of keys"),
    (no_list, "annotate id as list\\[…\\]"),
    (unknown_annotation, "cannot find 'NotImported'; import it at the top of"),
    (wrong_key_class, "asks for nmae: not a field of"),
    (wrong_parameter, "asks for identifier: not a field of"),
]


@pytest.mark.parametrize(("make", "problem"), CASES, ids=[case[0].__name__ for case in CASES])
def test_wrong_wiring_is_named(make: Callable[[], type], problem: str) -> None:
    entity = strawberry.federation.type(make(), keys=["id"])
    with pytest.raises(WiringError, match=problem):
        federation_schema(None, types=[entity])


def test_plain_values_do_not_fit_two_keys() -> None:
    class Entity:
        id: strawberry.ID
        name: str

        @classmethod
        def resolve_references(cls, ids: list[strawberry.ID]) -> Any: ...

    entity = strawberry.federation.type(Entity, keys=["id", "name"])
    with pytest.raises(WiringError, match="fits a type with one key of one field"):
        federation_schema(None, types=[entity])
