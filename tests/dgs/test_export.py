"""The printed schema: what is published, compared with the committed file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import strawberry
from click.testing import CliRunner

from reelgraph_dgs.__main__ import main
from reelgraph_dgs.export import SchemaNotFound, compare_schema, load_schema, print_subgraph_schema
from reelgraph_dgs.schema import federation_schema

MODULE = '''
import strawberry
from reelgraph_dgs.schema import federation_schema

@strawberry.federation.type(keys=["id"])
class Title:
    id: strawberry.ID

@strawberry.type
class Query:
    @strawberry.field
    def title(self, id: strawberry.ID) -> Title:
        """One title."""
        return Title(id=id)

schema = federation_schema(Query)
nothing = 5

def make():
    return schema
'''

EXPECTED = """\
extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key"])

type Query {
  title(id: ID!): Title!
}

type Title @key(fields: "id") {
  id: ID!
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "film_club.py").write_text(MODULE)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reelgraph_dgs", "print-schema", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.end_to_end
def test_the_schema_is_printed_written_and_checked(folder: Path) -> None:
    assert run(folder, "film_club:schema").stdout == EXPECTED
    assert run(folder, "film_club:make", "--output", "schema.graphql").returncode == 0
    assert (folder / "schema.graphql").read_text() == EXPECTED
    assert run(folder, "film_club:schema", "--output", "schema.graphql", "--check").returncode == 0
    (folder / "schema.graphql").write_text(EXPECTED.replace("title(", "film("))
    wrong = run(folder, "film_club:schema", "--output", "schema.graphql", "--check")
    assert wrong.returncode == 1
    assert "-  film(id: ID!): Title!\n+  title(id: ID!): Title!" in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["film_club"], "is not of the form package.module:schema"),
        (["missing:schema"], "Cannot find missing:schema"),
        (["film_club:nothing"], "is a int, no federated schema"),
        (["film_club:schema", "--check"], "give it with --output"),
    ],
)
def test_wrong_use_is_named(
    folder: Path, arguments: list[str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(folder)
    result = CliRunner().invoke(main, ["print-schema", *arguments])
    assert result.exit_code == 2
    assert problem in result.output


def test_a_schema_of_entities_alone_has_no_query_type() -> None:
    @strawberry.federation.type(keys=["id"])
    class Title:
        id: strawberry.ID

    printed = print_subgraph_schema(federation_schema(None, types=[Title]))
    assert "Query" not in printed
    assert printed.startswith("extend schema @link(")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    @strawberry.type
    class Query:
        answer: int = 42

    schema = federation_schema(Query)
    path = tmp_path / "schema.graphql"
    assert compare_schema(schema, path) == f"{path} does not exist. Print the schema into it."
    path.write_text(print_subgraph_schema(schema))
    assert compare_schema(schema, path) is None


def test_a_name_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(SchemaNotFound, match=r"Cannot find reelgraph_dgs\.schema:nope"):
        load_schema("reelgraph_dgs.schema:nope")
