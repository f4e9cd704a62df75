"""However many entities are asked for, each level of an operation is one statement."""

from __future__ import annotations

from typing import Any

import pytest

from reelgraph_dgs.context import Context
from reelgraph_dgs.database import Database
from subgraphs.catalog.resources import Resources
from subgraphs.catalog.schema import make_schema
from subgraphs.catalog.store import CatalogStore

QUERY = """query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Title {
  name genres { name } availability { country } isAvailable series { name } episodes { name }
  production { id } credits { role person { name titles(first: 2) { nodes { id } totalCount } } }
} } }"""


@pytest.mark.parametrize("count", [1, 40])
async def test_statements_do_not_grow_with_entities(
    seeded: Database, store: CatalogStore, statements: list[str], count: int
) -> None:
    from subgraphs.catalog.store import TitleFilter

    page = await store.title_page(TitleFilter(), 300)
    # A film in the middle and the serials' episodes, so that every field has something to load.
    ids = [title.id for title in page.titles if title.id.startswith(("les-v", "fant", "n", "th"))]
    refs = [{"__typename": "Title", "id": id_} for id_ in ids[:count]]
    assert len(refs) == count
    context: Context[Any] = Context(Resources(seeded, store, open_writes=False))
    statements.clear()
    result = await make_schema().execute(QUERY, {"refs": refs}, context_value=context)
    assert result.errors is None
    # titles; genres, windows, productions, credits, series and episodes; people; pages and counts
    assert len(statements) <= 11, statements
