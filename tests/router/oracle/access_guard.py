"""Keep graphql-core from resolving what a caller may not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from tests.router.oracle.access_rules import Chain, Identity, Judge, Verdict, read_asks


class NotAllowedError(Exception):
    """The caller may not have a field."""


class AccessGuard:
    """Keeps an unsplit schema from resolving what a caller may not have."""

    def __init__(self, schema: GraphQLSchema, subgraphs: Mapping[str, str]) -> None:
        self.asks = read_asks(subgraphs)
        self._judge = Judge(schema, self.asks)
        self._places: set[Chain] = set()
        for one in schema.type_map.values() if self.asks else ():
            if isinstance(one, GraphQLObjectType) and not one.name.startswith("__"):
                for definition in one.fields.values():
                    definition.resolve = self._guarded(definition.resolve)

    def judge(
        self, document: DocumentNode, variables: Mapping[str, Any], identity: Identity
    ) -> Verdict:
        """Judge an operation, and guard what is executed next by it."""
        if not self.asks:
            return Verdict()
        verdict = self._judge.judge(document, variables, identity)
        self._places = verdict.places
        return verdict

    def _guarded(self, original: Any) -> Any:
        def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
            if _chain(info.path) in self._places:
                raise NotAllowedError
            return original(source, info, **arguments)

        return resolve


def _chain(path: Any) -> Chain:
    found: list[tuple[str, str]] = []
    while path is not None:
        if path.typename is not None:
            found.append((path.key, path.typename))
        path = path.prev
    return tuple(reversed(found))
