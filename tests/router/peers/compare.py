"""Ask all routers the same, and tell whose answer is wrong and why.

The unsplit schema (or the case file) says what is right. Where a peer differs, it is asked again on
the supergraph that its own composer made of the same subgraphs: right there and wrong on ours, our
supergraph is at fault; wrong on both, the peer is. Our router is asked on both supergraphs as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from reelgraph_federation import Subgraph, compose
from tests.router.peers.calls import Calls
from tests.router.peers.introspection import without_order
from tests.router.peers.routers import GONE, ApolloGateway, CannotServe, Router, Served
from tests.router.peers.subgraph_host import SubgraphHost
from tests.router.peers.worlds import Operation, World, places


class Verdict(Enum):
    """What a comparison found."""

    EQUAL = "equal"
    OTHER_ERRORS = "data equal, errors at other places"
    OURS = "reelgraph's router is wrong"
    READING = "reelgraph's router is wrong on the supergraph of Apollo's composer"
    SUPERGRAPH = "our supergraph is at fault"
    PEER = "the peer is wrong, on its own composer's supergraph too"
    UNSUPPORTED = "the peer does not have a feature of the supergraph"
    UNDECIDED = "the peer is wrong, and its own composer refuses the subgraphs"


@dataclass(frozen=True)
class Difference:
    """One operation that a router answered differently."""

    verdict: Verdict
    router: str
    world: str
    operation: str
    variables: dict[str, Any]
    expected: Any
    got: Any
    reason: str


@dataclass
class Report:
    """Counts by router, and every difference."""

    worlds: int = 0
    operations: int = 0
    counts: dict[str, Counter[Verdict]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    calls: list[Calls] = field(default_factory=list)

    def add(self, router: str, verdict: Verdict) -> None:
        self.counts.setdefault(router, Counter())[verdict] += 1

    @property
    def faults(self) -> list[Difference]:
        """Return the differences that are reelgraph's."""
        ours = (Verdict.OURS, Verdict.READING, Verdict.SUPERGRAPH)
        return [one for one in self.differences if one.verdict in ours]


class Comparison:
    """Compares worlds one after the other."""

    def __init__(
        self, host: SubgraphHost, own: Router, peers: Sequence[Router], composer: ApolloGateway
    ) -> None:
        self._host = host
        self._own = own
        self._peers = peers
        self._composer = composer
        self._calls: dict[int, Calls] = {}
        self.report = Report()

    async def compare(self, world: World) -> None:
        """Ask each router all operations of a world."""
        urls = self._host.add(world)
        given = {name: (urls[name], sdl) for name, sdl in world.subgraphs.items()}
        sdl = compose([Subgraph(name, *one) for name, one in given.items()]).supergraph_sdl
        assert sdl is not None, f"{world.name} does not compose"
        self.report.worlds += 1
        self.report.operations += len(world.operations)
        calls = {id(one): Calls(world.name, one) for one in world.operations}
        self._calls = calls
        self.report.calls += calls.values()
        await self._compare_own(self._own.name, world, sdl, Verdict.OURS)
        reference = await self._composer.compose(given)
        if reference is not None:
            name = f"{self._own.name} on Apollo's supergraph"
            await self._compare_own(name, world, reference, Verdict.READING)
        for peer in self._peers:
            try:
                wrong = await self._compare_peer(peer, world, sdl)
            except CannotServe as error:
                await self._record_refusal(peer, world, reference, error)
                continue
            if wrong:
                await self._find_cause(peer, world, reference, wrong)

    async def _compare_own(self, name: str, world: World, sdl: str, fault: Verdict) -> None:
        async with self._own.serve(world.name, sdl) as served:
            for operation in world.operations:
                found = await self._ask(served, operation)
                self._count(name, operation, found)
                if found.is_right and found.nulls == operation.nulls:
                    self.report.add(name, Verdict.EQUAL)
                else:
                    self._record(name, world, operation, found, fault)

    async def _compare_peer(
        self, peer: Router, world: World, sdl: str
    ) -> list[tuple[Operation, Found]]:
        """Return the operations with other data than expected."""
        wrong = []
        async for operation, found in self._answers(peer, world.name, sdl, world.operations):
            self._count(peer.name, operation, found)
            if not found.is_right:
                wrong.append((operation, found))
            elif found.nulls == operation.nulls:
                self.report.add(peer.name, Verdict.EQUAL)
            else:
                self._record(peer.name, world, operation, found, Verdict.OTHER_ERRORS)
        return wrong

    async def _answers(
        self, peer: Router, name: str, sdl: str, operations: Sequence[Operation]
    ) -> AsyncIterator[tuple[Operation, Found]]:
        """Yield the answer to each operation; a router that died of one is started again."""
        remaining = list(operations)
        while remaining:
            async with peer.serve(name, sdl) as served:
                gone = False
                while remaining and not gone:
                    operation = remaining.pop(0)
                    found = await self._ask(served, operation)
                    gone = GONE in found.reason
                    yield operation, found

    async def _record_refusal(
        self, peer: Router, world: World, reference: str | None, error: CannotServe
    ) -> None:
        """A peer that refuses our supergraph and not its own composer's has found a fault of ours."""
        is_ours = "unsupported" not in str(error)
        if reference is not None:
            try:
                async with peer.serve(f"{world.name}-reference", reference):
                    is_ours = True
            except CannotServe:
                is_ours = False
        verdict = Verdict.SUPERGRAPH if is_ours else Verdict.UNSUPPORTED
        found = Found(None, (), f"refuses the supergraph: {error}")
        for operation in world.operations:
            self._record(peer.name, world, operation, found, verdict)

    async def _find_cause(
        self,
        peer: Router,
        world: World,
        reference: str | None,
        wrong: list[tuple[Operation, Found]],
    ) -> None:
        """Tell whether the peer or our supergraph is at fault for each wrong answer."""
        if reference is None:
            for operation, found in wrong:
                self._record(peer.name, world, operation, found, Verdict.UNDECIDED)
            return
        found_before = {id(operation): found for operation, found in wrong}
        operations = [operation for operation, _ in wrong]
        name = f"{world.name}-reference"
        async for operation, again in self._answers(peer, name, reference, operations):
            verdict = Verdict.SUPERGRAPH if again.is_right else Verdict.PEER
            self._record(peer.name, world, operation, found_before[id(operation)], verdict)

    def _count(self, router: str, operation: Operation, found: Found) -> None:
        """Keep the number of calls of a right answer."""
        if found.is_right:
            self._calls[id(operation)].made[router] = found.calls

    async def _ask(self, served: Served, operation: Operation) -> Found:
        self._host.refused.clear()
        self._host.calls = 0
        answer = await served.ask(operation.text, operation.variables)
        data, errors = answer.get("data"), answer.get("errors")
        same = _canonical(data, operation.text) == _canonical(operation.data, operation.text)
        said = "; ".join(str(one.get("message")) for one in errors or ())
        reason = "; ".join(self._host.refused) or said
        return Found(data, places(data, errors), reason, same, self._host.calls)

    def _record(
        self, router: str, world: World, operation: Operation, found: Found, verdict: Verdict
    ) -> None:
        self.report.add(router, verdict)
        self.report.differences.append(
            Difference(
                verdict, router, world.name, operation.text, operation.variables,
                {"data": operation.data, "nulls": operation.nulls},
                {"data": found.data, "nulls": found.nulls},
                found.reason,
            )
        )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A router's answer, judged."""

    data: Any
    nulls: tuple[str, ...]
    reason: str
    is_right: bool = False
    calls: int = 0


def _canonical(data: Any, query: str) -> str:
    """Return data as JSON in which no order of keys or of introspected lists counts, nor 3.0 for 3."""
    return json.dumps(_with_whole_numbers(without_order(data, query)), sort_keys=True)


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_whole_numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
