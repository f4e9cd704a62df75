"""Four subgraphs whose answers are canned, so that they cost next to nothing while measuring.

An answer is computed once by graphql-core, on the first request with that body, and sent as bytes from
then on. One process serves all four, on consecutive ports.

The port after theirs takes usage reports and forgets them.

    python stand.py PORT
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import cast

import httptools
import orjson
import uvloop

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "router" / "support"))

from simulated_subgraph import SimulatedSubgraph

HERE = Path(__file__).parent
NAMES = ("accounts", "inventory", "products", "reviews")
KEY_IMPORT = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@shareable", "@external", "@requires"])\n'
)
SDL = {
    "accounts": """
        type Query { me: User users: [User!]! members: [User!]! }
        type User @key(fields: "id") { id: ID! username: String! name: String! birthday: Int }
    """,
    "inventory": """
        type Product @key(fields: "upc") {
          upc: ID!
          price: Int! @external
          weight: Int! @external
          inStock: Boolean!
          shippingEstimate: Int! @requires(fields: "price weight")
        }
    """,
    "products": """
        type Query { topProducts(first: Int = 5): [Product!]! }
        type Product @key(fields: "upc") { upc: ID! name: String! price: Int! weight: Int! }
    """,
    "reviews": """
        type User @key(fields: "id") { id: ID! reviews: [Review!]! }
        type Product @key(fields: "upc") { upc: ID! reviews: [Review!]! }
        type Review @key(fields: "id") { id: ID! body: String! author: User! product: Product! }
    """,
}
USERS, PRODUCTS, MEMBERS = 3, 4, 48
REVIEWS_PER_MEMBER = 5
OPINION = (
    "it came a day early, works as it should, and the instructions are written for people who "
    "have never seen one before. It would be bought again, and given to friends and family."
)


def subgraph_sdl(name: str) -> str:
    """The SDL that a subgraph publishes."""
    return KEY_IMPORT + SDL[name]


def make_data() -> dict[str, dict[str, object]]:
    """A few users and products that review each other, and many members who share nothing."""
    reviews = [(f"{u}-{p}", u, p) for u in range(USERS) for p in range(PRODUCTS)]
    for member in range(MEMBERS):
        reviews += [
            (f"m{member}-{n}", 1000 + member, 1000 + member * REVIEWS_PER_MEMBER + n)
            for n in range(REVIEWS_PER_MEMBER)
        ]
    users = [*range(USERS), *(1000 + m for m in range(MEMBERS))]
    products = sorted({p for _, _, p in reviews})
    return {
        "accounts": {
            "Query": {
                "me": {"$ref": "User:0"},
                "users": [{"$ref": f"User:{u}"} for u in range(USERS)],
                "members": [{"$ref": f"User:{1000 + m}"} for m in range(MEMBERS)],
            },
            "User": [
                {"id": str(u), "username": f"user-{u}", "name": f"A person with number {u}",
                 "birthday": 1900 + u % 100}
                for u in users
            ],
        },
        "inventory": {
            "Product": [
                {"upc": str(p), "inStock": p % 2 == 0, "shippingEstimate": p % 50}
                for p in products
            ]
        },
        "products": {
            "Query": {"topProducts": [{"$ref": f"Product:upc={p}"} for p in range(PRODUCTS)]},
            "Product": [
                {"upc": str(p), "name": f"Product number {p}", "price": 10 + p % 900,
                 "weight": 1 + p % 90}
                for p in products
            ],
        },
        "reviews": {
            "User": [
                {"id": str(u), "reviews": [_review(r) for r in reviews if r[1] == u]}
                for u in users
            ],
            "Product": [
                {"upc": str(p), "reviews": [_review(r) for r in reviews if r[2] == p]}
                for p in products
            ],
        },
    }  # fmt: skip


def _review(review: tuple[str, int, int]) -> dict[str, object]:
    identifier, user, product = review
    return {
        "id": identifier,
        "body": f"What user {user} thought of product {product}: {OPINION}",
        "author": {"$ref": f"User:{user}"},
        "product": {"$ref": f"Product:upc={product}"},
    }


class Canned(asyncio.Protocol):
    """Answers requests of one subgraph from memory."""

    def __init__(self, subgraph: SimulatedSubgraph, known: dict[bytes, bytes]) -> None:
        self._subgraph = subgraph
        self._known = known
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        body, self._body = self._body, b""
        answer = self._known.get(body)
        if answer is None:
            answer = self._known[body] = self._compute(body)
        self._transport.write(answer)

    def _compute(self, body: bytes) -> bytes:
        request = orjson.loads(body)
        result = self._subgraph.execute(request["query"], request.get("variables") or {})
        payload = orjson.dumps(result)
        return (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
            % (len(payload), payload)
        )


class Forgetful(Canned):
    """Takes whatever is sent to it."""

    def __init__(self) -> None:
        super().__init__(SimulatedSubgraph(subgraph_sdl("accounts"), {}), {})

    def _compute(self, body: bytes) -> bytes:
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


async def main(port: int) -> None:
    data = make_data()
    loop = asyncio.get_running_loop()
    for number, name in enumerate(NAMES):
        subgraph = SimulatedSubgraph(subgraph_sdl(name), data[name])
        known: dict[bytes, bytes] = {}
        await loop.create_server(
            lambda s=subgraph, k=known: Canned(s, k), "127.0.0.1", port + number
        )
    await loop.create_server(Forgetful, "127.0.0.1", port + len(NAMES))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
