"""Tools for the one who writes a subgraph: `python -m reelgraph_dgs print-schema …`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reelgraph_dgs.export import (
    SchemaNotFound,
    compare_schema,
    load_schema,
    print_subgraph_schema,
)
from reelgraph_dgs.schema import FederatedSchema


@click.group()
def main() -> None:
    """Tools for subgraphs written with reelgraph_dgs."""


@main.command("print-schema")
@click.argument("schema")
@click.option("--output", type=click.Path(path_type=Path), help="File to write instead.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the file differs.")
def print_schema(schema: str, output: Path | None, check: bool) -> None:
    """Print the SDL of SCHEMA, given as package.module:name (a schema, or a function)."""
    if check and output is None:
        raise click.UsageError("--check compares with a file: give it with --output.")
    loaded = _loaded(schema)
    if output is None:
        click.echo(print_subgraph_schema(loaded), nl=False)
    elif not check:
        output.write_text(print_subgraph_schema(loaded))
    elif problem := compare_schema(loaded, output):
        click.echo(problem, err=True)
        sys.exit(1)


def _loaded(reference: str) -> FederatedSchema:
    sys.path.insert(0, "")  # what is in the working directory can be named
    try:
        return load_schema(reference)
    except SchemaNotFound as error:
        raise click.UsageError(str(error)) from error


if __name__ == "__main__":
    main()
