"""`reelgraph up`: the whole stack on one machine, with embedded engines, under one supervisor."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from reelgraph_cli.up.guards import hold_data_dir, require_free_ports
from reelgraph_cli.up.stack import DEFAULT_BASE_PORT, DEFAULT_DATA_DIR, Stack, build_stack


@click.command("up")
@click.option(
    "--port",
    default=DEFAULT_BASE_PORT,
    show_default=True,
    type=click.IntRange(1, 65000),
    help="Base port: the router listens here, the others on fixed offsets above it.",
)
@click.option(
    "--data-dir",
    default=DEFAULT_DATA_DIR,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where data, keys and logs live; kept between runs.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME[,NAME…]",
    help="Start only these processes. May be given several times.",
)
def up(port: int, data_dir: Path, only: tuple[str, ...]) -> None:
    """Start the streaming service: router, registry, search, six subgraphs, web client.

    Everything runs on this machine with embedded engines and listens on loopback. Ctrl-C stops
    all of it; data stays in the data folder.
    """
    names = [name.strip() for entry in only for name in entry.split(",") if name.strip()]
    try:
        stack = build_stack(port, data_dir, names)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    from reelgraph_cli.up.parts import require_parts

    require_parts(stack)
    with hold_data_dir(stack):
        _run(stack)


def _run(stack: Stack) -> None:
    from reelgraph_cli.up.keys import ensure_keys
    from reelgraph_cli.up.supervise import StackFailed, Supervisor

    require_free_ports(stack)
    ensure_keys(stack.keys_dir)
    click.echo(f"Starting {len(stack.services)} processes, data in {stack.data_dir}")
    try:
        Supervisor(stack, click.echo).run(lambda seconds: _print_addresses(stack, seconds))
    except StackFailed as problem:
        raise click.ClickException(f"the stack was stopped: {problem}") from None
    click.echo("Stopped. The data is kept.")


def _print_addresses(stack: Stack, seconds: float) -> None:
    pages = (
        ("web", "", "The client: sign in, home, search, play"),
        ("router", "/graphql", "GraphiQL on the federated graph"),
    )
    click.echo(f"\nReady in {seconds:.1f} s.\n")
    for name, path, what in pages:
        service = stack.find(name)
        if service is not None:
            click.echo(f"  {service.url(stack.base_port, path):<34} {what}")
    elsewhere = (stack.base_port, stack.data_dir) != (DEFAULT_BASE_PORT, DEFAULT_DATA_DIR.resolve())
    if elsewhere and any(_exports(stack)):
        _print_exports(stack)
    if stack.find("member") is not None:
        click.echo("\n  Sign in as demo@reelgraph.example with the password one-evening.")
    click.echo("\nCtrl-C stops everything.")


def _print_exports(stack: Stack) -> None:
    """Say how the command line finds this stack; by itself it looks where the first one is."""
    click.echo("\n  The command line finds this stack after:")
    for name, value in _exports(stack):
        click.echo(f"    export {name}={shlex.quote(str(value))}")


def _exports(stack: Stack) -> Iterator[tuple[str, str | Path]]:
    if (registry := stack.find("registry")) is not None:
        yield "REELGRAPH_REGISTRY_URL", registry.url(stack.base_port)
        yield "REELGRAPH_REGISTRY_TOKEN_FILE", stack.keys_dir / "registry-token"
    if (search := stack.find("search")) is not None:
        yield "REELGRAPH_SEARCH_URL", search.url(stack.base_port, "/graphql")
        yield "REELGRAPH_SEARCH_SIGNING_KEY", stack.keys_dir / "search.pem"
