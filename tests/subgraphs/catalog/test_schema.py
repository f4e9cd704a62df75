from pathlib import Path

from reelgraph_dgs.export import compare_schema
from subgraphs.catalog.schema import make_schema

PRINTED = Path(__file__).parents[3] / "subgraphs" / "catalog" / "schema.graphql"


def test_the_committed_schema_is_the_one_in_the_code() -> None:
    assert compare_schema(make_schema(), PRINTED) is None
