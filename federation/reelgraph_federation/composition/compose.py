"""Compose subgraphs into a supergraph: read each, merge, check, prove, print."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..problems import SHRINKING_HINTS, Problem, Severity, make_problem
from ..subgraph.read import read_subgraph
from ..subgraph.schema import SubgraphSchema
from ..subgraph_urls import url_problem
from .collector import collector_paused
from .compose_directives import compose_directives
from .index_types import index_types
from .interface_access import guard_interfaces
from .interface_objects import spread_interface_objects
from .make_supergraph import make_supergraph
from .memory import Memory
from .merge_directives import merge_executable_directives
from .merge_types import hint_at_missing_fields, merge_types
from .rules import check_merged_schema
from .satisfiability import check_satisfiability
from .state import MergeState

if TYPE_CHECKING:
    from ..supergraph.print_sdl import PrintMemory
    from ..supergraph.supergraph import Supergraph

_ORDER = {Severity.ERROR: 0, Severity.WARN: 1, Severity.INFO: 2, Severity.DEBUG: 3}

_HARMLESS = frozenset(
    {
        "DIRECTIVE_COMPOSITION_ERROR",
        "FIELD_ARGUMENT_DEFAULT_MISMATCH",
        "INPUT_FIELD_DEFAULT_MISMATCH",
        "LINK_IMPORT_NAME_MISMATCH",
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    }
)
"""Errors that leave types and fields as they are, so that the proof still means something."""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A subgraph to compose. ``file`` is named in problems; without it, the subgraph's name is."""

    name: str
    url: str
    sdl: str
    file: str | None = None


@dataclass(eq=False)
class CompositionResult:
    """A supergraph, or errors; and hints in either case. Texts are made when first asked for."""

    supergraph: Supergraph | None
    errors: tuple[Problem, ...]
    hints: tuple[Problem, ...]
    printing: PrintMemory | None = field(default=None, repr=False)
    """Where a Composer keeps printed types for the next composition."""

    @property
    def ok(self) -> bool:
        """Tell whether there is a supergraph."""
        return self.supergraph is not None

    @property
    def shrinking(self) -> tuple[Problem, ...]:
        """Hints that something which a subgraph defines was left out of the supergraph."""
        return tuple(hint for hint in self.hints if hint.code in SHRINKING_HINTS)

    @cached_property
    def supergraph_sdl(self) -> str | None:
        """The supergraph as SDL with join directives, for routers."""
        if self.supergraph is None:
            return None
        from ..supergraph.print_sdl import print_supergraph

        return print_supergraph(self.supergraph, self.printing)

    @cached_property
    def api_schema_sdl(self) -> str | None:
        """The schema that clients see, as SDL."""
        if self.supergraph is None:
            return None
        from graphql import print_schema

        return print_schema(self.supergraph.api_schema)


def compose(subgraphs: Iterable[Subgraph]) -> CompositionResult:
    """Compose subgraphs; bad input gives errors in the result, never an exception.

    The order in which the subgraphs are given makes no difference.
    """
    result = Composer().compose(subgraphs)
    result.printing = None
    return result


class Composer:
    """Composes again and again, and keeps what did not change since the last time.

    The results are those of :func:`compose`. Not for use by several threads at once.
    """

    def __init__(self) -> None:
        self._read: dict[Subgraph, SubgraphSchema] = {}
        self._memory = Memory()

    def compose(self, subgraphs: Iterable[Subgraph]) -> CompositionResult:
        """Compose subgraphs as :func:`compose` does."""
        ordered = sorted(subgraphs, key=lambda subgraph: subgraph.name)
        try:
            with collector_paused():
                self._read = {each: self._schema(each) for each in ordered}
                return compose_schemas([self._read[each] for each in ordered], self._memory)
        except Exception as error:
            self._memory = Memory()
            return _internal_error(error)

    def _schema(self, subgraph: Subgraph) -> SubgraphSchema:
        known = self._read.get(subgraph)
        if known is not None:
            return known
        return read_subgraph(subgraph.name, subgraph.url, subgraph.sdl, subgraph.file)


def _internal_error(error: Exception) -> CompositionResult:
    """Say that composition itself failed: callers get a result whatever the input was."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "an unknown place"
    message = f"composition failed in {where}: {type(error).__name__}: {error}"
    return CompositionResult(None, (make_problem("INTERNAL", message),), ())


def compose_schemas(
    schemas: Sequence[SubgraphSchema], memory: Memory | None = None
) -> CompositionResult:
    """Compose subgraphs that were read before, sorted by name."""
    memory = memory or Memory()
    state = MergeState(list(schemas))
    supergraph: Supergraph | None = None
    for schema in schemas:
        state.problems.extend(schema.problems)
    check_names(state)
    if not state.has_errors:
        supergraph = _merge_and_prove(state, memory)
    check_urls(state)
    errors = [p for p in state.problems if p.is_error]
    hints = [p for p in state.problems if not p.is_error]
    return CompositionResult(
        None if errors else supergraph, _in_order(errors), _in_order(hints), memory.printing
    )


def check_names(state: MergeState) -> None:
    """Report names that several subgraphs have."""
    count = Counter(schema.name for schema in state.subgraphs)
    for name, times in count.items():
        if times > 1:
            text = f'{times} subgraphs are named "{name}"'
            state.report("INVALID_SUBGRAPH_NAME", text)


def check_urls(state: MergeState) -> None:
    """Report URLs that no router could call, or that tell a secret to whoever reads the supergraph."""
    for schema in state.subgraphs:
        problem = url_problem(schema.url)
        if problem is not None:
            text = f'the URL of subgraph "{schema.name}" cannot be used: {problem}'
            state.report("INVALID_SUBGRAPH_URL", text)


def _merge_and_prove(state: MergeState, memory: Memory) -> Supergraph | None:
    """Merge subgraphs that are valid by themselves; later checks need earlier ones to pass."""
    index_types(state)
    compose_directives(state)
    state.executable = merge_executable_directives(state)
    types = merge_types(state, memory.merge)
    memory.forget_all_but(types)
    spread_interface_objects(state, types, memory.spread)
    guard_interfaces(types, memory.printing.applied, memory.guards)
    hint_at_missing_fields(state, types)
    check_merged_schema(state, types, memory.printing.applied)
    if all(problem.code in _HARMLESS for problem in state.problems if problem.is_error):
        check_satisfiability(state, types, memory.proof)
    return None if state.has_errors else make_supergraph(state, types)


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Sort by severity, keeping the order in which they were found otherwise."""
    return tuple(sorted(problems, key=lambda problem: _ORDER[problem.severity]))
