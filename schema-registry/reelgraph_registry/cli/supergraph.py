"""`reelgraph supergraph`: compose, compare and move supergraphs."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from . import documents
from .client import RegistryClient
from .contract import contract
from .exits import CHECK_FAILED, InputError, finish, progress
from .options import (
    annotated_format_option,
    author_name,
    author_option,
    format_option,
    target_options,
)

output_option = click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file instead."
)


@click.group()
def supergraph() -> None:
    """Compose, compare and move supergraphs."""


@supergraph.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="A YAML list of name, url and schema.",
)
@click.option("--api-schema", is_flag=True, help="Print the schema that clients see instead.")
@output_option
@annotated_format_option
def compose(config: Path, api_schema: bool, output: Path | None, output_format: str) -> None:
    """Compose subgraphs without a registry and print the supergraph.

    Errors exit with 1 and are the result; with a supergraph, hints go to standard error.
    """
    from .composing import write_composition
    from .given import relocate_problem
    from .offline import compose_given
    from .subgraphs_config import read_subgraphs

    given = read_subgraphs(config)
    progress(f"Composing {', '.join(one.name for one in given)}")
    composition = compose_given(given)
    errors = tuple(relocate_problem(error, given) for error in composition.errors)
    hints = tuple(relocate_problem(hint, given) for hint in composition.hints)
    text = composition.api_schema_sdl if api_schema else composition.supergraph_sdl
    write_composition(text, errors, hints, output, output_format)
    finish(composition.ok)


supergraph.add_command(contract)


@supergraph.command()
@click.option("--version", metavar="ID", help="An exact version; default: the published one.")
@click.option("--api-schema", is_flag=True, help="Print the schema that clients see instead.")
@output_option
@target_options
def fetch(
    version: str | None,
    api_schema: bool,
    output: Path | None,
    graph: str,
    variant: str,
    registry_url: str,
) -> None:
    """Print a supergraph."""
    from .composing import write_text

    client = RegistryClient(registry_url)
    if api_schema:
        text = _api_schema(client, graph, variant, version)
    else:
        path = f"/v1/graphs/{quote(graph, '')}/variants/{quote(variant, '')}"
        name = f"supergraph-versions/{quote(version, '')}" if version else "supergraph"
        text = client.text(f"{path}/{name}.graphql")
    write_text(text, output)


@supergraph.command()
@click.argument("old")
@click.argument("new", required=False)
@format_option
@target_options
def diff(
    old: str,
    new: str | None,
    output_format: str,
    graph: str,
    variant: str,
    registry_url: str,
) -> None:
    """Show how the schema that clients see differs between OLD and NEW.

    Each is a version's id or a file with a supergraph or API schema. NEW is by default the
    published version.
    """
    from .comparing import read_api_schema, write_changes

    client = RegistryClient(registry_url)

    def schema(given: str | None) -> str:
        if given is not None and Path(given).is_file():
            return read_api_schema(Path(given))
        return _api_schema(client, graph, variant, given)

    write_changes(schema(old), schema(new), output_format)


@supergraph.command()
@click.argument("version")
@author_option
@format_option
@target_options
def promote(
    version: str,
    author: str | None,
    output_format: str,
    graph: str,
    variant: str,
    registry_url: str,
) -> None:
    """Let a variant publish an exact supergraph VERSION, composed for whichever variant."""
    fields = _move_fields(graph, variant, version, author)
    result = RegistryClient(registry_url).write(documents.PROMOTE, input=fields)
    _write_move(result, f"{graph}@{variant}", output_format)


@supergraph.command()
@click.argument("version", required=False)
@author_option
@format_option
@target_options
def rollback(
    version: str | None,
    author: str | None,
    output_format: str,
    graph: str,
    variant: str,
    registry_url: str,
) -> None:
    """Let a variant publish again a VERSION it published; by default the one before."""
    fields = _move_fields(graph, variant, version, author)
    result = RegistryClient(registry_url).write(documents.ROLLBACK, input=fields)
    _write_move(result, f"{graph}@{variant}", output_format)


@supergraph.command()
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@format_option
@target_options
def history(limit: int, output_format: str, graph: str, variant: str, registry_url: str) -> None:
    """List what happened to a variant, the newest first."""
    from .output.as_json import to_json
    from .output.text import table

    client = RegistryClient(registry_url)
    found = client.read(documents.HISTORY, graph=graph, variant=variant, first=limit)["variant"]
    if found is None:
        raise InputError(f"The registry has no variant {graph}@{variant}; publish to it first.")
    if output_format == "json":
        click.echo(to_json(found["history"]))
        return
    rows = [("NUMBER", "WHAT", "VERSION", "SUBGRAPHS", "WHEN", "BY")]
    rows += [_history_row(entry) for entry in found["history"]]
    click.echo(table(rows))


def _history_row(entry: Any) -> tuple[str, str, str, str, str, str]:
    from .output.text import when

    codes = ", ".join(sorted({error["code"] for error in entry["errors"]}))
    return (
        str(entry["number"]),
        entry["action"].lower(),
        entry["supergraphVersion"] or f"failed: {codes}",
        ", ".join(entry["subgraphs"]),
        when(entry["createdAt"]),
        entry["author"],
    )


def _api_schema(client: RegistryClient, graph: str, variant: str, version: str | None) -> str:
    if version is not None:
        found = client.read(documents.API_SCHEMA, graph=graph, id=version)["supergraphVersion"]
        if found is None:
            raise InputError(
                f"There is no file {version}, and the graph {graph} has no such version."
            )
        return str(found["apiSchemaSdl"])
    data = client.read(documents.PUBLISHED_API_SCHEMA, graph=graph, variant=variant)
    published = (data["variant"] or {}).get("supergraphVersion")
    if published is None:
        raise InputError(f"{graph}@{variant} publishes no supergraph yet.")
    return str(published["apiSchemaSdl"])


def _move_fields(
    graph: str, variant: str, version: str | None, author: str | None
) -> dict[str, object]:
    return {"graph": graph, "variant": variant, "version": version, "author": author_name(author)}


def _write_move(result: Any, target: str, output_format: str) -> None:
    if result["__typename"] == "VersionMismatch":
        click.echo(result["message"], err=True)
        raise SystemExit(CHECK_FAILED)
    entry = result["entry"]
    if output_format == "json":
        from .output.as_json import to_json

        click.echo(to_json(entry))
    else:
        before = entry["previousVersion"] or "nothing"
        click.echo(f"{target} now publishes version {entry['supergraphVersion']}; was: {before}.")
