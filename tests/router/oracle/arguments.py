"""Generate arguments, variables and conditions of operations."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLField

from tests.router.oracle.dice import Dice

VARIABLES: dict[str, list[tuple[str, list[Any]]]] = {
    "n": [("Int", [0, 1, 2, None]), ("Int!", [1, 2]), ("Int = 1", [2, None])],
    "s": [("String", ["v", "", None]), ('String! = "e"', ["f"])],
    "c": [("Color", ["RED", "BLUE", None]), ("Color = GREEN", ["RED"])],
    "w": [("Wish", [{"amount": 1}, {"color": "RED", "more": [{"amount": 2}]}, None])],
    "l": [("[Int!]", [[1, 2], [], None, 3]), ("[Int!] = [5]", [[6]])],
    "m": [("Int!", [1, 2]), ("Int! = 3", [4])],
    "cs": [("[Color!]", [["BLUE", "RED"], [], None]), ("[Color!]!", [["GREEN"], "RED"])],
    "ww": [("[Wish!]", [[{}], [{"color": "BLUE"}, {"amount": 2}], None])],
    "name": [("String!", ["E0", "Query"]), ('String! = "Wish"', ["Nothing"])],
    "includeDeprecated": [("Boolean! = true", [False])],
}
LITERALS = {
    "n": ("0", "1", "2", "null"),
    "s": ('"t"', '""', '"{ \\"a b\\" }"', '"""block"""'),
    "c": ("RED", "GREEN"),
    "w": ("{}", "{color: BLUE, more: [{amount: 3}]}", "null"),
    "l": ("[1]", "[]", "3"),
    "m": ("1", "2"),
    "cs": ("[RED, BLUE]", "GREEN", "[]"),
    "ww": ("[{amount: 1}]", "{color: RED}", "[]"),
    "name": ('"E0"', '"Wish"', '"Color"', '"I0"', '"String"', '"Query"', '"Nothing"'),
    "includeDeprecated": ("true", "false"),
}


class Absent:
    """No value is given for a variable."""


ABSENT = Absent()


class ArgumentMaker:
    """Makes the arguments of one operation, and the variables that they use."""

    def __init__(self, dice: Dice, features: set[str]) -> None:
        self.dice = dice
        self.features = features
        self._variables: dict[str, tuple[str, Any]] = {}

    def definitions(self) -> str:
        return ", ".join(f"${name}: {kind}" for name, (kind, _) in self._variables.items())

    def values(self) -> dict[str, Any]:
        return {name: it for name, (_, it) in self._variables.items() if it is not ABSENT}

    def make(self, field: GraphQLField) -> str:
        """Return the arguments of a field in their parentheses."""
        given = []
        for name, argument in field.args.items():
            is_required = str(argument.type).endswith("!")
            if is_required or self.dice.chance(50):
                given.append(f"{name}: {self._value(name)}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, name: str) -> str:
        if self.dice.chance(40):
            return self._variable(name)
        if name in ("w", "ww", "l") and self.dice.chance(40):
            self.features.add("variable inside an input object or list")
            if name == "l":
                return f"[7, {self._variable('m')}]"
            inner = f"{{amount: {self._variable('n')}, color: {self._variable('c')}}}"
            return inner if name == "w" else f"[{inner}]"
        if name == "c" or name == "cs":
            self.features.add("enum argument")
        if name in ("w", "ww"):
            self.features.add("input object argument")
        return self.dice.one_of(LITERALS[name])

    def _variable(self, name: str) -> str:
        variable = f"{name}{self.dice.upto(1)}"
        if variable not in self._variables:
            kind, values = self.dice.one_of(VARIABLES[name])
            can_miss = (
                "!" not in kind.replace("Int!]", "").replace("[Color!]", "").replace("[Wish!]", "")
                or "=" in kind
            )
            options = [*values, ABSENT] if can_miss else values
            if name == "m":
                options = values if "=" not in kind else [*values, ABSENT]
            self._variables[variable] = (kind, self.dice.one_of(options))
            if "=" in kind:
                self.features.add("variable with a default")
        kind = self._variables[variable][0]
        self.features.add("variable")
        return f"${variable}"

    def condition(self) -> str:
        """Return a @skip or @include."""
        directive = self.dice.one_of(("include", "skip"))
        self.features.add(f"@{directive}")
        if self.dice.chance(20):
            return f" @{directive}(if: {self.dice.one_of(('true', 'false'))})"
        variable = f"b{self.dice.upto(1)}"
        if variable not in self._variables:
            options = [("Boolean!", True), ("Boolean!", False), ("Boolean! = true", ABSENT)]
            self._variables[variable] = self.dice.one_of(options)
        return f" @{directive}(if: ${variable})"
