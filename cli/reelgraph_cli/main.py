"""The `reelgraph` command: one group whose commands are imported when they are used.

Only click is imported to print `reelgraph --help`; each command's module is named here with its
help line, so that a command line stays quick and works with only some of the extras installed.
"""

from dataclasses import dataclass
from importlib import import_module

import click

from reelgraph_service import put_on_path


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command lives, what it says in the help, and which extra brings it along."""

    module: str
    help: str
    extra: str
    of_service: bool = False
    """Whether it runs the packages of the streaming service."""


COMMANDS: dict[str, LazyCommand] = {
    "init": LazyCommand("reelgraph_cli.init", "Make a subgraph project that runs.", "dgs"),
    "up": LazyCommand("reelgraph_cli.up", "Start the whole stack on this machine.", "all", True),
    "subgraph": LazyCommand(
        "reelgraph_registry.cli.subgraph", "Publish, check and read subgraphs' schemas.", "registry"
    ),
    "supergraph": LazyCommand(
        "reelgraph_registry.cli.supergraph", "Compose, compare and move supergraphs.", "registry"
    ),
    "check": LazyCommand("reelgraph_registry.cli.check", "Read the results of checks.", "registry"),
    "explain": LazyCommand(
        "reelgraph_registry.cli.explain", "Explain a code that a check printed.", "registry"
    ),
    "router": LazyCommand("reelgraph_router.cli", "Run the router and look into plans.", "router"),
    "search": LazyCommand("reelgraph_search.cli", "Manage search indexes.", "search"),
    "data": LazyCommand(
        "subgraphs.data_cli", "Load and generate data of the service.", "service", True
    ),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None when there is no such one."""
        lazy = COMMANDS.get(cmd_name)
        return None if lazy is None else _load(cmd_name, lazy)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in COMMANDS.items()])


def _load(name: str, lazy: LazyCommand) -> click.Command:
    if lazy.of_service:
        put_on_path()
    try:
        command = getattr(import_module(lazy.module), name)
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"'{name}' needs {error.name}, which is not installed. "
            f"Install it with: pip install 'reelgraph[{lazy.extra}]'"
        ) from None
    assert isinstance(command, click.Command)
    return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reelgraph", prog_name="reelgraph")
def main() -> None:
    """Build, check and run a federated GraphQL.

    Exit codes: 0 it worked, 1 a check failed, 2 wrong usage or input, 3 a service could not be
    reached.
    """


if __name__ == "__main__":
    main()
