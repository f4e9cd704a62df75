"""Errors of configuration, which end a start with words instead of a traceback."""

from __future__ import annotations


class ConfigurationError(Exception):
    """The router cannot run as it is configured; the text says why and what to do."""
