"""`reelgraph supergraph contract`: the variant of a supergraph that some clients may see."""

from pathlib import Path

import click

from .exits import InputError, finish


@click.command()
@click.argument("supergraph", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--include", multiple=True, metavar="TAG", help="Show what carries this tag.")
@click.option("--exclude", multiple=True, metavar="TAG", help="Hide what carries this tag.")
@click.option("--keep-unreachable", is_flag=True, help="Show types that no operation reaches.")
@click.option("--api-schema", is_flag=True, help="Print the schema that clients see instead.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file instead."
)
def contract(
    supergraph: Path,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    keep_unreachable: bool,
    api_schema: bool,
    output: Path | None,
) -> None:
    """Print the variant of the supergraph in FILE that shows what tags let through.

    Without --include everything is shown; an excluded tag wins over an included one. A filter that
    leaves no valid schema exits with 1, and what is wrong is the result.
    """
    from graphql import print_schema

    from reelgraph_federation.supergraph import InvalidSupergraphError, parse_supergraph
    from reelgraph_federation.supergraph.contracts import make_contract
    from reelgraph_federation.supergraph.print_sdl import print_supergraph

    from .composing import write_text
    from .output.text import problems_text
    from .sources import read_source

    if not include and not exclude:
        raise InputError("Name the tags: --include TAG, --exclude TAG, or both.")
    try:
        whole = parse_supergraph(read_source(str(supergraph)).sdl)
    except InvalidSupergraphError as error:
        raise InputError(f"{supergraph}: {error}") from None
    made = make_contract(whole, include, exclude, hide_unreachable=not keep_unreachable)
    if made.supergraph is None:
        click.echo(f"The filter leaves no valid schema.\n\n{problems_text(made.errors)}")
        finish(False)
        return
    shown = made.supergraph
    write_text(print_schema(shown.api_schema) if api_schema else print_supergraph(shown), output)
