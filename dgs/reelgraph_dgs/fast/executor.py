"""The executor that takes the fast way where there is one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from graphql import (
    DirectiveNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    Node,
    OperationDefinitionNode,
    VariableNode,
    is_abstract_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from reelgraph_dgs.fast.read_objects import NotPlain, ObjectReaders, Read

_OPERATIONS_KEPT = 1000
_CONDITIONS_KEPT = 16
"""For how many combinations of an operation's conditions functions are kept."""

Programs = dict[Hashable, Read | None]
"""By what is completed and the field nodes that ask it: what reads it, None where nothing can."""


class _Kept:
    """The functions of the operations seen last. An operation is known again by its identity."""

    def __init__(self) -> None:
        self._operations: OrderedDict[int, tuple[OperationDefinitionNode, _Programs]] = (
            OrderedDict()
        )

    def of(self, executor: FastExecutor) -> Programs:
        """Return the functions for an executor's operation under its conditions."""
        operation = executor.operation
        known = self._operations.get(id(operation))
        if known is None:
            documents = [operation, *(one.definition for one in executor.fragments.values())]
            known = (operation, _Programs(sorted(set(_condition_variables(documents)))))
            self._operations[id(operation)] = known
            if len(self._operations) > _OPERATIONS_KEPT:
                self._operations.popitem(last=False)
        else:
            self._operations.move_to_end(id(operation))
        return known[1].under(executor.variable_values.coerced)


class _Programs:
    """The functions of one operation, by the values of the variables in its conditions."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._by_conditions: dict[tuple[object, ...], Programs] = {}

    def under(self, variables: dict[str, Any]) -> Programs:
        values = tuple(variables.get(name) for name in self._names)
        known = self._by_conditions.get(values)
        if known is None:
            if len(self._by_conditions) >= _CONDITIONS_KEPT:
                self._by_conditions.clear()
            known = self._by_conditions[values] = {}
        return known


_kept = _Kept()


class FastExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, which reads plain attributes by functions made for the document."""

    _programs: Programs | None = None

    @property
    def programs(self) -> Programs | None:
        """The functions of this operation; None where a middleware wants to see every field."""
        if self._programs is None and not getattr(self.middleware_manager, "middlewares", ()):
            self._programs = _kept.of(self)
        return self._programs

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        """Read a plain attribute, else go graphql-core's way."""
        read = self._reader(
            parent_type, field_details_list, ObjectReaders.of_field, ("field", parent_type.name)
        )
        if read is not None:
            try:
                return read(source)
            except Exception:  # graphql-core finds it again, and tells of it
                pass
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """Read an object whose selection is plain, else go graphql-core's way."""
        read = self._object_reader(return_type, field_details_list)
        if read is not None and position_context is None:
            try:
                completed: dict[str, Any] = read(result)
            except Exception:
                pass
            else:
                return completed
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        """Read a list of objects whose selections are plain, else go graphql-core's way."""
        if position_context is None and (type(result) is list or type(result) is tuple):
            try:
                return self._read_list(return_type.of_type, field_details_list, info, result)
            except Exception:
                pass
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _read_list(
        self,
        item: GraphQLOutputType,
        details: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        objects: Iterable[Any],
    ) -> list[Any]:
        kind = item.of_type if isinstance(item, GraphQLNonNull) else item
        if isinstance(kind, GraphQLObjectType):
            read = self._object_reader(kind, details)
            if read is None:
                raise NotPlain
        elif is_abstract_type(kind):
            read = self._abstract_reader(kind, details, info)
        else:
            raise NotPlain
        if isinstance(item, GraphQLNonNull):
            return [read(one) for one in objects]
        return [None if one is None else read(one) for one in objects]

    def _abstract_reader(
        self, kind: Any, details: FieldDetailsList, info: GraphQLResolveInfo[Any]
    ) -> Read:
        """Return what asks for each object's type, as graphql-core does, and reads it then."""
        resolve_type = kind.resolve_type or self.type_resolver
        readers: dict[str, Read] = {}

        def read(value: Any) -> Any:
            name: Any = resolve_type(value, info, kind)
            known = readers.get(name)
            if known is None:
                type_ = self.ensure_valid_runtime_type(name, kind, details, info, value)
                made = self._object_reader(type_, details)
                if made is None:
                    raise NotPlain
                known = readers[name] = made
            return known(value)

        return read

    def _object_reader(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Read | None:
        return self._reader(type_, details, ObjectReaders.of_object, ("object", type_.name))

    def _reader(
        self,
        type_: GraphQLObjectType,
        details: FieldDetailsList,
        make: Callable[[ObjectReaders, GraphQLObjectType, FieldDetailsList], Read],
        kind: tuple[str, str],
    ) -> Read | None:
        programs = self.programs
        if programs is None:
            return None
        key = (kind, *[id(one.node) for one in details])
        try:
            return programs[key]
        except KeyError:
            pass
        read: Read | None
        try:
            read = make(ObjectReaders(self.collect_subfields), type_, details)
        except NotPlain:
            read = None
        programs[key] = read
        return read


def _condition_variables(nodes: Iterable[Node]) -> Iterator[str]:
    """Yield the variables that decide what is selected: those in arguments of directives."""
    for node in nodes:
        if isinstance(node, DirectiveNode):
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
        for key in node.keys:
            below = getattr(node, key, None)
            if isinstance(below, Node):
                yield from _condition_variables([below])
            elif isinstance(below, list | tuple):
                yield from _condition_variables(one for one in below if isinstance(one, Node))
