"""`reelgraph search`: check definitions, look at indexes, rebuild them.

Exit codes: 0 passes, 1 a check failed, 2 usage, 3 a server could not be reached.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from reelgraph_search.definition import IndexDefinition

EXIT_FAILED, EXIT_USAGE, EXIT_UNREACHABLE = 1, 2, 3

_STATUS_FIELDS = (
    "index state version building documents dirty backfill oldestDirtySeconds deadLetters "
    "lagSeconds freshnessSloSeconds problems warnings"
)

definitions_option = click.option(
    "--definitions",
    envvar="REELGRAPH_SEARCH_DEFINITIONS_DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with the index definitions (*.yaml).",
)
url_option = click.option(
    "--url",
    envvar="REELGRAPH_SEARCH_URL",
    default="http://127.0.0.1:4002/graphql",
    show_default=True,
    help="GraphQL endpoint of the search service.",
)
key_option = click.option(
    "--signing-key",
    envvar="REELGRAPH_SEARCH_SIGNING_KEY",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".reelgraph/keys/search.pem"),
    show_default=True,
    help="Private key of the search service: who has it may give orders.",
)


@click.group()
def search() -> None:
    """Manage search indexes."""


@search.command()
@definitions_option
@click.option(
    "--supergraph",
    "supergraph_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="File with the supergraph's SDL; `reelgraph supergraph fetch` writes one.",
)
def validate(definitions: Path, supergraph_file: Path) -> None:
    """Check index definitions against a supergraph, and show what would be indexed."""
    from reelgraph_federation.supergraph import InvalidSupergraphError, parse_supergraph
    from reelgraph_search.templates.graph_facts import facts_from_supergraph

    try:
        facts = facts_from_supergraph(parse_supergraph(supergraph_file.read_text("utf-8")))
    except InvalidSupergraphError as error:
        _fail(f"{supergraph_file}: {error}", EXIT_USAGE)
    failed = [one for one in _load(definitions) if not _validate(one, facts)]
    sys.exit(EXIT_FAILED if failed else 0)


@search.command("print-schema")
@definitions_option
@click.option(
    "--check",
    "checked",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Compare with this file instead, and exit with 1 when it differs.",
)
def print_schema(definitions: Path, checked: Path | None) -> None:
    """Print the SDL that the search subgraph publishes for a set of definitions."""
    from reelgraph_dgs.export import compare_schema, print_subgraph_schema
    from reelgraph_search.search.schema import build_schema

    schema = build_schema(_load(definitions))
    if checked is None:
        click.echo(print_subgraph_schema(schema), nl=False)
        return
    difference = compare_schema(schema, checked)
    if difference is not None:
        _fail(difference, EXIT_FAILED)


@search.command()
@url_option
@key_option
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(url: str, signing_key: Path, as_json: bool) -> None:
    """Show what serves, what waits and what went wrong; exits with 1 if an index does not serve."""
    query = f"{{ searchIndexes {{ {_STATUS_FIELDS} }} }}"
    statuses = _ask(url, signing_key if signing_key.exists() else None, query)["searchIndexes"]
    if as_json:
        click.echo(json.dumps(statuses, indent=2))
    else:
        for one in statuses:
            _print_status(one)
    sys.exit(0 if all(one["state"] == "LIVE" for one in statuses) else EXIT_FAILED)


@search.command()
@click.argument("index")
@url_option
@key_option
def reindex(index: str, url: str, signing_key: Path) -> None:
    """Build a new version of an index beside the one that serves, then let it serve."""
    mutation = f"mutation($index: SearchIndex!) {{ reindex(index: $index) {{ {_STATUS_FIELDS} }} }}"
    answer = _ask(url, signing_key, mutation, {"index": index.upper()}, change=True)
    _print_status(answer["reindex"])


def _load(folder: Path) -> list[IndexDefinition]:
    from reelgraph_search.definition import DefinitionError, load_definitions

    try:
        return load_definitions(folder)
    except DefinitionError as error:
        _fail(str(error), EXIT_FAILED)


def _validate(definition: IndexDefinition, facts: Any) -> bool:
    from reelgraph_search.definition import DefinitionError
    from reelgraph_search.indexing.targets import make_plan

    try:
        plan = make_plan(definition, facts)
    except DefinitionError as error:
        for problem in error.problems:
            click.echo(f"{definition.index}: {problem}", err=True)
        return False
    click.echo(
        f"{definition.index}: {len(list(plan.mapping.leaves()))} fields of {definition.root}"
    )
    for field in plan.mapping.leaves():
        marks = [name for name in ("suggest", "sort", "facet") if getattr(field, name)]
        about = [field.kind.value, *([field.analyzer] if field.analyzer else []), *marks]
        click.echo(f"  {field.path}: {', '.join(about)}")
    click.echo(f"  follows changes of {', '.join(sorted(plan.template.visited))}")
    for warning in plan.template.warnings:
        click.echo(f"  warning: {warning}")
    return True


def _ask(
    url: str,
    key: Path | None,
    document: str,
    variables: dict[str, Any] | None = None,
    *,
    change: bool = False,
) -> dict[str, Any]:
    return asyncio.run(_asked(url, key, document, variables, change))


async def _asked(
    url: str, key: Path | None, document: str, variables: dict[str, Any] | None, change: bool
) -> dict[str, Any]:
    from reelgraph_dgs.service_client import ServiceClient, ServiceErrors, ServiceUnavailable
    from reelgraph_kit.signing import KeyFileError, Signer

    try:
        signer = Signer.from_file("search", key) if key is not None else None
    except KeyFileError as error:
        _fail(str(error), EXIT_USAGE)
    async with ServiceClient(url, signer, audience="search") as client:
        try:
            run = client.mutate if change else client.query
            return await run(document, variables)
        except ServiceUnavailable:
            _fail(f"The search service at {url} does not answer.", EXIT_UNREACHABLE)
        except ServiceErrors as error:
            _fail("\n".join(str(one.get("message")) for one in error.errors), EXIT_FAILED)


def _print_status(status: dict[str, Any]) -> None:
    version = f"version {status['version']}" if status["version"] else "no version"
    click.echo(f"{status['index']}: {status['state']}, {version}, {status['documents']} documents")
    if status["building"]:
        click.echo(f"  version {status['building']} is being built: {status['backfill']} to go")
    oldest = status["oldestDirtySeconds"]
    waiting = f", the oldest for {oldest:.1f} s" if oldest is not None else ""
    click.echo(f"  {status['dirty']} changes wait{waiting}; {status['deadLetters']} set aside")
    if status["lagSeconds"] is not None:
        click.echo(
            f"  lag {status['lagSeconds']:.2f} s of {status['freshnessSloSeconds']:g} s promised"
        )
    for problem in status["problems"]:
        click.echo(f"  problem: {problem}")
    for warning in status["warnings"]:
        click.echo(f"  warning: {warning}")


def _fail(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
