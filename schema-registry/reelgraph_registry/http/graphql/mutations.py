"""What changes the registry; all of it needs the registry's token."""

from dataclasses import replace

import strawberry

from ...domain.check import CheckSettings
from ...domain.errors import InvalidInput, NotFound, VersionConflict
from ...domain.names import check_graph_name, check_variant_name
from ...use_cases.check_subgraphs import CheckRequest
from ...use_cases.publish_subgraphs import PublishRequest
from .check_types import CheckSettingsType, CheckType
from .context import Info, author_name
from .inputs import (
    CheckSettingsInput,
    CheckSubgraphsInput,
    DeleteSubgraphInput,
    PromoteInput,
    PublishSubgraphsInput,
    RollbackInput,
)
from .results import (
    CheckResult,
    CheckSettingsResult,
    MoveResult,
    PointerMoved,
    PublishResult,
    publish_result,
    refusal,
    rejected,
)
from .variant_types import HistoryEntryType

_EXPECTED = (InvalidInput, NotFound, VersionConflict)


@strawberry.type
class Mutation:
    """Writes and checks."""

    @strawberry.mutation(description="Publish schemas together, as one new supergraph version.")
    async def publish_subgraphs(self, info: Info, input: PublishSubgraphsInput) -> PublishResult:
        """Publish subgraphs."""
        info.context.require_token()
        expects = input.expected_version is not strawberry.UNSET
        try:
            request = PublishRequest(
                graph=input.graph,
                variant=input.variant,
                schemas=tuple(subgraph.to_schema() for subgraph in input.subgraphs),
                author=author_name(input.author),
                expects_version=expects,
                expected_version=input.expected_version if expects else None,
            )
            return publish_result(await info.context.services.publish(request))
        except _EXPECTED as error:
            return refusal(error)

    @strawberry.mutation(description="Take a subgraph out of a variant.")
    async def delete_subgraph(self, info: Info, input: DeleteSubgraphInput) -> PublishResult:
        """Delete a subgraph."""
        info.context.require_token()
        try:
            outcome = await info.context.services.delete(
                input.graph, input.variant, input.subgraph, author_name(input.author)
            )
            return publish_result(outcome)
        except _EXPECTED as error:
            return refusal(error)

    @strawberry.mutation(description="Say what publishing schemas would break; store the result.")
    async def check_subgraphs(self, info: Info, input: CheckSubgraphsInput) -> CheckResult:
        """Check subgraphs."""
        info.context.require_token()
        try:
            request = CheckRequest(
                graph=input.graph,
                variant=input.variant,
                schemas=tuple(subgraph.to_schema() for subgraph in input.subgraphs),
                author=author_name(input.author),
                deleted=tuple(input.deleted),
                fail_on_shrinking_hints=input.fail_on_shrinking_hints,
            )
            return CheckType.of(await info.context.services.check(request))
        except (InvalidInput, NotFound) as error:
            return rejected(error)

    @strawberry.mutation(description="Let a variant publish an exact supergraph version.")
    async def promote(self, info: Info, input: PromoteInput) -> MoveResult:
        """Promote a version."""
        info.context.require_token()
        try:
            entry = await info.context.services.move.promote(
                input.graph, input.variant, input.version, author_name(input.author)
            )
            return PointerMoved(entry=HistoryEntryType.of(entry))
        except _EXPECTED as error:
            return refusal(error)

    @strawberry.mutation(description="Let a variant publish again what it published before.")
    async def rollback(self, info: Info, input: RollbackInput) -> MoveResult:
        """Roll back."""
        info.context.require_token()
        try:
            entry = await info.context.services.move.roll_back(
                input.graph, input.variant, input.version, author_name(input.author)
            )
            return PointerMoved(entry=HistoryEntryType.of(entry))
        except _EXPECTED as error:
            return refusal(error)

    @strawberry.mutation(description="Change how a variant judges proposals.")
    async def update_check_settings(
        self, info: Info, input: CheckSettingsInput
    ) -> CheckSettingsResult:
        """Change how a variant judges."""
        info.context.require_token()
        store = info.context.store
        try:
            check_graph_name(input.graph)
            check_variant_name(input.variant)
            settings = _merged(await store.check_settings(input.graph, input.variant), input)
        except InvalidInput as error:
            return rejected(error)
        await store.save_check_settings(input.graph, input.variant, settings)
        return CheckSettingsType.of(settings)


def _merged(settings: CheckSettings, input: CheckSettingsInput) -> CheckSettings:
    def given(value: bool | None, current: bool) -> bool:
        return current if value is None else value

    days, count, share = (
        input.usage_window_days,
        input.usage_count_threshold,
        input.usage_share_threshold,
    )
    clients = input.excluded_clients
    return replace(
        settings,
        fail_on_dangerous=given(input.fail_on_dangerous, settings.fail_on_dangerous),
        fail_on_shrinking_hints=given(
            input.fail_on_shrinking_hints, settings.fail_on_shrinking_hints
        ),
        allow_removal_of_deprecated=given(
            input.allow_removal_of_deprecated, settings.allow_removal_of_deprecated
        ),
        consider_usage=given(input.consider_usage, settings.consider_usage),
        usage_window_days=settings.usage_window_days if days is None else days,
        usage_count_threshold=settings.usage_count_threshold if count is None else count,
        usage_share_threshold=settings.usage_share_threshold if share is None else share,
        excluded_clients=settings.excluded_clients if clients is None else tuple(clients),
    )
