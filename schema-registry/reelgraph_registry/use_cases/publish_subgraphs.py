"""Publish one or several subgraphs' schemas in one step."""

from dataclasses import dataclass, field

from ..domain.errors import InvalidInput
from ..domain.history import Action
from ..domain.names import check_graph_name, check_variant_name
from ..domain.subgraph_version import SchemaLimits, SubgraphSchema, check_schemas
from ..ports import Announcer, Clock, RegistryStore
from .compose_and_publish import Intent, PublishOutcome, Schemas, compose_and_publish
from .composers import Composers
from .variant_locks import VariantLocks


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """Schemas to publish together: all become part of one new supergraph version, or none."""

    graph: str
    variant: str
    schemas: tuple[SubgraphSchema, ...]
    author: str
    expects_version: bool = False
    expected_version: str | None = None


@dataclass(frozen=True, slots=True)
class PublishSubgraphs:
    """The use case, with what it works on."""

    store: RegistryStore
    announce: Announcer
    clock: Clock
    limits: SchemaLimits
    locks: VariantLocks = field(default_factory=VariantLocks)
    composers: Composers = field(default_factory=Composers)

    async def __call__(self, request: PublishRequest) -> PublishOutcome:
        """Publish; raises InvalidInput and VersionConflict.

        A subgraph without a URL keeps the one it was published with.
        """
        check_graph_name(request.graph)
        check_variant_name(request.variant)
        check_schemas(request.schemas, self.limits)

        def put(current: Schemas) -> Schemas:
            proposed = replace_schemas(current, request.schemas)
            _require_urls(proposed)
            return proposed

        intent = Intent(
            graph=request.graph,
            variant=request.variant,
            action=Action.PUBLISH,
            subgraphs=tuple(schema.name for schema in request.schemas),
            apply=put,
            author=request.author,
            expects_version=request.expects_version,
            expected_version=request.expected_version,
        )
        async with self.locks.of(request.graph, request.variant):
            return await compose_and_publish(
                intent, self.store, self.announce, self.clock, self.composers
            )


def _require_urls(schemas: Schemas) -> None:
    missing = [schema.name for schema in schemas if not schema.url]
    if missing:
        raise InvalidInput(
            f"Give a URL: say where routers reach {', '.join(missing)}. "
            "It can be left out once the subgraph is published."
        )


def replace_schemas(current: Schemas, proposed: Schemas) -> Schemas:
    """Put the proposed schemas in the place of the current ones of their names."""
    known = {schema.name: schema for schema in current}
    for schema in proposed:
        before = known.get(schema.name)
        url = schema.url or (before.url if before else "")
        known[schema.name] = SubgraphSchema(schema.name, url, schema.sdl, schema.file)
    return tuple(known[name] for name in sorted(known))
