"""What documents are written to: the versions of an index that must be kept true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reelgraph_search.definition import DefinitionError, IndexDefinition
from reelgraph_search.index_config.derive_mapping import derive_mapping
from reelgraph_search.index_config.mapping import IndexMapping
from reelgraph_search.indexing.versions import IndexVersion, State
from reelgraph_search.templates.compiled import CompiledTemplate
from reelgraph_search.templates.graph_facts import GraphFacts
from reelgraph_search.templates.validate import compile_template


@dataclass(frozen=True)
class Plan:
    """A definition compiled against one supergraph."""

    template: CompiledTemplate
    mapping: IndexMapping


def make_plan(definition: IndexDefinition, facts: GraphFacts) -> Plan:
    """Compile a definition; raises DefinitionError."""
    template = compile_template(definition, facts)
    return Plan(template, derive_mapping(template))


@dataclass(frozen=True)
class Target:
    """An index version that takes writes, and how its documents are made."""

    version: IndexVersion
    plan: Plan

    @property
    def building(self) -> bool:
        """Whether it does not serve yet."""
        return self.version.state is State.BUILDING


@dataclass(frozen=True)
class Targets:
    """All versions of one index that take writes; `unusable` are those that the graph left."""

    index: str
    targets: tuple[Target, ...]
    unusable: tuple[str, ...] = ()

    @property
    def visited(self) -> frozenset[str]:
        """Entity types whose changes concern the index."""
        return frozenset().union(*(target.plan.template.visited for target in self.targets))

    @property
    def root(self) -> str | None:
        """The root type."""
        return self.targets[0].plan.template.definition.root if self.targets else None


def choose_targets(index: str, versions: Sequence[IndexVersion], facts: GraphFacts) -> Targets:
    """Compile what the serving version and the one being built need.

    Each keeps the definition that it was begun with, so that its documents stay of one kind. A
    version whose definition no longer fits the graph takes no writes until it is replaced.
    """
    targets: list[Target] = []
    unusable: list[str] = []
    for version in versions:
        if version.state is State.RETIRED:
            continue
        try:
            plan = make_plan(version.definition, facts)
        except DefinitionError as error:
            unusable.append(f"{version.engine_index}: {error}")
            continue
        targets.append(Target(version, plan))
    return Targets(index, tuple(targets), tuple(unusable))
