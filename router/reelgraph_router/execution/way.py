"""The names of the ways through a program."""

from __future__ import annotations

from enum import Enum


class Way(Enum):
    """What made an answer; see the package's docstring."""

    FAST_PATH = "fast path"
    GENERATED = "generated code"
    INTERPRETER = "interpreter"
