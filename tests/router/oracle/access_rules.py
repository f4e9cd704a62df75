"""What a caller may have, read from the subgraphs' SDL and judged on the unsplit schema.

The rules are those of docs/router.md, "What callers may have", told without the router's code: a
walk over the client's document, type by type, and for each combination of its Boolean variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    ScalarTypeDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    value_from_ast_untyped,
)

DIRECTIVES = {"authenticated": "", "requiresScopes": "scopes", "policy": "policies"}
"""The directives and their arguments."""

Alternatives: TypeAlias = tuple[frozenset[str], ...]
Ask: TypeAlias = tuple[str, Alternatives]
"""A directive of one subgraph: its name, and lists of names of which one list must be held."""
Asks: TypeAlias = dict[str, list[Ask]]
"""What all subgraphs together ask, by coordinate: `Type`, `Type.field`."""
When: TypeAlias = frozenset[int]
"""The combinations of Boolean variables for which something is selected."""
Chain: TypeAlias = tuple[tuple[str, str], ...]
"""A place of an answer: response names, each with the type of the object that it is on."""


@dataclass(frozen=True)
class Identity:
    """A caller."""

    authenticated: bool = False
    scopes: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()

    def meets(self, ask: Ask) -> bool:
        name, alternatives = ask
        if name == "authenticated":
            return self.authenticated
        held = set(self.scopes if name == "requiresScopes" else self.policies)
        return any(names <= held for names in alternatives)


NOBODY = Identity()


def read_asks(subgraphs: Mapping[str, str]) -> Asks:
    """Read the directives of all subgraphs. What any of them asks must be met."""
    found: Asks = {}
    for sdl in subgraphs.values():
        if not any(f"@{name}" in sdl for name in DIRECTIVES):
            continue
        for node in parse(sdl, no_location=True).definitions:
            if not isinstance(
                node,
                (ObjectTypeDefinitionNode, EnumTypeDefinitionNode, ScalarTypeDefinitionNode),
            ):
                continue
            found.setdefault(node.name.value, []).extend(read_directives(node.directives or ()))
            for one in getattr(node, "fields", None) or ():
                coordinate = f"{node.name.value}.{one.name.value}"
                found.setdefault(coordinate, []).extend(read_directives(one.directives or ()))
    return {coordinate: asks for coordinate, asks in found.items() if asks}


def read_directives(nodes: tuple[ConstDirectiveNode, ...]) -> list[Ask]:
    """Return what the directives on one element ask."""
    found: list[Ask] = []
    for one in nodes:
        if one.name.value in DIRECTIVES:
            given = [value_from_ast_untyped(it.value) for it in one.arguments or ()]
            alternatives = tuple(frozenset(names) for names in given[0]) if given else ()
            found.append((one.name.value, alternatives))
    return found


@dataclass
class Verdict:
    """What is left out of one operation for one caller."""

    places: set[Chain] = field(default_factory=set)
    """What answers null without being resolved."""
    told: set[tuple[tuple[str, ...], str]] = field(default_factory=set)
    """The errors: `path`, which ends at the first list, and the whole way."""
    features: set[str] = field(default_factory=set)


class Judge:
    """Judges operations on one schema."""

    def __init__(self, schema: GraphQLSchema, asks: Asks) -> None:
        self.schema = schema
        self._asks = asks

    def judge(
        self, document: DocumentNode, variables: Mapping[str, Any], identity: Identity
    ) -> Verdict:
        """Return what a caller may not have of a valid operation; `variables` are coerced."""
        return _Walk(self, document, variables, identity).walk()

    def possible(self, name: str) -> list[str]:
        """Return the object types that objects of a type may have."""
        one = self.schema.type_map[name]
        if is_abstract_type(one):
            return sorted(it.name for it in self.schema.get_possible_types(one))
        return [name]

    def asks_of(self, type_name: str, field_name: str) -> list[Ask]:
        """Return what a field of an object type asks: by itself, its type and what it returns."""
        one = self.schema.type_map[type_name]
        assert isinstance(one, GraphQLObjectType)
        returned = get_named_type(one.fields[field_name].type).name
        # What an interface object adds to its interface's objects asks for what it asks there.
        owners = (type_name, *(base.name for base in one.interfaces))
        coordinates = (type_name, *(f"{owner}.{field_name}" for owner in owners), returned)
        return [ask for it in coordinates for ask in self._asks.get(it, ())]


@dataclass
class _Below:
    """What became of the selection on an object."""

    stays: bool = False
    """Whether something stays, for some type and some variables."""
    missing: When = frozenset()
    """When something is asked for that is left out."""


@dataclass
class _Found:
    """One response name on objects of one type."""

    nodes: list[FieldNode] = field(default_factory=list)
    sets: list[tuple[SelectionSetNode, When]] = field(default_factory=list)
    when: When = frozenset()


class _Walk:
    def __init__(
        self,
        judge: Judge,
        document: DocumentNode,
        variables: Mapping[str, Any],
        identity: Identity,
    ) -> None:
        self._judge = judge
        self._identity = identity
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        for one in document.definitions:
            if isinstance(one, OperationDefinitionNode):
                self._operation = one
            elif isinstance(one, FragmentDefinitionNode):
                self._fragments[one.name.value] = one
        names = [name for name, value in variables.items() if isinstance(value, bool)]
        self._cases = [
            dict(zip(names, values, strict=True))
            for values in product((False, True), repeat=len(names))
        ]
        self._actual = self._cases.index({name: variables[name] for name in names})
        self._verdict = Verdict()

    def walk(self) -> Verdict:
        root = self._judge.schema.get_root_type(self._operation.operation)
        assert root is not None
        everything = frozenset(range(len(self._cases)))
        self._on([(self._operation.selection_set, everything)], root.name, (), None)
        return self._verdict

    def _on(
        self,
        sets: list[tuple[SelectionSetNode, When]],
        type_name: str,
        chain: Chain,
        known: int | None,
    ) -> _Below:
        """Judge the selection on objects of a type; `known` is the length of paths, below a list."""
        possible = self._judge.possible(type_name)
        found = {name: self._collect(sets, name) for name in possible}
        below = _Below()
        for name, fields in found.items():
            for key, one in fields.items():
                judged = [name]
                if len(possible) > 1 and self._is_alike(key, type_name, found):
                    judged = possible
                self._field(key, one, name, judged, chain, known, below)
        return below

    def _is_alike(
        self, key: str, type_name: str, found: Mapping[str, Mapping[str, _Found]]
    ) -> bool:
        """Tell whether a field of an interface is selected for all of its objects at once."""
        nodes = [fields[key].nodes if key in fields else [] for fields in found.values()]
        one = self._judge.schema.type_map[type_name]
        return (
            isinstance(one, GraphQLInterfaceType)
            and nodes[0] != []
            and all([*map(id, it)] == [*map(id, nodes[0])] for it in nodes)
            and nodes[0][0].name.value in one.fields
        )

    def _collect(
        self, sets: list[tuple[SelectionSetNode, When]], type_name: str
    ) -> dict[str, _Found]:
        """Collect the fields for objects of one type (GraphQL, section 6.3.2)."""
        found: dict[str, _Found] = {}
        waiting = list(reversed(sets))
        while waiting:
            selection_set, outer = waiting.pop()
            deeper: list[tuple[SelectionSetNode, When]] = []
            for node in selection_set.selections:
                when = outer & self._when(node)
                if not when:
                    continue
                if isinstance(node, FieldNode):
                    key = (node.alias or node.name).value
                    one = found.setdefault(key, _Found())
                    one.nodes.append(node)
                    one.when |= when
                    if node.selection_set is not None:
                        one.sets.append((node.selection_set, when))
                    continue
                fragment: Any = node
                if isinstance(node, FragmentSpreadNode):
                    fragment = self._fragments[node.name.value]
                on = fragment.type_condition
                if on is None or type_name in self._judge.possible(on.name.value):
                    deeper.append((fragment.selection_set, when))
            waiting += reversed(deeper)
        return found

    def _when(self, node: FieldNode | FragmentSpreadNode | InlineFragmentNode | Any) -> When:
        return frozenset(
            index
            for index, case in enumerate(self._cases)
            if all(
                _is_true(it.arguments[0].value, case) == (it.name.value == "include")
                for it in node.directives or ()
                if it.name.value in ("include", "skip")
            )
        )

    def _field(
        self,
        key: str,
        one: _Found,
        type_name: str,
        judged: list[str],
        chain: Chain,
        known: int | None,
        below: _Below,
    ) -> None:
        name = one.nodes[0].name.value
        if name.startswith("__"):
            below.stays = True
            return
        parent = self._judge.schema.type_map[type_name]
        assert isinstance(parent, GraphQLObjectType)
        returned = parent.fields[name].type
        place = (*chain, (key, type_name))
        if known is None and "[" in str(returned):
            known = len(place)
        asks = [ask for it in judged for ask in self._judge.asks_of(it, name)]
        if not all(self._identity.meets(ask) for ask in asks):
            self._leave_out(place, known, one)
            own = self._judge.asks_of(type_name, name)
            if all(self._identity.meets(ask) for ask in own):
                self._verdict.features.add("left out for another implementation's sake")
            below.missing |= one.when
            return
        target = get_named_type(returned)
        if is_composite_type(target):
            inner = self._on(one.sets, target.name, place, known)
            if not inner.stays and inner.missing >= one.when:
                self._verdict.places.add(place)
                self._verdict.features.add("left out since nothing of it is left")
                below.missing |= one.when
                return
        below.stays = True

    def _leave_out(self, place: Chain, known: int | None, one: _Found) -> None:
        self._verdict.places.add(place)
        if self._actual not in one.when:
            self._verdict.features.add("left out, but not asked for")
            return
        path = tuple(key for key, _ in place)
        self._verdict.told.add((path[:known], ".".join(path)))
        self._verdict.features |= self._features(place, known, one)

    def _features(self, place: Chain, known: int | None, one: _Found) -> set[str]:
        found = {"left out"}
        if known is not None and known < len(place):
            found.add("left out below a list")
        if len(place) == 1 and place[0][1] == "Mutation":
            found.add("left out mutation")
        if len(one.when) < len(self._cases):
            found.add("left out under a condition")
        return found


def _is_true(node: object, case: Mapping[str, bool]) -> bool:
    if isinstance(node, VariableNode):
        return case[node.name.value]
    assert isinstance(node, BooleanValueNode)
    return node.value
