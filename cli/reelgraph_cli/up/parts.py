"""Tell what is missing on this machine before anything is started: packages and built pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pathlib import Path

from reelgraph_cli.up.guards import CannotStart
from reelgraph_cli.up.stack import Service, Stack

EXTRAS = {"router": "router", "registry": "registry", "search": "search", "web": "router"}
"""The extra that brings what a process needs; the domain graph services need `service`."""
_OF_EXTRA = re.compile(r"""^(?P<name>[A-Za-z0-9._-]+).*;.*\bextra == ['"](?P<extra>[^'"]+)['"]""")


def require_parts(stack: Stack) -> None:
    """Raise CannotStart when packages or pages are missing that the stack needs, naming them."""
    needed = sorted({EXTRAS.get(service.name, "service") for service in stack.services})
    lacking = {extra: missing for extra in needed if (missing := missing_packages(extra))}
    if lacking:
        names = sorted({name for missing in lacking.values() for name in missing})
        raise CannotStart(
            f"not installed: {', '.join(names)}. The stack needs them: "
            f'pip install "reelgraph[{",".join(lacking)}]"'
        )
    unbuilt = [str(page) for service in stack.services for page in _pages(service)]
    if unbuilt:
        raise CannotStart(
            f"the pages for browsers are not built: {', '.join(unbuilt)} is missing. Run `make "
            "pages` in the checkout; an installed package brings them along."
        )


def missing_packages(extra: str) -> list[str]:
    """Return the distributions of an extra of reelgraph that are not installed here."""
    return sorted(name for name in packages_of(extra) if not _is_installed(name))


def packages_of(extra: str) -> Iterator[str]:
    """Yield the names of the distributions that an extra asks for."""
    for requirement in requires("reelgraph") or ():
        found = _OF_EXTRA.match(requirement)
        if found is not None and found["extra"] == extra:
            yield found["name"]


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _pages(service: Service) -> Iterator[Path]:
    """Yield the pages of a process that are not there."""
    if service.name == "web":
        index = _pages_of_client() / "index.html"
    elif service.name == "router":
        index = Path(str(files("reelgraph_router"))) / "pages" / "graphiql" / "index.html"
    else:
        return
    if not index.is_file():
        yield index


def _pages_of_client() -> Path:
    from reelgraph_cli.web.settings import WebSettings, built_pages
    from reelgraph_kit.settings import SettingsError

    try:
        return WebSettings.load().pages_dir
    except SettingsError:  # the process itself says what is wrong
        return built_pages()
