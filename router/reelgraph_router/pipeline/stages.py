"""The stages from a document's text to a program, each off the event loop, with their hooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import TypeVar, TypeVarTuple

from graphql import DocumentNode

from reelgraph_federation.budget import MOST_PARTS, Budget
from reelgraph_federation.operations import (
    AccessIndex,
    FilteredOperation,
    NormalizedOperation,
    TooManyConditionsError,
    filter_operation,
    normalize_operation,
)
from reelgraph_federation.operations.defer_usages import find_defer_variables
from reelgraph_federation.operations.usage import find_use
from reelgraph_federation.planning import PlanningError, QueryPlan, format_plan, plan_operation
from reelgraph_federation.supergraph import Supergraph
from reelgraph_federation.supergraph.model import Access
from reelgraph_router import defaults
from reelgraph_router.errors import Code, refuse
from reelgraph_router.execution.compile import TimeoutOf, compile_plan
from reelgraph_router.execution.program import Program
from reelgraph_router.hooks import Hooks, ParsedDocument, PlannedOperation, ValidatedDocument, call
from reelgraph_router.pipeline.authorize import AuthorizationRules, Unauthorized
from reelgraph_router.pipeline.check_conditions import checking_conditions
from reelgraph_router.pipeline.coerce_variables import Coerce, prepare_coercion
from reelgraph_router.pipeline.limits import OperationLimits, check_limits
from reelgraph_router.pipeline.parse import choose_operation, parse_document
from reelgraph_router.pipeline.preparation import Planners, Preparation
from reelgraph_router.pipeline.validate import validate_document
from reelgraph_router.usage.count import CountedOperation

MAX_DEFERRED = 100
"""How many uses of `@defer` one operation may have: each is looked for in the whole answer."""

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRules:
    """What operations are allowed, and how their fetches are timed."""

    max_tokens: int = defaults.MOST_TOKENS
    max_characters: int = defaults.MOST_DOCUMENT_CHARACTERS
    limits: OperationLimits = field(default_factory=OperationLimits)
    max_parts: int = MOST_PARTS
    """Most that may be made of one operation; see :mod:`reelgraph_federation.budget`."""
    seconds: float = defaults.REQUEST_SECONDS
    """How long a request waits for its operation to be made ready."""
    introspection: bool = True
    cache_size: int = defaults.PLAN_CACHE_SIZE
    cache_bytes: int = defaults.PLAN_CACHE_BYTES
    authorization: AuthorizationRules = field(default_factory=AuthorizationRules)
    count_usage: bool = False
    override_labels: frozenset[str] = frozenset()
    """Named labels of progressive `@override`s that hold for every request."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadyOperation:
    """An operation that only needs variables."""

    kind: str
    name: str | None
    coerce: Coerce
    program: Program
    plan_text: str
    unauthorized: Unauthorized | None = None
    """What was left out, where anything was."""
    defer_variables: frozenset[str] | None = None
    """With `@defer` the variables in `if` of any directive; `None` where nothing can be deferred."""
    counted: CountedOperation | None = None
    """What usage reports say about it, where there are any."""

    def deferring(self, variables: Mapping[str, object]) -> frozenset[str]:
        """Which of `defer_variables` hold; one that is missing does, by the default of `if`."""
        return frozenset(name for name in self.defer_variables or () if variables.get(name, True))


@dataclass(frozen=True, slots=True, eq=False)
class CheckedOperation:
    """An operation that is valid and in normal form."""

    normalized: NormalizedOperation
    coerce: Coerce
    defer_variables: frozenset[str] | None = None
    counted: CountedOperation | None = None


class Stages:
    """Makes operations of one supergraph ready; keeps nothing. Everything raises RequestError."""

    def __init__(
        self,
        supergraph: Supergraph,
        rules: OperationRules,
        timeout_of: TimeoutOf,
        executor: Planners | None,
        hooks: Hooks,
    ) -> None:
        self._supergraph = supergraph
        self._rules = rules
        self._timeout_of = timeout_of
        self._executor = executor
        self._hooks = hooks
        self.access = AccessIndex(supergraph)

    async def check(
        self,
        preparation: Preparation,
        query: str,
        name: str | None,
        deferring: frozenset[str] | None = None,
    ) -> CheckedOperation:
        """Parse, choose, validate and normalise; `deferring` is as for `normalize_operation`."""
        document = await self._run(
            preparation, parse_document, query, self._rules.max_tokens, self._rules.max_characters
        )
        if self._hooks.parse:
            parsed = ParsedDocument(query, name, document)
            await call(self._hooks.parse, parsed)
            document = parsed.document
        checked = await self._run(
            preparation, self._validate, document, name, deferring, preparation.budget
        )
        if self._hooks.validate:
            schema = self._supergraph.api_schema
            await call(self._hooks.validate, ValidatedDocument(query, name, document, schema))
        return checked

    def _validate(
        self,
        document: DocumentNode,
        name: str | None,
        deferring: frozenset[str] | None,
        budget: Budget,
    ) -> CheckedOperation:
        rules, schema = self._rules, self._supergraph.api_schema
        operation = choose_operation(document, name)
        check_limits(document, operation, rules.limits)
        validate_document(schema, document, hints=rules.introspection, budget=budget)
        try:
            defer_variables = find_defer_variables(document)
            normalized = normalize_operation(
                self._supergraph, document, name,
                deferring=deferring, known=defer_variables or frozenset(), budget=budget,
            )  # fmt: skip
        except TooManyConditionsError as error:
            raise refuse(str(error), Code.LIMIT_EXCEEDED, well_formed=True) from None
        if len(normalized.defers) > MAX_DEFERRED:
            raise refuse(
                f"The operation uses @defer more than {MAX_DEFERRED} times.",
                Code.LIMIT_EXCEEDED,
                well_formed=True,
            )
        if normalized.introspection is not None and not rules.introspection:
            raise refuse(
                "Introspection is turned off on this router.",
                Code.INTROSPECTION_DISABLED,
                well_formed=True,
            )
        coerce = prepare_coercion(schema, operation, hints=rules.introspection)
        coerce = checking_conditions(document, operation, coerce)
        if not rules.count_usage:
            return CheckedOperation(normalized, coerce, defer_variables)
        use = find_use(schema, document, operation)
        counted = CountedOperation(normalized.fingerprint, normalized.name or "", use)
        return CheckedOperation(normalized, coerce, defer_variables, counted)

    async def filter(
        self, preparation: Preparation, checked: CheckedOperation, held: Set[Access]
    ) -> FilteredOperation:
        """Leave out what asks for more than `held`."""
        return await self._run(preparation, filter_operation, self.access, checked.normalized, held)

    async def plan(
        self,
        preparation: Preparation,
        checked: CheckedOperation,
        filtered: FilteredOperation,
        labels: Set[str],
    ) -> ReadyOperation:
        """Plan and compile what is left of an operation."""
        budget = preparation.budget
        plan = await self._run(preparation, self._find_plan, filtered.operation, labels, budget)
        if self._hooks.plan:
            planned = PlannedOperation(filtered.operation, plan)
            await call(self._hooks.plan, planned)
            plan = planned.plan
        return await self._run(preparation, self._compile, checked, filtered, plan, budget)

    def _find_plan(
        self, operation: NormalizedOperation, labels: Set[str], budget: Budget
    ) -> QueryPlan:
        try:
            return plan_operation(
                self._supergraph, operation, override_labels=labels, budget=budget
            )
        except PlanningError as error:
            raise refuse(str(error), error.code, well_formed=True) from None

    def _compile(
        self,
        checked: CheckedOperation,
        filtered: FilteredOperation,
        plan: QueryPlan,
        budget: Budget,
    ) -> ReadyOperation:
        unauthorized = None
        if filtered.left_out:
            unauthorized = Unauthorized(filtered.left_out, self._rules.authorization)
        # A query through a field that returns `Mutation` is treated as what it does.
        changes = any(fetch.kind == "mutation" for fetch in plan.fetches)
        return ReadyOperation(
            "mutation" if changes else plan.kind,
            checked.normalized.name,
            checked.coerce,
            compile_plan(plan, self._timeout_of, budget),
            format_plan(plan),
            unauthorized,
            checked.defer_variables,
            checked.counted,
        )

    async def _run(
        self, preparation: Preparation, work: Callable[[*Arguments], T], *arguments: *Arguments
    ) -> T:
        """Do what takes time off the event loop."""
        preparation.go_on()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, preparation.do, work, *arguments)
