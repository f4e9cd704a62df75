"""Take a subgraph out of a variant."""

from dataclasses import dataclass, field

from ..domain.errors import InvalidInput, NotFound
from ..domain.history import Action
from ..domain.names import check_graph_name, check_variant_name
from ..ports import Announcer, Clock, RegistryStore
from .compose_and_publish import Intent, PublishOutcome, Schemas, compose_and_publish
from .composers import Composers
from .variant_locks import VariantLocks


@dataclass(frozen=True, slots=True)
class DeleteSubgraph:
    """The use case, with what it works on."""

    store: RegistryStore
    announce: Announcer
    clock: Clock
    locks: VariantLocks = field(default_factory=VariantLocks)
    composers: Composers = field(default_factory=Composers)

    async def __call__(
        self, graph: str, variant: str, subgraph: str, author: str
    ) -> PublishOutcome:
        """Publish the supergraph without the subgraph; its versions stay stored.

        Raises NotFound when the variant has no such subgraph, InvalidInput for the last one.
        """
        check_graph_name(graph)
        check_variant_name(variant)

        def without(current: Schemas) -> Schemas:
            rest = tuple(schema for schema in current if schema.name != subgraph)
            if len(rest) == len(current):
                raise NotFound(f"The variant {graph}@{variant} has no subgraph {subgraph}.")
            if not rest:
                raise InvalidInput(
                    f"{subgraph} is the last subgraph of {graph}@{variant}; "
                    "a supergraph needs at least one."
                )
            return rest

        intent = Intent(graph, variant, Action.DELETE, (subgraph,), without, author)
        async with self.locks.of(graph, variant):
            return await compose_and_publish(
                intent, self.store, self.announce, self.clock, self.composers
            )
