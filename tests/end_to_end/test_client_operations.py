"""The web client's operations are valid against the API schema of the committed subgraphs."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from reelgraph_federation import Subgraph, compose

ROOT = Path(__file__).parents[2]
SCHEMAS = sorted((ROOT / "subgraphs").glob("*/schema.graphql"))
OPERATIONS = sorted((ROOT / "clients" / "web" / "src" / "operations").glob("*.graphql"))


@pytest.fixture(scope="module")
def api_schema():
    subgraphs = [
        Subgraph(name=path.parent.name, url="http://localhost/", sdl=path.read_text(), file=None)
        for path in SCHEMAS
    ]
    result = compose(subgraphs)
    assert result.errors == ()
    return build_schema(result.api_schema_sdl)


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_it_is_valid(api_schema, path: Path):
    assert [error.message for error in validate(api_schema, parse(path.read_text()))] == []


def test_there_are_operations():
    assert OPERATIONS
    assert len(SCHEMAS) == 7
