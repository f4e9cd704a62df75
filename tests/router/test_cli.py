"""The command line, as people use it: real processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from reelgraph_federation import Subgraph, compose

KEY = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
COMMAND = [sys.executable, "-c", "from reelgraph_router.cli import router; router()"]


@pytest.fixture
def files(tmp_path):
    one = KEY + 'type Query { me: User } type User @key(fields: "id") { id: ID! }'
    two = KEY + 'type User @key(fields: "id") { id: ID! name: String }'
    (tmp_path / "one.graphql").write_text(one)
    (tmp_path / "two.graphql").write_text(two)
    (tmp_path / "list.yaml").write_text(
        "- {name: one, url: 'http://127.0.0.1:9/one', schema: one.graphql}\n"
        "- {name: two, url: 'http://127.0.0.1:9/two', schema: two.graphql}\n"
    )
    sdl = compose(
        [
            Subgraph("one", "http://127.0.0.1:9/one", one),
            Subgraph("two", "http://127.0.0.1:9/", two),
        ]
    ).supergraph_sdl
    assert sdl is not None
    (tmp_path / "supergraph.graphql").write_text(sdl)
    (tmp_path / "op.graphql").write_text("query Me { me { name } }\nquery Wrong { me { nam } }")
    (tmp_path / "good.graphql").write_text("query Me { me { name } } query Other { me { id } }")
    return tmp_path


def run(*arguments: str, cwd, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, input=text, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://:4001/", "no host"), ("http://one:hunter2@one.example/", "password")],
)
@pytest.mark.parametrize("command", [("start",), ("plan", "good.graphql", "--name", "Me")])
def test_urls_that_nobody_can_call_are_refused(command, url, reason, files):
    text = (files / "list.yaml").read_text().replace("http://127.0.0.1:9/one", url)
    (files / "bad.yaml").write_text(text)
    refused = run(*command, "--subgraphs", "bad.yaml", cwd=files)
    assert refused.returncode != 0
    assert reason in refused.stderr
    assert "hunter2" not in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("source", [["--supergraph", "supergraph.graphql"],
                                    ["--subgraphs", "list.yaml"]])  # fmt: skip
def test_stages(source, files):
    plan = run("plan", *source, "good.graphql", "--name", "Me", cwd=files)
    assert plan.returncode == 0, plan.stderr
    assert '"one"' in plan.stdout
    assert plan.stdout.index('"one"') < plan.stdout.index('"two"')
    deferred = "query ($x: Boolean!) { me { id ... @defer(if: $x) { name } } }"
    parts = run("plan", *source, "-", "--defer", cwd=files, text=deferred)
    assert 'Defer 0 (path: "me")' in parts.stdout, parts.stderr
    assert "Defer" not in run("plan", *source, "-", cwd=files, text=deferred).stdout
    as_json = run("plan", *source, "-", "--json", cwd=files, text="{ me { name } }")
    assert as_json.returncode == 0, as_json.stderr
    assert isinstance(json.loads(as_json.stdout), dict)
    fetches = run("fetches", *source, "good.graphql", "--name", "Me", cwd=files)
    assert fetches.stdout.startswith("# fetch 0: query to one\n")
    assert "# fetch 1: query to two, after 0\n" in fetches.stdout
    sent = json.loads(
        run("fetches", *source, "good.graphql", "--name", "Me", "--json", cwd=files).stdout
    )
    assert [(one["id"], one["subgraph"], one["after"]) for one in sent] == [
        (0, "one", []),
        (1, "two", [0]),
    ]
    ways = json.loads(
        run("paths", *source, "-", "--json", cwd=files, text="{ me { name } }").stdout
    )
    assert [one["path"] for one in ways] == ["me.name"]
    assert [way["subgraph"] for way in ways[0]["ways"] if way["taken"]] == [
        ways[0]["askedOf"][0]["subgraph"]
    ]


@pytest.mark.parametrize("command", ["plan", "paths", "fetches"])
def test_what_a_command_cannot_read_is_told(files, command):
    source = ("--supergraph", "supergraph.graphql")
    (files / "latin.graphql").write_bytes(b"{ me { name } } # \xe9")
    for text, code, told in (
        ("{ me { nope } }", 1, "-:1:8: Cannot query field 'nope'"),
        ("{ me { ", 1, "Syntax Error"),
        (
            "query A { me { name } } query B { me { name } }",
            1,
            "Name the operation: there are A, B.",
        ),
    ):
        found = run(command, *source, "-", cwd=files, text=text)
        assert (found.returncode, found.stdout) == (code, "")
        assert told in found.stderr
        assert "Traceback" not in found.stderr
    for file, told in (("latin.graphql", "it is not UTF-8 text"), ("none.graphql", "No such file")):
        found = run(command, *source, file, cwd=files)
        assert (found.returncode, found.stdout) == (2, "")
        assert told in found.stderr


def test_a_document_that_is_no_supergraph_is_told_with_its_place(files):
    sdl = (files / "supergraph.graphql").read_text().replace("/join/v0.5", "/join/v0.9")
    (files / "bad.graphql").write_text(sdl)
    told = "UNSUPPORTED_FEDERATION_DIRECTIVE: the supergraph links join v0.9"
    planned = run("plan", "--supergraph", "bad.graphql", "good.graphql", cwd=files)
    assert planned.returncode == 1
    assert told in planned.stderr
    assert "(supergraph:3:3)\n  Compose with a version named in the message" in planned.stderr
    command = [*COMMAND, "start", "--supergraph", "bad.graphql", "--port", "0"]
    with subprocess.Popen(
        command, cwd=files, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as started:
        assert started.stdout is not None
        line = next((one for one in started.stdout if "refused" in one), "")
        started.send_signal(signal.SIGTERM)
        started.stdout.read()
    assert told in line
    assert "from bad.graphql" in line


def test_problems_name_the_place_and_the_remedy(files):
    invalid = run("plan", "--subgraphs", "list.yaml", "op.graphql", cwd=files)
    assert invalid.returncode == 1
    assert "op.graphql:2:20: Cannot query field 'nam'" in invalid.stderr
    neither = run("plan", "good.graphql", cwd=files)
    assert neither.returncode == 2
    assert "--supergraph FILE or --subgraphs FILE" in neither.stderr
    missing = run("plan", "--supergraph", "no.graphql", "good.graphql", cwd=files)
    assert missing.returncode == 1
    assert "Cannot read the supergraph file no.graphql" in missing.stderr
    nothing = run("start", "--port", "0", cwd=files)
    assert nothing.returncode == 2
    assert "--supergraph FILE, --subgraphs FILE or --registry URL" in nothing.stderr
    two = run("start", "--supergraph", "a", "--registry", "http://b", cwd=files)
    assert two.returncode == 2
    assert "one of supergraph, subgraphs and registry_url" in two.stderr


@pytest.mark.parametrize("source", [["--supergraph", "supergraph.graphql"],
                                    ["--subgraphs", "list.yaml"]])  # fmt: skip
def test_start_serves_and_drains(source, files):
    environment = {**os.environ, "REELGRAPH_ROUTER_LOG_FORMAT": "text"}
    started = time.monotonic()
    process = subprocess.Popen(
        [*COMMAND, "start", *source, "--port", "0"],
        cwd=files, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        port = None
        while port is None:
            line = process.stderr.readline()
            assert line, "the router ended before it listened"
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            port = found and found.group(1)
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(timeout=60) as client:
            while True:
                try:
                    ready = client.get(f"{url}/ready")
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < started + 60
            assert ready.status_code == 200
            answer = client.post(f"{url}/graphql", json={"query": "{ __typename me { name } }"})
        assert answer.json()["data"] == {"__typename": "Query", "me": None}
        assert answer.json()["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.communicate()


ENTRY = "- {name: one, url: 'http://127.0.0.1:9/one', schema: one.graphql}"
STARTS = {
    # name: (option, file, its text or None, what is told)
    "no file": ("--supergraph", "no.graphql", None, "Cannot read the supergraph file no.graphql"),
    "no text": ("--supergraph", "no.graphql", b"\xff\xfe", "no.graphql is not UTF-8 text"),
    "no list": ("--subgraphs", "no.yaml", None, "no.yaml"),
    "an empty list": ("--subgraphs", "no.yaml", b"", "must be a list of subgraphs with name, url and schema"),
    "no YAML": ("--subgraphs", "no.yaml", b"a: [", "The list of subgraphs no.yaml is not YAML"),
    "an unknown key": ("--subgraphs", "no.yaml", b"- {nme: one}", "no.yaml, entry 1: unknown key nme"),
    "no schema": ("--subgraphs", "no.yaml", ENTRY.replace("one.graphql", "x/none.graphql").encode(),
                  "no.yaml, entry 1: cannot read the schema x/none.graphql: No such file"),
    "the same name twice": ("--subgraphs", "no.yaml", f"{ENTRY}\n{ENTRY}".encode(),
                            '2 subgraphs are named "one"'),
    "a schema that is broken": ("--subgraphs", "no.yaml", ENTRY.replace("one.graphql", "op.graphql").encode(),
                                "op.graphql:"),
}  # fmt: skip


@pytest.mark.parametrize("name", STARTS)
def test_what_cannot_be_started_with_is_told_once(name, files):
    option, file, text, told = STARTS[name]
    if text is not None:
        (files / file).write_bytes(text)
    found = run("start", option, file, "--port", "0", cwd=files)
    assert found.returncode == 1
    assert found.stderr.count(told) == 1, found.stderr
    assert "Traceback" not in found.stderr


def test_schemas_are_found_beside_their_list(files, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    made = run(
        "plan", "--subgraphs", str(files / "list.yaml"), "-", cwd=elsewhere, text="{ me { id } }"
    )
    assert made.returncode == 0, made.stderr


GUARDED = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes", "@policy"])
type Query { a: Int b: Int @authenticated c: Int @requiresScopes(scopes: [["x", "y"], ["z"]]) d: Int @policy(policies: [["p"]]) }
"""


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        ([], []),
        (["--as", "anonymous"], ["b (Query.b needs a verified caller)",
                                 "c (Query.c needs scopes x and y or z)", "d (Query.d needs policies p)"]),
        (["--as", "member", "--policy", "p"], ["c (Query.c needs scopes x and y or z)"]),
        (["--scope", "z"], ["d (Query.d needs policies p)"]),
    ],
)  # fmt: skip
def test_a_plan_for_a_caller(options, left_out, files):
    (files / "guarded.graphql").write_text(GUARDED)
    (files / "guarded.yaml").write_text(
        "- {name: one, url: 'http://127.0.0.1:9/one', schema: guarded.graphql}\n"
    )
    found = run("plan", "--subgraphs", "guarded.yaml", "-", *options, cwd=files, text="{ a b c d }")
    assert found.returncode == 0, found.stderr
    told = [line for line in found.stderr.splitlines() if line.startswith("left out: ")]
    assert told == [f"left out: {text}" for text in left_out]
    names = {text[0] for text in left_out}
    assert set("abcd") - names == {line.strip() for line in found.stdout.splitlines()} & set("abcd")


@pytest.mark.parametrize("start", [["start", "--hooks", "nowhere:hooks"], None])
def test_hooks_that_cannot_be_loaded_stop_the_start(start, files):
    if start is not None:
        found = run(*start, "--supergraph", "supergraph.graphql", "--port", "0", cwd=files)
    else:
        settings = {"SUPERGRAPH": "supergraph.graphql", "PORT": "0", "HOOKS": "nowhere:hooks"}
        found = subprocess.run(
            [sys.executable, "-m", "reelgraph_router"], cwd=files, capture_output=True, text=True, timeout=60,
            env={**os.environ, **{f"REELGRAPH_ROUTER_{name}": text for name, text in settings.items()}},
        )  # fmt: skip
    assert found.returncode == 2
    assert 'hooks="nowhere:hooks": cannot import nowhere' in found.stderr
    assert "Traceback" not in found.stderr


def test_every_setting_is_described():
    from reelgraph_kit.settings import describe_settings
    from reelgraph_router.settings import RouterSettings

    assert [one.variable for one in describe_settings(RouterSettings) if not one.description] == []
