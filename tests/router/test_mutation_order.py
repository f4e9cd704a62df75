"""Mutations run, and responses have their keys, in the order that graphql-core gives them.

mutation_orders.yaml has documents; each is tried with every value of its Boolean variables, over two
subgraphs and on the schema that is not split.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import orjson
import pytest
import yaml
from graphql import build_schema, execute_sync, parse

from reelgraph_federation import Subgraph, compose
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport

DOCUMENTS = yaml.safe_load((Path(__file__).parent / "mutation_orders.yaml").read_text())
THING = "type Thing @shareable { n: Int back: Query }"
SDL = {
    "left": "type Query { one: Int two: Int thing: Thing } "
    f"type Mutation {{ a(n: Int): Int b: Int thing: Thing }} {THING}",
    "right": f"type Query {{ three: Int }} type Mutation {{ c: Int d: Int other: Thing }} {THING}",
}
WHOLE = """
type Query { one: Int two: Int three: Int thing: Thing }
type Mutation { a(n: Int): Int b: Int c: Int d: Int thing: Thing other: Thing }
type Thing { n: Int back: Query }
"""


class Log:
    """Resolvers that say which mutation fields ran, in which order."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, object]] = []

    def execute(self, schema, query: str, variables):
        return execute_sync(
            schema, parse(query), {"mutation": True}, variable_values=variables,
            field_resolver=self.resolve,
        ).formatted  # fmt: skip

    def resolve(self, source, info, **arguments):
        if info.parent_type.name == "Mutation":
            self.ran.append((info.field_name, arguments.get("n")))
        if str(info.return_type) in ("Thing", "Query"):
            return {}
        return len(info.field_name)


def whole(document: str, variables) -> tuple[bytes, list[tuple[str, object]]]:
    log = Log()
    return orjson.dumps(log.execute(build_schema(WHOLE), document, variables)), log.ran


def supergraph() -> str:
    v2 = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@shareable"])'
    made = compose([Subgraph(name, f"http://{name}/", f"{v2} {sdl}") for name, sdl in SDL.items()])
    assert made.supergraph_sdl is not None, made.errors
    return made.supergraph_sdl


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_order(document):
    log = Log()

    def subgraph(sdl: str):
        schema = build_schema(f"directive @shareable on OBJECT {sdl}")

        def answer(request: GraphQLRequest):
            return log.execute(schema, request.query, request.variables)

        return answer

    router = await EmbeddedRouter.of(
        supergraph(), MemoryTransport({name: subgraph(sdl) for name, sdl in SDL.items()})
    )
    names = [name for name in "xyz" if f"${name}:" in document]
    for values in product((False, True), repeat=len(names)):
        variables = dict(zip(names, values, strict=True))
        expected, order = whole(document, variables)
        log.ran.clear()
        answer = await router.execute(document, variables)
        assert orjson.dumps(answer) == expected, variables
        assert log.ran == order, variables
