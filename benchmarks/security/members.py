"""Interfaces with many members, and the query whose fragments once opened into every one of them."""

from __future__ import annotations

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
FIELDS = "{ id: ID! feed: [Item!] root: Cross gallery: Gal }"
QUERY = """
query { post(id: 1) { __typename feed { ...R ... on Reco { post1 { ...R } } } } }
fragment C on Post2 { root { post1 { ... on Post2 { __typename gallery { __typename items { __typename id name weight } } } } } }
fragment R on Post1 { __typename ... on Post2 { ...C } }
"""


def sdl(kinds: int) -> str:
    """The subgraph whose interfaces have so many members of each kind."""
    posts = [f"type P{n} implements Post1 & Post2 {FIELDS}" for n in range(kinds)]
    items = [f"type Q{n} implements Item & Post1 & Post2 {FIELDS}" for n in range(kinds)]
    return LINK + "\n".join(
        [
            "type Query { post(id: ID!): Post1 }",
            "interface Post1 { id: ID! feed: [Item!] }",
            f"interface Post2 implements Post1 {FIELDS}",
            *posts,
            "type Cross { post1: Post1 }",
            "type Gal { items: [It!] }",
            'type It @key(fields: "id") { id: ID! name: String }',
            "interface Item { id: ID! }",
            "type Reco implements Item { id: ID! post1: Post1 }",
            *items,
        ]
    )


WEIGHTS = LINK + 'type It @key(fields: "id") { id: ID! weight: Int }'
