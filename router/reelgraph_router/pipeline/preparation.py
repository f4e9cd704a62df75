"""Making one operation ready: how much may be made of it, and for how long it is worth going on.

The work is done on a thread and looks here again and again: it ends when nobody waits for it any
longer, and when the router stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from reelgraph_federation.budget import Budget, OperationTooLargeError
from reelgraph_router.errors import Code, GraphQLFault, RequestError, refuse

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class GivenUp(RequestError):
    """An operation was not made ready for a reason that says nothing about it: it may be tried again."""


class Planners(ThreadPoolExecutor):
    """The thread on which operations are made ready; `stopped` once the router stops."""

    def __init__(self) -> None:
        super().__init__(1, "planner")
        self.stopped = False

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End what is being done at its next look, and take nothing more."""
        self.stopped = True
        super().shutdown(wait, cancel_futures=cancel_futures)


class Preparation:
    """One operation being made ready, till a time of the monotonic clock."""

    def __init__(self, most: int, until: float, planners: Planners | None = None) -> None:
        self.budget = Budget(most, self.go_on)
        self._until = until
        self._planners = planners

    def extend(self, until: float) -> None:
        """Somebody else waits for it, till then."""
        self._until = max(self._until, until)

    def go_on(self) -> None:
        """Raise GivenUp where nobody waits any longer."""
        if self._planners is not None and self._planners.stopped:
            fault = GraphQLFault("The router is shutting down.", Code.SHUTTING_DOWN)
            raise GivenUp([fault], 503)
        if time.monotonic() > self._until:
            raise out_of_time()

    def do(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """Do part of the work, on the thread; raises RequestError where it makes too much."""
        self.go_on()
        try:
            return work(*arguments)
        except OperationTooLargeError as error:
            raise refuse(str(error), Code.LIMIT_EXCEEDED, well_formed=True) from None
        except RecursionError:
            raise refuse(
                "The operation is nested too deeply.", Code.LIMIT_EXCEEDED, well_formed=True
            ) from None


def out_of_time() -> GivenUp:
    """The refusal of an operation that could not be made ready in a request's time."""
    message = (
        "The operation could not be planned in the time that a request may take; ask for less at"
        " once, or try again when the router is less busy."
    )
    return GivenUp([GraphQLFault(message, Code.TIMEOUT)], 504)
