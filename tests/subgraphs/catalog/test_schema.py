from pathlib import Path

from subgraphs.catalog.schema import make_schema

PRINTED = Path(__file__).parents[3] / "subgraphs" / "catalog" / "schema.graphql"


def test_the_committed_schema_is_the_one_in_the_code() -> None:
    assert PRINTED.read_text() == make_schema().as_str() + "\n"
