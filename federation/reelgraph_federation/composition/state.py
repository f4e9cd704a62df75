"""What a composition works on: the subgraphs in a fixed order, and the problems so far."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..problems import Problem, Severity, make_problem
from ..subgraph.document import EnumValue, Field, InputValue, TypeDef
from ..subgraph.schema import SubgraphSchema
from ..supergraph.model import DirectiveDefinition, Link

Element = TypeVar("Element", TypeDef, Field, InputValue, EnumValue)
Sources = Sequence[tuple[int, Element]]
"""Where an element stands: the subgraph's index, and the element there."""

TypeSources = list[tuple[int, TypeDef]]


@dataclass(slots=True, eq=False)
class MergeState:
    """The subgraphs sorted by name, their types by name, and every problem found so far."""

    subgraphs: list[SubgraphSchema]
    by_type: dict[str, TypeSources] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    supertypes: dict[str, set[str]] = field(default_factory=dict)
    input_enums: set[str] = field(default_factory=set)
    output_enums: set[str] = field(default_factory=set)
    graphs: list[str] = field(default_factory=list)
    composed: dict[str, DirectiveDefinition] = field(default_factory=dict)
    executable: dict[str, DirectiveDefinition] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    asked: dict[tuple[str, str], bool] = field(default_factory=dict)
    """The questions to :meth:`is_subtype` since a merge began, and their answers."""

    def __post_init__(self) -> None:
        self.graphs = graph_names(self.subgraphs)

    def report(
        self,
        code: str,
        message: str,
        coordinate: str | None = None,
        places: Iterable[tuple[int, int]] = (),
        *,
        remedy: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Collect a problem; ``places`` are (subgraph index, offset into its SDL)."""
        locations = tuple(self.subgraphs[index].locate(at) for index, at in places)
        self.problems.append(make_problem(code, message, coordinate, locations, remedy, severity))

    def name(self, index: int) -> str:
        """Return the subgraph's name."""
        return self.subgraphs[index].name

    @property
    def has_errors(self) -> bool:
        """Tell whether an error was reported."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def subgraph_list(self, indexes: Iterable[int]) -> str:
        """Write subgraphs for people: ``subgraphs "a", "b" and "c"``."""
        names = [f'"{self.name(index)}"' for index in sorted(set(indexes))]
        if len(names) == 1:
            return f"subgraph {names[0]}"
        return f"subgraphs {', '.join(names[:-1])} and {names[-1]}" if names else "no subgraph"

    def is_subtype(self, narrow: str, wide: str) -> bool:
        """Tell whether the named type ``narrow`` is a member or implementation of ``wide``."""
        answer = self.asked[narrow, wide] = wide in self.supertypes.get(narrow, ())
        return answer


def places(sources: Sources[Element]) -> list[tuple[int, int]]:
    """Return where the sources stand, for :meth:`MergeState.report`."""
    return [(index, element.at) for index, element in sources]


def graph_names(subgraphs: Sequence[SubgraphSchema]) -> list[str]:
    """Return the value of the join__Graph enum for each subgraph: unique names in upper case."""
    names = [re.sub(r"[^_A-Za-z0-9]", "_", schema.name).upper() for schema in subgraphs]
    names = [f"_{name}" if name[:1].isdigit() else name for name in names]
    # A trailing number would look like one that tells equal names apart.
    names = [f"{name}_" if re.search(r"_[0-9]+$", name) else name for name in names]
    count = Counter(names)
    used: Counter[str] = Counter()
    result = []
    for name in names:
        used[name] += 1
        result.append(f"{name}_{used[name]}" if count[name] > 1 else name)
    return result
