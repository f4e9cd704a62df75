"""Compare the router's answer with graphql-core's on the unsplit schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldsOnCorrectTypeRule,
    GraphQLError,
    KnownTypeNamesRule,
    NoFragmentCyclesRule,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    VariablesInAllowedPositionRule,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from reelgraph_federation.composition.compose import Subgraph, compose
from reelgraph_federation.field_sets import FieldSet
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import QueryPlan, format_plan, plan_operation
from reelgraph_federation.supergraph import Supergraph, parse_supergraph
from reelgraph_router.execution.compile import compile_plan
from reelgraph_router.execution.program import Program
from reelgraph_router.execution.read_answer import Redaction
from reelgraph_router.execution.run import Run
from reelgraph_router.execution.typed.compile import TypedProgram
from reelgraph_router.execution.typed.run import TypedRun
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport
from tests.router.oracle.servers import SubgraphServer, UnsplitServer, read_facts
from tests.router.oracle.store import Data, Store

RULES = (
    FieldsOnCorrectTypeRule,
    KnownTypeNamesRule,
    NoFragmentCyclesRule,
    NoUnusedFragmentsRule,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    VariablesInAllowedPositionRule,
)
"""What generated operations may break; the other rules they keep by construction."""


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


@dataclass
class Case:
    """Everything that is needed to run one comparison again."""

    schema: str
    subgraphs: dict[str, str]
    data: Data
    labels: list[str]
    operation: str
    variables: dict[str, Any]

    def to_json(self) -> str:
        return json.dumps(self.__dict__, indent=1) + "\n"


class Difference(AssertionError):
    """The router answered differently."""


class InvalidWorld(Exception):
    """The generated subgraphs do not compose."""


class Bench:
    """A supergraph with its servers."""

    def __init__(
        self, schema: str, subgraphs: Mapping[str, str], data: Data, labels: list[str]
    ) -> None:
        self.case = (schema, dict(subgraphs), data, labels)
        self.labels = frozenset(labels)
        requires: dict[tuple[str, str], FieldSet] = {}
        overridden: dict[tuple[str, str, str], str | None] = {}
        for sdl in subgraphs.values():
            for (type_name, name), one in read_facts(sdl)[0].fields.items():
                if one.requires:
                    requires[type_name, name] = one.requires
                if one.override_from is not None:
                    overridden[one.override_from, type_name, name] = one.label
        self.store = Store(data, requires)
        self.unsplit = UnsplitServer(schema, self.store)
        self.supergraph = self._compose(subgraphs)
        self.servers = {
            name: SubgraphServer(name, sdl, self.store, self.unsplit, overridden, self.labels)
            for name, sdl in subgraphs.items()
        }

    def _compose(self, subgraphs: Mapping[str, str]) -> Supergraph:
        result = compose([Subgraph(name, f"http://{name}", sdl) for name, sdl in subgraphs.items()])
        if result.supergraph is None or result.supergraph_sdl is None:
            raise InvalidWorld("\n".join(str(one) for one in result.errors))
        return parse_supergraph(result.supergraph_sdl)

    async def compare(self, text: str, variables: dict[str, Any]) -> bool:
        """Compare one operation; `False` when it is not valid. Raises `Difference`."""
        try:
            document = parse(text)
        except GraphQLError:
            return False
        if validate(self.supergraph.api_schema, document, RULES):
            return False
        operation = next(
            one for one in document.definitions if isinstance(one, OperationDefinitionNode)
        )
        coerced = get_variable_values(
            self.supergraph.api_schema, operation.variable_definitions or (), variables
        )
        if isinstance(coerced, list):
            return False
        kind = operation.operation.value.capitalize()
        expected = self.unsplit.answer(document, variables, kind)
        normalized = normalize_operation(self.supergraph, document)
        plan = None
        try:
            plan = plan_operation(self.supergraph, normalized, override_labels=self.labels)
            again = plan_operation(self.supergraph, normalized, override_labels=self.labels)
            assert plan == again, "planning twice gives different plans"
            program = compile_plan(plan, lambda _: 30.0)
            answers = [await self._run(program, coerced.coerced, None)]
            quick = program.typed
            while quick is not None:
                answers.append(await self._run(program, coerced.coerced, quick))
                quick = quick.folded
        except Exception as error:
            raise self._difference(
                text, variables, plan, f"{type(error).__name__}: {error}"
            ) from error
        for data, errors in answers:
            self._judge(text, variables, plan, expected, data, errors)
        return True

    async def _run(
        self, program: Program, variables: Data, quick: TypedProgram | None
    ) -> tuple[Any, list[Any]]:
        problems: list[BaseException] = []

        def handler(server: SubgraphServer) -> Any:
            def handle(request: GraphQLRequest) -> Data:
                try:
                    return server.answer(request.query, request.variables)
                except BaseException as error:
                    problems.append(error)
                    raise

            return handle

        transport = MemoryTransport({n: handler(one) for n, one in self.servers.items()})
        done = asyncio.get_running_loop().create_future()
        run: Run | TypedRun
        if quick is not None:
            run = TypedRun(program, quick, variables, transport, b"", Redaction())
        else:
            run = Run(program, variables, transport, b"", Redaction())
        run.start(done.set_result)
        await done
        if problems:
            raise problems[0]
        if isinstance(run, TypedRun) and run.body is not None:
            return json.loads(run.body)["data"], []
        return run.complete()

    def _judge(
        self,
        text: str,
        variables: dict[str, Any],
        plan: QueryPlan,
        expected: Any,
        data: Any,
        errors: list[Any],
    ) -> None:
        # The order of a field that is selected twice depends on which of the two is left out; the
        # plan fixes it once. Without conditions the order must be the specification's.
        is_conditional = "@skip" in text or "@include" in text
        same = json.dumps(expected.data, sort_keys=is_conditional) == json.dumps(
            data, sort_keys=is_conditional
        )
        if not same:
            raise self._difference(
                text, variables, plan,
                f"expected {json.dumps(expected.data)}\nbut got  {json.dumps(data)}\n{errors}",
            )  # fmt: skip
        wanted = sorted({_null_at(data, one.path or []) for one in expected.errors or ()})
        found = sorted({_null_at(data, list(one.path or [])) for one in errors})
        if wanted != found:
            raise self._difference(
                text, variables, plan, f"expected errors at {wanted}\nbut got them at {found}"
            )

    def _difference(
        self, text: str, variables: dict[str, Any], plan: QueryPlan | None, what: str
    ) -> Difference:
        case = Case(*self.case, text, variables)
        shown = format_plan(plan) if plan is not None else "no plan"
        sdl = "\n".join(f"--- {name}\n{one}" for name, one in self.case[1].items())
        error = Difference(f"{what}\n{text}\n{variables}\n{shown}\n{sdl}")
        error.case = case  # type: ignore[attr-defined]
        return error
