"""Documents that clients name by their hash: automatic persisted queries and trusted documents.

A client of automatic persisted queries sends a document once with its SHA-256 and from then on the
hash alone. Trusted documents are known beforehand, from a manifest that the clients' build wrote; a
router that enforces them answers nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reelgraph_router.errors import Code, RequestError, refuse
from reelgraph_router.pipeline.request import ClientRequest

MAX_REMEMBERED_BYTES = 20_000_000
"""Memory of the automatically persisted documents that are kept, with what an entry costs besides."""
ENTRY_BYTES = 400

Mode = Literal["enforce", "log", "allow"]

_log = logging.getLogger("reelgraph.router.documents")


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """Which documents may be named, and whether others are answered.

    `mode` says what becomes of a document that is not trusted, where there are trusted ones: refused
    (`enforce`), answered and logged once (`log`), or answered (`allow`).
    """

    automatic: bool = True
    trusted: Mapping[str, str] = field(default_factory=dict)
    """Documents by their id."""
    mode: Mode = "enforce"

    @property
    def enforces(self) -> bool:
        """Whether documents that are not trusted are refused."""
        return bool(self.trusted) and self.mode == "enforce"


class Documents:
    """The documents that requests may name by a hash or an id."""

    def __init__(self, rules: DocumentRules) -> None:
        self._rules = rules
        self._texts = frozenset(rules.trusted.values())
        self._automatic: OrderedDict[str, str] = OrderedDict()
        self._size = 0
        self._logged: OrderedDict[str, None] = OrderedDict()
        self.checks_all = bool(rules.trusted) and rules.mode != "allow"

    def resolve(self, request: ClientRequest) -> None:
        """Put the document in the place of its id; raises RequestError where it may not run."""
        identifier, request.document_id = request.document_id, ""
        if identifier:
            self._resolve(identifier, request)
        if self.checks_all and request.query not in self._texts:
            self._not_trusted(request)

    def _resolve(self, identifier: str, request: ClientRequest) -> None:
        trusted = self._rules.trusted.get(identifier)
        if trusted is not None and request.query in ("", trusted):
            request.query = trusted
            return
        if not self._rules.automatic or self._rules.enforces:
            if request.query:
                return  # the document is there: its id is not needed
            raise (
                _not_found()
                if self._rules.trusted
                else refuse(
                    "This router keeps no persisted documents: send the document itself.",
                    Code.DOCUMENT_NOT_SUPPORTED,
                    well_formed=True,
                )
            )
        self._resolve_automatic(identifier, request)

    def _resolve_automatic(self, identifier: str, request: ClientRequest) -> None:
        if request.query:
            if hashlib.sha256(request.query.encode()).hexdigest() != identifier:
                raise refuse("The given sha256Hash is not the document's.", Code.BAD_REQUEST)
            request.to_persist = identifier
            return
        known = self._automatic.get(identifier)
        if known is None:
            raise _not_found()
        self._automatic.move_to_end(identifier)
        request.query = known

    def keep(self, request: ClientRequest) -> None:
        """Keep the document of a request that named it, which turned out to be one of this graph's."""
        identifier, request.to_persist = request.to_persist, ""
        size = _memory_of(request.query)
        if identifier in self._automatic or size > MAX_REMEMBERED_BYTES:
            return
        self._automatic[identifier] = request.query
        self._size += size
        while self._size > MAX_REMEMBERED_BYTES:
            _, dropped = self._automatic.popitem(last=False)
            self._size -= _memory_of(dropped)

    def _not_trusted(self, request: ClientRequest) -> None:
        if self._rules.enforces:
            raise refuse(
                "Only trusted documents are answered here, and this is none of them.",
                Code.DOCUMENT_NOT_TRUSTED,
                403,
                well_formed=True,
            )
        digest = hashlib.sha256(request.query.encode()).hexdigest()
        if digest not in self._logged:
            self._logged[digest] = None
            if len(self._logged) > 1_000:
                self._logged.popitem(last=False)
            _log.warning("a document that is not trusted was answered: sha256 %s", digest)


def _memory_of(document: str) -> int:
    return sys.getsizeof(document) + ENTRY_BYTES


def _not_found() -> RequestError:
    # The message is the one that clients of automatic persisted queries look for.
    return refuse("PersistedQueryNotFound", Code.DOCUMENT_NOT_FOUND, well_formed=True)
