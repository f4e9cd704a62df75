"""The arguments of one directive in a supergraph, read as what they must be."""

from __future__ import annotations

from typing import TypeVar

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    EnumValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems
from reelgraph_federation.supergraph.type_refs import TypeRef, type_ref

_Node = TypeVar("_Node", bound=ValueNode)


class Arguments:
    """Arguments by name; one of the wrong kind, or that is not known, is a problem.

    A document with problems is refused: what is not understood never counts as nothing.
    """

    __slots__ = ("_problems", "_values", "node")

    def __init__(self, node: ConstDirectiveNode, problems: ReadingProblems) -> None:
        self.node = node
        self._problems = problems
        self._values: dict[str, ValueNode] = {
            one.name.value: one.value
            for one in node.arguments or ()
            if not isinstance(one.value, NullValueNode)
        }

    def allow(self, names: frozenset[str]) -> Arguments:
        """Report the arguments that are not among those that the directive has."""
        for name in self._values:
            if name not in names:
                known = ", ".join(sorted(names)) or "none"
                message = f"@{self.node.name.value} has no argument {name}; known are: {known}"
                self._problems.add(INVALID, message, self.node)
        return self

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def string(self, name: str) -> str | None:
        """Return a string."""
        found = self._get(name, StringValueNode, "a string")
        return None if found is None else found.value

    def required_string(self, name: str) -> str:
        """Return a string that must be there and not be empty."""
        found = self.string(name)
        if not found and (found is not None or name not in self._values):
            self._missing(name, "a string that is not empty")
        return found or ""

    def given_string(self, name: str) -> str | None:
        """Return a string that must be there, and may be empty."""
        if name not in self._values:
            self._missing(name, "a string")
        return self.string(name)

    def enum(self, name: str) -> str:
        """Return the name of an enum value that must be there."""
        found = self._get(name, EnumValueNode, "a value of the enum of subgraphs")
        if found is None and name not in self._values:
            self._missing(name, "a value of the enum of subgraphs")
        return "" if found is None else found.value

    def enum_or_none(self, name: str) -> str | None:
        """Return the name of an enum value."""
        found = self._get(name, EnumValueNode, "a value of an enum")
        return None if found is None else found.value

    def required_integer(self, name: str) -> int | None:
        """Return a whole number that must be there."""
        if name not in self._values:
            self._missing(name, "a whole number")
        return self.integer(name)

    def boolean(self, name: str, default: bool) -> bool:
        """Return a truth value."""
        found = self._get(name, BooleanValueNode, "true or false")
        return default if found is None else found.value

    def integer(self, name: str) -> int | None:
        """Return a whole number of the range of Int."""
        found = self._get(name, IntValueNode, "a whole number")
        if found is None or -(2**31) <= _small_int(found.value) < 2**31:
            return None if found is None else int(found.value)
        self._wrong(name, found, "a number of 32 bits")
        return None

    def type_reference(self, name: str) -> TypeRef | None:
        """Return a type reference, given as a string."""
        text = self.string(name)
        if text is None:
            return None
        try:
            return type_ref(text)
        except ValueError:
            self._wrong(name, self._values[name], "a type, such as [Title!]")
            return None

    def items(self, name: str) -> tuple[ValueNode, ...]:
        """Return the items of a list; a value that is no list is a list of one."""
        return list_items(self._values.get(name))

    def strings(self, name: str) -> tuple[str, ...]:
        """Return a list of strings."""
        return self.strings_of(self._values.get(name), name)

    def strings_of(self, node: ValueNode | None, name: str) -> tuple[str, ...]:
        """Return the strings of a list inside an argument."""
        found = []
        for item in list_items(node):
            if isinstance(item, StringValueNode):
                found.append(item.value)
            else:
                self._wrong(name, item, "a string")
        return tuple(found)

    def alternatives(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Return a list of lists of strings, which must be there and ask for something."""
        found = tuple(self.strings_of(item, name) for item in self.items(name))
        if name not in self._values or not all(found) or not found:
            self._missing(name, "a list of alternatives, each a list of at least one string")
        return found

    def objects(self, name: str) -> list[dict[str, ValueNode]]:
        """Return a list of input objects, each by field."""
        found = []
        for item in self.items(name):
            if isinstance(item, ObjectValueNode):
                found.append({one.name.value: one.value for one in item.fields or ()})
            else:
                self._wrong(name, item, "an input object")
        return found

    def _get(self, name: str, kind: type[_Node], what: str) -> _Node | None:
        node = self._values.get(name)
        if isinstance(node, kind):
            return node
        if node is not None:
            self._wrong(name, node, what)
        return None

    def _wrong(self, name: str, node: ValueNode, what: str) -> None:
        directive, shown = self.node.name.value, print_ast(node)[:60]
        message = f"@{directive}({name}:) must be {what}, and is {shown}"
        self._problems.add(INVALID, message, node)

    def _missing(self, name: str, what: str) -> None:
        message = f"@{self.node.name.value} needs the argument {name}: {what}"
        self._problems.add(INVALID, message, self.node)


def list_items(node: ValueNode | None) -> tuple[ValueNode, ...]:
    """Return the items of a list value; a value that is no list is a list of one."""
    if isinstance(node, ListValueNode):
        return tuple(node.values or ())
    return () if node is None else (node,)


def _small_int(text: str) -> int:
    """Return a number; a hostile one of many digits is only too large."""
    return int(text) if len(text) < 20 else 2**63
