"""What making one operation ready may cost: how much may be made of it, and whether to go on at all.

Fragments let a short operation select very much: on interfaces, for each of many types; in each
other, again and again. So all that is made of an operation is counted, as *parts*: fields in normal
form, what a plan asks for, fields of the response, lines of code. Parts cost about the same in time
and memory, `FIELD` of them as much as one field opened or planned.
"""

from __future__ import annotations

from collections.abc import Callable

MOST_PARTS = 200_000
FIELD = 4
"""Parts that a field counts for which is opened from a fragment, or which a plan asks for."""
_STEPS = 500
"""Steps after which it is asked again whether to go on: a few milliseconds."""


class OperationTooLargeError(ValueError):
    """An operation comes to too much once its fragments are opened."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The operation comes to more than {most} parts once its fragments are opened, counting"
            " fields for each type and place that they are asked at; nest fewer fragments on"
            " interfaces, unions or in each other, ask for fewer fields, or split the operation."
        )
        self.most = most


class Budget:
    """Counts what is made of one operation.

    `go_on` is called again and again while there is work: to stop it, it raises. Nothing here reads a
    clock, so what comes out depends on the operation alone for as long as `go_on` returns.
    """

    __slots__ = ("_go_on", "_steps", "most", "spent")

    def __init__(self, most: int = MOST_PARTS, go_on: Callable[[], None] | None = None) -> None:
        self.most = most
        self.spent = 0
        self._go_on = go_on
        self._steps = 0

    def spend(self, parts: int = 1) -> None:
        """Count parts that are made; raises `OperationTooLargeError` where they are too many."""
        self.spent += parts
        if self.spent > self.most:
            raise OperationTooLargeError(self.most)
        self.step()

    def step(self) -> None:
        """Count work that makes nothing that stays."""
        self._steps += 1
        if self._steps >= _STEPS:
            self._steps = 0
            if self._go_on is not None:
                self._go_on()
