"""Answer `__schema` and `__type` from the API schema."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from graphql import ExecutionResult, GraphQLSchema, execute_sync, parse

from reelgraph_federation.planning import QueryPlan
from reelgraph_router.errors import Code, GraphQLFault
from reelgraph_router.execution.answers.introspected import Failed, Introspected

REMEMBERED_ANSWERS = 20


class Introspection:
    """Executes introspection operations against one API schema, off the event loop."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, Introspected] = OrderedDict()

    async def answer(self, plan: QueryPlan, variables: Mapping[str, object]) -> Introspected | None:
        """What a plan leaves to the router, by alias; None for nothing."""
        operation, names = plan.introspection, plan.introspection_variables
        if operation is None:
            return None
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

    def _execute(self, operation: str, variables: dict[str, object]) -> Introspected:
        document = parse(operation, no_location=True)
        result = execute_sync(self._schema, document, variable_values=variables)
        assert isinstance(result, ExecutionResult)
        data = dict(result.data or {})
        failed: dict[str, Failed] = {}
        missing = Failed()
        for error in result.errors or ():
            key, *rest = error.path or ("",)
            one = missing if key == "" else failed.setdefault(str(key), Failed())
            one.faults.append(GraphQLFault(error.message, Code.BAD_USER_INPUT, tuple(rest)))
        for key, one in failed.items():
            one.value = data.pop(key, None)
        return Introspected(data, failed, missing)
