"""What can go wrong in a way that the caller is told.

RegistryError               the text is safe to show
├── InvalidInput            the request itself is wrong
├── NotFound                there is no such graph, variant, version or check
├── VersionConflict         the variant moved since the caller looked
└── Unauthenticated         the operation needs a token
StaleVariant                internal: a store lost the race; the use case tries again
"""

from typing import ClassVar


class RegistryError(Exception):
    """An error whose text the caller may read, with a stable code to branch on."""

    code: ClassVar[str] = "INTERNAL"

    @property
    def extensions(self) -> dict[str, object]:
        """What GraphQL adds to the error: the code to branch on."""
        return {"code": self.code}


class InvalidInput(RegistryError):
    """The request cannot be served as it stands; the text says what to change."""

    code = "BAD_REQUEST"


class NotFound(RegistryError):
    """What was asked for does not exist; the text says how to find what does."""

    code = "NOT_FOUND"


class VersionConflict(RegistryError):
    """The variant publishes another version than the caller expected."""

    code = "FAILED_PRECONDITION"

    def __init__(self, expected: str | None, actual: str | None) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"The variant publishes {_named(actual)}, but {_named(expected)} was expected. "
            "Look at what changed, then publish on top of it."
        )


class Unauthenticated(RegistryError):
    """The operation needs the registry's token."""

    code = "UNAUTHENTICATED"


class StaleVariant(Exception):
    """Another publish came first; raised by stores, whose caller reads again and retries."""


def _named(version: str | None) -> str:
    return "no version" if version is None else f"version {version}"
