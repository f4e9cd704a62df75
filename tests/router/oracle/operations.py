"""Generate operations: aliases, arguments, variables, fragments of every kind, conditions.

They are valid by construction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from tests.router.oracle.arguments import ArgumentMaker
from tests.router.oracle.dice import Dice
from tests.router.oracle.merge_table import Chain, Node, Slot, Table, add, fields_in, fits

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


@dataclass
class Generated:
    """An operation with values for its variables."""

    text: str
    variables: dict[str, Any]
    features: set[str]


class SchemaFacts:
    """What operations of one schema ask of it again and again."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._targets: dict[str, list[Composite]] = {}

    @cached_property
    def possible(self) -> dict[str, frozenset[str]]:
        """Return the object types that each composite type may be."""
        return {
            one.name: frozenset(member.name for member in self.schema.get_possible_types(one))
            if is_abstract_type(one)
            else frozenset({one.name})
            for one in self.schema.type_map.values()
            if is_composite_type(one) and not one.name.startswith("__")
        }

    @property
    def is_crowded(self) -> bool:
        """Whether many types implement an interface and another one in it; see make_world.py."""
        return "I9" in self.schema.type_map

    def targets(self, on: Composite) -> list[Composite]:
        """Return the types that a fragment within a type may be on."""
        if on.name not in self._targets:
            own = self.possible[on.name]
            names = [name for name, members in self.possible.items() if members & own]
            names.sort(key=lambda name: (name != on.name, name))
            self._targets[on.name] = [self.schema.type_map[name] for name in names]  # type: ignore[misc]
        return self._targets[on.name]


@dataclass
class OperationMaker:
    """Makes one operation."""

    facts: SchemaFacts
    dice: Dice
    fragments: dict[str, list[Node]] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    """Fragment name → type."""
    budget: int = 34
    with_introspection: bool = True
    with_subscriptions: bool = True
    is_nested: bool = False
    """Whether it goes deep, through fragments on interfaces and unions wherever it can."""
    make_arguments: type[ArgumentMaker] = ArgumentMaker
    features: set[str] = field(default_factory=set)

    def make(self) -> Generated:
        """Return a random operation."""
        self.budget = self.dice.one_of((14, 7, 20, 34))
        self.is_nested = self.facts.is_crowded and self.dice.chance(40)
        if self.is_nested:
            self.budget = 50
            self.features.add("fragments on abstract types, many levels deep")
        self.arguments = self.make_arguments(self.dice, self.features)
        schema = self.facts.schema
        kind, root = "query", schema.query_type
        if schema.mutation_type is not None and self.dice.chance(35):
            kind, root = "mutation", schema.mutation_type
            self.features.add("mutation")
        assert root is not None
        streams = schema.subscription_type if self.with_subscriptions else None
        if streams is not None and self.dice.chance(30):
            body, kind = [self._stream(streams)], "subscription"
        else:
            depth = 9 if self.is_nested else self.dice.upto(5, 2)
            body = self._selection(root, depth, {}, ())
        definitions = self.arguments.definitions()
        head = f"{kind} Q({definitions})" if definitions else f"{kind} Q"
        used = "".join(
            f"\nfragment {name} on {self.conditions[name]} {_braces(nodes)}"
            for name, nodes in self.fragments.items()
        )
        text = f"{head} {_braces(body)}{used}"
        return Generated(text, self.arguments.values(), self.features)

    def _stream(self, root: GraphQLObjectType) -> Node:
        """Select the one field that a subscription may have, perhaps in a fragment."""
        self.features.add("subscription")
        name = self.dice.one_of(list(root.fields))
        node = self._field(root, name, root.fields[name], self.dice.upto(5, 2), {}, ())
        if not self.dice.chance(15):
            return node
        fragment = f"F{len(self.fragments)}"
        self.fragments[fragment], self.conditions[fragment] = [node], root.name
        return Node(f"...{fragment}", fragment=fragment)

    def _selection(self, on: Composite, depth: int, table: Table, chain: Chain) -> list[Node]:
        return [self._part(on, depth, table, chain) for _ in range(self.dice.upto(4, 1))]

    def _part(self, on: Composite, depth: int, table: Table, chain: Chain) -> Node:
        self.budget -= 1
        if on is self.facts.schema.query_type and self.with_introspection and self.dice.chance(4):
            return self._introspection(on, table, chain)
        percent = 45 if is_abstract_type(on) else 0 if on.name.startswith("__") else 15
        if self.is_nested and is_abstract_type(on):
            percent = 80
        if depth > 0 and self.budget > 0 and self.dice.chance(percent):
            return self._fragment(on, depth, table, chain)
        fields = {}
        if not isinstance(on, GraphQLUnionType) and not self.dice.chance(8):
            fields = {
                name: one
                for name, one in on.fields.items()
                if (
                    (depth > 0 and self.budget > 0)
                    or not is_composite_type(get_named_type(one.type))
                )
                and (on.name, name) not in UNLIKE
            }
        if not fields:
            alias = "t: " if self.dice.chance(25) else ""
            self.features.add("aliased __typename" if alias else "__typename")
            text = f"{alias}__typename{self._condition()}"
            node = Node(text, alias[:-2] or "__typename", "__typename", "", "__typename")
            node.parent = _object_name(on)
            add(table, node, chain, self.fragments)
            return node
        if self.is_nested and self.dice.chance(70):
            leading = {
                name: one
                for name, one in fields.items()
                if is_composite_type(get_named_type(one.type))
            }
            fields = leading or fields
        name = self.dice.one_of(list(fields))
        return self._field(on, name, fields[name], depth, table, chain)

    def _field(
        self,
        on: Composite,
        name: str,
        one: GraphQLField,
        depth: int,
        table: Table,
        chain: Chain,
        response_name: str = "",
    ) -> Node:
        schema = self.facts.schema
        is_meta = bool(response_name)
        if not is_meta:
            response_name = self.dice.one_of("xyz") if self.dice.chance(14) else name
        target = get_named_type(one.type)
        is_composite = is_composite_type(target)
        shape = str(one.type).replace(target.name, "{}") if is_composite else str(one.type)
        alike = [
            key
            for key, slot in table.items()
            if slot.shape == shape and not key.startswith(META_NAMES)
        ]
        if alike and not is_meta and self.dice.chance(25):
            response_name = self.dice.one_of(alike)
        arguments = self.arguments.make(one)
        node = Node("", response_name, name, arguments, shape, _object_name(on))
        slot = table.get(response_name)
        for number in count():
            if fits(table, node, chain, self.fragments):
                break
            node.response_name = f"{META_NAMES[0] if is_meta else 'a'}{number}"
        if slot is not None and node.response_name == response_name and on is schema.mutation_type:
            self.features.add("mutation selected twice")
        self._note_slot(node, slot, chain)
        if node.response_name != name:
            self.features.add("alias")
        alias = f"{node.response_name}: " if node.response_name != name else ""
        # The one field of a subscription may not be left out.
        condition = self._condition() if on is not schema.subscription_type else ""
        node.text = f"{alias}{name}{arguments}{condition}"
        slot = add(table, node, chain, self.fragments)
        if is_composite:
            below = (*chain, node.parent)
            node.children = self._selection(target, depth - 1, slot.below, below)  # type: ignore[arg-type]
        return node

    def _introspection(self, on: Composite, table: Table, chain: Chain) -> Node:
        """Ask for something of the schema; what is asked once more is merged."""
        self.features.add("introspection fields beside others")
        if chain:
            self.features.add("introspection below the root")
        name, one = self.dice.one_of(
            (("__schema", SchemaMetaFieldDef), ("__type", TypeMetaFieldDef))
        )
        response_name = self.dice.one_of((name, META_NAMES[0]))
        return self._field(on, name, one, 2, table, chain, response_name)

    def _note_slot(self, node: Node, slot: Slot | None, chain: Chain) -> None:
        if slot is None or node.response_name.startswith("a"):
            return
        self.features.add("field selected twice")
        if any(name != node.name for _, name, _ in slot.fields):
            self.features.add("one response name for different fields of members")
        if any(arguments != node.arguments for _, _, arguments in slot.fields):
            self.features.add("one response name with different arguments")

    def _condition(self) -> str:
        return self.arguments.condition() if self.dice.chance(10) else ""

    def _fragment(self, on: Composite, depth: int, table: Table, chain: Chain) -> Node:
        targets = self.facts.targets(on)
        if self.is_nested and self.dice.chance(80):
            targets = [one for one in targets if is_abstract_type(one)] or targets
        target = self.dice.one_of(targets)
        condition = self._condition()
        if condition:
            self.features.add("@skip or @include on a fragment")
        if is_abstract_type(target) and target is not on:
            self.features.add("fragment on another abstract type")
        known = [name for name, where in self.conditions.items() if where == target.name]
        is_named = self.dice.chance(30)
        if is_named and known and self.dice.chance(60):
            name = self.dice.one_of(known)
            inner = list(fields_in(self.fragments[name], self.fragments))
            if all(fits(table, node, chain, self.fragments) for node in inner):
                for node in inner:
                    add(table, node, chain, self.fragments)
                self.features.add("fragment used twice")
                return Node(f"...{name}{condition}", fragment=name)
        lower = depth - (0 if is_abstract_type(on) else 1)
        nodes = self._selection(target, lower, table, chain)
        if is_named:
            name = f"F{len(self.fragments)}"
            self.fragments[name], self.conditions[name] = nodes, target.name
            self.features.add("named fragment")
            return Node(f"...{name}{condition}", fragment=name)
        shown = f" on {target.name}" if target is not on or self.dice.chance(50) else ""
        return Node(f"...{shown}{condition}", children=nodes)


META_NAMES = ("s", "__schema", "__type")
"""How response names of introspection fields begin, and no others."""
UNLIKE = {("__Schema", "directives")}
"""What a router's schema may have more of than the unsplit one."""


def _object_name(on: Composite) -> str | None:
    return on.name if isinstance(on, GraphQLObjectType) else None


def _braces(nodes: list[Node]) -> str:
    return "{ " + " ".join(node.print() for node in nodes) + " }"
