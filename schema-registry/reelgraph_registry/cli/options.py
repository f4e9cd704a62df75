"""Options that several commands share."""

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from .exits import InputError

P = ParamSpec("P")
R = TypeVar("R")

DEFAULT_URL = "http://127.0.0.1:4001"
DEFAULT_TOKEN_FILE = Path(".reelgraph/keys/registry-token")

graph_option = click.option(
    "--graph", default="reelgraph", envvar="REELGRAPH_GRAPH", show_default=True, help="The graph."
)
variant_option = click.option(
    "--variant", default="main", envvar="REELGRAPH_VARIANT", show_default=True, help="The variant."
)
registry_option = click.option(
    "--registry",
    "registry_url",
    default=DEFAULT_URL,
    envvar="REELGRAPH_REGISTRY_URL",
    show_default=True,
    help="URL of the registry.",
)
author_option = click.option(
    "--author", help="Who does it. Default: the CI system's user, else the one of this machine."
)
annotated_format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "github", "gitlab"]),
    default="text",
    show_default=True,
    help="text for people, json for machines, github and gitlab to annotate the lines of the SDL.",
)
format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people, json for machines.",
)


def target_options(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options that say which variant of which registry."""
    return graph_option(variant_option(registry_option(command)))


def author_name(author: str | None) -> str:
    """Return who does something, as far as that can be told."""
    if author is not None:
        return author
    for variable in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"):
        if name := os.environ.get(variable):
            return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def read_token() -> str:
    """Return the registry's token; raises InputError that says where it may come from."""
    if token := os.environ.get("REELGRAPH_REGISTRY_TOKEN", "").strip():
        return token
    given = os.environ.get("REELGRAPH_REGISTRY_TOKEN_FILE")
    path = Path(given) if given else DEFAULT_TOKEN_FILE
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"No token for the registry: {path} cannot be read ({error}). "
            "Set REELGRAPH_REGISTRY_TOKEN, or REELGRAPH_REGISTRY_TOKEN_FILE to its file."
        ) from None
