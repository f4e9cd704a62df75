"""What each subgraph can do with each object type, as sets of subgraphs in the bits of an integer.

Bit n stands for the n-th subgraph in order. An interface that a subgraph has as
``@interfaceObject`` makes that subgraph take part in every implementation of the interface.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...field_sets import FieldSet
from ...subgraph.document import Field, find
from ...subgraph.walk import parse_quietly
from ...supergraph.model import InterfaceType, NamedType, ObjectType
from ..context_arguments import context_arguments
from ..state import MergeState

Taken = frozenset[tuple[str, str]]
"""What is taken from contexts: names and selections, as text."""


@dataclass(slots=True, eq=False)
class FieldAbility:
    """How the subgraphs have one field of one object type.

    ``owners`` is the alternatives, each of which may hold at run time: one set of subgraphs, or two
    for a labelled override. ``requires``, ``provides`` and ``contexts``, what must have been
    set above, are by subgraph index.
    """

    name: str
    owners: tuple[int, ...]
    types: dict[int, str]
    requires: dict[int, FieldSet]
    provides: dict[int, FieldSet]
    contexts: dict[int, Taken]


@dataclass(slots=True, eq=False)
class KeyAbility:
    """A key by which the subgraph ``into`` can be entered, of ``owner``: the type or its interface."""

    into: int
    owner: str
    selections: FieldSet
    text: str


@dataclass(slots=True, eq=False)
class TypeAbility:
    """What the subgraphs can do with one object type.

    ``interface_objects`` maps a subgraph that knows only an interface object to the interface.
    """

    name: str
    fields: dict[str, FieldAbility] = field(default_factory=dict)
    keys: list[KeyAbility] = field(default_factory=list)
    interface_objects: dict[int, str] = field(default_factory=dict)


class Abilities:
    """The abilities over all object types of a merge, worked out type by type on demand."""

    def __init__(self, state: MergeState, types: dict[str, NamedType]) -> None:
        self.state = state
        self.types = types
        self.index = {schema.name: i for i, schema in enumerate(state.subgraphs)}
        self.interface_object_types = _interface_object_types(state)
        self._by_type: dict[str, TypeAbility] = {}

    def of(self, name: str) -> TypeAbility:
        """Return the abilities for an object type, or for an interface object by itself."""
        ability = self._by_type.get(name)
        if ability is None:
            ability = self._by_type[name] = self._work_out(name)
        return ability

    def _work_out(self, name: str) -> TypeAbility:
        ability = TypeAbility(name)
        merged = self.types.get(name)
        if not isinstance(merged, ObjectType | InterfaceType):
            return ability
        owners = [name, *(i for i in self._interfaces(name) if i in self.interface_object_types)]
        for owner in owners:
            for index, type_def in self.state.by_type.get(owner, ()):
                schema = self.state.subgraphs[index]
                if owner != name and type_def.kind == "OBJECT":
                    ability.interface_objects[index] = owner
                for key in schema.keys.get(owner, ()):
                    if key.resolvable:
                        ability.keys.append(KeyAbility(index, owner, key.selections, key.text))
        for field_name in merged.fields:
            ability.fields[field_name] = self._field(owners, field_name)
        return ability

    def _interfaces(self, name: str) -> dict[str, None]:
        """Return all interfaces of a type in any subgraph."""
        found: dict[str, None] = {}
        todo = [name]
        while todo:
            merged = self.types.get(todo.pop())
            if isinstance(merged, ObjectType | InterfaceType):
                new = [interface for interface in merged.interfaces if interface not in found]
                found.update(dict.fromkeys(new))
                todo.extend(new)
        return found

    def _field(self, owners: list[str], name: str) -> FieldAbility:
        mask = migrating = sources = 0
        ability = FieldAbility(name, (), {}, {}, {}, {})
        for owner in owners:
            merged = self.types.get(owner)
            if not isinstance(merged, ObjectType | InterfaceType) or name not in merged.fields:
                continue
            joins = {join.subgraph: join for join in merged.fields[name].joins}
            for index, type_def in self.state.by_type[owner]:
                element = type_def.fields.get(name)
                schema = self.state.subgraphs[index]
                if element is None or (owner != owners[0] and type_def.kind != "OBJECT"):
                    continue
                ability.types[index] = element.type
                self._note_directives(ability, index, element)
                join = joins.get(schema.name)
                if (owner, name) in schema.external or (joins and join is None):
                    continue
                if join is not None and join.used_overridden:
                    continue
                bit = 1 << index
                if join is not None and join.override_label is not None:
                    migrating |= bit if join.override is not None else 0
                    sources |= bit if join.override is None else 0
                else:
                    mask |= bit
        if migrating and sources:
            ability.owners = (mask | migrating, mask | sources)
        else:
            ability.owners = (mask | migrating | sources,)
        return ability

    def _note_directives(self, ability: FieldAbility, index: int, element: Field) -> None:
        for spec, into in (("requires", ability.requires), ("provides", ability.provides)):
            directive = find(element.directives, spec) if element.directives else None
            if directive is not None:
                into[index] = parse_quietly(directive.args.get("fields"))
        if element.args:
            arguments = context_arguments(self.state, element, index)
            if arguments:
                taken = frozenset((each.context, each.selection) for each in arguments)
                ability.contexts[index] = taken


def _interface_object_types(state: MergeState) -> set[str]:
    return {
        name
        for name, sources in state.by_type.items()
        if any(t.directives and t.kind == "OBJECT" and t.has("interfaceObject") for _, t in sources)
    }
