"""Compare the router's answer with graphql-core's on the unsplit schema."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    is_specified_scalar_type,
    parse,
    print_type,
    validate,
)
from graphql.execution.values import get_variable_values

from reelgraph_federation.composition.compose import Subgraph, compose
from reelgraph_federation.operations import (
    AccessIndex,
    Granted,
    NormalizedOperation,
    filter_operation,
    normalize_operation,
)
from reelgraph_federation.planning import QueryPlan, format_plan, plan_operation
from reelgraph_federation.supergraph import Supergraph, parse_supergraph
from reelgraph_router.execution.answers.introspected import Introspected
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.compile import compile_plan
from reelgraph_router.execution.fast_path.compile import FastPath
from reelgraph_router.execution.fast_path.run import FastRun
from reelgraph_router.execution.interpreter.program import interpreted
from reelgraph_router.execution.program import Program
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.pipeline.authorize import AuthorizationRules, Unauthorized
from reelgraph_router.transport.memory import GraphQLRequest
from tests.router.oracle.access_guard import AccessGuard, NotAllowedError
from tests.router.oracle.access_rules import NOBODY, Identity, Verdict
from tests.router.oracle.contextual import serve_contexts
from tests.router.oracle.data import Data
from tests.router.oracle.facts import SubgraphFacts, read_facts
from tests.router.oracle.operations import META_NAMES
from tests.router.oracle.servers import SubgraphServer, UnsplitServer
from tests.router.oracle.store import Store
from tests.router.oracle.streams import answer_events
from tests.router.support.null_reasons import HearingTransport, unexplained_nulls


def _null_at(data: Any, path: list[Any]) -> str:
    """Return the path of the null that an error led to.

    Where one null stands for several failed fields, an executor may report any of them
    (GraphQL, section 6.4.4 "Handling Field Errors").
    """
    at = data
    for index, key in enumerate(path):
        if at is None:
            return json.dumps(path[:index])
        at = at[key]
    return json.dumps(path)


def _ordered(value: Any, is_meta: bool = False) -> Any:
    """Return an answer with what is told of the schema sorted: its elements have no order."""
    if isinstance(value, dict):
        return {
            key: _ordered(
                it, is_meta or (key.startswith(META_NAMES) and not key.startswith("__typename"))
            )
            for key, it in value.items()
        }
    if isinstance(value, list):
        items = [_ordered(it, is_meta) for it in value]
        return sorted(items, key=json.dumps) if is_meta else items
    return value


@dataclass
class Case:
    """Everything that is needed to run one comparison again."""

    schema: str
    subgraphs: dict[str, str]
    data: Data
    labels: list[str]
    operation: str
    variables: dict[str, Any]
    identity: dict[str, Any] | None = None
    """Who asks, where that matters."""

    def to_json(self) -> str:
        shown = {key: it for key, it in self.__dict__.items() if key != "identity" or it}
        return json.dumps(shown, indent=1) + "\n"

    def caller(self) -> Identity:
        given = self.identity or {}
        return Identity(
            **{key: tuple(it) if isinstance(it, list) else it for key, it in given.items()}
        )


class Difference(AssertionError):
    """The router answered differently."""

    def __init__(self, message: str, case: Case) -> None:
        super().__init__(message)
        self.case = case


class InvalidWorld(Exception):
    """The generated subgraphs do not compose."""


class InvalidOperation(Exception):
    """The generated operation is not valid."""


def fast_paths(program: Program, variables: Data) -> Iterator[FastPath]:
    """The fast paths that a program has for a request with these variables."""
    path = program.fast_path
    if program.fast_paths is not None and program.evaluate is not None:
        path = program.fast_paths.make(program.evaluate(variables))
    while path is not None:
        yield path
        path = path.folded


def _words(schema: GraphQLSchema) -> dict[str, list[str]]:
    """Return the definition of each type as sorted words: order does not matter."""
    return {
        name: sorted(re.sub(r"[{}&|]", " ", print_type(one)).split())
        for name, one in schema.type_map.items()
        if not name.startswith("__") and not is_specified_scalar_type(one)
    }


class Bench:
    """A supergraph with its servers."""

    def __init__(
        self, schema: str, subgraphs: Mapping[str, str], data: Data, labels: list[str]
    ) -> None:
        self.case = (schema, dict(subgraphs), data, labels)
        self.labels = frozenset(labels)
        self.plan: QueryPlan | None = None
        self._thorough = True
        self._number = 0
        read = {name: read_facts(sdl) for name, sdl in subgraphs.items()}
        self.store = Store(data, {})
        self.unsplit = UnsplitServer(schema, self.store, [facts for facts, _ in read.values()])
        overridden: dict[tuple[str, str, str], str | None] = {}
        for facts, _ in read.values():
            self._read_fields(facts, overridden)
        self.supergraph = self._compose(subgraphs)
        self.servers = {
            name: SubgraphServer(
                name, facts, document, self.store, self.unsplit, overridden, self.labels
            )
            for name, (facts, document) in read.items()
        }
        serve_contexts(subgraphs, self.store, self.unsplit, self.servers)
        self.guard = AccessGuard(self.unsplit.schema, subgraphs)
        self.access = AccessIndex(self.supergraph)
        self.identity = NOBODY
        self.verdict = Verdict()
        self._problems: list[BaseException] = []
        handlers = {name: self._handler(server) for name, server in self.servers.items()}
        self._transport = HearingTransport(handlers)

    def _read_fields(
        self, facts: SubgraphFacts, overridden: dict[tuple[str, str, str], str | None]
    ) -> None:
        for (type_name, name), one in facts.fields.items():
            for member in self.unsplit.members(type_name):
                if one.requires:
                    self.store.requires[member, name] = one.requires
                if one.hidden_arguments:
                    self.store.hidden_arguments[member, name] = one.hidden_arguments
            if one.override_from is not None:
                overridden[one.override_from, type_name, name] = one.label

    def _compose(self, subgraphs: Mapping[str, str]) -> Supergraph:
        result = compose([Subgraph(name, f"http://{name}", sdl) for name, sdl in subgraphs.items()])
        if result.supergraph is None or result.supergraph_sdl is None:
            raise InvalidWorld("\n".join(str(one) for one in result.errors))
        return parse_supergraph(result.supergraph_sdl)

    def check_api_schema(self) -> None:
        """Raise `Difference` when clients would not see the unsplit schema."""
        found, wanted = _words(self.supergraph.api_schema), _words(self.unsplit.schema)
        for name in sorted({*found, *wanted}):
            if found.get(name) != wanted.get(name):
                what = f"API schema: expected {wanted.get(name)}\nbut got {found.get(name)}"
                raise self._difference("{ __typename }", {}, None, what)

    async def compare(
        self,
        text: str,
        variables: dict[str, Any],
        thorough: bool = True,
        identity: Identity = NOBODY,
    ) -> None:
        """Compare one operation; raises `Difference`.

        `thorough` also validates the operation and what subgraphs are sent, plans twice, and
        executes in each of the executor's ways; else one of them is taken in turn.
        """
        document = parse(text, no_location=True)
        schema = self.supergraph.api_schema
        problems = validate(schema, document) if thorough else []
        operation = next(
            one for one in document.definitions if isinstance(one, OperationDefinitionNode)
        )
        coerced = get_variable_values(schema, operation.variable_definitions or (), variables)
        if problems or isinstance(coerced, list):
            raise InvalidOperation(f"{text} {variables}: {problems or coerced}")
        self._thorough = thorough
        self.identity = identity
        self.verdict = self.guard.judge(document, coerced.coerced, identity)
        kind = operation.operation.value.capitalize()
        self.store.mutations = 0
        expected = []
        for number in range(self.store.count_events(kind)):
            self.store.event = number
            expected.append(self.unsplit.answer(document, variables, kind))
        plan = None
        try:
            normalized = normalize_operation(self.supergraph, document)
            if self.guard.asks:
                normalized = self._filter(normalized, coerced.coerced)
            plan = plan_operation(self.supergraph, normalized, override_labels=self.labels)
            self.plan = plan
            if thorough:
                again = plan_operation(self.supergraph, normalized, override_labels=self.labels)
                assert plan == again, "planning twice gives different plans"
            program = compile_plan(plan, lambda _: 30.0)
            slow = [(program, None), (interpreted(program), None)]
            ways: list[tuple[Program, FastPath | None]] = [
                *slow,
                *((program, path) for path in fast_paths(program, coerced.coerced)),
            ]
            if not thorough:
                ways = [ways[self._number % len(ways)]]
            self._number += 1
            if kind == "Subscription":
                answers = await self._answer_events(program, coerced.coerced, len(expected))
            else:
                answers = [await self._run(one, coerced.coerced, path) for one, path in ways]
                expected *= len(answers)
        except Exception as error:
            raise self._difference(
                text, variables, plan, f"{type(error).__name__}: {error}"
            ) from error
        for wanted, (data, errors) in zip(expected, answers, strict=True):
            self._judge(text, variables, plan, wanted, data, errors)

    def _filter(self, operation: NormalizedOperation, variables: Data) -> NormalizedOperation:
        """Leave out what the caller may not have, and compare what is told of it."""
        scopes, policies = frozenset(self.identity.scopes), frozenset(self.identity.policies)
        granted = Granted(self.identity.authenticated, scopes, policies)
        held = {one for one in self.access.of_operation(operation) if granted.satisfies(one)}
        filtered = filter_operation(self.access, operation, held)
        unauthorized = Unauthorized(filtered.left_out, AuthorizationRules())
        told = [fault.to_json() for fault in unauthorized.faults(variables)]
        found = sorted(json.dumps([it["path"], it["extensions"]]) for it in told)
        wanted = sorted(
            json.dumps([path, {"affectedPath": way, "code": "UNAUTHORIZED_FIELD_OR_TYPE"}])
            for path, way in self.verdict.told
        )
        assert found == wanted, f"told {found}\nbut expected {wanted}"
        return filtered.operation

    def _handler(self, server: SubgraphServer) -> Any:
        async def stream(request: GraphQLRequest) -> AsyncIterator[Data]:
            for number in range(self.store.count_events("Subscription")):
                self.store.event = number
                yield server.answer(request.query, request.variables, self._thorough)

        def handle(request: GraphQLRequest) -> Any:
            try:
                if request.query.startswith("subscription"):
                    return stream(request)
                return server.answer(request.query, request.variables, self._thorough)
            except BaseException as error:
                self._problems.append(error)
                raise

        return handle

    async def _answer_events(
        self, program: Program, variables: Data, count: int
    ) -> list[tuple[Any, list[Any]]]:
        self._problems.clear()
        introspection = self._introspect(program.plan, variables)
        found = await answer_events(program, variables, self._transport, introspection, count)
        if self._problems:
            raise self._problems[0]
        return found

    def _introspect(self, plan: QueryPlan, variables: Data) -> Introspected | None:
        introspection = None
        if plan.introspection is not None:
            names = plan.introspection_variables
            values = {name: variables[name] for name in names if name in variables}
            found = execute_sync(
                self.supergraph.api_schema, parse(plan.introspection), variable_values=values
            )
            introspection = Introspected(found.data or {})
        return introspection

    async def _run(
        self, program: Program, variables: Data, path: FastPath | None
    ) -> tuple[Any, list[Any]]:
        self._problems.clear()
        self._transport.heard.clear()
        self.store.mutations = 0
        plan = program.plan
        introspection = self._introspect(plan, variables)
        done = asyncio.get_running_loop().create_future()
        run: Run | FastRun
        if path is not None:
            run = FastRun(program, path, variables, self._transport, b"", Redaction())
        else:
            run = Run(
                program, variables, self._transport, b"", Redaction(), introspection=introspection
            )
        run.start(done.set_result)
        await done
        if self._problems:
            raise self._problems[0]
        if isinstance(run, FastRun) and run.body is not None:
            found = json.loads(run.body)["data"], list[Any]()
        else:
            found = run.complete()
        self._check_nulls(plan, variables, *found)
        return found

    def _check_nulls(self, plan: QueryPlan, variables: Data, data: Any, errors: list[Any]) -> None:
        """See that nothing became null without the data's null or an error."""
        told = [{"path": one.path} if one.path else {} for one in errors]
        answer = {"data": data, "errors": told}
        found = unexplained_nulls(self.supergraph, plan, variables, answer, self._transport.heard)
        if data is not None:
            assert not found, f"null without a reason: {found} in {json.dumps(data)}"

    def _judge(
        self,
        text: str,
        variables: dict[str, Any],
        plan: QueryPlan,
        expected: Any,
        data: Any,
        errors: list[Any],
    ) -> None:
        if json.dumps(_ordered(expected.data)) != json.dumps(_ordered(data)):
            raise self._difference(
                text, variables, plan,
                f"expected {json.dumps(expected.data)}\nbut got  {json.dumps(data)}\n{errors}",
            )  # fmt: skip
        # What is left out is told once for all. Where it led to the same null as a failed field,
        # either may have been met first.
        known = {
            _null_at(data, one.path or [])
            for one in expected.errors or ()
            if isinstance(one.original_error, NotAllowedError)
        }
        wanted = {_null_at(data, one.path or []) for one in expected.errors or ()} - known
        found = {_null_at(data, list(one.path or [])) for one in errors} - known
        if wanted != found:
            raise self._difference(
                text, variables, plan,
                f"expected errors at {sorted(wanted)}\nbut got them at {sorted(found)}",
            )  # fmt: skip

    def _difference(
        self, text: str, variables: dict[str, Any], plan: QueryPlan | None, what: str
    ) -> Difference:
        identity = self.identity.__dict__ if self.guard.asks else None
        case = Case(*self.case, text, variables, identity)
        shown = format_plan(plan) if plan is not None else "no plan"
        sdl = "\n".join(f"--- {name}\n{one}" for name, one in self.case[1].items())
        return Difference(f"{what}\n{text}\n{variables}\n{shown}\n{sdl}", case)
