"""What a request leaves behind."""

from __future__ import annotations

import gc

from serving import hello_supergraph

from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.transport.memory import MemoryTransport


async def test_a_request_leaves_no_circles():
    """Trees of answers are freed at once: with thousands of objects each, they cannot wait."""
    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    router = await EmbeddedRouter.of(hello_supergraph(), transport)
    await router.execute("{ hello }")
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            assert await router.execute("{ hello }") == {"data": {"hello": "w"}}
        assert [one for one in gc.get_objects() if isinstance(one, Run)] == []
    finally:
        gc.enable()
