"""Pause Python's cycle collector while a composition makes its many long-lived values.

A large composition keeps nearly everything that it makes, so the collector walks all of it over and
over and finds nothing: a seventh of the time at 30,000 fields. Nothing that composition makes refers to
itself in circles, so memory does not grow by the pause.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector, and let it run again after, if it ran before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
