"""Internal keys: under which name each field stands in the merged tree.

A key is the client's response name wherever that is possible. Two fields share a key only if they
are the same field with the same arguments and no subgraph could find their types in conflict
(GraphQL, section 5.3.2 "Field Selection Merging"); else one of them is aliased.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from typing import NamedTuple


class Ident(NamedTuple):
    """What tells fields on one object apart.

    `tag` is the response name for fields that are kept apart even when equal (objects, and all
    fields of a mutation's root), else empty: equal leaves are asked once.
    """

    name: str
    arguments: str = ""
    tag: str = ""


@dataclass(slots=True)
class _Use:
    ident: Ident
    parents: set[str]
    signatures: frozenset[str]


@dataclass(slots=True)
class KeySpace:
    """The keys of one object in the merged tree, whatever its type conditions."""

    _used: dict[str, _Use] = field(default_factory=dict)
    _keys_of: dict[Ident, list[str]] = field(default_factory=dict)
    _known: dict[tuple[Ident, str], str] = field(default_factory=dict)
    _below: dict[str, KeySpace] = field(default_factory=dict)

    def allocate(
        self, ident: Ident, parent: str, preferred: str, signatures: frozenset[str]
    ) -> str:
        """Return the key of a field of a parent type.

        `signatures` are the field's types as all subgraphs declare them, with composite names
        left out, so that only what GraphQL calls the shape is compared.
        """
        known = self._known.get((ident, parent))
        if known is None:
            same = self._keys_of.get(ident, ())
            if not same and preferred not in self._used:
                self._take(preferred, ident, parent, signatures)
                self._known[ident, parent] = preferred
                return preferred
            names = chain(same, (preferred,), _numbered(ident.name))
            known = next(key for key in names if self._take(key, ident, parent, signatures))
            self._known[ident, parent] = known
        return known

    def below(self, key: str) -> KeySpace:
        """Return the keys of the objects under a key."""
        found = self._below.get(key)
        if found is None:
            found = self._below[key] = KeySpace()
        return found

    def _take(self, key: str, ident: Ident, parent: str, signatures: frozenset[str]) -> bool:
        use = self._used.get(key)
        if use is None:
            self._used[key] = _Use(ident, {parent}, signatures)
            self._keys_of.setdefault(ident, []).append(key)
            return True
        together = use.signatures | signatures
        if use.ident != ident or (use.parents != {parent} and len(together) > 1):
            return False
        use.parents.add(parent)
        use.signatures = together
        return True


def _numbered(name: str) -> Iterator[str]:
    return (f"_{number}_{name.lstrip('_')}" for number in count())
