"""`reelgraph subgraph`: publish, check and read subgraphs' schemas."""

from pathlib import Path

import click

from . import documents
from .client import RegistryClient
from .exits import InputError, progress
from .given import as_inputs, read_given
from .options import (
    annotated_format_option,
    author_name,
    author_option,
    format_option,
    target_options,
)
from .subgraphs_config import GivenSubgraph

_SCHEMA_HELP = (
    "Where the SDL is: a file, a quoted glob, - for standard input, the URL of a running subgraph, "
    "or python:module:attribute for a Strawberry schema."
)
schema_option = click.option("--schema", metavar="SOURCE", help=_SCHEMA_HELP)
url_option = click.option("--url", help="Where routers reach the subgraph.")
config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Several at once: a YAML list of name, url and schema.",
)


@click.group()
def subgraph() -> None:
    """Publish, check and read subgraphs' schemas."""


@subgraph.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@schema_option
@url_option
@config_option
@click.option("--expect", metavar="VERSION", help="Publish only if this version is published now.")
@click.option("--dry-run", is_flag=True, help="Only check what publishing would do.")
@author_option
@annotated_format_option
@target_options
def publish(
    names: tuple[str, ...],
    schema: str | None,
    url: str | None,
    config: Path | None,
    expect: str | None,
    dry_run: bool,
    author: str | None,
    output_format: str,
    graph: str,
    variant: str,
    registry_url: str,
) -> None:
    """Publish one subgraph (NAME with --schema), or several together (--config).

    All become part of one new supergraph version, or nothing changes. What is published already
    makes no new version.
    """
    given = read_given(names, schema, url, config)
    client = RegistryClient(registry_url)
    if dry_run:
        _check(client, graph, variant, given, (), author, output_format)
        return
    progress(f"Publishing {', '.join(one.name for one in given)} to {graph}@{variant}")
    fields: dict[str, object] = {
        "graph": graph,
        "variant": variant,
        "subgraphs": as_inputs(given),
        "author": author_name(author),
    }
    if expect is not None:
        fields["expectedVersion"] = expect
    from .publishing import write_outcome

    result = client.write(documents.PUBLISH, input=fields)
    write_outcome(result, given, f"{graph}@{variant}", output_format)


@subgraph.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@schema_option
@url_option
@config_option
@click.option(
    "--supergraph-config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Compare with the subgraphs of this file, without a registry.",
)
@click.option(
    "--allow-shrinking",
    is_flag=True,
    help="Let hints pass that an argument, input field or enum value is left out of the supergraph.",
)
@author_option
@annotated_format_option
@target_options
def check(
    names: tuple[str, ...],
    schema: str | None,
    url: str | None,
    config: Path | None,
    supergraph_config: Path | None,
    allow_shrinking: bool,
    author: str | None,
    output_format: str,
    graph: str,
    variant: str,
    registry_url: str,
) -> None:
    """Say whether schemas compose and whom they would break; publish nothing.

    Exits with 1 when something would break.
    """
    given = read_given(names, schema, url, config)
    client = RegistryClient(registry_url)
    _check(
        client,
        graph,
        variant,
        given,
        (),
        author,
        output_format,
        supergraph_config,
        allow_shrinking=allow_shrinking,
    )


@subgraph.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Only check what deleting would do.")
@author_option
@annotated_format_option
@target_options
def delete(
    name: str,
    dry_run: bool,
    author: str | None,
    output_format: str,
    graph: str,
    variant: str,
    registry_url: str,
) -> None:
    """Take a subgraph out of a variant; its versions stay stored."""
    client = RegistryClient(registry_url)
    if dry_run:
        _check(client, graph, variant, [], (name,), author, output_format)
        return
    from .publishing import write_outcome

    progress(f"Deleting {name} from {graph}@{variant}")
    fields = {
        "graph": graph,
        "variant": variant,
        "subgraph": name,
        "author": author_name(author),
    }
    result = client.write(documents.DELETE, input=fields)
    write_outcome(result, [], f"{graph}@{variant}", output_format)


@subgraph.command(name="list")
@format_option
@target_options
def list_(output_format: str, graph: str, variant: str, registry_url: str) -> None:
    """List the subgraphs that are published."""
    found = _variant(RegistryClient(registry_url), documents.LIST, graph, variant)
    from .output.as_json import to_json
    from .output.text import table, when

    if output_format == "json":
        click.echo(to_json(found))
        return
    rows = [("SUBGRAPH", "VERSION", "URL", "PUBLISHED", "BY")]
    rows += [
        (one["name"], str(one["number"]), one["url"], when(one["createdAt"]), one["author"])
        for one in found["subgraphs"]
    ]
    click.echo(table(rows))


@subgraph.command()
@click.argument("name")
@click.option("--version", "number", type=int, help="An exact version; default: the published one.")
@target_options
def fetch(name: str, number: int | None, graph: str, variant: str, registry_url: str) -> None:
    """Print the SDL of a subgraph."""
    client = RegistryClient(registry_url)
    if number is not None:
        data = client.read(documents.FETCH_EXACT, graph=graph, subgraph=name, number=number)
        found = data["subgraphVersion"]
        if found is None:
            raise InputError(f"The graph {graph} has no version {number} of subgraph {name}.")
    else:
        published = _variant(client, documents.FETCH_PUBLISHED, graph, variant)["subgraphs"]
        found = next((one for one in published if one["name"] == name), None)
        if found is None:
            names = ", ".join(one["name"] for one in published) or "none"
            raise InputError(f"{graph}@{variant} has no subgraph {name}; there are: {names}.")
    click.echo(found["sdl"].rstrip("\n"))


@subgraph.command()
@click.argument("url")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header to send.")
def introspect(url: str, headers: tuple[str, ...]) -> None:
    """Print the SDL of a running subgraph."""
    from .introspect import introspect as ask

    pairs = {}
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon:
            raise InputError(f"{header!r} is no header; write NAME:VALUE.")
        pairs[name.strip()] = value.strip()
    click.echo(ask(url, pairs).rstrip("\n"))


def _variant(
    client: RegistryClient, document: str, graph: str, variant: str
) -> dict[str, list[dict[str, str]]]:
    found = client.read(document, graph=graph, variant=variant)["variant"]
    if found is None:
        raise InputError(f"The registry has no variant {graph}@{variant}; publish to it first.")
    result: dict[str, list[dict[str, str]]] = found
    return result


def _check(
    client: RegistryClient,
    graph: str,
    variant: str,
    given: list[GivenSubgraph],
    deleted: tuple[str, ...],
    author: str | None,
    output_format: str,
    supergraph_config: Path | None = None,
    *,
    allow_shrinking: bool = False,
) -> None:
    from .checking import run_check

    run_check(
        client,
        (graph, variant),
        given,
        deleted,
        author_name(author),
        output_format,
        supergraph_config,
        allow_shrinking=allow_shrinking,
    )
