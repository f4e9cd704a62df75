"""What can be asked of the registry, by anybody."""

import strawberry

from .check_types import CheckType
from .context import Info
from .problem_types import ChangeType
from .variant_types import GraphType, VariantType
from .version_types import SubgraphVersionType, SupergraphVersionType


@strawberry.type
class Query:
    """Reads; null stands for what does not exist."""

    @strawberry.field(description="All graphs, in alphabetical order.")
    async def graphs(self, info: Info) -> list[GraphType]:
        """List the graphs."""
        return [GraphType(name=name) for name in await info.context.store.graphs()]

    @strawberry.field(description="One graph by its name.")
    async def graph(self, info: Info, name: str) -> GraphType | None:
        """Return a graph."""
        known = name in await info.context.store.graphs()
        return GraphType(name=name) if known else None

    @strawberry.field(description="One variant of a graph.")
    async def variant(self, info: Info, graph: str, name: str) -> VariantType | None:
        """Return a variant."""
        known = name in await info.context.store.variants(graph)
        return VariantType(graph=graph, name=name) if known else None

    @strawberry.field(description="One exact supergraph version.")
    async def supergraph_version(
        self, info: Info, graph: str, id: strawberry.ID
    ) -> SupergraphVersionType | None:
        """Return a supergraph version."""
        version = await info.context.store.supergraph(graph, id)
        return None if version is None else SupergraphVersionType.of(version.info, version)

    @strawberry.field(description="One exact subgraph version.")
    async def subgraph_version(
        self, info: Info, graph: str, subgraph: str, number: int
    ) -> SubgraphVersionType | None:
        """Return a subgraph version."""
        version = await info.context.store.subgraph(graph, subgraph, number)
        return None if version is None else SubgraphVersionType.of(version)

    @strawberry.field(description="The result of one check.")
    async def check(self, info: Info, graph: str, id: strawberry.ID) -> CheckType | None:
        """Return a check."""
        check = await info.context.store.check(graph, id)
        return None if check is None else CheckType.of(check)

    @strawberry.field(description="How the API schema differs between two supergraph versions.")
    async def diff(
        self, info: Info, graph: str, old: strawberry.ID, new: strawberry.ID
    ) -> list[ChangeType]:
        """Compare two versions."""
        changes = await info.context.services.diff(graph, old, new)
        return [ChangeType.of(change) for change in changes]
