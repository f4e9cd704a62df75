"""How compiled code says that it cannot go on."""

from __future__ import annotations


class Bailout(Exception):
    """The data are such that a slower way has to answer, which knows every case."""
