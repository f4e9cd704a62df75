"""Make the reporter that the settings describe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reelgraph_router.configuration import ConfigurationError
from reelgraph_router.settings import RouterSettings

if TYPE_CHECKING:
    from reelgraph_router.usage.report import UsageReporter


class UsageError(ConfigurationError):
    """Reports cannot be sent as configured; the text says why."""


def make_reporter(settings: RouterSettings) -> UsageReporter | None:
    """Who reports usage, or None where nobody does; raises UsageError."""
    if settings.registry_token_file is None:
        return None
    url = settings.usage_registry_url or settings.registry_url
    if not url:
        raise UsageError(
            "registry_token_file is set, but no registry to report usage to: set registry_url or "
            "usage_registry_url."
        )
    # Imported here: a router that reports nothing need not pay for an HTTP client.
    from reelgraph_router.usage.report import UsageReporter

    return UsageReporter(
        url, settings.graph, settings.variant, read_token(settings.registry_token_file),
        settings.usage_report_seconds, last_seconds=settings.usage_last_report_seconds,
    )  # fmt: skip


def read_token(path: Path) -> str:
    """The registry's token; raises UsageError."""
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read the registry's token from {path}: {error}.") from None
    if not token:
        raise UsageError(f"The file {path} with the registry's token is empty.")
    return token
