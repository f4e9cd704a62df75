"""`reelgraph check`: read the results of checks."""

import click

from . import documents
from .client import RegistryClient
from .exits import InputError, finish
from .options import (
    annotated_format_option,
    format_option,
    graph_option,
    registry_option,
    target_options,
)


@click.group()
def check() -> None:
    """Read the results of checks. To run one: `reelgraph subgraph check`."""


@check.command()
@click.argument("id")
@annotated_format_option
@graph_option
@registry_option
def show(id: str, output_format: str, graph: str, registry_url: str) -> None:
    """Print a check that was stored; exits with 1 if it failed."""
    from ..domain.json_form import check_from_dict
    from .output import render_check

    found = RegistryClient(registry_url).read(documents.STORED_CHECK, graph=graph, id=id)["check"]
    if found is None:
        raise InputError(f"The graph {graph} has no check {id}.")
    result = check_from_dict(found)
    if text := render_check(result, output_format):
        click.echo(text)
    finish(result.passes)


@check.command(name="list")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@format_option
@target_options
def list_(limit: int, output_format: str, graph: str, variant: str, registry_url: str) -> None:
    """List the checks against a variant, the newest first."""
    from .output.as_json import to_json
    from .output.text import table, when

    client = RegistryClient(registry_url)
    found = client.read(documents.CHECKS, graph=graph, variant=variant, first=limit)["variant"]
    if found is None:
        raise InputError(f"The registry has no variant {graph}@{variant}; publish to it first.")
    if output_format == "json":
        click.echo(to_json(found["checks"]))
        return
    rows = [("CHECK", "RESULT", "SUBGRAPHS", "WHEN", "BY")]
    rows += [
        (
            one["id"],
            "passes" if one["passes"] else "fails",
            ", ".join(one["subgraphs"]),
            when(one["createdAt"]),
            one["author"],
        )
        for one in found["checks"]
    ]
    click.echo(table(rows))
