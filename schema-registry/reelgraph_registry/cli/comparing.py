"""Compare two schemas and write the changes."""

from pathlib import Path

import click
from graphql import GraphQLError, print_schema

from reelgraph_federation.supergraph import InvalidSupergraphError
from reelgraph_federation.supergraph.parse_sdl import parse_supergraph

from ..domain.check import CheckSettings
from ..domain.json_form import change_to_dict
from ..domain.run_check import find_proposed_changes, judge_proposed_changes
from .exits import InputError
from .output.as_json import to_json
from .output.text import changes_text
from .sources import read_source


def read_api_schema(path: Path) -> str:
    """Read an API schema from a file, which may hold the supergraph instead."""
    sdl = read_source(str(path)).sdl
    if "join__Graph" not in sdl:
        return sdl
    try:
        return print_schema(parse_supergraph(sdl).api_schema)
    except InvalidSupergraphError as error:
        raise InputError(f"{path}: {error}") from None


def write_changes(old_sdl: str, new_sdl: str, output_format: str) -> None:
    """Write how the new API schema differs from the old one."""
    try:
        proposed = find_proposed_changes(old_sdl, new_sdl)
    except (GraphQLError, TypeError) as error:
        raise InputError(f"One of the schemas is not valid: {error}") from None
    changes = judge_proposed_changes(proposed, CheckSettings(consider_usage=False))
    if output_format == "json":
        click.echo(to_json([change_to_dict(change) for change in changes]))
    else:
        click.echo(changes_text(changes))
