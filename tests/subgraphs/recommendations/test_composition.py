"""The committed schemas of the service compose, and the fields move between subgraphs as meant."""

from __future__ import annotations

from pathlib import Path

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph.model import FieldJoin, ObjectType

FOLDER = Path(__file__).parents[3] / "subgraphs"
NAMES = ("catalog", "artwork", "recommendations", "member", "billing", "playback")


def test_the_service_composes() -> None:
    result = compose(
        Subgraph(name, f"http://{name}/graphql", (FOLDER / name / "schema.graphql").read_text())
        for name in NAMES
    )
    assert list(result.errors) == []
    assert result.supergraph is not None
    types = result.supergraph.types

    def join(type_name: str, field: str, subgraph: str) -> FieldJoin:
        type_ = types[type_name]
        assert isinstance(type_, ObjectType)
        [found] = [join for join in type_.fields[field].joins if join.subgraph == subgraph]
        return found

    requires = join("Title", "artwork", "artwork").requires
    assert requires is not None
    assert requires.split() == ["name", "releaseYear", "genres", "{", "name", "}"]
    assert join("Title", "popularity", "recommendations").override == "catalog"
    assert join("HomeItem", "title", "recommendations").provides == "name"
