"""Operations of contextual fetches with parts left out: what a request has nothing to ask for.

A contextual fetch is sent once for each set of values. Where a group has no entities for a request,
its field goes, and so do its variables: a required one could not be given a value. Where a value could
not be fetched, the fields that take it go, and the entity's other fields are asked for all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    strip_ignored_characters,
    visit,
)

Parts: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""What is left out: the response keys of groups, and the variables without a value."""

WHOLE: Parts = (frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Reduced:
    """An operation without some of its parts, and the variables that are left."""

    text: str
    variables: frozenset[str]


@dataclass(slots=True)
class RequestHeads:
    """The start of a fetch's requests, up to the variables, for what was left out so far."""

    operation: str
    operation_name: str | None
    _known: dict[Parts, tuple[bytes, frozenset[str] | None]] = field(default_factory=dict)

    def without(self, parts: Parts) -> tuple[bytes, frozenset[str] | None]:
        """The start of the body, and the variables it takes; None stands for all."""
        found = self._known.get(parts)
        if found is None:
            found = self._known[parts] = self._make(parts)
        return found

    def _make(self, parts: Parts) -> tuple[bytes, frozenset[str] | None]:
        if parts == WHOLE:
            return request_head(self.operation, self.operation_name), None
        reduced = reduce_operation(self.operation, parts)
        return request_head(reduced.text, self.operation_name), reduced.variables


def request_head(operation: str, operation_name: str | None) -> bytes:
    """The body of a request up to the values of its variables."""
    head = b'{"query":' + orjson.dumps(operation)
    if operation_name is not None:
        head += b',"operationName":' + orjson.dumps(operation_name)
    return head + b',"variables":{'


def reduce_operation(text: str, parts: Parts) -> Reduced:
    """Leave out groups and fields, and the variables that only they use."""
    groups, missing = parts
    document: DocumentNode = visit(parse(text, no_location=True), _LeaveOut(groups, missing))
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    used = _Used()
    visit(operation.selection_set, used)
    for directive in operation.directives or ():
        visit(directive, used)
    document = visit(document, _Declare(used.names))
    return Reduced(strip_ignored_characters(print_ast(document)), frozenset(used.names))


class _LeaveOut(Visitor):
    def __init__(self, groups: frozenset[str], missing: frozenset[str]) -> None:
        super().__init__()
        self._groups = groups
        self._missing = missing

    def enter_field(self, node: FieldNode, *_: object) -> object:
        key = node.alias.value if node.alias is not None else node.name.value
        takes = {
            argument.value.name.value
            for argument in node.arguments or ()
            if isinstance(argument.value, VariableNode)
        }
        is_group = node.name.value == "_entities" and key in self._groups
        return self.REMOVE if is_group or takes & self._missing else None

    def leave_selection_set(self, node: SelectionSetNode, *_: object) -> object:
        """Keep an object of which nothing else is left to ask."""
        if node.selections:
            return None
        return SelectionSetNode(selections=(FieldNode(name=NameNode(value="__typename")),))


class _Used(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


class _Declare(Visitor):
    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self._used = used

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> object:
        return None if node.variable.name.value in self._used else self.REMOVE
