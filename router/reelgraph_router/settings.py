"""Everything the router can be told; the only place of the process that reads the environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, FilePath, field_validator, model_validator
from pydantic_settings import NoDecode

from reelgraph_federation.budget import MOST_PARTS
from reelgraph_kit.identity import read_grants
from reelgraph_kit.server.limits import HttpLimits
from reelgraph_kit.settings import ServiceSettings
from reelgraph_router import defaults

CommaList = Annotated[tuple[str, ...], NoDecode]
"""A list written with commas, as environment variables are."""


class RouterSettings(ServiceSettings):
    """Settings of the router, read from `REELGRAPH_ROUTER_*`."""

    service_name: ClassVar[str] = "router"
    needs_data_dir: ClassVar[bool] = False  # the copy of the supergraph is kept where it can be

    port: int = Field(default=4000, ge=0, le=65535, description="TCP port to listen on.")

    # Where the supergraph comes from: exactly one of the three.
    supergraph: Path | None = Field(
        default=None, description="File of a supergraph SDL to serve; watched for changes."
    )
    subgraphs: Path | None = Field(
        default=None,
        description="YAML list of subgraphs (name, url, schema file) to compose and serve; watched.",
    )
    registry_url: str = Field(
        default="", description="Base URL of the schema registry to take the supergraph from."
    )
    graph: str = Field(default="reelgraph", description="Graph to ask the registry for.")
    variant: str = Field(default="main", description="Variant of the graph to ask for.")
    watch_seconds: float = Field(
        default=1.0, gt=0, description="How often supergraph files are looked at, in seconds."
    )

    # What clients may send.
    max_body_bytes: int = Field(
        default=defaults.MOST_BODY_BYTES, gt=0, description="Largest request body, in bytes."
    )
    max_document_characters: int = Field(
        default=defaults.MOST_DOCUMENT_CHARACTERS,
        gt=0,
        description="Longest document, in characters.",
    )
    max_tokens: int = Field(
        default=defaults.MOST_TOKENS, gt=0, description="Most tokens in an operation."
    )
    max_depth: int = Field(
        default=defaults.MOST_DEPTH, gt=0, description="Deepest nesting of fields."
    )
    max_aliases: int = Field(
        default=defaults.MOST_ALIASES, ge=0, description="Most aliases in an operation."
    )
    max_root_fields: int = Field(
        default=defaults.MOST_ROOT_FIELDS, gt=0, description="Most fields at the root."
    )
    max_directives: int = Field(
        default=defaults.MOST_DIRECTIVES, ge=0, description="Most directives in an operation."
    )
    max_operation_size: int = Field(
        default=MOST_PARTS,
        gt=0,
        description="Most that one operation may come to once its fragments are opened: fields for each "
        "type and place that they are asked at (4 each where a subgraph is asked), and lines of code.",
    )
    persisted_queries: bool = Field(
        default=True,
        description="Whether clients may send a document's SHA-256 alone once the router has seen "
        "the document (automatic persisted queries).",
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="Manifest (JSON) of documents known beforehand, by their ids.",
    )
    trusted_documents_mode: Literal["enforce", "log", "allow"] = Field(
        default="enforce",
        description="What becomes of documents that are not in the manifest: refused, answered and "
        "logged once, or answered.",
    )
    introspection: bool = Field(default=True, description="Whether clients may ask for the schema.")
    expose_plan: bool = Field(
        default=False,
        description="Whether a request with the header Reelgraph-Include-Plan: 1 gets the query "
        "plan and the fetch timeline in the answer's extensions.",
    )
    graphiql: bool = Field(default=True, description="Whether browsers get the GraphiQL page.")
    graphiql_query: FilePath | None = Field(
        default=None,
        description="File of the operation that stands in GraphiQL's first tab at first.",
    )
    cors_origins: CommaList = Field(
        default=(),
        description="Origins whose pages may call, comma-separated; * for every origin.",
    )
    cors_credentials: bool = Field(
        default=False, description="Whether those pages may send cookies and credentials."
    )
    csrf_headers: CommaList = Field(
        default=(
            "reelgraph-require-preflight",
            "apollo-require-preflight",
            "x-apollo-operation-name",
        ),
        description="Headers whose presence proves that a browser asked leave with a preflight.",
    )

    # Planning.
    plan_cache_size: int = Field(
        default=defaults.PLAN_CACHE_SIZE,
        gt=0,
        description="Most operations kept ready per supergraph version.",
    )
    plan_cache_bytes: int = Field(
        default=defaults.PLAN_CACHE_BYTES,
        gt=0,
        description="Most memory for them, as the router estimates it, in bytes; the operations not "
        "used for longest make room.",
    )

    override_labels: CommaList = Field(
        default=(),
        description="Named labels of progressive overrides that hold for every request.",
    )

    # Usage reports.
    registry_token_file: Path | None = Field(
        default=None,
        description="File with the registry's token. With it, what clients ask for is reported to "
        "the registry.",
    )
    usage_registry_url: str = Field(
        default="",
        description="Base URL of the registry that is told; empty: the one of registry_url.",
    )
    usage_report_seconds: float = Field(
        default=10.0, gt=0, description="How often usage is reported, in seconds."
    )
    usage_last_report_seconds: float = Field(
        default=3.0, gt=0, description="How long the router's end may wait for its last report."
    )
    client_headers: CommaList = Field(
        default=("graphql-client", "apollographql-client"),
        description="Headers by which clients name themselves, without their endings -name and "
        "-version.",
    )

    # Towards subgraphs.
    request_timeout_seconds: float = Field(
        default=defaults.REQUEST_SECONDS,
        gt=0,
        description="Time for a whole request; told to subgraphs as deadline.",
    )
    subgraph_timeout_seconds: float = Field(
        default=defaults.SUBGRAPH_SECONDS,
        gt=0,
        description="Time for one subgraph call where none is set by name.",
    )
    subgraph_timeouts: CommaList = Field(
        default=(), description="Times by subgraph, such as catalog=2.5,search=1, in seconds."
    )
    subgraph_urls: CommaList = Field(
        default=(),
        description="Addresses that replace those of the supergraph, such as catalog=http://….",
    )
    subgraph_connections: int = Field(
        default=defaults.SUBGRAPH_CONNECTIONS, gt=0, description="Most connections to one subgraph."
    )
    subgraph_ca_file: Path | None = Field(
        default=None,
        description="Certificate authorities (PEM) that https subgraphs' certificates must come from; "
        "without it the system's.",
    )
    subgraph_certificate: Path | None = Field(
        default=None,
        description="Certificate (PEM, with its chain) that the router shows to subgraphs that ask "
        "for one (mutual TLS).",
    )
    subgraph_certificate_key: Path | None = Field(
        default=None,
        description="The certificate's private key (PEM); without it in the same file.",
    )
    max_subgraph_answer_bytes: int = Field(
        default=defaults.MOST_ANSWER_BYTES,
        gt=0,
        description="Largest answer of a subgraph, in bytes.",
    )
    max_running_requests: int = Field(
        default=defaults.MOST_RUNNING,
        gt=0,
        description="Most operations executed at the same time; others are refused with 503.",
    )
    max_subscriptions: int = Field(
        default=defaults.MOST_SUBSCRIPTIONS,
        ge=0,
        description="Most subscriptions running at the same time.",
    )
    subscription_drain_seconds: float = Field(
        default=defaults.DRAIN_SECONDS,
        ge=0,
        description="How long subscriptions that a new supergraph cannot go on with may still run; "
        "each ends at a random time until then.",
    )
    subscription_protocols: CommaList = Field(
        default=(),
        description="How to subscribe at subgraphs, such as catalog=sse,search=multipart; ws where "
        "not named (graphql-transport-ws).",
    )
    forward_headers: CommaList = Field(
        default=("traceparent", "tracestate", "accept-language"),
        description="Client headers that are passed on to subgraphs.",
    )
    share_in_flight: bool = Field(
        default=True,
        description="Whether equal queries under way at the same time are answered by one execution.",
    )
    expose_subgraph_errors: bool = Field(
        default=False,
        description="Whether clients see all subgraphs' error messages, extensions and names; else a "
        "plain text and a code.",
    )
    expose_errors_of: CommaList = Field(
        default=(),
        description="Subgraphs whose errors clients see all the same, by name, such as catalog,search.",
    )

    hooks: str = Field(
        default="",
        description="Hooks to load, as package.module:object; the object is a Hooks or a callable "
        "that returns one.",
    )

    # Who calls.
    jwks_urls: CommaList = Field(
        default=(),
        description="Key sets of token issuers: issuer=URL or file, or a bare URL or file whose "
        "keys speak for the issuer that each one's kid names. Without any, every token is refused.",
    )
    jwks_refresh_seconds: float = Field(
        default=60.0,
        gt=0,
        description="How often key sets at URLs are read again, in seconds; files are whenever they "
        "change. A key that left its set is not accepted from then on.",
    )
    jwt_audience: str = Field(
        default="", description="Audience that tokens must name; empty: not looked at."
    )
    service_scopes: CommaList = Field(
        default=(),
        description="Scopes that services have which call the router themselves: service=scope, or "
        "service=scope scope; comma-separated. What their tokens say of scopes does not count.",
    )
    clock_skew_seconds: float = Field(
        default=30.0, ge=0, description="How far issuers' clocks may be off."
    )
    identity_lifetime_seconds: int = Field(
        default=60, ge=2, le=600, description="Life of the signed identity that subgraphs get."
    )
    authorization_errors: Literal["errors", "extensions", "disabled"] = Field(
        default="errors",
        description="Where clients are told what authorisation directives left out: in the "
        "response's errors, in its extensions, or nowhere.",
    )
    reject_unauthorized: bool = Field(
        default=False,
        description="Whether an operation is refused as a whole when something would be left out.",
    )
    trusted_proxies: CommaList = Field(
        default=(),
        description="Addresses or networks whose X-Forwarded-For is believed, such as 10.0.0.0/8.",
    )
    country_header: str = Field(
        default="",
        description="Header in which a trusted proxy tells the client's country (ISO code).",
    )

    @field_validator(
        "cors_origins", "csrf_headers", "expose_errors_of", "subgraph_timeouts", "subgraph_urls", "subscription_protocols", "forward_headers",
        "override_labels", "client_headers", "jwks_urls", "service_scopes", "trusted_proxies", mode="before",
    )  # fmt: skip
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

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [self.supergraph, self.subgraphs, self.registry_url or None]
        if sum(source is not None for source in given) > 1:
            raise ValueError(
                "Give one of supergraph, subgraphs and registry_url; each is a source of the "
                "supergraph, and a router has one."
            )
        return self

    def http_limits(self) -> HttpLimits:
        """What clients may make the server hold; a WebSocket's message is as long as a body."""
        return replace(super().http_limits(), message_bytes=self.max_body_bytes)

    def timeouts_by_subgraph(self) -> dict[str, float]:
        """`subgraph_timeouts` as a mapping; raises ValueError naming the wrong entry."""
        return {name: float(text) for name, text in pairs(self.subgraph_timeouts)}

    def subscription_protocols_by_subgraph(self) -> dict[str, str]:
        """`subscription_protocols` as a mapping; raises ValueError naming the wrong entry."""
        return dict(pairs(self.subscription_protocols))

    def urls_by_subgraph(self) -> dict[str, str]:
        """`subgraph_urls` as a mapping; raises ValueError naming the wrong entry."""
        return dict(pairs(self.subgraph_urls))


def pairs(entries: tuple[str, ...]) -> list[tuple[str, str]]:
    """Read entries of the form name=value; raises ValueError naming one that is not."""
    found: list[tuple[str, str]] = []
    for entry in entries:
        name, equals, value = entry.partition("=")
        if not equals or not name or not value:
            raise ValueError(f'"{entry}" must have the form name=value')
        found.append((name.strip(), value.strip()))
    return found
