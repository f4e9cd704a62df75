"""Places of schema coordinates in SDL."""

import pytest

from reelgraph_registry.domain.locate import SdlIndex, locate
from reelgraph_registry.domain.subgraph_version import SubgraphSchema

SDL = """directive @mark(
  level: Int
) on OBJECT

"A film."
type Title {
  id: ID!
  art(
    size: Size
  ): String
}

enum Size {
  BIG
}

input Find { text: String }

extend type Title {
  more: Int
}
"""
INDEX = SdlIndex(SubgraphSchema("films", "", SDL, "films.graphql"))


@pytest.mark.parametrize(
    ("coordinate", "place"),
    [
        ("Title", "films.graphql:6:6"),
        ("Title.id", "films.graphql:7:3"),
        ("Title.art(size:)", "films.graphql:9:5"),
        ("Title.more", "films.graphql:20:3"),
        ("Size.BIG", "films.graphql:14:3"),
        ("Find.text", "films.graphql:17:14"),
        ("@mark", "films.graphql:1:12"),
        ("@mark(level:)", "films.graphql:2:3"),
        ("Title.gone", "films.graphql:6:6"),
        ("Title.art(gone:)", "films.graphql:8:3"),
        ("Title.gone(gone:)", "films.graphql:6:6"),
        ("Gone.field", None),
    ],
)
def test_finds_the_place_or_the_nearest_holder(coordinate: str, place: str | None) -> None:
    found = locate(coordinate, [INDEX])
    assert (None if found is None else str(found)) == place


def test_what_cannot_be_parsed_has_no_places() -> None:
    assert locate("Title", [SdlIndex(SubgraphSchema("a", "", "type {", None))]) is None
