"""Check proposed schemas: would they compose, and whom would they break."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from reelgraph_federation.schema_changes import RecordedUsage

from ..domain.check import Check, CheckSettings, Finding
from ..domain.composition import Composition
from ..domain.errors import NotFound
from ..domain.names import check_graph_name, check_variant_name
from ..domain.run_check import (
    Baseline,
    CheckSubject,
    ProposedChanges,
    conclude,
    find_proposed_changes,
    judge_proposed_changes,
)
from ..domain.subgraph_version import SchemaLimits, SubgraphSchema, check_schemas
from ..domain.supergraph_version import VariantState
from ..ports import CheckContributor, Clock, RegistryStore, UsageStore
from .compose_and_publish import Schemas
from .composers import Composers
from .publish_subgraphs import replace_schemas


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Schemas to check together, and subgraphs that would be deleted along with them."""

    graph: str
    variant: str
    schemas: tuple[SubgraphSchema, ...]
    author: str
    deleted: tuple[str, ...] = ()
    fail_on_shrinking_hints: bool | None = None
    """Whether hints that something was left out fail this check; by default as the variant says."""


@dataclass(frozen=True, slots=True)
class CheckSubgraphs:
    """The use case, with what it works on."""

    store: RegistryStore
    usage: UsageStore
    clock: Clock
    limits: SchemaLimits
    contributors: Sequence[CheckContributor] = ()
    composers: Composers = field(default_factory=Composers)

    async def __call__(self, request: CheckRequest) -> Check:
        """Compose, compare, judge by recorded usage, and keep the result. Raises InvalidInput."""
        self._require_valid(request)
        now = self.clock()
        state = await self.store.variant_state(request.graph, request.variant)
        settings = await self.store.check_settings(request.graph, request.variant)
        if request.fail_on_shrinking_hints is not None:
            settings = replace(settings, fail_on_shrinking_hints=request.fail_on_shrinking_hints)
        baseline = await self._baseline(state)
        proposed = propose(state, request)
        composition = await asyncio.to_thread(
            self.composers.compose, request.graph, request.variant, proposed
        )
        found = await _find_changes(baseline, composition)
        usage = await self._usage(request, found, settings, now)
        changes = await asyncio.to_thread(
            judge_proposed_changes, found, settings, usage, request.schemas
        )
        findings = await self._findings(request, composition)
        subject = CheckSubject(
            graph=request.graph,
            variant=request.variant,
            names=(*(schema.name for schema in request.schemas), *request.deleted),
            author=request.author,
            created_at=now,
            id=uuid4().hex,
        )
        check = conclude(subject, baseline, composition, changes, settings, findings)
        await self.store.save_check(check)
        return check

    def _require_valid(self, request: CheckRequest) -> None:
        check_graph_name(request.graph)
        check_variant_name(request.variant)
        if request.schemas or not request.deleted:
            check_schemas(request.schemas, self.limits)

    async def _baseline(self, state: VariantState) -> Baseline:
        if state.supergraph_version is None:
            return Baseline()
        published = await self.store.supergraph(state.graph, state.supergraph_version)
        if published is None:
            return Baseline()
        return Baseline(published.info.id, published.api_schema_sdl, published.hints)

    async def _usage(
        self,
        request: CheckRequest,
        found: ProposedChanges | None,
        settings: CheckSettings,
        now: datetime,
    ) -> RecordedUsage | None:
        if found is None or not found.usage_coordinates or not settings.consider_usage:
            return None
        return await self.usage.usage_of(
            request.graph,
            request.variant,
            found.usage_coordinates,
            now - timedelta(days=settings.usage_window_days),
            settings.excluded_clients,
        )

    async def _findings(self, request: CheckRequest, composition: Composition) -> list[Finding]:
        if not composition.ok:
            return []
        findings: list[Finding] = []
        for contributor in self.contributors:
            findings += await contributor.examine(request.graph, request.variant, composition)
        return findings


def propose(state: VariantState, request: CheckRequest) -> Schemas:
    """Return the subgraphs that the variant would have; raises NotFound for an unknown deletion."""
    current = tuple(version.as_schema() for version in state.members)
    names = {schema.name for schema in current}
    for name in request.deleted:
        if name not in names:
            raise NotFound(f"The variant {request.graph}@{request.variant} has no subgraph {name}.")
    kept = tuple(schema for schema in current if schema.name not in request.deleted)
    return replace_schemas(kept, request.schemas)


async def _find_changes(baseline: Baseline, composition: Composition) -> ProposedChanges | None:
    return await asyncio.to_thread(
        find_proposed_changes, baseline.api_schema_sdl, composition.api_schema_sdl
    )
