from pathlib import Path

from reelgraph_dgs.export import compare_schema
from subgraphs.playback.schema import create_schema

PRINTED = Path(__file__).parents[3] / "subgraphs" / "playback" / "schema.graphql"


def test_the_committed_schema_is_the_one_in_the_code() -> None:
    assert compare_schema(create_schema(), PRINTED) is None
