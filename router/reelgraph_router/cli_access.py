"""Options of the command line that say who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from reelgraph_federation.operations import NormalizedOperation
    from reelgraph_federation.supergraph import Supergraph
    from reelgraph_federation.supergraph.model import Access

Command = TypeVar("Command", bound=Callable[..., None])

_OPTIONS = (
    click.option(
        "--as",
        "caller",
        type=click.Choice(["anonymous", "member"]),
        help="Leave out what this caller may not have; without it all of it may stay.",
    ),
    click.option("--scope", "scopes", multiple=True, help="A scope that the member has."),
    click.option("--policy", "policies", multiple=True, help="A policy that holds."),
    click.option("--label", "labels", multiple=True, help="A label of @override that holds."),
)


def caller_options(command: Command) -> Command:
    """Add --as, --scope, --policy and --label to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def filter_for(
    graph: Supergraph,
    operation: NormalizedOperation,
    caller: str | None,
    scopes: tuple[str, ...],
    policies: tuple[str, ...],
) -> NormalizedOperation:
    """Leave out of an operation what the caller may not have, and tell what on standard error."""
    from reelgraph_federation.operations import AccessIndex, Granted, filter_operation

    if caller is None and not scopes and not policies:
        return operation
    index = AccessIndex(graph)
    granted = Granted(caller == "member" or bool(scopes), frozenset(scopes), frozenset(policies))
    held = {one for one in index.of_operation(operation) if granted.satisfies(one)}
    filtered = filter_operation(index, operation, held)
    for one in filtered.left_out:
        needs = describe(one.requirement)
        click.echo(f"left out: {'.'.join(one.path)} ({one.coordinate} needs {needs})", err=True)
    return filtered.operation


def describe(access: Access) -> str:
    """A requirement in words."""
    parts = ["a verified caller"] if access.authenticated else []
    for kind, alternatives in (("scopes", access.scopes), ("policies", access.policies)):
        if alternatives:
            texts = (" and ".join(names) for names in alternatives)
            parts.append(f"{kind} {' or '.join(texts)}")
    return ", ".join(parts)
