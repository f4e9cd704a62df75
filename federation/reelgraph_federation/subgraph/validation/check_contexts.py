"""``@context`` has a usable name; ``@fromContext`` takes one field from a context set above it.

https://specs.apollo.dev/context/v0.1: the value is "$name" and a selection of one field, the same
for every type that sets the context, or one inline fragment for each object type that does; an object of a
type without a fragment has no value to take, which is null.
"""

from __future__ import annotations

import re

from ...field_sets import FieldSet, FieldSetSyntaxError, parse_field_set
from ...type_refs import is_list, is_required, item, named, nullable
from ..document import Directive, Field, InputValue, Missing, TypeDef
from ..schema import SubgraphSchema
from .check_field_sets import argument_problems
from .elements import object_fields

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_VALUE = re.compile(r"\s*\$([_A-Za-z][_0-9A-Za-z]*)?(.*)", re.DOTALL)


def check_contexts(schema: SubgraphSchema) -> None:
    """Check the contexts that types set, and the arguments that take something from them."""
    contexts: dict[str, list[TypeDef]] = {}
    for type_def in schema.types.values():
        for directive in type_def.applied("context"):
            name = directive.text("name")
            if name is not None:
                contexts.setdefault(name, []).append(type_def)
                _check_name(schema, type_def, name, directive)
    for definition in schema.document.directive_defs.values():
        for argument in definition.args.values():
            if any(d.spec == "fromContext" for d in argument.directives):
                where = f"@{definition.name}({argument.name}:)"
                message = f'"{where}" cannot come from a context: no field stands below one there'
                schema.report("CONTEXT_NOT_SET", message, where, argument.at)
    for type_def, field in object_fields(schema):
        for argument in field.args.values():
            for directive in argument.directives:
                if directive.spec == "fromContext":
                    _ArgumentCheck(schema, contexts, type_def, field, argument, directive).run()


def _check_name(schema: SubgraphSchema, type_def: TypeDef, name: str, directive: Directive) -> None:
    if _NAME.fullmatch(name):
        return
    code = "CONTEXT_NAME_CONTAINS_UNDERSCORE" if "_" in name else "CONTEXT_NAME_INVALID"
    message = f'the context "{name}" set by "{type_def.name}" has no usable name'
    schema.report(code, message, type_def.name, directive.at)


class _ArgumentCheck:
    """The check of one argument with @fromContext."""

    def __init__(
        self,
        schema: SubgraphSchema,
        contexts: dict[str, list[TypeDef]],
        type_def: TypeDef,
        field: Field,
        argument: InputValue,
        directive: Directive,
    ) -> None:
        self.schema = schema
        self.contexts = contexts
        self.type_def = type_def
        self.field = field
        self.argument = argument
        self.directive = directive
        self.coordinate = f"{type_def.name}.{field.name}({argument.name}:)"

    def run(self) -> None:
        self.check_position()
        value = self.directive.text("field")
        match = None if value is None else _VALUE.fullmatch(value)
        if match is None:
            shown = "its value" if value is None else f'"{value}"'
            self.report("NO_CONTEXT_IN_SELECTION", f"{shown} names no context")
            return
        name, text = match.group(1), match.group(2).strip()
        if name is None:
            self.report("NO_CONTEXT_REFERENCED", f'"{value}" has no name after "$"')
        elif name not in self.contexts:
            self.report("CONTEXT_NOT_SET", f'no type of the subgraph sets the context "{name}"')
        elif not text:
            self.report("NO_SELECTION_FOR_CONTEXT", f'"{value}" selects nothing')
        else:
            self.check_selection(name, text)

    def check_position(self) -> None:
        keys = self.schema.keys.get(self.type_def.name, ())
        if self.type_def.kind == "INTERFACE":
            self.report("CONTEXT_NOT_SET", "fields of interfaces cannot take from a context")
        elif not any(key.resolvable for key in keys):
            message = f'"{self.type_def.name}" has no resolvable @key'
            self.report("CONTEXT_NO_RESOLVABLE_KEY", message)
        if not isinstance(self.argument.default, Missing):
            self.report("CONTEXT_NOT_SET", "it has a default, which would never be used")

    def check_selection(self, name: str, text: str) -> None:
        try:
            selections = parse_field_set(text)
        except FieldSetSyntaxError as error:
            self.report("CONTEXT_INVALID_SELECTION", f'"{text}" cannot be read: {error}')
            return
        setters = self.contexts[name]
        if all(selection.name for selection in selections):
            for setter in setters:
                self.check_for_all(setter, selections)
        elif self.check_fragments(setters, selections):
            for setter in setters:
                self.check_by_type(setter, selections)

    def check_fragments(self, setters: list[TypeDef], selections: FieldSet) -> bool:
        """Check that there are fragments only, each for another object type that sets the context."""
        types = self.schema.types
        possible = {name for setter in setters for name in self.object_types(setter)}
        conditions = [selection.on for selection in selections]
        problem = None
        for selection in selections:
            on = selection.on
            if selection.name:
                problem = f'it selects "{selection.name}" beside fragments'
            elif on is None:
                problem = "a fragment has no type condition"
            elif on not in types or types[on].kind != "OBJECT":
                problem = f'"... on {on}" names no object type'
            elif conditions.count(on) > 1:
                problem = f'"... on {on}" is there more than once'
            elif on not in possible:
                unused = f'no object of the type "{on}" sets the context'
                self.report("CONTEXT_INVALID_SELECTION", unused)
            if problem is not None:
                self.report("CONTEXT_INVALID_SELECTION", problem)
                return False
        return True

    def object_types(self, setter: TypeDef) -> tuple[str, ...]:
        """Return the object types that set the context by a type that does."""
        return self.schema.possible.get(setter.name, (setter.name,))

    def check_for_all(self, setter: TypeDef, selections: FieldSet) -> None:
        """Check what a selection without fragments means where ``setter`` sets the context."""
        if setter.kind == "UNION":
            what = f'"{setter.name}", which sets the context, is a union: a fragment is needed for each member'
            self.report("CONTEXT_INVALID_SELECTION", what)
        else:
            self.follow(setter, selections)

    def check_by_type(self, setter: TypeDef, selections: FieldSet) -> None:
        """Check the fragments for the objects of ``setter``; those without one have no value."""
        names = self.object_types(setter)
        fitting = [selection for selection in selections if selection.on in names]
        if not fitting:
            what = f'no inline fragment is for "{setter.name}", which sets the context'
            several = len(selections) > 1
            self.report(
                "NO_SELECTION_FOR_CONTEXT" if several else "CONTEXT_INVALID_SELECTION", what
            )
        elif len(fitting) < len(names) and is_required(self.argument.type):
            lacking = next(each for each in names if all(s.on != each for s in fitting))
            what = f'it selects nothing for "{lacking}", and the argument may not be null'
            self.report("CONTEXT_INVALID_SELECTION", what)
        for fragment in fitting:
            self.follow(self.schema.types.get(fragment.on or ""), fragment.children)

    def follow(
        self, type_def: TypeDef | None, selections: FieldSet, refs: tuple[str, ...] = ()
    ) -> None:
        """Follow a path of single fields to its leaf; what comes of it must fit the argument."""
        if len(selections) != 1:
            self.report("CONTEXT_INVALID_SELECTION", "it selects more than one field")
            return
        selection = selections[0]
        if selection.alias or selection.directive or not selection.name:
            self.report("CONTEXT_INVALID_SELECTION", "it has an alias, a directive or a fragment")
            return
        field = type_def.fields.get(selection.name) if type_def else None
        if type_def is None or field is None:
            owner = type_def.name if type_def else "the type"
            message = f'"{owner}" has no field "{selection.name}"'
            self.report("CONTEXT_SELECTION_INVALID", message)
            return
        for problem in argument_problems(self.schema.types, field, selection.arguments):
            where = f"{type_def.name}.{field.name}"
            self.report("CONTEXT_INVALID_SELECTION", f'"{where}": {problem}')
        if selection.children:
            inner = self.schema.types.get(named(field.type))
            self.follow(inner, selection.children, (*refs, field.type))
            return
        value = _type_of_value((*refs, field.type))
        if not _same_or_narrower(value, self.argument.type):
            message = f'the selected value has the type "{value}", not "{self.argument.type}"'
            self.report("CONTEXT_INVALID_SELECTION", message)

    def report(self, code: str, message: str) -> None:
        text = f'@{self.directive.name} on "{self.coordinate}": {message}'
        self.schema.report(code, text, self.coordinate, self.directive.at)


def _type_of_value(refs: tuple[str, ...]) -> str:
    """Return the type of what a path of fields selects: lists on the way make a list of it."""
    outer, *rest = refs
    if not rest:
        return outer
    inner = _type_of_value(tuple(rest))
    name = named(outer)
    if f"{name}!" in outer:
        return outer.replace(f"{name}!", inner)
    return outer.replace(name, nullable(inner))


def _same_or_narrower(narrow: str, wide: str) -> bool:
    if narrow == wide:
        return True
    if is_required(wide):
        return is_required(narrow) and _same_or_narrower(narrow[:-1], wide[:-1])
    narrow = nullable(narrow)
    if is_list(narrow) and is_list(wide):
        return _same_or_narrower(item(narrow), item(wide))
    return narrow == wide
