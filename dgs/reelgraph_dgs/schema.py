"""Make a federated schema out of Strawberry types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, cast

from graphql import GraphQLError
from graphql.validation import ASTValidationRule, NoSchemaIntrospectionCustomRule
from strawberry import Info
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.extensions.max_aliases import create_validator as alias_rule
from strawberry.extensions.query_depth_limiter import create_validator as depth_rule
from strawberry.federation.schema import FederationAny, Schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext, ExecutionResult

from reelgraph_dgs.client_errors import ClientErrors, client_error
from reelgraph_dgs.entities import EntityResolver
from reelgraph_dgs.fast.executor import FastExecutor
from reelgraph_dgs.operation_name import OperationNameRequired
from reelgraph_dgs.settings import GraphQLLimits

Extension = type[SchemaExtension] | Callable[[], SchemaExtension]

_CACHED_DOCUMENTS = 1000


class FederatedSchema(Schema):
    """A Strawberry federation schema whose `_entities` works in batches.

    Construction checks how every entity resolves its references and raises `WiringError`.
    """

    def __init__(self, *, extensions: Iterable[Extension] = (), **kwargs: Any) -> None:
        # A function of its own: Strawberry writes this schema's types into its annotations.
        async def entities_resolver(
            info: Info, representations: list[FederationAny]
        ) -> list[FederationAny]:
            found = await self._entity_resolver.resolve(representations, info)
            return cast("list[FederationAny]", found)

        # Strawberry asks for a plain list, and takes an awaitable like every resolver's.
        self.entities_resolver = entities_resolver  # type: ignore[assignment]
        self._own_extensions = tuple(extensions)
        super().__init__(extensions=self._own_extensions, **kwargs)
        self._entity_resolver = EntityResolver(self.schema_converter)
        self.limit(GraphQLLimits())

    def limit(self, limits: GraphQLLimits, introspection: bool = True) -> None:
        """Set what one request may ask for; an app does so once, from its settings."""
        self._entity_resolver.max_representations = limits.representations
        self.extensions = (*_extensions(limits, introspection), *self._own_extensions)

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Execute a request; its errors are fit for clients wherever they arose."""
        result = await super().execute(*args, **kwargs)
        if result.errors:
            result.errors = [client_error(error) for error in result.errors]
        return result

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: `ClientErrors` logs what clients do not see, with the request id."""


def federation_schema(
    query: type | None = None,
    mutation: type | None = None,
    subscription: type | None = None,
    *,
    types: Iterable[type] = (),
    extensions: Iterable[Extension] = (),
    config: StrawberryConfig | None = None,
    schema_directives: Iterable[object] = (),
    federation_version: Literal["2.0", "2.3", "2.5", "2.9", "2.11"] = "2.11",
    fast_attributes: bool = True,
) -> FederatedSchema:
    """Make a schema with Strawberry's federation types, safe to put on a network.

    `types` lists the entities that no field of the schema leads to. Errors are masked and
    coded, and documents are cached and limited (see `FederatedSchema.limit`). Plain attributes are
    read by functions made for each document (see `reelgraph_dgs.fast`), with the same answers, unless
    `fast_attributes` is false. Raises `WiringError` for an entity whose
    references cannot be resolved as it is written.
    """
    return FederatedSchema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        extensions=extensions,
        config=config,
        schema_directives=schema_directives,
        federation_version=federation_version,
        execution_context_class=FastExecutor if fast_attributes else None,
    )


def _extensions(limits: GraphQLLimits, introspection: bool) -> list[Extension]:
    # Made once: the validation cache knows a rule again by its identity.
    rules: list[type[ASTValidationRule]] = [
        depth_rule(limits.depth, should_ignore=None),
        alias_rule(limits.aliases),
    ]
    if not introspection:
        rules.append(NoSchemaIntrospectionCustomRule)
    return [
        ClientErrors,
        lambda: MaxTokensLimiter(max_token_count=limits.tokens),
        lambda: AddValidationRules(rules),
        lambda: ParserCache(maxsize=_CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=_CACHED_DOCUMENTS),
        OperationNameRequired,  # the last word, for the cache would overwrite it
    ]
