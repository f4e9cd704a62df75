"""Answer `_entities`: one batch for each type, and every failure at its own place.

In place of Strawberry's resolver. Representations are grouped by `__typename`, each group is
read and resolved together, groups run side by side, and the results go back in order. An
unknown type, a wrong key or a failing resolver touches only the entries concerned; what is
returned as an exception becomes an error with the path of its entry and null there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from strawberry.federation.schema_directives import Key
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition

from reelgraph_dgs.errors import BadRequest
from reelgraph_dgs.reference_resolvers import (
    EntityType,
    describe_entity,
    read_key,
    resolve_many,
    resolve_one,
)
from reelgraph_dgs.representations import RepresentationReader
from reelgraph_dgs.settings import GraphQLLimits

if TYPE_CHECKING:
    from strawberry.types.info import Info

_MOST_REPRESENTATIONS = GraphQLLimits().representations

Result = Any
"""An instance of the entity, None, or the exception that stands in its place."""


class EntityResolver:
    """Resolves lists of representations for one schema."""

    def __init__(
        self, converter: GraphQLCoreConverter, max_representations: int = _MOST_REPRESENTATIONS
    ) -> None:
        self.max_representations = max_representations
        self._reader = RepresentationReader(converter)
        self._entities = {
            definition.name: describe_entity(definition, self._reader)
            for definition in _entity_definitions(converter)
        }

    async def resolve(
        self, representations: Sequence[object], info: Info[Any, Any]
    ) -> list[Result]:
        """Return one result for each representation, in order.

        Raises `BadRequest` only when there are more than the subgraph allows.
        """
        if len(representations) > self.max_representations:
            raise BadRequest(
                f"{len(representations)} representations in one request: at most "
                f"{self.max_representations} are allowed.",
            )
        results: list[Result] = [None] * len(representations)
        groups = self._group(representations, results)
        await asyncio.gather(
            *(
                self._resolve_group(self._entities[name], members, representations, results, info)
                for name, members in groups.items()
            )
        )
        return results

    def _group(
        self, representations: Sequence[object], results: list[Result]
    ) -> dict[str, list[int]]:
        """Sort the indexes by type; what has no known type gets its error at once."""
        groups: dict[str, list[int]] = {}
        for index, representation in enumerate(representations):
            name = representation.get("__typename") if isinstance(representation, Mapping) else None
            if not isinstance(name, str):
                results[index] = BadRequest(
                    f"representations[{index}] must be an object with a __typename."
                )
            elif name not in self._entities:
                results[index] = BadRequest(
                    f"representations[{index}]: {name!r} is no entity of this subgraph."
                )
            else:
                groups.setdefault(name, []).append(index)
        return groups

    async def _resolve_group(
        self,
        entity: EntityType,
        members: Iterable[int],
        representations: Sequence[Any],
        results: list[Result],
        info: Info[Any, Any],
    ) -> None:
        keys: dict[int, Any] = {}
        for index in members:
            place = f"representations[{index}]"
            try:
                keys[index] = read_key(entity, representations[index], self._reader, place)
            except BadRequest as error:
                results[index] = error
        if keys:
            found = await _resolve_keys(entity, list(keys.values()), info)
            for index, result in zip(keys, found, strict=True):
                results[index] = result


async def _resolve_keys(
    entity: EntityType, keys: list[Any], info: Info[Any, Any]
) -> Sequence[Result]:
    """Resolve one type's keys; an exception of the whole batch goes to each of its entries."""
    if entity.form == "stub":
        return keys
    if entity.form == "one":
        return await _awaited([resolve_one(entity, arguments, info) for arguments in keys])
    try:
        return await resolve_many(entity, keys, info)
    except Exception as error:
        return [error] * len(keys)


async def _awaited(found: list[Result]) -> list[Result]:
    """Await what has to be awaited, together: most resolvers of one reference have their answer."""
    waiting = [index for index, one in enumerate(found) if isinstance(one, Awaitable)]
    if waiting:
        awaited = await asyncio.gather(*(found[i] for i in waiting), return_exceptions=True)
        for index, result in zip(waiting, awaited, strict=True):
            found[index] = result
    return found


def _entity_definitions(converter: GraphQLCoreConverter) -> list[StrawberryObjectDefinition]:
    """List the object and interface types with a @key."""
    definitions = [concrete.definition for concrete in converter.type_map.values()]
    return [
        definition
        for definition in definitions
        if isinstance(definition, StrawberryObjectDefinition)
        and any(isinstance(directive, Key) for directive in definition.directives or [])
    ]
