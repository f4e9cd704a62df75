"""A little help for writing Python source: indentation, fresh names, constants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Source:
    """Lines of Python under construction, and the constants they refer to by name."""

    def __init__(self, depth: int = 0) -> None:
        self._lines: list[str] = []
        self._depth = depth
        self._names = 0
        self.constants: dict[str, object] = {}

    def line(self, text: str) -> None:
        """Add a line at the current indentation."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add `head` and indent what is added meanwhile."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    def name(self, prefix: str) -> str:
        """A name that was not used before."""
        self._names += 1
        return f"{prefix}{self._names}"

    def constant(self, prefix: str, value: object) -> str:
        """Make `value` known to the code under a fresh name."""
        name = self.name(prefix)
        self.constants[name] = value
        return name

    def append(self, other: Source) -> None:
        """Add all lines of another source, which must not be indented."""
        self._lines += other._lines
        self.constants |= other.constants

    @property
    def depth(self) -> int:
        """How many blocks are open."""
        return self._depth

    def text(self) -> str:
        """The source so far."""
        return "\n".join(self._lines) + "\n"
