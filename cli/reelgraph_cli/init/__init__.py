"""`reelgraph init NAME`: a subgraph project that runs, with tests, CI and a schema to publish."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

_NAME = re.compile(r"^[a-z][a-z0-9_-]*$")
_TYPE = re.compile(r"^[A-Z][A-Za-z0-9]*$")
_TAKEN = {"tests", "reelgraph_dgs", "reelgraph_kit", *sys.stdlib_module_names}


@click.command("init")
@click.argument("name")
@click.option("--type", "type_name", metavar="TYPE", help="The first entity.  [default: from NAME]")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the project shall stand.  [default: NAME]",
)
def init(name: str, type_name: str | None, folder: Path | None) -> None:
    """Make a subgraph project called NAME: it runs, has tests, and is checked in CI."""
    words = words_for(name, type_name)
    target = folder or Path(name)
    if target.exists() and any(target.iterdir()):
        raise click.UsageError(f"{target} is not empty. Choose another --folder.")
    try:
        written = write_project(target, words)
        _print_schema(target, words["package"])
    except OSError as error:
        raise click.UsageError(f"Cannot write to {target}: {error.strerror or error}.") from None
    click.echo(f"Made {target} with {written + 1} files. Next:")
    click.echo(f"  cd {target}")
    click.echo(f"  python -m {words['package']}        # http://127.0.0.1:4030/graphql")
    click.echo("  python -m pytest               # needs: pip install pytest pytest-asyncio")


def words_for(name: str, type_name: str | None) -> dict[str, str]:
    """Return what stands in the template for what; raises click.UsageError for names that cannot be."""
    if not _NAME.match(name):
        raise click.UsageError(
            f"{name!r} cannot name a subgraph here: small letters, digits, - and _, a letter first."
        )
    package = name.replace("-", "_")
    if package in _TAKEN or keyword.iskeyword(package):
        raise click.UsageError(f"A package called {package} exists already. Choose another name.")
    pascal = "".join(part.capitalize() for part in package.split("_") if part)
    type_name = type_name or (pascal[:-1] if pascal.endswith("s") and len(pascal) > 2 else pascal)
    if not _TYPE.match(type_name) or type_name in {"Query", "Mutation", "Subscription", "Store"}:
        raise click.UsageError(f"{type_name!r} cannot name a type here. Choose another --type.")
    first = type_name[0].lower() + type_name[1:]
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", first).lower()
    return {
        "name": name,
        "project": name.replace("_", "-"),
        "package": package,
        "prefix": f"REELGRAPH_{package.upper()}_",
        "Type": type_name,
        "method": f"{snake}s",
        "field": f"{first}s",
    }


def write_project(target: Path, words: Mapping[str, str]) -> int:
    """Write the template's files with its words in place; returns how many."""
    return _copy(files("reelgraph_cli.init").joinpath("template"), target, words)


def _copy(source: Traversable, target: Path, words: Mapping[str, str]) -> int:
    target.mkdir(parents=True, exist_ok=True)
    written = 0
    for entry in source.iterdir():
        name = words["package"] if entry.name == "package" else _filled(entry.name, words)
        name = re.sub(r"^dot-", ".", name).removesuffix(".template")
        if entry.is_dir():
            written += 0 if name == "__pycache__" else _copy(entry, target / name, words)
        else:
            text = entry.read_text(encoding="utf-8")
            (target / name).write_text(_filled(text, words), encoding="utf-8")
            written += 1
    return written


def _filled(text: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        text = text.replace("{{" + word + "}}", value)
    return text


def _print_schema(target: Path, package: str) -> None:
    """Print the schema from the code, as its owner will after each change."""
    from reelgraph_dgs.export import load_schema, print_subgraph_schema

    sys.path.insert(0, str(target.resolve()))
    try:
        text = print_subgraph_schema(load_schema(f"{package}.schema:schema"))
    finally:
        sys.path.pop(0)
    (target / "schema.graphql").write_text(text, encoding="utf-8")
