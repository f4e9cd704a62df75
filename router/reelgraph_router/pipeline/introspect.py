"""Answer `__schema` and `__type` from the API schema."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import cast

from graphql import GraphQLSchema, execute_sync, parse

from reelgraph_router.errors import Code, GraphQLFault, RequestError

REMEMBERED_ANSWERS = 20

Answer = Mapping[str, object]


class Introspection:
    """Executes introspection operations against one API schema, off the event loop."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, Answer] = OrderedDict()

    async def answer(
        self, operation: str, names: tuple[str, ...], variables: Mapping[str, object]
    ) -> Answer:
        """The answer's data; raises RequestError when the operation cannot be executed."""
        values = {name: variables[name] for name in names if name in variables}
        known = self._known.get(operation) if not values else None
        if known is not None:
            return known
        found = await asyncio.to_thread(self._execute, operation, values)
        if not values:
            self._known[operation] = found
            if len(self._known) > REMEMBERED_ANSWERS:
                self._known.popitem(last=False)
        return found

    def _execute(self, operation: str, variables: dict[str, object]) -> Answer:
        result = execute_sync(self._schema, parse(operation), variable_values=variables)
        if result.errors:
            faults = [GraphQLFault(e.message, Code.BAD_USER_INPUT) for e in result.errors]
            raise RequestError(faults, well_formed=True)
        return cast("Answer", result.data or {})
