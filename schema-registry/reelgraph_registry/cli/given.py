"""The subgraphs that a command was given, and how places in them are named."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import InputError
from .sources import read_source
from .subgraphs_config import GivenSubgraph, read_subgraphs

if TYPE_CHECKING:
    from reelgraph_federation.problems import Problem, SourceLocation

    from ..domain.subgraph_version import SubgraphSchema


def read_given(
    names: tuple[str, ...], schema: str | None, url: str | None, config: Path | None
) -> list[GivenSubgraph]:
    """Read what was given: one subgraph with `--schema`, or those of `--config`."""
    if config is not None:
        if schema is not None or url is not None:
            raise InputError("Give either --config, or a name with --schema and --url.")
        return read_subgraphs(config, names)
    if schema is None:
        raise InputError("Say where the schema is: --schema SOURCE, or --config FILE for several.")
    if len(names) != 1:
        raise InputError("Name the one subgraph whose --schema this is.")
    return [GivenSubgraph(names[0], url or "", read_source(schema))]


def as_inputs(given: list[GivenSubgraph]) -> list[dict[str, str]]:
    """Return the subgraphs as the registry's GraphQL takes them."""
    return [{"name": one.name, "url": one.url, "sdl": one.source.sdl} for one in given]


def as_schemas(given: list[GivenSubgraph]) -> "tuple[SubgraphSchema, ...]":
    """Return the subgraphs as the domain takes them."""
    from ..domain.subgraph_version import SubgraphSchema

    return tuple(SubgraphSchema(one.name, one.url, one.source.sdl) for one in given)


def relocate(place: "SourceLocation", given: list[GivenSubgraph]) -> "SourceLocation":
    """Map a place in a subgraph's SDL to the file and line it was read from."""
    for one in given:
        if one.name == place.subgraph:
            file, line = one.source.place(place.line)
            return replace(place, file=file, line=line if place.line else 0)
    return replace(place, file=None)


def relocate_problem(problem: "Problem", given: list[GivenSubgraph]) -> "Problem":
    """Map the places of a problem."""
    return replace(problem, locations=tuple(relocate(p, given) for p in problem.locations))
