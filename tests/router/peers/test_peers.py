"""Peer routers answer from our supergraphs: a small part of `run.py`, on each change.

The long run and what came of it stand in docs/peers.md.
"""

from __future__ import annotations

import pytest

from tests.router.peers.calls import tally_calls
from tests.router.peers.compare import Verdict
from tests.router.peers.install import install
from tests.router.peers.run import run, show

pytestmark = pytest.mark.real_service


@pytest.fixture(scope="session", autouse=True)
def _installed() -> None:
    install()


async def test_apollo_gateway_answers_from_our_supergraphs() -> None:
    report = await run(worlds=4, seed=1, operations=5, service=12)
    assert report.worlds >= 8
    assert report.operations >= 35
    told = f"{show(report)}\n" + "\n".join(map(str, report.faults))
    assert not report.faults, told
    peer = report.counts["@apollo/gateway"]
    assert peer[Verdict.EQUAL] >= 0.7 * (report.operations - peer[Verdict.UNSUPPORTED]), told
    reading = report.counts["reelgraph on Apollo's supergraph"]
    assert reading[Verdict.EQUAL] >= 0.5 * report.operations, told
    (calls,) = tally_calls(report.calls, "reelgraph")
    assert calls.operations >= 30, told
    assert calls.ours <= calls.theirs, told
