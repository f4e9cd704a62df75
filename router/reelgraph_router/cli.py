"""`reelgraph router`: run the router, and print each stage of planning."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from reelgraph_router.cli_access import caller_options, filter_for

if TYPE_CHECKING:
    from graphql import DocumentNode

    from reelgraph_federation.operations import NormalizedOperation
    from reelgraph_federation.planning.query_plan import Fetch
    from reelgraph_federation.supergraph import Supergraph

EXIT_FAILED = 1
EXIT_USAGE = 2

SUPERGRAPH = click.option(
    "--supergraph", type=click.Path(path_type=Path), help="A supergraph SDL file."
)
SUBGRAPHS = click.option(
    "--subgraphs", type=click.Path(path_type=Path), help="A YAML list: name, url, schema."
)
OPERATION = click.argument("operation", type=click.Path(path_type=Path, allow_dash=True))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
NAME = click.option("--name", help="Which operation, where the file has several.")


@click.group()
def router() -> None:
    """Run the router and look into plans."""


@router.command()
@SUPERGRAPH
@SUBGRAPHS
@click.option("--registry", help="Base URL of a schema registry to follow.")
@click.option("--graph", help="Graph to ask the registry for.")
@click.option("--variant", help="Variant of the graph.")
@click.option("--port", type=click.IntRange(0, 65535), help="TCP port; 0 takes any free one.")
@click.option("--host", help="Address to listen on, 127.0.0.1 by default.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Folder of the kept copy.")
@click.option("--hooks", help="Hooks to load: package.module:object.")
@click.option("--expose-plan", is_flag=True, default=None, help="Let clients ask for plans.")
def start(**options: object) -> None:
    """Serve a supergraph until Ctrl-C.

    Every other setting is read from the environment (REELGRAPH_ROUTER_…); options given here win.
    """
    from pydantic import ValidationError

    from reelgraph_kit.process import serve
    from reelgraph_kit.settings import describe_problems
    from reelgraph_router.app import NoSource, create_app
    from reelgraph_router.configuration import ConfigurationError
    from reelgraph_router.http.lean_protocol import LeanProtocol
    from reelgraph_router.settings import RouterSettings

    options["registry_url"] = options.pop("registry")
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = RouterSettings(**given)  # type: ignore[arg-type]  # validated by pydantic
    except ValidationError as error:
        _fail(describe_problems(RouterSettings, error), EXIT_USAGE)
    try:
        serve(create_app, RouterSettings, settings, http=LeanProtocol)
    except NoSource:
        _fail(
            "Say what to serve: --supergraph FILE, --subgraphs FILE or --registry URL.", EXIT_USAGE
        )
    except ConfigurationError as error:
        _fail(str(error), EXIT_USAGE)


@router.command()
@SUPERGRAPH
@SUBGRAPHS
@OPERATION
@NAME
@click.option(
    "--without", multiple=True, metavar="SUBGRAPH", help="Plan as if this subgraph were not there."
)
@click.option("--defer", is_flag=True, help="Obey @defer; variables in its `if` count as true.")
@caller_options
@JSON
def plan(
    supergraph: Path | None,
    subgraphs: Path | None,
    operation: Path,
    name: str | None,
    without: tuple[str, ...],
    defer: bool,
    caller: str | None,
    scopes: tuple[str, ...],
    policies: tuple[str, ...],
    labels: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the query plan of the operation in a file (- reads standard input)."""
    from reelgraph_federation.planning import (
        PlanningError,
        format_plan,
        plan_operation,
        plan_to_json,
    )

    graph = _load(supergraph, subgraphs)
    if unknown := set(without) - set(graph.subgraphs):
        known = ", ".join(graph.subgraphs)
        _fail(f"There is no subgraph {min(unknown)}; there are: {known}.", EXIT_USAGE)
    normalized = _normalize(graph, operation, name, defer=defer)
    allowed = filter_for(graph, normalized, caller, scopes, policies)
    disabled, held = frozenset(without), frozenset(labels)
    try:
        found = plan_operation(graph, allowed, override_labels=held, disabled_subgraphs=disabled)
    except PlanningError as error:
        _fail(f"{error.code}: {error}", EXIT_FAILED)
    click.echo(json.dumps(plan_to_json(found), indent=2) if as_json else format_plan(found))


@router.command()
@SUPERGRAPH
@SUBGRAPHS
@OPERATION
@NAME
@JSON
def fetches(
    supergraph: Path | None,
    subgraphs: Path | None,
    operation: Path,
    name: str | None,
    as_json: bool,
) -> None:
    """Print each fetch of the plan: subgraph, what it waits for, the operation sent."""
    from graphql import parse, print_ast

    from reelgraph_federation.planning import PlanningError, plan_operation

    graph = _load(supergraph, subgraphs)
    normalized = _normalize(graph, operation, name)
    try:
        found = plan_operation(graph, normalized)
    except PlanningError as error:
        _fail(f"{error.code}: {error}", EXIT_FAILED)
    if as_json:
        click.echo(json.dumps([_fetch_to_json(fetch) for fetch in found.fetches], indent=2))
        return
    for fetch in found.fetches:
        waits = sorted({*fetch.depends_on, *fetch.after})
        after = f", after {', '.join(map(str, waits))}" if waits else ""
        click.echo(f"# fetch {fetch.id}: {fetch.kind} to {fetch.subgraph}{after}")
        click.echo(print_ast(parse(fetch.operation)) + "\n")


@router.command()
@SUPERGRAPH
@SUBGRAPHS
@OPERATION
@NAME
@JSON
def paths(
    supergraph: Path | None,
    subgraphs: Path | None,
    operation: Path,
    name: str | None,
    as_json: bool,
) -> None:
    """Print the ways to each field of the operation that the planner chooses from."""
    from reelgraph_federation.planning import (
        PlanningError,
        describe_paths,
        find_field_paths,
        paths_to_json,
    )

    graph = _load(supergraph, subgraphs)
    normalized = _normalize(graph, operation, name)
    try:
        if as_json:
            text = json.dumps(paths_to_json(find_field_paths(graph, normalized)), indent=2)
        else:
            text = describe_paths(graph, normalized)
    except PlanningError as error:
        _fail(f"{error.code}: {error}", EXIT_FAILED)
    click.echo(text)


def _fetch_to_json(fetch: Fetch) -> dict[str, object]:
    return {
        "id": fetch.id,
        "kind": fetch.kind,
        "subgraph": fetch.subgraph,
        "after": sorted({*fetch.depends_on, *fetch.after}),
        "variables": list(fetch.variables),
        "operation": fetch.operation,
    }


def _load(supergraph: Path | None, subgraphs: Path | None) -> Supergraph:
    """The supergraph of a file or of a list of subgraphs; leaves with a message when it is bad."""
    from reelgraph_federation.supergraph import InvalidSupergraphError, parse_supergraph
    from reelgraph_router.supergraph_source.file import read_document
    from reelgraph_router.supergraph_source.port import SourceError

    if (supergraph is None) == (subgraphs is None):
        _fail("Give either --supergraph FILE or --subgraphs FILE.", EXIT_USAGE)
    try:
        if supergraph is not None:
            return parse_supergraph(read_document(supergraph).sdl)
        from reelgraph_router.supergraph_source.subgraph_list import compose_list, read_list

        assert subgraphs is not None
        return parse_supergraph(compose_list(subgraphs, read_list(subgraphs)).sdl)
    except (SourceError, InvalidSupergraphError) as error:
        _fail(str(error), EXIT_FAILED)


def _normalize(
    graph: Supergraph, file: Path, name: str | None, *, defer: bool = False
) -> NormalizedOperation:
    """The operation of a file in normal form; leaves with every problem when it is not valid."""
    from reelgraph_federation.operations import normalize_operation
    from reelgraph_federation.operations.defer_usages import find_defer_variables
    from reelgraph_router.errors import RequestError

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except OSError as error:
        _fail(f"Cannot read {file}: {error.strerror}.", EXIT_USAGE)
    except UnicodeDecodeError:
        _fail(f"Cannot read {file}: it is not UTF-8 text.", EXIT_USAGE)
    try:
        document = _parse(graph, text)
        deferring = find_defer_variables(document) or frozenset()
        return normalize_operation(graph, document, name, deferring=deferring if defer else None)
    except RequestError as error:
        lines = [f"{file}{_position(fault.locations)}: {fault.message}" for fault in error.faults]
        _fail("\n".join(lines), EXIT_FAILED)
    except ValueError as error:
        _fail(f"{file}: {error}", EXIT_FAILED)


def _parse(graph: Supergraph, text: str) -> DocumentNode:
    from reelgraph_router.pipeline.parse import parse_document
    from reelgraph_router.pipeline.validate import validate_document

    document = parse_document(text, max_tokens=1_000_000, max_characters=10_000_000)
    validate_document(graph.api_schema, document, hints=True)
    return document


def _position(locations: tuple[tuple[int, int], ...]) -> str:
    return f":{locations[0][0]}:{locations[0][1]}" if locations else ""


def _fail(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(code)
