"""A subgraph's schema: as proposed, and as the immutable version it is stored as."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from reelgraph_federation.subgraph_urls import url_problem

from .errors import InvalidInput
from .names import check_subgraph_name


@dataclass(frozen=True, slots=True)
class SubgraphSchema:
    """A schema that somebody proposes for a subgraph.

    ``url`` is where routers reach the subgraph; empty to keep the one it was published with.
    ``file`` is the path the SDL was read from, for messages only.
    """

    name: str
    url: str
    sdl: str
    file: str | None = None

    @property
    def digest(self) -> str:
        """Identify the content: equal digests are the same version."""
        return sha256(f"{self.url}\0{self.sdl}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SubgraphVersion:
    """A stored schema of a subgraph, numbered from 1 within its graph. Never changes.

    Versions are told apart by content: publishing what was published before gives the same version.
    """

    graph: str
    name: str
    number: int
    url: str
    sdl: str
    digest: str
    author: str
    created_at: datetime

    @property
    def id(self) -> str:
        """Name the version as people do: ``catalog@7``."""
        return version_id(self.name, self.number)

    def as_schema(self) -> SubgraphSchema:
        """Return the content alone."""
        return SubgraphSchema(self.name, self.url, self.sdl)


@dataclass(frozen=True, slots=True)
class SubgraphVersionInfo:
    """A subgraph version without its SDL, for lists."""

    graph: str
    name: str
    number: int
    url: str
    digest: str
    author: str
    created_at: datetime

    @property
    def id(self) -> str:
        """Name the version as people do: ``catalog@7``."""
        return version_id(self.name, self.number)


def version_id(name: str, number: int) -> str:
    """Name a subgraph version: ``catalog@7``."""
    return f"{name}@{number}"


def check_schemas(schemas: tuple[SubgraphSchema, ...], limits: "SchemaLimits") -> None:
    """Raise InvalidInput for schemas that are not worth composing: bad names, sizes, doubles."""
    if not schemas:
        raise InvalidInput("Name at least one subgraph.")
    if len(schemas) > limits.max_subgraphs:
        raise InvalidInput(
            f"{len(schemas)} subgraphs at once are too many; at most {limits.max_subgraphs} are."
        )
    names = [check_subgraph_name(schema.name) for schema in schemas]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise InvalidInput(f"The subgraph {', '.join(doubles)} is given more than once.")
    for schema in schemas:
        _check_content(schema, limits)


def _check_content(schema: SubgraphSchema, limits: "SchemaLimits") -> None:
    try:
        size = len(schema.sdl.encode())
        schema.url.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"The SDL or URL of subgraph {schema.name} holds half of a surrogate pair; "
            "send it as valid Unicode."
        ) from None
    if not schema.sdl.strip():
        raise InvalidInput(f"The SDL of subgraph {schema.name} is empty.")
    if size > limits.max_sdl_bytes:
        raise InvalidInput(
            f"The SDL of subgraph {schema.name} is {size} bytes; "
            f"at most {limits.max_sdl_bytes} are allowed."
        )
    if "\0" in schema.sdl:
        raise InvalidInput(f"The SDL of subgraph {schema.name} holds a NUL character.")
    problem = "it is too long" if len(schema.url) > 2000 else url_problem(schema.url)
    if problem is not None:
        raise InvalidInput(f"The URL of subgraph {schema.name} is no usable URL: {problem}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaLimits:
    """How large a proposal may be."""

    max_sdl_bytes: int = 5_000_000
    max_subgraphs: int = 500
