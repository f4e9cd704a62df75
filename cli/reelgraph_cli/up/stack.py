"""The stack as data: which processes there are, where they listen, what they are told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from reelgraph_service import root as service_root

DEFAULT_BASE_PORT = 4000
DEFAULT_DATA_DIR = Path(".reelgraph")


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the stack.

    `offset` is added to the base port; `package` is run as ``python -m package``; `settings`
    are the environment variables of this process alone, without its prefix.
    """

    name: str
    package: str
    offset: int
    prefix: str
    settings: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    schema: Path | None = None

    def port(self, base_port: int) -> int:
        """Return the TCP port this process listens on."""
        return base_port + self.offset

    def url(self, base_port: int, path: str = "") -> str:
        """Return the address of this process, with `path` appended."""
        return f"http://{self.host}:{self.port(base_port)}{path}"

    def environment(self, stack: Stack) -> dict[str, str]:
        """Return the environment variables that this process reads its settings from."""
        common = {
            "HOST": self.host,
            "PORT": str(self.port(stack.base_port)),
            "DATA_DIR": str(stack.data_dir),
            "TRUSTED_SIGNERS": str(stack.keys_dir / "services.jwks.json"),
        }
        key = stack.keys_dir / f"{self.name}.pem"
        if self.name in SIGNING_SERVICES:
            common["SIGNING_KEY"] = str(key)
        return {self.prefix + name: value for name, value in (common | self.settings).items()}


SIGNING_SERVICES = ("router", "member", "playback", "recommendations", "search")
"""The services that sign: the router towards subgraphs, member for access tokens, the others
for the calls they make on their own behalf."""


@dataclass(frozen=True, slots=True)
class Stack:
    """All processes of one run, their base port and the folder that holds their data."""

    base_port: int
    data_dir: Path
    services: tuple[Service, ...]

    @property
    def keys_dir(self) -> Path:
        """Where the supervisor keeps keys and tokens, readable by their owner only."""
        return self.data_dir / "keys"

    @property
    def logs_dir(self) -> Path:
        """Where each process writes its log."""
        return self.data_dir / "logs"

    def find(self, name: str) -> Service | None:
        """Return the service called `name`, or None when this run leaves it out."""
        return next((service for service in self.services if service.name == name), None)


def build_stack(base_port: int, data_dir: Path, only: Iterable[str] = ()) -> Stack:
    """Describe the whole stack, or the services named in `only`.

    Raises ValueError, naming the known services, when `only` names one that does not exist.
    """
    data_dir = data_dir.resolve()
    services = tuple(
        _all_services(lambda offset: f"http://127.0.0.1:{base_port + offset}", data_dir / "keys")
    )
    wanted = set(only)
    unknown = wanted - {service.name for service in services}
    if unknown:
        known = ", ".join(service.name for service in services)
        raise ValueError(f"no service is called {', '.join(sorted(unknown))}; there are: {known}")
    chosen = tuple(service for service in services if not wanted or service.name in wanted)
    return Stack(base_port, data_dir, chosen)


def _all_services(url: Callable[[int], str], keys_dir: Path) -> Iterable[Service]:
    yield from _platform(url, keys_dir)
    yield from _domain_graph_services(url)
    yield from _appliances(url)


def _platform(url: Callable[[int], str], keys_dir: Path) -> Iterable[Service]:
    root = service_root()
    yield Service(
        "registry",
        "reelgraph_registry",
        1,
        "REELGRAPH_REGISTRY_",
        {"ADMIN_TOKEN_FILE": str(keys_dir / "registry-token")},
    )
    web_origins = f"{url(3)},{url(3).replace('127.0.0.1', 'localhost')}"
    yield Service(
        "router",
        "reelgraph_router",
        0,
        "REELGRAPH_ROUTER_",
        {
            "REGISTRY_URL": url(1),
            "REGISTRY_TOKEN_FILE": str(keys_dir / "registry-token"),
            "USAGE_REPORT_SECONDS": "2",
            "CORS_ORIGINS": web_origins,
            "EXPOSE_PLAN": "true",
            "EXPOSE_SUBGRAPH_ERRORS": "true",  # one's own machine, to try things out
            "GRAPHIQL_QUERY": str(root / "subgraphs" / "first_query.graphql"),
            "JWKS_URLS": f"member={url(12)}/.well-known/jwks.json,{keys_dir / 'services.jwks.json'}",
        },
    )
    yield Service(
        "search",
        "reelgraph_search",
        2,
        "REELGRAPH_SEARCH_",
        {
            "ROUTER_URL": f"{url(0)}/graphql",
            "REGISTRY_URL": url(1),
            "DEFINITIONS_DIR": str(root / "subgraphs" / "search_indexes"),
        },
        schema=root / "subgraphs" / "search_indexes" / "schema.graphql",
    )
    yield Service("web", "reelgraph_cli.web", 3, "REELGRAPH_WEB_", {"ROUTER_URL": url(0)})


def _domain_graph_services(url: Callable[[int], str]) -> Iterable[Service]:
    graphql = {
        name: f"{url(offset)}/graphql"
        for name, offset in (("catalog", 11), ("member", 12), ("billing", 13))
    }
    yield _subgraph("catalog", 11)
    yield _subgraph("member", 12, {"SEED_DEMO": "true"})
    yield _subgraph("billing", 13, {"SEED_DEMO": "true"})
    yield _subgraph(
        "playback",
        14,
        {f"{name.upper()}_URL": address for name, address in graphql.items()},
    )
    yield _subgraph("recommendations", 15, {"CATALOG_URL": graphql["catalog"]})
    yield _subgraph("artwork", 16, {"PUBLIC_BASE_URL": url(16)})


def _subgraph(name: str, offset: int, settings: dict[str, str] | None = None) -> Service:
    return Service(
        name,
        f"subgraphs.{name}",
        offset,
        f"REELGRAPH_{name.upper()}_",
        settings or {},
        schema=service_root() / "subgraphs" / name / "schema.graphql",
    )


def _appliances(url: Callable[[int], str]) -> Iterable[Service]:
    for number, address in enumerate(APPLIANCE_ADDRESSES, start=1):
        yield Service(
            f"appliance-{number}",
            "subgraphs.playback.appliance",
            20 + number,
            "REELGRAPH_APPLIANCE_",
            {"ID": f"oca-{number}", "CONTROL_URL": url(14)},
            host=address,
        )


# Linux answers on all of 127.0.0.0/8, so each appliance has an address of its own and steering by
# prefix is exercised with real sockets; other systems have 127.0.0.1 alone.
APPLIANCE_ADDRESSES = (
    ("127.64.1.1", "127.64.1.2", "127.64.2.1")
    if sys.platform == "linux"
    else ("127.0.0.1", "127.0.0.1", "127.0.0.1")
)
