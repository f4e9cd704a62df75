"""Exit codes, and the errors that lead to them.

0  it worked, the check passes
1  a check failed, or a publish was refused: it does not compose, or the variant moved on
2  wrong usage or input
3  the registry, or a subgraph to introspect, could not be reached
"""

import click

CHECK_FAILED = 1
USAGE = 2
UNREACHABLE = 3


class InputError(click.ClickException):
    """What was asked for cannot be done as it stands; the text names the place and the remedy."""

    exit_code = USAGE


class Unreachable(click.ClickException):
    """A server does not answer; the text says which and what to look at."""

    exit_code = UNREACHABLE


def finish(passes: bool) -> None:
    """End the command with 0 or with 1."""
    if not passes:
        raise SystemExit(CHECK_FAILED)


def progress(message: str) -> None:
    """Say on standard error what is being done; results alone go to standard output."""
    click.echo(message, err=True)
