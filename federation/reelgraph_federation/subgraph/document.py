"""The shape of one subgraph's SDL after parsing: small slotted values, extensions already folded in.

graphql-core's parser builds a tree that costs about 0.1 ms a field; composing 50,000 fields needs a
tenth of that, so composition has its own reader and these leaner values. Type references stay the
strings of the SDL ("[Title!]!") and are read by :mod:`reelgraph_federation.type_refs`.

Offsets (``at``) count characters from the start of the SDL and become lines and columns only when a
problem is reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias


class EnumLiteral(str):
    """A value written as a bare name: ``GOLD``, not ``"GOLD"``."""

    __slots__ = ()


class FloatLiteral(float):
    """A value written as a floating-point number, which an ``Int`` position must refuse."""

    __slots__ = ()


class VariableLiteral(str):
    """A ``$name`` where only constants are allowed; kept so that validation can point at it."""

    __slots__ = ()


Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
"""A constant: str is a string value, EnumLiteral an enum value, FloatLiteral a float."""


class Missing:
    """The type of :data:`MISSING`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()
"""No default value was written, which is not the same as ``= null``."""


@dataclass(slots=True, eq=False)
class Directive:
    """One application of a directive.

    ``spec`` is the directive's meaning after links were resolved: ``"key"`` for ``@key``,
    ``@primaryKey`` or ``@federation__key`` alike; ``None`` for directives that federation does not
    know. ``part`` tells which declaration of a type it stands on: 0 the definition, n the n-th
    extension.

    ``args`` are the arguments as written; of directives with a ``spec`` they are, once
    :mod:`reelgraph_federation.subgraph.arguments` has read them, what GraphQL coerces them to:
    null and what was refused are left out. Only the methods below read them by name, and a value of
    another type is a bug there, never the same as no value.
    """

    name: str
    args: dict[str, Value]
    at: int
    part: int = 0
    spec: str | None = None

    def text(self, argument: str) -> str | None:
        """Return a string; None where it is not given."""
        value = self.args.get(argument)
        assert value is None or isinstance(value, str), self
        return value

    def texts(self, argument: str) -> tuple[str, ...]:
        """Return a list of strings; empty where it is not given."""
        return _texts(self.args.get(argument, []))

    def alternatives(self, argument: str) -> list[frozenset[str]]:
        """Return a list of lists of strings: any one of them, each string in it."""
        value = self.args.get(argument, [])
        assert isinstance(value, list), self
        return [frozenset(_texts(names)) for names in value]

    def number(self, argument: str) -> int | None:
        """Return a whole number; None where it is not given."""
        value = self.args.get(argument)
        assert value is None or (isinstance(value, int) and not isinstance(value, bool)), self
        return value

    def flag(self, argument: str, default: bool) -> bool:
        """Return a truth value; the default where it is not given."""
        value = self.args.get(argument, default)
        assert isinstance(value, bool), self
        return value


def _texts(value: Value) -> tuple[str, ...]:
    assert isinstance(value, list), value
    texts = tuple(item for item in value if isinstance(item, str))
    assert len(texts) == len(value), value
    return texts


@dataclass(slots=True, eq=False)
class InputValue:
    """An argument or an input field. ``default`` is MISSING when none is written."""

    name: str
    type: str
    default: Value | Missing
    description: str | None
    directives: tuple[Directive, ...] | list[Directive]
    at: int
    part: int = 0


@dataclass(slots=True, eq=False)
class Field:
    """A field of an object or interface type."""

    name: str
    type: str
    args: dict[str, InputValue]
    description: str | None
    directives: tuple[Directive, ...] | list[Directive]
    at: int
    part: int = 0


@dataclass(slots=True, eq=False)
class EnumValue:
    """A value of an enum type."""

    name: str
    description: str | None
    directives: tuple[Directive, ...] | list[Directive]
    at: int
    part: int = 0


@dataclass(slots=True, eq=False)
class TypeDef:
    """A named type with its extensions folded in.

    ``kind`` is one of SCALAR, OBJECT, INTERFACE, UNION, ENUM, INPUT. ``parts`` counts the
    declarations; ``defined`` is false where only ``extend`` declarations exist; ``extended`` tells
    whether one is an extension.
    """

    kind: str
    name: str
    at: int
    description: str | None = None
    directives: list[Directive] = field(default_factory=list)
    interfaces: dict[str, int] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    inputs: dict[str, InputValue] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    values: dict[str, EnumValue] = field(default_factory=dict)
    defined: bool = False
    extended: bool = False
    parts: int = 0

    def applied(self, spec: str) -> Iterator[Directive]:
        """Each application of the federation directive ``spec`` on the type."""
        return (directive for directive in self.directives if directive.spec == spec)

    def has(self, spec: str) -> bool:
        """Tell whether the federation directive ``spec`` is applied to the type."""
        for directive in self.directives:  # noqa: SIM110, a generator takes twice the time here
            if directive.spec == spec:
                return True
        return False


@dataclass(slots=True, eq=False)
class DirectiveDef:
    """A directive definition."""

    name: str
    description: str | None
    args: dict[str, InputValue]
    repeatable: bool
    locations: tuple[str, ...]
    at: int


@dataclass(slots=True, eq=False)
class Document:
    """A subgraph's SDL. ``roots`` maps query, mutation, subscription to the type names given."""

    types: dict[str, TypeDef] = field(default_factory=dict)
    directive_defs: dict[str, DirectiveDef] = field(default_factory=dict)
    schema_directives: list[Directive] = field(default_factory=list)
    schema_description: str | None = None
    schema_at: int = 0
    roots: dict[str, str] = field(default_factory=dict)
    root_at: dict[str, int] = field(default_factory=dict)


def find(directives: tuple[Directive, ...] | list[Directive], spec: str) -> Directive | None:
    """Return the first application of the federation directive ``spec``, or None."""
    for directive in directives:
        if directive.spec == spec:
            return directive
    return None
