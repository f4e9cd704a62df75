"""Pass: merge the occurrences of each response name, for all types or for each object type.

Specification: GraphQL, section 6.3.2 "Field Collection" and 6.3.3 "Merging Selection Sets".
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    parse,
    print_ast,
)

from reelgraph_federation.operations.conditions import ALWAYS, NEVER, Condition, both, either
from reelgraph_federation.operations.passes.collect_introspection import (
    META_FIELDS,
    IntrospectionCollector,
)
from reelgraph_federation.operations.passes.find_turns import find_places, find_turns
from reelgraph_federation.operations.passes.inline_fragments import (
    TOP,
    Entry,
    FragmentInliner,
    OperationPath,
    Part,
)
from reelgraph_federation.operations.tree import (
    NO_ARGUMENTS,
    Arguments,
    SelectedField,
    Selections,
)
from reelgraph_federation.query_graph.types import TypeIndex
from reelgraph_federation.supergraph.model import UnionType
from reelgraph_federation.supergraph.supergraph import Supergraph
from reelgraph_federation.supergraph.type_refs import TypeRef, named_type, non_null

_META_TYPES = {
    "__typename": non_null(named_type("String")),
    "__schema": non_null(named_type("__Schema")),
    "__type": named_type("__Type"),
}


class FieldMerger:
    """Merges fields top down; equal parts under several object types are made once."""

    def __init__(
        self,
        supergraph: Supergraph,
        types: TypeIndex,
        inliner: FragmentInliner,
        introspection: IntrospectionCollector,
    ) -> None:
        self._supergraph = supergraph
        self._types = types
        self._inliner = inliner
        self._introspection = introspection
        self._arguments: dict[int, Arguments] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._merged: dict[tuple[str, tuple[Part, ...], OperationPath], Selections] = {}

    def merge(self, type_name: str, parts: list[Part], place: OperationPath = TOP) -> Selections:
        """Return the merged selections on objects of a type, which stand at a place.

        Equal parts at one place, of objects of several types, are the same value.
        """
        memo = (type_name, tuple(parts), place)
        found = self._merged.get(memo)
        if found is None:
            found = self._merged[memo] = self._merge(type_name, parts, place)
        return found

    def _merge(self, type_name: str, parts: list[Part], place: OperationPath) -> Selections:
        selections = Selections(type_name)
        for response_name, group in self._group(type_name, parts, place).items():
            if self._is_for_all(type_name, group):
                field = self._merge_group(place, response_name, type_name, group)
                selections.fields[response_name] = field
            else:
                self._merge_by_type(place, response_name, type_name, group, selections)
        return selections

    def merge_in_series(self, type_name: str, parts: list[Part]) -> Selections:
        """Return the merged selections of a mutation's root, in the order in which they run.

        A field that may run at several places is there once for each, under conditions that
        exclude each other.
        """
        found: list[SelectedField] = []
        for response_name, group in self._group(type_name, parts, TOP).items():
            turns = find_turns(group)
            for turn, (order, condition) in enumerate(turns):
                entries = group if len(turns) == 1 else _within(group, condition)
                field = self._merge_group(TOP, response_name, type_name, entries)
                field.order, field.turn, field.places = order, turn, ()
                found.append(field)
        found.sort(key=lambda field: field.order)
        return Selections(type_name, {field.tag: field for field in found})

    def _group(
        self, type_name: str, parts: list[Part], place: OperationPath
    ) -> dict[str, list[tuple[int, Entry]]]:
        """Return the numbered fields of parts by response name."""
        groups: dict[str, list[tuple[int, Entry]]] = {}
        for order, entry in enumerate(self._inliner.open(type_name, parts, place)):
            alias = entry.node.alias or entry.node.name
            groups.setdefault(alias.value, []).append((order, entry))
        return groups

    def _is_for_all(self, type_name: str, group: list[tuple[int, Entry]]) -> bool:
        if not all(self._holds_for_all(type_name, entry) for _, entry in group):
            return False
        name = group[0][1].node.name.value
        one = self._types.composite(type_name)
        return name in _META_TYPES or (not isinstance(one, UnionType) and name in one.fields)

    def _holds_for_all(self, type_name: str, entry: Entry) -> bool:
        """Tell whether an entry is selected of every object that clients may see."""
        return entry.types is None or entry.types >= self._visible(type_name)

    def _visible(self, type_name: str) -> frozenset[str]:
        """Return the object types of `type_name` that clients know: others come as null."""
        found = self._known.get(type_name)
        if found is None:
            found = self._known[type_name] = frozenset(
                one
                for one in self._types.possible_set(type_name)
                if not self._supergraph.types[one].applied.inaccessible
            )
        return found

    def _merge_by_type(
        self,
        place: OperationPath,
        response_name: str,
        type_name: str,
        group: list[tuple[int, Entry]],
        selections: Selections,
    ) -> None:
        for case in self._types.possible(type_name):
            own = [one for one in group if one[1].types is None or case in one[1].types]
            if own:
                fields = selections.cases.setdefault(case, {})
                field = self._merge_group(place, response_name, case, own)
                field.by_fragment = not any(self._holds_for_all(type_name, e) for _, e in own)
                fields[response_name] = field

    def _merge_group(
        self,
        place: OperationPath,
        response_name: str,
        parent: str,
        group: list[tuple[int, Entry]],
    ) -> SelectedField:
        self._inliner.budget.spend()
        order, first = group[0]
        name = first.node.name.value
        condition = first.condition
        for _, entry in group[1:]:
            condition = either(condition, entry.condition)
        ref = self._type_of(parent, name)
        directives, variables = _custom_directives([entry for _, entry in group])
        field = SelectedField(
            response_name, name, self._arguments_of(first), parent, ref, order, condition,
            directives, variables, places=find_places(group),
        )  # fmt: skip
        if self._inliner.defers is not None:
            field.defer = self._inliner.defers.merge(entry.defer for _, entry in group)
        if name in META_FIELDS:
            field.introspection = self._introspection.add([entry for _, entry in group])
        elif first.node.selection_set is not None:
            parts = dict.fromkeys(
                Part(entry.node.selection_set, _relative(entry.condition, condition), entry.defer)
                for _, entry in group
                if entry.node.selection_set is not None
            )
            below = OperationPath((*place.path, response_name), both(place.condition, condition))
            field.children = self.merge(ref.name, list(parts), below)
        return field

    def _type_of(self, parent: str, name: str) -> TypeRef:
        if name in _META_TYPES:
            return _META_TYPES[name]
        one = self._types.composite(parent)
        assert not isinstance(one, UnionType)
        return one.fields[name].type

    def _arguments_of(self, entry: Entry) -> Arguments:
        nodes = entry.node.arguments
        if not nodes:
            return NO_ARGUMENTS
        found = self._arguments.get(id(entry.node))
        if found is None:
            found = self._arguments[id(entry.node)] = read_arguments(nodes)
        return found


def _within(group: list[tuple[int, Entry]], condition: Condition) -> list[tuple[int, Entry]]:
    """Return what is left of entries where a condition holds."""
    return [
        (order, replace(entry, condition=own))
        for order, entry in group
        if (own := both(condition, entry.condition)) != NEVER
    ]


def _relative(condition: Condition, of_field: Condition) -> Condition:
    return ALWAYS if condition == of_field else condition


def read_arguments(nodes: tuple[ArgumentNode, ...]) -> Arguments:
    """Return arguments in canonical form."""
    parts = sorted((node.name.value, print_ast(node.value)) for node in nodes)
    variables = sorted({name for node in nodes for name in variables_in(node.value)})
    return Arguments(", ".join(f"{name}: {value}" for name, value in parts), tuple(variables))


@lru_cache(maxsize=4096)
def parse_arguments(text: str) -> Arguments:
    """Return the arguments of a field in a field set in the same canonical form."""
    selection_set = parse(f"{{ field({text}) }}", no_location=True).definitions[0]
    assert isinstance(selection_set, OperationDefinitionNode)
    field = selection_set.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    return read_arguments(field.arguments or ())


def variables_in(node: ValueNode) -> list[str]:
    """Return the names of the variables anywhere in a value."""
    if isinstance(node, VariableNode):
        return [node.name.value]
    if isinstance(node, ListValueNode):
        return [name for item in node.values or () for name in variables_in(item)]
    if isinstance(node, ObjectValueNode):
        return [name for one in node.fields or () for name in variables_in(one.value)]
    return []


def _custom_directives(entries: list[Entry]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found: dict[str, DirectiveNode] = {}
    for entry in entries:
        for directive in entry.node.directives or ():
            if directive.name.value not in ("skip", "include", "defer", "stream"):
                found.setdefault(print_ast(directive), directive)
    variables = {
        name
        for directive in found.values()
        for argument in directive.arguments or ()
        for name in variables_in(argument.value)
    }
    return tuple(found), tuple(sorted(variables))
