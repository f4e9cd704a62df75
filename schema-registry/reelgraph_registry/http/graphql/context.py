"""What resolvers work with."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry

from ...domain.errors import InvalidInput
from ...ports import RegistryStore
from ...use_cases.check_subgraphs import CheckSubgraphs
from ...use_cases.delete_subgraph import DeleteSubgraph
from ...use_cases.diff_versions import DiffVersions
from ...use_cases.move_pointer import MovePointer
from ...use_cases.publish_subgraphs import PublishSubgraphs
from ..auth import Authenticator

MAX_PAGE = 100
_MAX_AUTHOR = 200


@dataclass(frozen=True, slots=True)
class Services:
    """The store and the use cases, made once."""

    store: RegistryStore
    publish: PublishSubgraphs
    delete: DeleteSubgraph
    check: CheckSubgraphs
    move: MovePointer
    diff: DiffVersions
    authenticator: Authenticator


@dataclass(frozen=True, slots=True)
class Context:
    """The services and what the caller sent to be believed."""

    services: Services
    authorization: str | None

    @property
    def store(self) -> RegistryStore:
        """The store, for reads."""
        return self.services.store

    def require_token(self) -> None:
        """Raise Unauthenticated unless the caller may write."""
        self.services.authenticator.require(self.authorization)


Info: TypeAlias = strawberry.Info[Context, None]


def page_size(first: int) -> int:
    """Return a list's length as asked for; raises InvalidInput outside of 1 to 100."""
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput(f"'first' is from 1 to {MAX_PAGE}.")
    return first


def author_name(author: str | None) -> str:
    """Return who does something, as they call themselves."""
    name = (author or "").strip()
    if len(name) > _MAX_AUTHOR or not all(map(str.isprintable, name)):
        raise InvalidInput(f"An author's name has at most {_MAX_AUTHOR} printable characters.")
    return name
