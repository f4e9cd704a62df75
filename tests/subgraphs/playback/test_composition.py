"""The printed schemas of all subgraphs make one supergraph."""

from pathlib import Path

from reelgraph_federation import Subgraph, compose

FOLDER = Path(__file__).parents[3] / "subgraphs"


def test_the_subgraphs_compose() -> None:
    schemas = sorted(FOLDER.glob("*/schema.graphql"))
    result = compose(
        Subgraph(path.parent.name, f"http://{path.parent.name}/graphql", path.read_text())
        for path in schemas
    )

    assert {path.parent.name for path in schemas} >= {"billing", "catalog", "member", "playback"}
    assert list(result.errors) == []
