"""Keep generated selections mergeable (GraphQL, section 5.3.2 "Field Selection Merging")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Chain = tuple[str | None, ...]
"""The parent type of each level; `None` for an abstract one."""


@dataclass
class Node:
    """A selection: a field, an inline fragment or a fragment spread."""

    text: str
    """What stands before the selection set."""
    response_name: str = ""
    name: str = ""
    arguments: str = ""
    shape: str = ""
    parent: str | None = None
    """The field's parent type when it is an object type."""
    children: list[Node] = field(default_factory=list)
    fragment: str = ""
    """The name of a fragment that is spread."""

    def print(self) -> str:
        below = " ".join(child.print() for child in self.children)
        return f"{self.text} {{ {below} }}" if self.children else self.text


@dataclass
class Slot:
    """What is selected under one response name."""

    shape: str
    fields: list[tuple[Chain, str, str]] = field(default_factory=list)
    below: dict[str, Slot] = field(default_factory=dict)


Table = dict[str, Slot]


def fields_in(nodes: list[Node], fragments: Mapping[str, list[Node]]) -> Iterator[Node]:
    """Iterate over the fields of a selection set, through fragments."""
    for node in nodes:
        if node.response_name:
            yield node
        else:
            yield from fields_in(fragments.get(node.fragment, node.children), fragments)


def fits(table: Table, node: Node, chain: Chain, fragments: Mapping[str, list[Node]]) -> bool:
    """Tell whether a field can be merged with what is selected already."""
    slot = table.get(node.response_name)
    if slot is None:
        return True
    if slot.shape != node.shape:
        return False
    own = (*chain, node.parent)
    for other, name, arguments in slot.fields:
        if (name, arguments) != (node.name, node.arguments) and not _exclusive(own, other):
            return False
    return all(
        fits(slot.below, child, own, fragments) for child in fields_in(node.children, fragments)
    )


def _exclusive(one: Chain, other: Chain) -> bool:
    return any(
        left is not None and right is not None and left != right
        for left, right in zip(one, other, strict=True)
    )


def add(table: Table, node: Node, chain: Chain, fragments: Mapping[str, list[Node]]) -> Slot:
    """Note a field, with everything below it."""
    slot = table.setdefault(node.response_name, Slot(node.shape))
    own = (*chain, node.parent)
    slot.fields.append((own, node.name, node.arguments))
    for child in fields_in(node.children, fragments):
        add(slot.below, child, own, fragments)
    return slot
