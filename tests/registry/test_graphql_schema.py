"""The registry's GraphQL schema as people read it; UPDATE_GOLDEN=1 writes it anew."""

import os
from pathlib import Path

from reelgraph_registry.http.graphql.schema import make_schema

GOLDEN = Path(__file__).parent / "registry.graphql"


def test_the_schema_is_as_printed() -> None:
    printed = make_schema().as_str() + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(printed)
    assert printed == GOLDEN.read_text()
