"""Subgraph and supergraph versions as GraphQL types."""

from datetime import datetime

import strawberry

from ...domain.subgraph_version import SubgraphVersion, SubgraphVersionInfo
from ...domain.supergraph_version import Member, SupergraphInfo, SupergraphVersion
from .context import Info, page_size
from .problem_types import ChangeType, ProblemType


@strawberry.type(
    name="SubgraphVersion", description="An immutable version of one subgraph's schema."
)
class SubgraphVersionType:
    """An immutable version of one subgraph's schema."""

    graph: str
    name: str
    number: int
    url: str
    author: str
    created_at: datetime
    sdl_text: strawberry.Private[str | None]

    @strawberry.field(description="The version as people name it: catalog@7.")
    def id(self) -> strawberry.ID:
        """Name the version."""
        return strawberry.ID(f"{self.name}@{self.number}")

    @strawberry.field(description="The schema as it was published.")
    async def sdl(self, info: Info) -> str:
        """Return the SDL, reading it when a list left it out."""
        if self.sdl_text is not None:
            return self.sdl_text
        version = await info.context.store.subgraph(self.graph, self.name, self.number)
        assert version is not None, "a version that is listed is stored"
        return version.sdl

    @classmethod
    def of(cls, version: SubgraphVersion | SubgraphVersionInfo) -> "SubgraphVersionType":
        """Take over a version."""
        return cls(
            graph=version.graph,
            name=version.name,
            number=version.number,
            url=version.url,
            author=version.author,
            created_at=version.created_at,
            sdl_text=version.sdl if isinstance(version, SubgraphVersion) else None,
        )


@strawberry.type(name="Subgraph", description="A subgraph of a graph, with all its versions.")
class SubgraphType:
    """A subgraph of a graph."""

    graph: str
    name: str

    @strawberry.field(description="Newest first; `before` is the last number already seen.")
    async def versions(
        self, info: Info, first: int = 20, before: int | None = None
    ) -> list[SubgraphVersionType]:
        """List the versions."""
        store = info.context.store
        versions = await store.subgraphs(self.graph, self.name, page_size(first), before)
        return [SubgraphVersionType.of(version) for version in versions]


@strawberry.type(name="Member", description="A subgraph version that a supergraph consists of.")
class MemberType:
    """A subgraph version that a supergraph consists of."""

    id: strawberry.ID
    subgraph: str
    number: int

    @classmethod
    def of(cls, member: Member) -> "MemberType":
        """Take over a member."""
        return cls(id=strawberry.ID(member.id), subgraph=member.subgraph, number=member.number)


@strawberry.type(name="SupergraphVersion", description="An immutable composed supergraph.")
class SupergraphVersionType:
    """An immutable composed supergraph."""

    id: strawberry.ID
    graph: str
    number: int
    variant: str = strawberry.field(description="The variant it was composed for.")
    members: list[MemberType]
    author: str
    created_at: datetime
    texts: strawberry.Private[SupergraphVersion | None]

    @strawberry.field(description="The supergraph as routers read it.")
    async def supergraph_sdl(self, info: Info) -> str:
        """Return the supergraph."""
        return (await self._texts(info)).supergraph_sdl

    @strawberry.field(description="The schema as clients see it.")
    async def api_schema_sdl(self, info: Info) -> str:
        """Return the API schema."""
        return (await self._texts(info)).api_schema_sdl

    @strawberry.field(description="What composition found worth a look.")
    async def hints(self, info: Info) -> list[ProblemType]:
        """Return the hints."""
        return [ProblemType.of(hint) for hint in (await self._texts(info)).hints]

    @strawberry.field(description="How the API schema differs from the version before.")
    async def changes(self, info: Info) -> list[ChangeType]:
        """Return the changelog."""
        return [ChangeType.of(change) for change in (await self._texts(info)).changes]

    async def _texts(self, info: Info) -> SupergraphVersion:
        if self.texts is None:
            self.texts = await info.context.store.supergraph(self.graph, self.id)
        assert self.texts is not None, "a version that is listed is stored"
        return self.texts

    @classmethod
    def of(
        cls, info: SupergraphInfo, texts: SupergraphVersion | None = None
    ) -> "SupergraphVersionType":
        """Take over a version."""
        return cls(
            id=strawberry.ID(info.id),
            graph=info.graph,
            number=info.number,
            variant=info.variant,
            members=[MemberType.of(member) for member in info.members],
            author=info.author,
            created_at=info.created_at,
            texts=texts,
        )
