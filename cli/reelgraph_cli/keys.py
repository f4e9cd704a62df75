"""`reelgraph keys`: the keys and tokens that the processes of one installation share."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("keys")
def keys() -> None:
    """Keys with which services sign, and the registry's admin token."""


@keys.command("create")
@click.option(
    "--dir",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put them; what exists there is kept.",
)
def create(folder: Path) -> None:
    """Create the keys that are missing, readable by their owner only."""
    from reelgraph_cli.up.keys import ensure_keys

    ensure_keys(folder)
    click.echo(f"keys are in {folder}")
