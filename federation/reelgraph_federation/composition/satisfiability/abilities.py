"""What each subgraph can do with each object type, as sets of subgraphs in the bits of an integer.

Bit n stands for the n-th subgraph in order. An interface that a subgraph has as
``@interfaceObject`` makes that subgraph take part in every implementation of the interface.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...field_sets import FieldSet
from ...subgraph.document import Field, find
from ...subgraph.schema import SubgraphSchema
from ...subgraph.walk import parse_quietly
from ...supergraph.model import FieldJoin, InterfaceType, NamedType, ObjectType
from ...type_refs import named
from ..context_arguments import context_arguments
from ..state import MergeState
from .ability import FieldAbility, KeyAbility, TypeAbility
from .memory import ProofMemory


@dataclass(slots=True)
class _Owners:
    """Which subgraphs own a field: always, or one set or the other by a label."""

    always: int = 0
    migrating: int = 0
    leaving: int = 0

    def alternatives(self) -> tuple[int, ...]:
        if self.migrating and self.leaving:
            return (self.always | self.migrating, self.always | self.leaving)
        return (self.always | self.migrating | self.leaving,)


class Abilities:
    """The abilities over all object types of a merge, worked out type by type on demand."""

    def __init__(self, state: MergeState, types: dict[str, NamedType], memory: ProofMemory) -> None:
        self.state = state
        self.types = types
        self.memory = memory
        self.interface_objects = interface_object_types(state)

    def of(self, name: str) -> TypeAbility:
        """Return the abilities for an object type, or for an interface object by itself."""
        kept = self.memory.types.get(name)
        if kept is None:
            kept = self.memory.keep(self.state, self.types, name, self._work_out(name))
            kept.interfaces = tuple(
                (each, self.types.get(each), self.state.by_type.get(each))
                for each in (self._interfaces(name) if self.interface_objects else ())
            )
            kept.leans_on = frozenset(self._below(kept.ability))
        return kept.ability

    def _work_out(self, name: str) -> TypeAbility:
        ability = TypeAbility(name)
        merged = self.types.get(name)
        if not isinstance(merged, ObjectType | InterfaceType):
            return ability
        ability.fields = {each: FieldAbility(each) for each in merged.fields}
        owners = {each: _Owners() for each in merged.fields}
        abstract = [each for each in self._interfaces(name) if each in self.interface_objects]
        for owner in (name, *abstract):
            self._add_keys(ability, owner)
        for owner in (name, *abstract):
            self._add_fields(ability, owner, owners)
        for each, found in owners.items():
            have = ability.fields[each]
            have.owners = found.alternatives()
            if have.returns and len(have.returns) > 1:
                have.returns = dict(sorted(have.returns.items()))
        return ability

    def _interfaces(self, name: str) -> dict[str, None]:
        """Return all interfaces of a type in any subgraph."""
        found: dict[str, None] = {}
        todo = [name]
        while todo:
            merged = self.types.get(todo.pop())
            if isinstance(merged, ObjectType | InterfaceType) and merged.interfaces:
                new = [interface for interface in merged.interfaces if interface not in found]
                found.update(dict.fromkeys(new))
                todo.extend(new)
        return found

    def _add_keys(self, ability: TypeAbility, owner: str) -> None:
        for index, type_def in self.state.by_type.get(owner, ()):
            if owner != ability.name and type_def.kind == "OBJECT":
                if index in ability.interface_objects:
                    ability.crowded.add(index)
                ability.interface_objects[index] = owner
            for key in self.state.subgraphs[index].keys.get(owner, ()):
                if key.resolvable:
                    ability.keys.append(KeyAbility(index, owner, key.selections, key.text))

    def _add_fields(self, ability: TypeAbility, owner: str, owners: dict[str, _Owners]) -> None:
        merged = self.types.get(owner)
        if not isinstance(merged, ObjectType | InterfaceType):
            return
        joins: dict[str, dict[str | None, FieldJoin]] = {
            each.name: {join.subgraph: join for join in each.joins}
            for each in merged.fields.values()
            if each.joins
        }
        for index, type_def in self.state.by_type[owner]:
            if owner != ability.name and type_def.kind != "OBJECT":
                continue
            schema = self.state.subgraphs[index]
            for name, element in type_def.fields.items():
                have = ability.fields.get(name)
                if have is None or name not in merged.fields:
                    continue
                have.defined |= 1 << index
                if ability.is_lost(index, owner):
                    continue
                self._note_element(have, index, schema, element)
                if not schema.external or (owner, name) not in schema.external:
                    _note_owner(owners[name], index, schema.name, joins.get(name))

    def _note_element(
        self, ability: FieldAbility, index: int, schema: SubgraphSchema, element: Field
    ) -> None:
        returned = self._returned(schema, named(element.type))
        if returned:
            ability.returns = {**(ability.returns or {}), index: returned}
        if element.directives:
            needed, given = _fields_of(element, "requires"), _fields_of(element, "provides")
            if needed is not None:
                ability.requires = {**(ability.requires or {}), index: needed}
            if given is not None:
                ability.provides = {**(ability.provides or {}), index: given}
        if element.args:
            arguments = context_arguments(self.state, element, index)
            if arguments:
                taken = frozenset((each.context, each.selection) for each in arguments)
                ability.contexts = {**(ability.contexts or {}), index: taken}

    def _returned(self, schema: SubgraphSchema, name: str) -> tuple[str, ...]:
        """Return the object types that a subgraph's field of the named type may return."""
        type_def = schema.types.get(name)
        if type_def is None:
            return ()
        if type_def.kind in ("INTERFACE", "UNION"):
            return schema.possible.get(name, ())
        if type_def.kind == "OBJECT":
            return self.interface_objects.get(name, (name,))
        return ()

    def _below(self, ability: TypeAbility) -> set[str]:
        """Return each type that selections of the keys and requirements of a type lead into."""
        found: set[tuple[str, int]] = set()
        for key in ability.keys:
            self._add_below(ability, key.selections, found)
        for each in ability.fields.values():
            for selections in (each.requires or {}).values():
                self._add_below(ability, selections, found)
        return {name for name, _ in found}

    def _add_below(
        self, ability: TypeAbility, selections: FieldSet, found: set[tuple[str, int]]
    ) -> None:
        """Add types with the selections (by identity) that are made from them, each pair once."""
        for selection in selections:
            if not selection.children:
                continue
            if not selection.name:
                self._add_below(ability, selection.children, found)
                continue
            have = ability.fields.get(selection.name)
            for name in (
                {n for names in (have.returns or {}).values() for n in names} if have else ()
            ):
                pair = (name, id(selection.children))
                if pair not in found:
                    found.add(pair)
                    self._add_below(self.of(name), selection.children, found)


def _fields_of(element: Field, spec: str) -> FieldSet | None:
    directive = find(element.directives, spec)
    return None if directive is None else parse_quietly(directive.text("fields"))


def _note_owner(
    owners: _Owners, index: int, subgraph: str, joins: dict[str | None, FieldJoin] | None
) -> None:
    """Note that a subgraph resolves a field, if the joins say so; without joins all do."""
    if joins is None:
        owners.always |= 1 << index
        return
    join = joins.get(subgraph)
    if join is None or join.used_overridden:
        return
    if join.override_label is None:
        owners.always |= 1 << index
    elif join.override is not None:
        owners.migrating |= 1 << index
    else:
        owners.leaving |= 1 << index


def interface_object_types(state: MergeState) -> dict[str, tuple[str, ...]]:
    """Map each interface that some subgraph has as interface object to all its object types."""
    found: dict[str, dict[str, None]] = {
        name: {} for schema in state.subgraphs for name in schema.interface_objects
    }
    for name, names in found.items():
        for schema in state.subgraphs:
            names.update(dict.fromkeys(schema.possible.get(name, ())))
    return {name: tuple(names) for name, names in found.items()}
