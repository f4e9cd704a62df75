"""The registry's GraphQL schema as people read it; --update-golden writes it anew."""

from pathlib import Path

from reelgraph_registry.http.graphql.schema import make_schema

GOLDEN = Path(__file__).parent / "registry.graphql"


def test_the_schema_is_as_printed(update_golden: bool) -> None:
    printed = make_schema().as_str() + "\n"
    if update_golden:
        GOLDEN.write_text(printed)
    assert printed == GOLDEN.read_text()
