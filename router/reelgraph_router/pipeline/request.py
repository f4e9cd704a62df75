"""A GraphQL request as the pipeline sees it, free of HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field

from reelgraph_kit.identity import ANONYMOUS, Identity
from reelgraph_router.transport.headers import Headers


@dataclass(slots=True)
class ClientRequest:
    """What a client asks: a document, the operation in it, raw variables.

    `mutations_allowed` is false for GET. `subgraph_headers` are the headers that every subgraph
    gets for this client, ready-made lines ending in CRLF; where the router signs who calls, one is made for each.
    """

    query: str
    operation_name: str | None = None
    variables: dict[str, object] | None = None
    mutations_allowed: bool = True
    identity: Identity = field(default=ANONYMOUS)
    subgraph_headers: Headers = b""
    include_plan: bool = False
    document_id: str = ""
    """The hash or id that names the document; `query` may be empty then."""
    to_persist: str = ""
    """The document's hash, where it is to be kept under it once it is known to be good."""
    client: tuple[str, str] = ("", "")
    """The name and version that the client gives itself."""
    admitted: bool = False
    """Whether the hooks of the stage `request` were called."""
