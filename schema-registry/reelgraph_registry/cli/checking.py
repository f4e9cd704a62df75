"""Run a check, online or offline, and write its result."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import documents
from .client import RegistryClient
from .exits import finish, progress
from .given import as_inputs, relocate
from .subgraphs_config import GivenSubgraph, read_subgraphs

if TYPE_CHECKING:
    from ..domain.check import Check


def run_check(
    client: RegistryClient,
    target: tuple[str, str],
    given: list[GivenSubgraph],
    deleted: tuple[str, ...],
    author: str,
    output_format: str,
    supergraph_config: Path | None = None,
    *,
    allow_shrinking: bool = False,
) -> None:
    """Check subgraphs against a variant, or against files; exits with 1 when the check fails."""
    from .output import render_check

    names = ", ".join((*(one.name for one in given), *deleted))
    files = list(given)
    if supergraph_config is None:
        progress(f"Checking {names} against {target[0]}@{target[1]} at {client.url}")
        check = _check_online(client, target, given, deleted, author, allow_shrinking)
    else:
        from ..domain.check import CheckSettings
        from .offline import check_given

        progress(f"Checking {names} against {supergraph_config}")
        base = read_subgraphs(supergraph_config)
        known = {one.name for one in given}
        files += [one for one in base if one.name not in known]
        settings = CheckSettings(fail_on_shrinking_hints=not allow_shrinking)
        check = check_given(base, str(supergraph_config), given, deleted, author, target, settings)
    located = check.relocated(lambda place: relocate(place, files))
    if text := render_check(located, output_format):
        click.echo(text)
    finish(check.passes)


def _check_online(
    client: RegistryClient,
    target: tuple[str, str],
    given: list[GivenSubgraph],
    deleted: tuple[str, ...],
    author: str,
    allow_shrinking: bool,
) -> "Check":
    from ..domain.json_form import check_from_dict

    result = client.write(
        documents.CHECK,
        input={
            "graph": target[0],
            "variant": target[1],
            "subgraphs": as_inputs(given),
            "deleted": list(deleted),
            "author": author,
            # Without the flag the variant's own settings decide.
            **({"failOnShrinkingHints": False} if allow_shrinking else {}),
        },
    )
    return check_from_dict(result)
