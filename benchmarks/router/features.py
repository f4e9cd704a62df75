"""What a router does beside answering, to be measured each alone and together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gateways import Gateway

from reelgraph_kit.signing import Signer, create_private_key, jwks_document

ISSUER = "https://issuer.example"
CALLERS = 50
LIFETIME_SECONDS = 6 * 3600


@dataclass(frozen=True)
class Feature:
    """One thing to turn on: the router's settings, and what clients send."""

    name: str
    environment: dict[str, str]
    headers: tuple[bytes, ...] = ()


def features(folder: Path, usage_port: int) -> list[Feature]:
    """Make keys and tokens in `folder`; usage is told to `usage_port`."""
    issuer = Signer(ISSUER, create_private_key(folder / "issuer.pem"))
    keys = folder / "issuer.jwks.json"
    keys.write_text(json.dumps(jwks_document({ISSUER: issuer.public_key})))
    create_private_key(folder / "router.pem")
    (folder / "registry-token").write_text("token")
    tokens = [
        issuer.sign({"sub": f"member-{number}", "scope": "read write"}, LIFETIME_SECONDS)
        for number in range(CALLERS)
    ]
    return [
        Feature(
            "authentication",
            {"REELGRAPH_ROUTER_JWKS_URLS": f"{ISSUER}={keys}"},
            tuple(f"authorization: Bearer {token}\r\n".encode() for token in tokens),
        ),
        Feature("identity", {"REELGRAPH_ROUTER_SIGNING_KEY": str(folder / "router.pem")}),
        Feature(
            "usage",
            {
                "REELGRAPH_ROUTER_REGISTRY_TOKEN_FILE": str(folder / "registry-token"),
                "REELGRAPH_ROUTER_USAGE_REGISTRY_URL": f"http://127.0.0.1:{usage_port}",
                "REELGRAPH_ROUTER_USAGE_REPORT_SECONDS": "1",
            },
            (b"graphql-client-name: benchmark\r\ngraphql-client-version: 1\r\n",),
        ),
    ]


def with_features(gateway: Gateway, chosen: list[Feature]) -> Iterator[Gateway]:
    """The gateway with each feature alone, and with all of them."""
    for feature in chosen:
        yield _with(gateway, [feature], feature.name)
    yield _with(gateway, chosen, "all three")


def _with(gateway: Gateway, chosen: list[Feature], name: str) -> Gateway:
    environment = dict(gateway.environment)
    headers = [b""] * CALLERS
    for feature in chosen:
        environment |= feature.environment
        if feature.headers:
            own = feature.headers
            headers = [one + own[n % len(own)] for n, one in enumerate(headers)]
    return replace(
        gateway,
        name=f"{gateway.name}, {name}",
        environment=environment,
        headers=tuple(headers),
    )
