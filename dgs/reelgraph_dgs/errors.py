"""Errors that a client may see. Everything else is masked as INTERNAL and logged.

    SubgraphError (never raised itself)
    ├── Unauthenticated      UNAUTHENTICATED      who calls is not known, and must be
    ├── PermissionDenied     FORBIDDEN            who calls may not do this
    ├── NotFound             NOT_FOUND            what was asked for does not exist
    ├── BadRequest           BAD_REQUEST          the request makes no sense as it is
    ├── Unavailable          UNAVAILABLE          try again later
    └── FailedPrecondition   FAILED_PRECONDITION  the state of things forbids it now

Their messages go to clients as they are: write them for the person who reads them, and never
put the text of another exception in. Outcomes that a client is expected to handle (an e-mail
address in use, a film not in the plan) are members of a union, not errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

Detail = str | int | float | bool | None | list["Detail"] | Mapping[str, "Detail"]


class SubgraphError(Exception):
    """An error whose message and details a client may see.

    `details` go into the error's `extensions` beside `code`; they must be JSON.
    """

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, **details: Detail) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def extensions(self) -> dict[str, object]:
        """Return the `extensions` of the GraphQL error."""
        return {**self.details, "code": self.code}


class Unauthenticated(SubgraphError):
    """The caller must sign in first."""

    code = "UNAUTHENTICATED"


class PermissionDenied(SubgraphError):
    """The caller is known and may not do this."""

    code = "FORBIDDEN"


class NotFound(SubgraphError):
    """What the request names does not exist, or not for this caller."""

    code = "NOT_FOUND"


class BadRequest(SubgraphError):
    """The request is wrong; `details["path"]` may name the argument."""

    code = "BAD_REQUEST"


class Unavailable(SubgraphError):
    """Something needed does not answer; the same request may succeed later."""

    code = "UNAVAILABLE"


class FailedPrecondition(SubgraphError):
    """The state of things does not allow it; the client must change something first."""

    code = "FAILED_PRECONDITION"


INTERNAL_MESSAGE = "Internal error"
INTERNAL_CODE = "INTERNAL"
