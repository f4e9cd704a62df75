"""A compiled template: the tree of what comes back, and the operation that fetches it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import GraphQLOutputType

from reelgraph_search.definition import IndexDefinition

INDEX_FIELD = "_indexDocs"
"""The search subgraph's field that echoes keys, so that the router fetches entities by them."""

REF_PREFIX = "_ref_"


def ref_alias(type_name: str, key_field: str) -> str:
    """The response key under which a key field is fetched besides what the template asks for."""
    return f"{REF_PREFIX}{type_name}_{key_field}"


def entity_ref(type_name: str, values: tuple[object, ...]) -> str:
    """The name of an entity in `_refs` and of a document: `Type:value`, composite keys joined."""
    return f"{type_name}:{'|'.join(str(value) for value in values)}"


@dataclass(slots=True)
class TemplateField:
    """A field of the template, fields of the same response key merged."""

    response_key: str
    name: str
    parent_type: str
    type: GraphQLOutputType
    line: int
    column: int
    children: dict[str, TemplateField] = field(default_factory=dict)

    def walk(self, prefix: str = "") -> Iterator[tuple[str, TemplateField]]:
        """This field and all inside, with their dotted paths."""
        path = f"{prefix}{self.response_key}"
        yield path, self
        for child in self.children.values():
            yield from child.walk(f"{path}.")


@dataclass(frozen=True)
class CompiledTemplate:
    """What the indexer does for one index.

    `visited` are the entity types whose changes concern documents, the root among them; `keys`
    their key fields. `operation` takes `$ids`. `vital` are the response keys of root fields
    that the owner of the root gives to every entity. `warnings` do not stop the index.
    """

    definition: IndexDefinition
    fields: tuple[TemplateField, ...]
    visited: frozenset[str]
    keys: dict[str, tuple[str, ...]]
    operation: str
    inverse_operations: dict[str, str]
    roots_operation: str
    vital: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes when documents must be fetched anew."""
        return hashlib.blake2b(self.operation.encode(), digest_size=12).hexdigest()
