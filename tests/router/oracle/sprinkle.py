"""Put `@defer` into generated operations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql.language import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    NameNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from tests.router.oracle.dice import Dice
from tests.router.oracle.operations import Generated


class Sprinkler(Visitor):
    """Puts `@defer` on fragments, and around some selections of objects."""

    def __init__(self, dice: Dice, variables: dict[str, Any]) -> None:
        super().__init__()
        self._dice = dice
        self._variables = [name for name in variables if name.startswith("b")]
        self._count = 0

    def leave_inline_fragment(self, node: InlineFragmentNode, *_: object) -> object:
        return self._perhaps(node)

    def leave_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> object:
        return self._perhaps(node)

    def leave_field(self, node: FieldNode, *_: object) -> object:
        below = node.selection_set
        if below is None or not self._dice.chance(35):
            return None
        moved = self._dice.at_least_one(list(below.selections), 40)
        # Some stay outside as well: then they belong to the answer that comes first.
        kept = [one for one in below.selections if one not in moved or self._dice.chance(15)]
        fragment = InlineFragmentNode(
            directives=(self._directive(),),
            selection_set=SelectionSetNode(selections=tuple(moved)),
        )
        return replace(node, selection_set=SelectionSetNode(selections=(*kept, fragment)))

    def _perhaps(self, node: Any) -> object:
        if not self._dice.chance(50):
            return None
        return replace(node, directives=(*(node.directives or ()), self._directive()))

    def _directive(self) -> DirectiveNode:
        self._count += 1
        values: dict[str, ValueNode] = {"label": StringValueNode(value=f"d{self._count}")}
        if self._dice.chance(10):
            values["if"] = BooleanValueNode(value=self._dice.chance(50))
        elif self._variables and self._dice.chance(30):
            name = NameNode(value=self._dice.one_of(self._variables))
            values["if"] = VariableNode(name=name)
        arguments = tuple(
            ArgumentNode(name=NameNode(value=name), value=value) for name, value in values.items()
        )
        return DirectiveNode(name=NameNode(value="defer"), arguments=arguments)


def sprinkle(generated: Generated, dice: Dice) -> Generated:
    """Return the operation with some `@defer` in it."""
    document = visit(parse(generated.text, no_location=True), Sprinkler(dice, generated.variables))
    return Generated(print_ast(document), generated.variables, generated.features)
