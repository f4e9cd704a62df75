"""Every type that is named exists, and may stand where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from reelgraph_federation.supergraph.model import (
    CompositeType,
    EnumType,
    InputObjectType,
    InputValue,
    InterfaceType,
    MergedSchema,
    ObjectType,
    ScalarType,
    UnionType,
)
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems
from reelgraph_federation.supergraph.type_refs import TypeRef

_BUILT_IN = frozenset(("Int", "Float", "String", "Boolean", "ID"))
_OUTPUT = (ObjectType, InterfaceType, UnionType, EnumType, ScalarType)
_INPUT = (EnumType, InputObjectType, ScalarType)


def check_references(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    """Report names of types that do not exist or are of a kind that may not stand there.

    https://spec.graphql.org/October2021/#sec-Input-and-Output-Types
    """
    _Check(supergraph, problems).run()


class _Check:
    def __init__(self, supergraph: MergedSchema, problems: ReadingProblems) -> None:
        self._supergraph = supergraph
        self._problems = problems
        self._output = _BUILT_IN | self._names(_OUTPUT)
        self._input = _BUILT_IN | self._names(_INPUT)

    def _names(self, kinds: tuple[type, ...]) -> frozenset[str]:
        types = self._supergraph.types
        return frozenset(name for name, one in types.items() if isinstance(one, kinds))

    def run(self) -> None:
        for name, one in self._supergraph.types.items():
            if name in _BUILT_IN or name.startswith("__"):
                message = f'the document defines "{name}", a name that GraphQL keeps for itself'
                self._problems.add(INVALID, message, coordinate=name)
            if isinstance(one, ObjectType | InterfaceType):
                self._fields(one)
            elif isinstance(one, InputObjectType):
                self._inputs(name, one.fields.values(), "{}.{}")
            if isinstance(one, ObjectType | InterfaceType | UnionType):
                self._related(one)
        for directive in self._supergraph.directives.values():
            self._inputs(f"@{directive.name}", directive.arguments.values(), "{}({}:)")

    def _fields(self, one: ObjectType | InterfaceType) -> None:
        for field in one.fields.values():
            coordinate = f"{one.name}.{field.name}"
            self._type(field.type, self._output, coordinate)
            for join in field.joins:
                if join.type is not None:
                    self._type(join.type, self._output, coordinate)
            if field.arguments:
                self._inputs(coordinate, field.arguments.values(), "{}({}:)")

    def _inputs(self, owner: str, values: Iterable[InputValue], form: str) -> None:
        for value in values:
            if value.type.name not in self._input:
                self._type(value.type, self._input, form.format(owner, value.name))

    def _type(self, type_ref: TypeRef, allowed: frozenset[str], coordinate: str) -> None:
        if type_ref.name in allowed:
            return
        if type_ref.name in self._supergraph.types:
            message = f'"{coordinate}" cannot have the type "{type_ref}", which is of another kind'
        else:
            message = f'"{coordinate}" has the type "{type_ref}", which is not defined'
        self._problems.add(INVALID, message, coordinate=coordinate)

    def _related(self, one: CompositeType) -> None:
        types = self._supergraph.types
        if isinstance(one, UnionType):
            for name in one.members:
                if not isinstance(types.get(name), ObjectType):
                    message = (
                        f'"{name}", a member of "{one.name}", is no object type of the document'
                    )
                    self._problems.add(INVALID, message, coordinate=one.name)
            return
        for name in one.interfaces:
            if not isinstance(types.get(name), InterfaceType):
                message = f'"{name}", implemented by "{one.name}", is no interface of the document'
                self._problems.add(INVALID, message, coordinate=one.name)
