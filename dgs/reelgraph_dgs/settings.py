"""Settings that every subgraph has besides those of every service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from reelgraph_kit.identity import read_grants
from reelgraph_kit.settings import ServiceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLLimits:
    """What one request may ask for, at most."""

    depth: int = 50
    tokens: int = 20_000
    aliases: int = 2_000
    representations: int = 10_000
    seconds: float = 30.0
    bytes: int = 10_000_000


_LIMITS = GraphQLLimits()

GrantedScopes = Annotated[tuple[str, ...], NoDecode]
SERVICE_SCOPES = (
    "Scopes that services have here: service=scope, or service=scope scope; comma-separated. What a "
    "service says of its own scopes does not count."
)
"""Describes the setting `service_scopes`; services that grant some by default give it anew."""


class SubgraphSettings(ServiceSettings):
    """What every subgraph can be told besides; base class of its settings."""

    introspection: bool = Field(
        default=True, description="Whether clients may ask for the schema with introspection."
    )
    require_identity: bool = Field(
        default=False,
        description="Refuse requests without a signed identity, so that only the router and "
        "other services can call.",
    )
    identity_speakers: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("router",),
        description="Signers that may say which member asks: the routers' names, comma-separated. "
        "Every other trusted signer is believed about itself alone.",
    )
    identity_audiences: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names that identities for this service are made for: those of its subgraphs in "
        "the supergraph, comma-separated. Empty: the service's own name.",
    )
    identity_without_audience: bool = Field(
        default=False,
        description="Whether identities that name no audience are believed: only while routers and "
        "services are brought to a version that names it.",
    )
    service_scopes: GrantedScopes = Field(default=(), description=SERVICE_SCOPES)
    max_query_depth: int = Field(
        default=_LIMITS.depth,
        ge=1,
        description="Most levels of fields below a root field of an operation.",
    )
    max_query_tokens: int = Field(
        default=_LIMITS.tokens, ge=1, description="Most tokens (names, brackets …) of a document."
    )
    max_query_aliases: int = Field(
        default=_LIMITS.aliases, ge=0, description="Most aliases that an operation may have."
    )
    max_representations: int = Field(
        default=_LIMITS.representations,
        ge=1,
        description="Most entities that one _entities call may ask for.",
    )
    max_request_bytes: int = Field(
        default=_LIMITS.bytes, ge=1, description="Most bytes of a request's body."
    )
    request_timeout_seconds: float = Field(
        default=_LIMITS.seconds,
        gt=0,
        description="Longest time for one request in seconds, whatever its deadline allows.",
    )

    @field_validator("identity_speakers", "identity_audiences", "service_scopes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("service_scopes")
    @classmethod
    def _grants_can_be_read(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        read_grants(value)
        return value

    @property
    def audiences(self) -> tuple[str, ...]:
        """Names that an identity must be made for."""
        return self.identity_audiences or (self.service_name,)

    @property
    def limits(self) -> GraphQLLimits:
        """The limits of one request."""
        return GraphQLLimits(
            depth=self.max_query_depth,
            tokens=self.max_query_tokens,
            aliases=self.max_query_aliases,
            representations=self.max_representations,
            seconds=self.request_timeout_seconds,
            bytes=self.max_request_bytes,
        )
