"""Generate operations: aliases, arguments, variables, fragments of every kind, conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from tests.router.oracle.dice import Dice

VARIABLE_TYPES: dict[str, tuple[str, list[Any]]] = {
    "n": ("Int", [0, 1, 2, None]),
    "s": ("String", ["v", "", None]),
    "c": ("Color", ["RED", "BLUE", None]),
    "w": ("Wish", [{"amount": 1}, {"color": "RED", "more": [{"amount": 2}]}, None]),
    "l": ("[Int!]", [[1, 2], [], None]),
}
LITERALS = {
    "n": ("0", "1", "2", "null"),
    "s": ('"t"', '""', '"{ \\"a b\\" }"'),
    "c": ("RED", "GREEN"),
    "w": ("{}", "{color: BLUE, more: [{amount: 3}]}"),
    "l": ("[1]", "[]", "3"),
}


@dataclass
class Generated:
    text: str
    variables: dict[str, Any]


@dataclass
class OperationMaker:
    schema: GraphQLSchema
    dice: Dice
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    budget: int = 40
    aliases: int = 0

    def make(self) -> Generated:
        """Return a random operation, mostly valid."""
        kind, root = "query", self.schema.query_type
        if self.schema.mutation_type is not None and self.dice.chance(30):
            kind, root = "mutation", self.schema.mutation_type
        assert root is not None
        body = self._selection(root, self.dice.upto(5, 2))
        definitions = ", ".join(f"${name}: {one[0]}" for name, one in self.variables.items())
        head = f"{kind} Q({definitions})" if definitions else f"{kind} Q"
        used = "".join(
            f"\nfragment {name} on {on} {text}" for name, (on, text) in self.fragments.items()
        )
        values = {
            name: value for name, (_, value) in self.variables.items() if value is not _ABSENT
        }
        return Generated(f"{head} {body}{used}", values)

    def _selection(self, on: GraphQLCompositeType, depth: int) -> str:
        parts = [self._part(on, depth) for _ in range(self.dice.upto(4, 1))]
        return "{ " + " ".join(parts) + " }"

    def _part(self, on: GraphQLCompositeType, depth: int) -> str:
        self.budget -= 1
        percent = 45 if is_abstract_type(on) else 15
        if depth > 0 and self.budget > 0 and self.dice.chance(percent):
            return self._fragment(on, depth)
        if isinstance(on, GraphQLUnionType) or self.dice.chance(8):
            alias = "t: " if self.dice.chance(20) else ""
            return f"{alias}__typename{self._condition()}"
        fields = {
            name: one
            for name, one in on.fields.items()
            if (depth > 0 and self.budget > 0) or not is_composite_type(get_named_type(one.type))
        }
        if not fields:
            return "__typename"
        name = self.dice.one_of(list(fields))
        return self._field(name, fields[name], depth)

    def _field(self, name: str, one: GraphQLField, depth: int) -> str:
        alias = f"{self.dice.one_of('xyz')}: " if self.dice.chance(12) else ""
        arguments = [
            f"{argument}: {self._argument(argument)}"
            for argument in one.args
            if self.dice.chance(50)
        ]
        text = f"{alias}{name}" + (f"({', '.join(arguments)})" if arguments else "")
        text += self._condition()
        target = get_named_type(one.type)
        if is_composite_type(target):
            text += " " + self._selection(target, depth - 1)
        return text

    def _argument(self, name: str) -> str:
        if not self.dice.chance(40):
            return self.dice.one_of(LITERALS[name])
        type_text, values = VARIABLE_TYPES[name]
        variable = f"{name}{self.dice.upto(1)}"
        if variable not in self.variables:
            self.variables[variable] = (type_text, self.dice.one_of([*values, _ABSENT]))
        return f"${variable}"

    def _condition(self) -> str:
        if not self.dice.chance(10):
            return ""
        directive = self.dice.one_of(("include", "skip"))
        if self.dice.chance(20):
            return f" @{directive}(if: {self.dice.one_of(('true', 'false'))})"
        variable = f"b{self.dice.upto(1)}"
        if variable not in self.variables:
            options = [("Boolean!", True), ("Boolean!", False), ("Boolean! = true", _ABSENT)]
            self.variables[variable] = self.dice.one_of(options)
        return f" @{directive}(if: ${variable})"

    def _fragment(self, on: GraphQLCompositeType, depth: int) -> str:
        target = self.dice.one_of(self._targets(on))
        condition = self._condition()
        body = self._selection(target, depth - (0 if is_abstract_type(on) else 1))
        if self.dice.chance(30):
            known = [name for name, (where, _) in self.fragments.items() if where == target.name]
            if known and self.dice.chance(60):
                return f"...{self.dice.one_of(known)}{condition}"
            name = f"F{len(self.fragments)}"
            self.fragments[name] = (target.name, body)
            return f"...{name}{condition}"
        named = target is not on or self.dice.chance(50)
        return f"...{f' on {target.name}' if named else ''}{condition} {body}"

    def _targets(self, on: GraphQLCompositeType) -> list[Any]:
        own = self._possible(on)
        found: list[GraphQLNamedType] = [
            one
            for one in self.schema.type_map.values()
            if is_composite_type(one)
            and not one.name.startswith("__")
            and self._possible(one) & own
        ]
        return sorted(found, key=lambda one: (one is not on, one.name))

    def _possible(self, one: Any) -> set[str]:
        if is_abstract_type(one):
            return {member.name for member in self.schema.get_possible_types(one)}
        return {one.name}


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()
