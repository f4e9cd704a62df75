"""A little help for writing Python source: indentation, fresh names, constants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reelgraph_federation.budget import Budget

_MOST_AT_ONCE = 1_000
"""Lines that Python compiles in one piece: what it makes of them meanwhile is fifty times their size."""


class Source:
    """Lines of Python under construction, and the constants they refer to by name."""

    def __init__(self, budget: Budget, depth: int = 0) -> None:
        self.budget = budget
        self._lines: list[str] = []
        self._starts: list[int] = []
        """Where functions begin."""
        self._depth = depth
        self._names = 0
        self.constants: dict[str, object] = {}

    def line(self, text: str) -> None:
        """Add a line at the current indentation; raises OperationTooLargeError."""
        self.budget.spend()
        if self._depth == 0 and text.startswith("def "):
            self._starts.append(len(self._lines))
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

    def load(self, names: dict[str, Any], title: str) -> None:
        """Compile the code and run it: its functions come into `names`. The text is all our own."""
        begin = 0
        for end in (*self._starts, len(self._lines)):
            if end - begin >= _MOST_AT_ONCE or end == len(self._lines):
                self.budget.step()
                exec(compile("\n".join(self._lines[begin:end]) + "\n", title, "exec"), names)
                begin = end
