"""What ``@requires`` and ``@fromContext`` select can be asked of the subgraphs that resolve it.

A field set is sent to whichever subgraph has the field, as it is written: so each gives every argument that
some of them needs, and none that another does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...field_sets import FieldSet, Selection
from ...subgraph.context_values import split_context_value
from ...subgraph.document import Directive, Field
from ...subgraph.schema import SubgraphSchema
from ...subgraph.validation.check_field_sets import argument_problems
from ...subgraph.walk import parse_quietly
from ...supergraph.model import InterfaceType, NamedType, ObjectType
from ...type_refs import named
from ..state import MergeState


def check_required_arguments(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check the field sets of each subgraph that selects a field which has arguments somewhere."""
    with_arguments = _with_arguments(types)
    for index, schema in enumerate(state.subgraphs):
        names = {name for _, name in schema.required}
        own = (schema.types[owner].fields[name] for owner, name in schema.required)
        if names.isdisjoint(with_arguments) and not any(field.args for field in own):
            continue
        for use in _uses(schema):
            _Check(state, types, index, use).walk(use.start, use.selections)


def _with_arguments(types: dict[str, NamedType]) -> set[str]:
    """Return the names of fields that have arguments in some type."""
    return {
        field.name
        for type_def in types.values()
        if isinstance(type_def, ObjectType | InterfaceType)
        for field in type_def.fields.values()
        if field.arguments
    }


@dataclass(frozen=True, slots=True)
class _Use:
    """A field set: what is wrong with it has ``code``; it begins at a type."""

    code: str
    coordinate: str
    directive: Directive
    start: str
    selections: FieldSet


def _uses(schema: SubgraphSchema) -> Iterator[_Use]:
    setters = _setters(schema)
    for type_def in schema.types.values():
        for field in type_def.fields.values():
            where = f"{type_def.name}.{field.name}"
            for each in field.directives:
                if each.spec == "requires":
                    selections = parse_quietly(each.text("fields"))
                    yield _Use("REQUIRES_INVALID_FIELDS", where, each, type_def.name, selections)
            for argument in field.args.values():
                for each in argument.directives:
                    if each.spec != "fromContext":
                        continue
                    parts = split_context_value(each.text("field"))
                    if parts is None:
                        continue
                    coordinate = f"{where}({argument.name}:)"
                    for start in setters.get(parts[0], ()):
                        selections = parse_quietly(parts[1])
                        code = "CONTEXT_INVALID_SELECTION"
                        yield _Use(code, coordinate, each, start, selections)


def _setters(schema: SubgraphSchema) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for type_def in schema.types.values():
        for directive in type_def.applied("context"):
            name = directive.text("name")
            if name is not None:
                found.setdefault(name, []).append(type_def.name)
    return found


@dataclass(slots=True)
class _Check:
    state: MergeState
    types: dict[str, NamedType]
    index: int
    use: _Use

    def walk(self, type_name: str, selections: FieldSet) -> None:
        type_def = self.state.subgraphs[self.index].types.get(type_name)
        for selection in selections:
            if not selection.name:
                self.walk(selection.on or type_name, selection.children)
            elif type_def is not None and selection.name in type_def.fields:
                self.check(type_name, selection)
                if selection.children:
                    self.walk(named(type_def.fields[selection.name].type), selection.children)

    def check(self, type_name: str, selection: Selection) -> None:
        """Report the first problem of a selected field in a subgraph that may be asked for it."""
        for owner, index, field in self.resolving(type_name, selection.name):
            types = self.state.subgraphs[index].types
            for problem in argument_problems(types, field, selection.arguments):
                self.report(f'"{owner}.{field.name}"', index, field, problem)
                return

    def resolving(self, type_name: str, name: str) -> Iterator[tuple[str, int, Field]]:
        for owner in self.owners(type_name):
            merged = self.types.get(owner)
            if not isinstance(merged, ObjectType | InterfaceType) or name not in merged.fields:
                continue
            joins = merged.fields[name].joins
            joined = {j.subgraph for j in joins if not (j.external or j.used_overridden)}
            for index, type_def in self.state.by_type[owner]:
                schema = self.state.subgraphs[index]
                is_own = index == self.index or (owner, name) in schema.external
                if name in type_def.fields and not is_own and (not joins or schema.name in joined):
                    yield owner, index, type_def.fields[name]

    def owners(self, type_name: str) -> dict[str, None]:
        """Return the types whose field may be meant: one that implements, one that stands for many."""
        merged = self.types.get(type_name)
        found = {type_name: None}
        if isinstance(merged, InterfaceType):
            found.update(
                (each.name, None)
                for each in self.types.values()
                if isinstance(each, ObjectType) and type_name in each.interfaces
            )
        for name in list(found):
            one = self.types.get(name)
            if isinstance(one, ObjectType):
                found.update((each, None) for each in one.interfaces if self.is_object(each))
        return found

    def is_object(self, name: str) -> bool:
        return any(name in schema.interface_objects for schema in self.state.subgraphs)

    def report(self, where: str, index: int, field: Field, problem: str) -> None:
        use, state = self.use, self.state
        message = (
            f'@{use.directive.name} on "{use.coordinate}" of subgraph "{state.name(self.index)}" '
            f'selects {where}, which cannot be asked so of subgraph "{state.name(index)}": {problem}'
        )
        places = [(self.index, use.directive.at), (index, field.at)]
        state.report(use.code, message, use.coordinate, places)
