"""The command line in processes of its own: exit codes, and where results and progress go."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reelgraph_federation.problems import PROBLEM_KINDS
from reelgraph_federation.schema_changes import ChangeKind

if TYPE_CHECKING:
    from tests.registry.conftest import Cli

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
TITLES = (
    LINK
    + """type Query {
  title(id: ID!): Title
}
type Title @key(fields: "id") {
  id: ID!
  name: String
}
"""
)
ART = LINK + 'type Title @key(fields: "id") {\n  id: ID!\n  art: String\n}\n'
CONFIG = """
subgraphs:
  - {name: titles, url: "http://titles/graphql", schema: titles.graphql}
  - {name: art, url: "http://art/graphql", schema: art/*.graphql}
"""


def write_config(folder: Path) -> None:
    (folder / "art").mkdir()
    (folder / "subgraphs.yaml").write_text(CONFIG)
    (folder / "titles.graphql").write_text(TITLES)
    head, body = ART.split("\n", 1)
    (folder / "art" / "1.graphql").write_text(head)
    (folder / "art" / "2.graphql").write_text(body)
    (folder / "new.graphql").write_text(TITLES.replace("name: String", "label: String!"))
    (folder / "broken.graphql").write_text(body.replace("String", "Missing"))


def test_the_way_of_a_schema(cli: "Cli", graph: str) -> None:
    """Publish, publish again, check, publish a break, look back, roll back, delete."""
    write_config(cli.folder)
    target = ("--graph", graph)

    published = cli("subgraph", "publish", "--config", "subgraphs.yaml", *target)
    assert published.returncode == 0, published.stderr
    assert published.stdout.startswith(f"{graph}@main now publishes version 1-")
    assert published.stdout.endswith("with art, titles.\n")
    assert published.stderr == f"Publishing titles, art to {graph}@main\n"

    again = cli("subgraph", "publish", "--config", "subgraphs.yaml", *target, "--format", "json")
    unchanged = json.loads(again.stdout)
    assert (again.returncode, unchanged["outcome"]) == (0, "unchanged")
    first = unchanged["supergraphVersion"]

    check = ("subgraph", "check", "titles", "--schema", "new.graphql")
    failed = cli(*check, *target)
    assert failed.returncode == 1
    assert f"({first}) fails: 1 breaking, 1 safe changes." in failed.stdout
    assert "breaking   FIELD_REMOVED  Title.name" in failed.stdout
    assert "    new.graphql:5:6\n" in failed.stdout

    online = cli(*check, *target, "--format", "json")
    stored = json.loads(online.stdout)
    alone = cli(*check, "--supergraph-config", "subgraphs.yaml", *target, "--format", "json")
    assert (online.returncode, alone.returncode) == (1, 1)
    assert without_identity(stored) == without_identity(json.loads(alone.stdout))
    shown = cli("check", "show", stored["id"], "--graph", graph)
    assert (shown.returncode, "FIELD_REMOVED" in shown.stdout) == (1, True)

    broken = cli("subgraph", "publish", "art", "--schema", "broken.graphql", *target)
    assert broken.returncode == 1
    assert "the subgraphs do not compose" in broken.stdout
    assert "broken.graphql:3:3" in broken.stdout

    forced = cli("subgraph", "publish", "titles", "--schema", "new.graphql", *target)
    assert forced.returncode == 0
    late = cli(
        "subgraph", "publish", "titles", "--schema", "titles.graphql", "--expect", first, *target
    )
    assert (late.returncode, f"but version {first} was expected" in late.stdout) == (1, True)

    diff = cli("supergraph", "diff", first, *target)
    assert (diff.returncode, "FIELD_REMOVED  Title.name" in diff.stdout) == (0, True)
    rolled_back = cli("supergraph", "rollback", *target)
    assert f"now publishes version {first}" in rolled_back.stdout
    history = json.loads(cli("supergraph", "history", *target, "--format", "json").stdout)
    assert [(e["action"], e["succeeded"]) for e in history] == [
        ("ROLLBACK", True),
        ("PUBLISH", True),
        ("PUBLISH", False),
        ("PUBLISH", True),
    ]
    dry = cli("subgraph", "delete", "art", "--dry-run", *target)
    assert (dry.returncode, "FIELD_REMOVED  Title.art" in dry.stdout) == (1, True)
    deleted = cli("subgraph", "delete", "art", *target)
    assert deleted.stdout.endswith("without art.\n")
    assert cli("subgraph", "fetch", "titles", *target).stdout == TITLES
    listed = json.loads(cli("subgraph", "list", *target, "--format", "json").stdout)
    assert [one["name"] for one in listed["subgraphs"]] == ["titles"]


UNUSABLE_URLS = {
    "http:///graphql": "no host",
    "http://films:99999/": "port",
    "http://films:hunter2@films.example/graphql": "password",
    "http://films:hunter2@films.example:x/": "password",
}


@pytest.mark.parametrize(("url", "reason"), UNUSABLE_URLS.items())
def test_urls_that_nobody_can_call_are_refused(
    cli: "Cli", graph: str, url: str, reason: str
) -> None:
    write_config(cli.folder)
    bad = CONFIG.replace("http://art/graphql", url)
    (cli.folder / "bad.yaml").write_text(bad)
    target = ("--graph", graph)
    given = ("titles", "--schema", "titles.graphql", "--url", url)
    config = ("--config", "bad.yaml")
    for command in (
        ("supergraph", "compose", *config),
        ("subgraph", "check", *given, *target),
        ("subgraph", "check", *given, "--supergraph-config", "subgraphs.yaml", *target),
        ("subgraph", "publish", *given, *target),
        ("subgraph", "publish", *config, *target),
        ("subgraph", "publish", *config, "--format", "json", *target),
    ):
        refused = cli(*command)
        told = refused.stdout + refused.stderr
        assert refused.returncode in (1, 2), told
        assert reason in told, command
        assert "hunter2" not in told, command
    assert cli("subgraph", "list", *target).returncode != 0, "nothing was stored"


def without_identity(check: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says which check it is; everything else is the same online and offline."""
    return {k: v for k, v in check.items() if k not in ("id", "baseVersion", "createdAt")}


def test_composing_offline(offline: "Cli") -> None:
    write_config(offline.folder)
    composed = offline("supergraph", "compose", "--config", "subgraphs.yaml")
    assert (composed.returncode, "join__Graph" in composed.stdout) == (0, True)
    assert composed.stderr == "Composing titles, art\n"
    arguments = ("--config", "subgraphs.yaml", "--api-schema", "--output", "api.graphql")
    assert offline("supergraph", "compose", *arguments).stdout == ""
    assert "art: String" in (offline.folder / "api.graphql").read_text()


def test_what_does_not_compose_names_file_line_and_column(offline: "Cli") -> None:
    write_config(offline.folder)
    (offline.folder / "art" / "2.graphql").write_text("\n\ntype Title { art: Missing }\n")
    failed = offline("supergraph", "compose", "--config", "subgraphs.yaml")
    assert (failed.returncode, "art/2.graphql:3:" in failed.stdout) == (1, True)
    for_github = offline(
        "supergraph", "compose", "--config", "subgraphs.yaml", "--format", "github"
    )
    assert for_github.stdout.startswith("::error file=art/2.graphql,line=3,col=")


def test_a_contract_shows_what_its_tags_let_through(offline: "Cli") -> None:
    (offline.folder / "tagged.graphql").write_text(
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@tag"])\n'
        'type Query { open: Int @tag(name: "public") closed: Int }\n'
    )
    (offline.folder / "tagged.yaml").write_text(
        "- name: one\n  url: http://one\n  schema: tagged.graphql\n"
    )
    offline("supergraph", "compose", "--config", "tagged.yaml", "--output", "whole.graphql")
    command = ("supergraph", "contract", "whole.graphql")
    shown = offline(*command, "--include", "public", "--api-schema")
    assert (shown.returncode, "open: Int" in shown.stdout, "closed" in shown.stdout) == (
        0,
        True,
        False,
    )
    variant = offline(*command, "--include", "public")
    assert "closed: Int @inaccessible" in variant.stdout
    refused = offline(*command, "--include", "nobody")
    assert (refused.returncode, "QUERY_ROOT_MISSING" in refused.stdout) == (1, True)
    assert offline(*command).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("subgraph", "list"), 3, "does not answer"),
        (("subgraph", "introspect", "http://127.0.0.1:9/graphql"), 3, "does not answer"),
        (("subgraph", "check", "a", "--schema", "none.graphql"), 2, "no schema file"),
        (("subgraph", "check", "a"), 2, "--schema SOURCE"),
        (("subgraph", "check", "--schema", "titles.graphql"), 2, "Name the one subgraph"),
        (("supergraph", "compose", "--config", "none.yaml"), 2, "Cannot read none.yaml"),
        (("explain", "FIELD_REMOVD"), 2, "Did you mean FIELD_REMOVED"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_exit_codes_say_what_kind_of_failure_it_is(
    offline: "Cli", arguments: tuple[str, ...], code: int, message: str
) -> None:
    write_config(offline.folder)
    ended = offline(*arguments)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_refused_request_is_a_usage_error(cli: "Cli") -> None:
    ended = cli("subgraph", "check", "titles", "--schema", "-", "--graph", "a b", stdin=TITLES)
    assert (ended.returncode, "not a graph name" in ended.stderr) == (2, True)
    wrong = replace(cli, token="another-token-of-some-length")
    ended = wrong("subgraph", "check", "titles", "--schema", "-", stdin=TITLES)
    assert (ended.returncode, "not this registry's" in ended.stderr) == (2, True)


def test_help_needs_nothing_but_click(offline: "Cli") -> None:
    ended = offline("--help")
    assert ended.returncode == 0
    for command in ("subgraph", "supergraph", "check", "explain", "router", "search", "up"):
        assert command in ended.stdout


def test_every_code_can_be_explained() -> None:
    from click.testing import CliRunner

    from reelgraph_registry.cli.explain import explain

    assert PROBLEM_KINDS
    assert list(ChangeKind)
    for code in [*PROBLEM_KINDS, *ChangeKind]:
        result = CliRunner().invoke(explain, [code, "--format", "json"])
        document = json.loads(result.output)
        assert result.exit_code == 0
        assert document["code"] == code
        assert document["meaning"]
        assert document["remedy"]


def test_shrinking_hints_can_be_let_pass(cli: "Cli", graph: str) -> None:
    """Of a proposal that makes the supergraph lose an argument, online and offline."""
    target = ("--graph", graph)
    sdl = TITLES.replace(
        "title(id: ID!): Title", "title(id: ID!, exact: Boolean): Title @shareable"
    )
    sdl = sdl.replace('["@key"]', '["@key", "@shareable"]')
    (cli.folder / "titles.graphql").write_text(sdl)
    (cli.folder / "other.graphql").write_text(
        sdl.replace(", exact: Boolean", "").replace("  name: String\n", "")
    )
    config = "- {name: titles, url: 'http://t', schema: titles.graphql}\n"
    (cli.folder / "subgraphs.yaml").write_text(config)
    assert cli("subgraph", "publish", "--config", "subgraphs.yaml", *target).returncode == 0
    given = ("other", "--url", "http://o", "--schema", "other.graphql")
    for how in (target, (*target, "--supergraph-config", "subgraphs.yaml")):
        check = cli("subgraph", "check", *given, *how)
        assert "INCONSISTENT_ARGUMENT_PRESENCE  Query.title(exact:)" in check.stdout, check.stdout
        with_hint_only = cli("subgraph", "check", *given, *how, "--format", "json")
        hints = [hint for hint in json.loads(with_hint_only.stdout)["hints"] if not hint["passes"]]
        assert [hint["code"] for hint in hints] == ["INCONSISTENT_ARGUMENT_PRESENCE"]
        let = cli("subgraph", "check", *given, *how, "--allow-shrinking", "--format", "json")
        assert all(hint["passes"] for hint in json.loads(let.stdout)["hints"])
