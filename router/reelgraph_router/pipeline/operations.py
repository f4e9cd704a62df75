"""Operations made ready to run: parsed, validated, normalised, planned and compiled, once.

The cache belongs to one supergraph, so the supergraph's version is part of the key by construction.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from graphql import DocumentNode, OperationDefinitionNode

from reelgraph_federation.operations import (
    NormalizedOperation,
    OperationTooLargeError,
    TooManyConditionsError,
    normalize_operation,
)
from reelgraph_federation.planning import (
    PlanningError,
    QueryPlan,
    format_plan,
    plan_operation,
)
from reelgraph_federation.supergraph import Supergraph
from reelgraph_router.errors import Code, RequestError, refuse
from reelgraph_router.execution.compile import TimeoutOf, compile_plan
from reelgraph_router.execution.program import Program
from reelgraph_router.pipeline.coerce_variables import Coerce, prepare_coercion
from reelgraph_router.pipeline.limits import OperationLimits, check_limits
from reelgraph_router.pipeline.override_labels import OverrideLabels
from reelgraph_router.pipeline.parse import choose_operation, parse_document
from reelgraph_router.pipeline.validate import validate_document

MAX_REMEMBERED_TEXT = 100_000
"""Documents longer than this are not kept as keys: memory stays bounded by count times length."""


@dataclass(frozen=True, slots=True)
class OperationRules:
    """What operations are allowed, and how their fetches are timed."""

    max_tokens: int = 15_000
    limits: OperationLimits = field(default_factory=OperationLimits)
    introspection: bool = True
    cache_size: int = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class ReadyOperation:
    """An operation that only needs variables."""

    kind: str
    name: str | None
    coerce: Coerce
    program: Program
    plan_text: str


Key = tuple[str, str | None, frozenset[str]]


class Operations:
    """The operations of one supergraph.

    No operation is prepared twice at the same time: those who ask meanwhile wait for the first.
    Refusals are remembered like plans, since a client with a wrong document tends to repeat it.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        rules: OperationRules,
        timeout_of: TimeoutOf,
        executor: Executor | None = None,
    ) -> None:
        self._supergraph = supergraph
        self._rules = rules
        self._timeout_of = timeout_of
        self._executor = executor
        self._ready: OrderedDict[Key, ReadyOperation | RequestError] = OrderedDict()
        self._preparing: dict[Key, asyncio.Future[ReadyOperation]] = {}
        self._labels = OverrideLabels(supergraph)
        self.planned = 0

    def recall(self, query: str, name: str | None) -> ReadyOperation | None:
        """The operation, if it is ready; raises RequestError if it was refused before."""
        key = (query, name, self._labels.active())
        found = self._ready.get(key)
        if found is None:
            return None
        self._ready.move_to_end(key)
        if isinstance(found, RequestError):
            raise found
        return found

    async def prepare(self, query: str, name: str | None) -> ReadyOperation:
        """Make the operation ready off the event loop; raises RequestError."""
        key = (query, name, self._labels.active())
        under_way = self._preparing.get(key)
        if under_way is None:
            loop = asyncio.get_running_loop()
            under_way = loop.run_in_executor(self._executor, self.make, *key)
            self._preparing[key] = under_way
            under_way.add_done_callback(lambda done: self._keep(key, done))
        # Shielded: a client that goes away must not take the plan from those who wait as well.
        return await asyncio.shield(under_way)

    def make(self, query: str, name: str | None, labels: frozenset[str]) -> ReadyOperation:
        """The stages from text to program; blocking, raises RequestError."""
        rules = self._rules
        document = parse_document(query, rules.max_tokens)
        operation = choose_operation(document, name)
        check_limits(document, operation, rules.limits)
        validate_document(self._supergraph.api_schema, document, hints=rules.introspection)
        normalized = self._normalize(document, name)
        self._check_introspection(normalized)
        plan = self._plan(normalized, labels)
        return self._finish(operation, normalized, plan)

    def _normalize(self, document: DocumentNode, name: str | None) -> NormalizedOperation:
        try:
            return normalize_operation(self._supergraph, document, name)
        except (OperationTooLargeError, TooManyConditionsError) as error:
            raise refuse(str(error), Code.LIMIT_EXCEEDED, well_formed=True) from None

    def _check_introspection(self, operation: NormalizedOperation) -> None:
        if operation.introspection is not None and not self._rules.introspection:
            raise refuse(
                "Introspection is turned off on this router.",
                Code.INTROSPECTION_DISABLED,
                well_formed=True,
            )

    def _plan(self, operation: NormalizedOperation, labels: frozenset[str]) -> QueryPlan:
        try:
            return plan_operation(self._supergraph, operation, override_labels=labels)
        except PlanningError as error:
            raise refuse(str(error), error.code, well_formed=True) from None

    def _finish(
        self, operation: OperationDefinitionNode, normalized: NormalizedOperation, plan: QueryPlan
    ) -> ReadyOperation:
        self.planned += 1
        coerce = prepare_coercion(
            self._supergraph.api_schema, operation, hints=self._rules.introspection
        )
        return ReadyOperation(
            plan.kind,
            normalized.name,
            coerce,
            compile_plan(plan, self._timeout_of),
            format_plan(plan),
        )

    def _keep(self, key: Key, done: asyncio.Future[ReadyOperation]) -> None:
        del self._preparing[key]
        if done.cancelled():
            return
        error = done.exception()
        if len(key[0]) <= MAX_REMEMBERED_TEXT:
            if error is None:
                self.keep(key, done.result())
            elif isinstance(error, RequestError):
                self.keep(key, error)

    def keep(self, key: Key, found: ReadyOperation | RequestError) -> None:
        """Remember an operation, letting go of the one not used for longest."""
        self._ready[key] = found
        if len(self._ready) > self._rules.cache_size:
            self._ready.popitem(last=False)

    def most_recent(self, count: int) -> list[Key]:
        """The operations used last, the latest first: those to make ready for a new supergraph."""
        keys = [key for key, found in self._ready.items() if isinstance(found, ReadyOperation)]
        return keys[-count:][::-1]

    def warm(self, ready: Mapping[Key, ReadyOperation]) -> None:
        """Take over operations made ready beforehand, given latest first."""
        for key, operation in reversed(list(ready.items())):
            self.keep(key, operation)
