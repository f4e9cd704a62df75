"""Write the function that reads what a selection asks of an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.types.field import StrawberryField

Read = Callable[[Any], Any]
"""Gives a completed value, or raises: then graphql-core has to complete it."""
CollectSubfields = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]

_DEFINITION = "strawberry-definition"
_ORDINARY: Mapping[GraphQLOutputType, str] = {
    GraphQLString: "type({first}) is str",
    GraphQLID: "type({first}) is str",
    GraphQLInt: "type({first}) is int and -2147483648 <= {v} <= 2147483647",
    # False for infinities, and for what is not a number.
    GraphQLFloat: "type({first}) is float and -1.7976931348623157e308 <= {v} <= 1.7976931348623157e308",
    GraphQLBoolean: "type({first}) is bool",
}
"""When a value needs no coercion, by scalar."""
_MOST_FIELDS = 500
"""A function for more fields than these, in all objects below, is not worth its making."""


class NotOrdinaryError(Exception):
    """A value that graphql-core has to complete."""


class NotPlain(Exception):
    """A selection that asks for more than attributes."""


class ObjectReaders:
    """Makes functions for the selections of one operation."""

    def __init__(self, collect: CollectSubfields) -> None:
        """Begin; `collect` is the executor's own, which knows fragments and variables."""
        self._collect = collect
        self._fields = 0

    def of_object(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
        """Return what reads an object that stands at a field; raises NotPlain."""
        collected = self._collect(type_, details)
        if collected.new_defer_usages or collected.forbidden_directive_instances:
            raise NotPlain
        code = _Code(f"read_{type_.name}")
        entries = [
            f"{name!r}: {self._entry(code, type_, field_details)}"
            for name, field_details in collected.grouped_field_set.items()
        ]
        check = code.name(_check_of(type_))
        return code.function([f"{check}(o)", f"return {{{', '.join(entries)}}}"])

    def of_field(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
        """Return what reads one field's value from the object that has it; raises NotPlain."""
        code = _Code(f"read_field_of_{type_.name}")
        return code.function([f"return {self._entry(code, type_, details)}"])

    def _entry(self, code: _Code, type_: GraphQLObjectType, details: FieldDetailsList) -> str:
        self._fields += 1
        if self._fields > _MOST_FIELDS or any(one.defer_usage for one in details):
            raise NotPlain
        name = details[0].node.name.value
        if name == "__typename":
            return repr(type_.name)
        field = type_.fields.get(name)
        if field is None:
            raise NotPlain
        return self._value(code, field.type, f"o.{attribute_of(field)}", details)

    def _value(
        self, code: _Code, type_: GraphQLOutputType, value: str, details: FieldDetailsList
    ) -> str:
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if inner in _ORDINARY:
            slow = code.name(_coerced(type_))
            ordinary = _ORDINARY[inner].format(first=f"v := {value}", v="v")
            return f"v if {ordinary} else {slow}(v)"
        return f"{code.name(self._read_value(type_, details))}({value})"

    def _read_value(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Read:
        if isinstance(type_, GraphQLNonNull):
            return _never_null(self._read_value(type_.of_type, details))
        if isinstance(type_, GraphQLList):
            return self._list(type_.of_type, details)
        if isinstance(type_, GraphQLObjectType):
            return _or_null(self.of_object(type_, details))
        if isinstance(type_, GraphQLScalarType | GraphQLEnumType):
            return _coerced(type_)
        raise NotPlain  # which type an object has is the resolver's to say

    def _list(self, item: GraphQLOutputType, details: FieldDetailsList) -> Read:
        code = _Code("read_list")
        kind = item.of_type if isinstance(item, GraphQLNonNull) else item
        if kind in _ORDINARY:
            read = code.name(_coerced(item))
            one = f"i if {_ORDINARY[kind].format(first='i', v='i')} else {read}(i)"
        else:
            one = f"{code.name(self._read_value(item, details))}(i)"
        odd = code.name(NotOrdinaryError)
        return code.function(
            [
                "if o is None: return None",
                f"if type(o) is not list and type(o) is not tuple: raise {odd}",
                f"return [{one} for i in o]",
            ]
        )


def attribute_of(field: GraphQLField) -> str:
    """Return the attribute that a field's resolver would read and nothing more; raises NotPlain."""
    definition = field.extensions.get(_DEFINITION)
    if (
        not isinstance(definition, StrawberryField)
        or not getattr(field.resolve, "_is_default", False)
        or not definition.is_basic_field
        or definition.default_resolver is not getattr
        or type(definition).get_result is not StrawberryField.get_result
        or not definition.python_name.isidentifier()
        or iskeyword(definition.python_name)
        or definition.python_name.startswith("__")
    ):
        raise NotPlain
    return definition.python_name


class _Code:
    """One generated function and the objects that it names."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._globals: dict[str, object] = {}

    def name(self, value: object) -> str:
        """Return a name for a value."""
        name = f"x{len(self._globals)}"
        self._globals[name] = value
        return name

    def function(self, lines: list[str]) -> Read:
        """Return the function of `o` with these lines."""
        source = "\n    ".join([f"def {self._name}(o):", *lines])
        exec(compile(source, f"<{self._name}>", "exec"), self._globals)
        made: Read = self._globals[self._name]  # type: ignore[assignment]
        return made


def _check_of(type_: GraphQLObjectType) -> Callable[[Any], None]:
    definition = type_.extensions.get(_DEFINITION)
    if getattr(definition, "is_type_of", None) is not None:
        raise NotPlain  # it may look at what is known of the request
    is_type_of = type_.is_type_of

    def check(value: object) -> None:
        if isinstance(value, Exception) or optimized_is_awaitable(value):
            raise NotOrdinaryError
        if is_type_of is not None and is_type_of(value, None) is not True:  # type: ignore[arg-type]
            raise NotOrdinaryError

    return check


def _coerced(type_: GraphQLOutputType) -> Read:
    """Return what completes a leaf."""
    may_be_null = not isinstance(type_, GraphQLNonNull)
    leaf: Any = type_ if may_be_null else type_.of_type  # type: ignore[union-attr]

    def read(value: Any) -> Any:
        if value is None and may_be_null:
            return None
        odd = value is None or value is Undefined or isinstance(value, Exception)
        if odd or optimized_is_awaitable(value):
            raise NotOrdinaryError
        coerced = leaf.coerce_output_value(value)
        if coerced is None or coerced is Undefined:
            raise NotOrdinaryError
        return coerced

    return read


def _never_null(read: Read) -> Read:
    def never_null(value: Any) -> Any:
        completed = read(value)
        if completed is None:
            raise NotOrdinaryError
        return completed

    return never_null


def _or_null(read: Read) -> Read:
    return lambda value: None if value is None else read(value)
