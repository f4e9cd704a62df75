"""Compose subgraph schemas into a supergraph, as the registry stores it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reelgraph_federation import Composer, Subgraph, compose
from reelgraph_federation.problems import PROBLEM_KINDS, Problem, SourceLocation

from .subgraph_version import SubgraphSchema


@dataclass(frozen=True, slots=True)
class Composition:
    """What composing gave: both texts, or errors. Hints come with either."""

    supergraph_sdl: str
    api_schema_sdl: str
    errors: tuple[Problem, ...]
    hints: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether there is a supergraph."""
        return not self.errors


def compose_schemas(
    schemas: Iterable[SubgraphSchema], composer: Composer | None = None
) -> Composition:
    """Compose subgraphs in the order of their names, so that equal sets give equal supergraphs.

    A ``composer`` that composed most of them before is quicker; one thread at a time may use it.
    """
    ordered = sorted(schemas, key=lambda schema: schema.name)
    try:
        return _compose(ordered, composer)
    except RecursionError:
        return Composition("", "", (_too_deep(ordered),), ())


def _compose(schemas: list[SubgraphSchema], composer: Composer | None) -> Composition:
    how = compose if composer is None else composer.compose
    result = how([Subgraph(s.name, s.url, s.sdl, s.file) for s in schemas])
    return Composition(
        supergraph_sdl=result.supergraph_sdl or "",
        api_schema_sdl=result.api_schema_sdl or "",
        errors=tuple(result.errors),
        hints=tuple(result.hints),
    )


def without_files(problem: Problem) -> Problem:
    """Return a problem whose places name subgraphs only; the files were its proposer's own."""
    places = tuple(replace(place, file=None) for place in problem.locations)
    return replace(problem, locations=places)


def _too_deep(schemas: list[SubgraphSchema]) -> Problem:
    kind = PROBLEM_KINDS["INVALID_GRAPHQL"]
    return Problem(
        code="INVALID_GRAPHQL",
        severity=kind.severity,
        message="A subgraph's schema nests too deeply to be read.",
        remedy="Flatten the nested lists and objects in its default values and directives.",
        locations=tuple(SourceLocation(schema.name, schema.file, 0, 0) for schema in schemas),
    )
