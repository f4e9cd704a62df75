"""Compose a variant's next set of subgraphs and publish the result, whoever else publishes too."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from reelgraph_federation.problems import Problem

from ..domain.change_result import ChangeResult
from ..domain.check import CheckSettings
from ..domain.composition import Composition, without_files
from ..domain.errors import StaleVariant, VersionConflict
from ..domain.history import Action
from ..domain.run_check import find_proposed_changes, judge_proposed_changes
from ..domain.subgraph_version import SubgraphSchema
from ..domain.supergraph_version import SupergraphVersion, VariantState
from ..ports import Announcer, Clock, FailedAttempt, NewSupergraph, RegistryStore
from .composers import Composers

Schemas = tuple[SubgraphSchema, ...]

_MAX_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Published:
    """A new supergraph version is published. ``subgraphs`` names those that changed."""

    version: SupergraphVersion
    subgraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What was proposed is what the variant publishes already."""

    supergraph_version: str


@dataclass(frozen=True, slots=True)
class CompositionFailed:
    """The proposal does not compose. It is kept in the history under a number."""

    errors: tuple[Problem, ...]
    hints: tuple[Problem, ...]
    history_number: int
    supergraph_version: str | None


PublishOutcome = Published | Unchanged | CompositionFailed


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants to do to a variant.

    ``apply`` maps the subgraphs that are published to those that shall be, ``subgraphs`` names the
    ones it touches. With ``expects_version`` the variant must publish ``expected_version`` (None:
    nothing yet).
    """

    graph: str
    variant: str
    action: Action
    subgraphs: tuple[str, ...]
    apply: Callable[[Schemas], Schemas]
    author: str
    expects_version: bool = False
    expected_version: str | None = None


async def compose_and_publish(
    intent: Intent,
    store: RegistryStore,
    announce: Announcer,
    clock: Clock,
    composers: Composers,
) -> PublishOutcome:
    """Read the variant, compose its next set, and publish by compare-and-set.

    When another publish comes first, the intent is applied again on top of it, so none is lost.
    Raises VersionConflict when an expected version was given and the variant moved on.
    """
    for _ in range(_MAX_ATTEMPTS):
        state = await store.variant_state(intent.graph, intent.variant)
        _require_expected_version(intent, state)
        current = tuple(version.as_schema() for version in state.members)
        proposed = intent.apply(current)
        if state.supergraph_version is not None and _contents(proposed) == _contents(current):
            return Unchanged(state.supergraph_version)
        composition = await asyncio.to_thread(
            composers.compose, intent.graph, intent.variant, proposed
        )
        if not composition.ok and await _has_moved_on(state, store):
            continue
        if not composition.ok:
            return await _keep_failure(intent, state, proposed, composition, store, clock)
        try:
            version = await _publish(intent, state, proposed, composition, store, clock)
        except StaleVariant:
            continue
        announce(intent.graph, intent.variant)
        return Published(version, _changed(current, proposed))
    latest = await store.published_version(intent.graph, intent.variant)
    raise VersionConflict(state.supergraph_version, latest)


def _require_expected_version(intent: Intent, state: VariantState) -> None:
    if intent.expects_version and intent.expected_version != state.supergraph_version:
        raise VersionConflict(intent.expected_version, state.supergraph_version)


async def _has_moved_on(state: VariantState, store: RegistryStore) -> bool:
    """Say whether the failure is about a set of subgraphs that is no longer published."""
    published = await store.published_version(state.graph, state.variant)
    return published != state.supergraph_version


async def _publish(
    intent: Intent,
    state: VariantState,
    proposed: Schemas,
    composition: Composition,
    store: RegistryStore,
    clock: Clock,
) -> SupergraphVersion:
    changes = await _changelog(state, composition, store)
    return await store.publish(
        NewSupergraph(
            based_on=state,
            action=intent.action,
            schemas=proposed,
            subgraphs=intent.subgraphs,
            composition=composition,
            changes=changes,
            author=intent.author,
            created_at=clock(),
        )
    )


async def _changelog(
    state: VariantState, composition: Composition, store: RegistryStore
) -> tuple[ChangeResult, ...]:
    """Compare with what was published; without usage, for a changelog is about the schema."""
    if state.supergraph_version is None:
        return ()
    published = await store.supergraph(state.graph, state.supergraph_version)
    if published is None:
        return ()
    proposed = await asyncio.to_thread(
        find_proposed_changes, published.api_schema_sdl, composition.api_schema_sdl
    )
    return judge_proposed_changes(proposed, CheckSettings(consider_usage=False))


async def _keep_failure(
    intent: Intent,
    state: VariantState,
    proposed: Schemas,
    composition: Composition,
    store: RegistryStore,
    clock: Clock,
) -> CompositionFailed:
    errors = tuple(without_files(error) for error in composition.errors)
    entry = await store.record_failure(
        FailedAttempt(
            based_on=state,
            action=intent.action,
            schemas=proposed,
            subgraphs=intent.subgraphs,
            errors=errors,
            author=intent.author,
            created_at=clock(),
        )
    )
    return CompositionFailed(errors, composition.hints, entry.number, state.supergraph_version)


def _contents(schemas: Schemas) -> dict[str, str]:
    return {schema.name: schema.digest for schema in schemas}


def _changed(current: Schemas, proposed: Schemas) -> tuple[str, ...]:
    before, after = _contents(current), _contents(proposed)
    return tuple(sorted(n for n in before | after if before.get(n) != after.get(n)))
