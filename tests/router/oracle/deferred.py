"""The oracle for `@defer`: the merged parts equal what graphql-core delivers on the unsplit schema.

Both deliver in parts; which comes first may differ, so what a client has in the end is compared.
`python -m tests.router.oracle.deferred --operations 5000 --seed 1` runs it for long.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from graphql import (
    ExecutionResult,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.execution import experimental_execute_incrementally
from graphql.execution.values import get_variable_values

from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.operations.defer_usages import find_defer_variables
from reelgraph_federation.planning import QueryPlan, plan_operation
from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    Fetch,
    ListShape,
    ObjectShape,
    RepresentationField,
    ValueShape,
    Written,
)
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.compile import compile_plan
from reelgraph_router.execution.incremental.deferred_run import DeferredRun
from reelgraph_router.execution.incremental.increments import Increments
from reelgraph_router.pipeline.incremental_formats import DEFER_20220824, INCREMENTAL_V02
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport
from tests.router.oracle.check import Bench, Difference, InvalidWorld
from tests.router.oracle.data import Data, DataMaker, NoMemberError
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.operations import OperationMaker, SchemaFacts
from tests.router.oracle.print_sdl import print_parts, print_world
from tests.router.oracle.servers import View, _type_of
from tests.router.oracle.split import make_world
from tests.router.oracle.sprinkle import sprinkle
from tests.router.oracle.world import LABELS
from tests.router.support.incremental_client import merge_payloads

OPERATIONS_PER_WORLD = 12


Path_ = tuple[str, ...]


def fetches_early(plan: QueryPlan) -> bool:
    """Tell whether a fetch brings a field that only a later part than its own delivers.

    Such a field is in nothing that the fetch's parts show, and no representation is made of it. An
    object is early as well when only fetches of later parts read what is in it.
    """
    shown: dict[int | None, set[Path_]] = {None: set(_shown(plan.shape, ()))}
    shown |= {number: set(_shown(part.shape, ())) for number, part in enumerate(plan.deferred)}
    typenames = set[Path_]()
    for shape in (plan.shape, *(part.shape for part in plan.deferred)):
        typenames.update(_typenames(shape, ()))
    read = {path for fetch in plan.fetches for path in _read(fetch)} | typenames
    for fetch in plan.fetches:
        own = typenames.union(*(shown[part] for part in fetch.defer or (None,)))
        for other in plan.fetches:
            if other.defer == fetch.defer:
                own.update(_read(other))
        for path, is_object in _brought(fetch):
            if path not in own and (is_object or path not in read):
                return True
    return False


def _shown(shape: ValueShape, above: Path_) -> Iterator[Path_]:
    match shape:
        case ListShape():
            yield from _shown(shape.item, above)
        case AbstractShape():
            for _, possible in shape.possible:
                yield from _shown(possible, above)
        case ObjectShape():
            for one in shape.fields:
                yield (*above, one.key)
                yield from _shown(one.shape, (*above, one.key))


def _typenames(shape: ValueShape, above: Path_) -> Iterator[Path_]:
    match shape:
        case ListShape():
            yield from _typenames(shape.item, above)
        case AbstractShape():
            if shape.typename_key is not None:
                yield (*above, shape.typename_key)
            for _, possible in shape.possible:
                yield from _typenames(possible, above)
        case ObjectShape():
            for one in shape.fields:
                yield from _typenames(one.shape, (*above, one.key))


def _read(fetch: Fetch) -> Iterator[Path_]:
    for group in fetch.groups:
        for path in group.paths:
            keys = tuple(step.key for step in path.steps)
            for number, step in enumerate(path.steps, 1):
                if step.typename_key is not None:
                    yield (*keys[:number], step.typename_key)
            yield from _inputs(group.representation.fields, keys)
            for context in group.contexts:
                yield from _inputs(context.path, keys[: context.steps])


def _inputs(fields: Iterable[RepresentationField], above: Path_) -> Iterator[Path_]:
    for one in fields:
        yield (*above, one.key)
        yield from _inputs(one.children or (), (*above, one.key))


def _brought(fetch: Fetch) -> Iterator[tuple[Path_, bool]]:
    """Yield where a fetch writes fields, and whether each is of objects."""
    at = fetch.path.steps if fetch.path is not None else ()
    yield from _written(fetch.written, tuple(step.key for step in at))
    for group in fetch.groups:
        for path in group.paths:
            yield from _written(group.written, tuple(step.key for step in path.steps))


def _written(written: Iterable[Written], above: Path_) -> Iterator[tuple[Path_, bool]]:
    for one in written:
        path = (*above, one.key)
        if one.children is not None:
            yield path, True
            yield from _written(one.children, path)
        elif one.key != "__typename":  # stands for an object of which nothing else is asked
            yield path, False


class DeferredBench(Bench):
    """Compares answers in parts. `dice` decides in which order subgraphs answer."""

    dice: Dice

    async def compare_parts(self, text: str, variables: dict[str, Any]) -> bool:
        """Compare one operation; `False` when it is not valid. Raises `Difference`."""
        document = parse(text)
        if validate(self.supergraph.api_schema, document):
            return False
        operation = next(
            one for one in document.definitions if isinstance(one, OperationDefinitionNode)
        )
        coerced = get_variable_values(
            self.supergraph.api_schema, operation.variable_definitions or (), variables
        )
        if isinstance(coerced, list):
            return False
        self.store.mutations = 0
        expected = merge_payloads(
            await self._expect(document, operation.operation, variables), coarse=True
        )
        asked = find_defer_variables(document) or frozenset()
        deferring = frozenset(name for name in asked if coerced.coerced.get(name, True))
        plan = None
        try:
            normalized = normalize_operation(
                self.supergraph, document, deferring=deferring, known=asked
            )
            plan = plan_operation(self.supergraph, normalized, override_labels=self.labels)
            again = plan_operation(self.supergraph, normalized, override_labels=self.labels)
            assert plan == again, "planning twice gives different plans"
            self.store.mutations = 0
            newer, older = await self._deliver(plan, coerced.coerced)
            found, old = merge_payloads(newer, coarse=True), merge_payloads(older, coarse=True)
        except Exception as error:
            raise self._difference(
                text, variables, plan, f"{type(error).__name__}: {error}"
            ) from error
        if self.store.has_errors and fetches_early(plan):
            # A field that may not be null takes its object with it where that is fetched, which is
            # earlier than where it is delivered (docs/router.md).
            return False
        self._judge_parts(text, variables, plan, expected, found, old)
        return True

    async def _expect(
        self, document: Any, kind: OperationType, variables: dict[str, Any]
    ) -> list[Data]:
        name = kind.value.capitalize()
        result = experimental_execute_incrementally(
            self.unsplit.schema, document, root_value=View(self.store.root(name), name),
            variable_values=variables, type_resolver=_type_of,
        )  # fmt: skip
        if asyncio.iscoroutine(result):
            result = await result
        if isinstance(result, ExecutionResult):
            return [copy.deepcopy(dict(result.formatted))]
        payloads = [copy.deepcopy(dict(result.initial_result.formatted))]  # type: ignore[union-attr]
        async for one in result.subsequent_results:  # type: ignore[union-attr]
            payloads.append(copy.deepcopy(dict(one.formatted)))
        return payloads

    async def _deliver(self, plan: QueryPlan, variables: Data) -> tuple[list[Data], list[Data]]:
        problems: list[BaseException] = []

        def handler(server: Any) -> Any:
            async def handle(request: GraphQLRequest) -> Data:
                for _ in range(self.dice.upto(12)):
                    await asyncio.sleep(0)
                try:
                    return server.answer(request.query, request.variables, validated=True)
                except BaseException as error:
                    problems.append(error)
                    raise

            return handle

        transport = MemoryTransport({n: handler(one) for n, one in self.servers.items()})
        program = compile_plan(plan, lambda _: 30.0)
        run = DeferredRun(program, variables, transport, b"", Redaction())
        run.begin()
        while not run.is_first_ready:
            await run.changed.wait()
            run.changed.clear()
        increments = Increments(run)
        first = increments.first()
        payloads = [INCREMENTAL_V02.first(first, None)]
        older = [DEFER_20220824.first(first, None)]
        while increments.is_waiting:
            while not increments.has_ready:
                await run.changed.wait()
                run.changed.clear()
            more = increments.take_ready()
            payloads.append(INCREMENTAL_V02.more(more, None))
            older.append(DEFER_20220824.more(more, None))
        run.cancel()
        if problems:
            raise problems[0]
        return [orjson.loads(one) for one in payloads], [orjson.loads(one) for one in older]

    def _judge_parts(
        self, text: str, variables: dict[str, Any], plan: QueryPlan, expected: Data, found: Data,
        older: Data,
    ) -> None:  # fmt: skip
        wanted = _sorted(expected["data"])
        for name, one in (("v0.2", found), ("20220824", older)):
            if _sorted(one["data"]) != wanted:
                raise self._difference(
                    text, variables, plan, f"{name}: expected {wanted}\nbut got  {_sorted(one['data'])}"
                    f"\n{one.get('errors')}\nexpected errors {expected.get('errors')}",
                )  # fmt: skip
            places = _places(expected), _places(one)
            if places[0] != places[1]:
                raise self._difference(
                    text, variables, plan, f"{name}: expected errors at {places[0]}\nbut got them at {places[1]}"
                )  # fmt: skip


def _sorted(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def _places(result: Data) -> list[str]:
    """The paths of the nulls, or of the objects without their fragment, that errors led to."""
    found: set[str] = set()
    for error in result.get("errors", ()):
        at, path = result["data"], error.get("path") or []
        for index, key in enumerate(path):
            is_there = key in at if isinstance(at, dict) else at is not None
            if not is_there:
                path = path[:index]
                break
            at = at[key]
        found.add(json.dumps(path))
    return sorted(found)


async def run_deferred_world(dice: Dice, count: Counter[str], errors: int = 0) -> None:
    """Make a world and compare some operations with `@defer` on it; raises `Difference`."""
    world = make_world(dice)
    if "null keys and unknown entities" in world.features:
        return  # What is deferred may be fetched by key also where the first answer needs none.
    subgraphs = print_parts(world)
    labels = dice.some(LABELS)
    try:
        data = DataMaker(world, dice, 15, errors).make()
        bench = DeferredBench(print_world(world), subgraphs, data, labels)
    except (InvalidWorld, NoMemberError):
        count["worlds that do not compose"] += 1
        return
    bench.dice = dice
    count["worlds"] += 1
    facts = SchemaFacts(bench.unsplit.schema)
    for _ in range(OPERATIONS_PER_WORLD):
        maker = OperationMaker(facts, dice, with_introspection=False)
        generated = sprinkle(maker.make(), dice)
        valid = await bench.compare_parts(generated.text, generated.variables)
        count["operations" if valid else "invalid operations"] += 1
        count["parts"] += generated.text.count("@defer")


def main() -> int:
    """Run until so many operations were compared; keep failures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--failures", type=int, default=3)
    parser.add_argument("--errors", type=int, default=0, help="percent of values that fail")
    parser.add_argument("--keep", type=Path, help="write failing cases here")
    options = parser.parse_args()
    count: Counter[str] = Counter()
    seed, failures = options.seed, 0
    while count["operations"] < options.operations and failures < options.failures:
        try:
            dice = Dice(SeededSource(seed))
            asyncio.run(run_deferred_world(dice, count, options.errors))
        except Difference as error:
            failures += 1
            print(f"seed {seed}: {str(error)[:5000]}\n", flush=True)
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"seed-{seed}.json").write_text(error.case.to_json())
        seed += 1
    print(f"{failures} differences, next seed {seed}, {dict(count)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
