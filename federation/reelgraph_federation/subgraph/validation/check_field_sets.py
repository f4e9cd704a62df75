"""The field sets of ``@key``, ``@requires`` and ``@provides`` select what they may select.

All: a string, readable, existing fields with fitting arguments, leaf fields without and composite fields with a
selection. ``@key``: no arguments, interfaces or unions. ``@provides``: no arguments, on a
field that returns an object. ``@requires`` and ``@provides``: external fields only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...field_sets import FieldSet, FieldSetSyntaxError, Selection, parse_field_set
from ...type_refs import is_required, named
from ..document import Directive, Field, Missing, TypeDef, find
from ..scanner import SyntaxProblem, parse_constant
from ..schema import SubgraphSchema
from .value_problems import value_problem

_COMPOSITE = ("OBJECT", "INTERFACE", "UNION")
_CODES = {"key": "KEY", "requires": "REQUIRES", "provides": "PROVIDES"}


def check_field_sets(schema: SubgraphSchema) -> None:
    """Check every field set of the subgraph."""
    for type_def in schema.types.values():
        if type_def.kind not in ("OBJECT", "INTERFACE"):
            continue
        for key in type_def.applied("key"):
            _FieldSetCheck(schema, key, type_def.name, type_def.name).run(type_def.name)
        for field in type_def.fields.values():
            for directive in field.directives:
                if directive.spec in ("requires", "provides"):
                    _check_on_field(schema, type_def, field, directive)


def _check_on_field(
    schema: SubgraphSchema, type_def: TypeDef, field: Field, directive: Directive
) -> None:
    coordinate = f"{type_def.name}.{field.name}"
    code = _CODES[directive.spec or ""]
    if type_def.kind == "INTERFACE":
        message = f'@{directive.name} stands on "{coordinate}", a field of an interface'
        schema.report(f"{code}_UNSUPPORTED_ON_INTERFACE", message, coordinate, directive.at)
        return
    start = type_def.name
    if directive.spec == "provides":
        start = named(field.type)
        returned = schema.types.get(start)
        if returned is None or returned.kind not in _COMPOSITE:
            message = f'@provides stands on "{coordinate}", which returns "{field.type}", no object'
            schema.report("PROVIDES_ON_NON_OBJECT_FIELD", message, coordinate, directive.at)
            return
    _FieldSetCheck(schema, directive, coordinate, type_def.name).run(start)


def argument_problems(
    types: Mapping[str, TypeDef], field: Field, written: str | None
) -> Iterator[str]:
    """Yield what is wrong with the arguments of a selected field."""
    try:
        given = parse_constant(f"{{{written or ''}}}")
    except SyntaxProblem as error:
        yield f"its arguments cannot be read: {error.message}"
        return
    assert isinstance(given, dict)
    for name, value in given.items():
        argument = field.args.get(name)
        if argument is None:
            yield f'it has no argument "{name}"'
            continue
        problem = value_problem(types, value, argument.type)
        if problem:
            yield f'argument "{name}": {problem}'
    for name, argument in field.args.items():
        if (
            name not in given
            and is_required(argument.type)
            and isinstance(argument.default, Missing)
        ):
            yield f'the required argument "{name}" is not given'


class _FieldSetCheck:
    """The check of one field set; ``owner`` is the type on which or on whose field it stands."""

    def __init__(
        self, schema: SubgraphSchema, directive: Directive, coordinate: str, owner: str
    ) -> None:
        self.schema = schema
        self.directive = directive
        self.coordinate = coordinate
        self.owner = owner
        self.spec = directive.spec or ""
        self.code = _CODES[self.spec]
        self.text = ""
        self.found_external = False

    def run(self, start: str) -> None:
        value = self.directive.text("fields")
        if value is None:
            return  # Whoever read the arguments has reported it.
        self.text = value
        try:
            selections = parse_field_set(value)
        except FieldSetSyntaxError as error:
            self.report("INVALID_FIELDS", str(error))
            return
        self.check(start, selections, covered=False)

    def check(self, type_name: str, selections: FieldSet, *, covered: bool) -> None:
        """Check a level; ``covered`` when an external field stands above it."""
        for selection in selections:
            if selection.directive is not None:
                message = f"it contains the directive @{selection.directive}"
                self.report("DIRECTIVE_IN_FIELDS_ARG", message)
            if selection.alias is not None:
                self.report("INVALID_FIELDS", f'it uses the alias "{selection.alias}"')
            if not selection.name:
                self.check_fragment(type_name, selection, covered=covered)
            elif selection.name != "__typename":
                self.check_field(type_name, selection, covered=covered)

    def check_fragment(self, type_name: str, selection: Selection, *, covered: bool) -> None:
        on = selection.on or type_name
        target = self.schema.types.get(on)
        if target is None or target.kind not in _COMPOSITE:
            self.report("INVALID_FIELDS", f'"... on {on}" names no object, interface or union')
            return
        self.check(on, selection.children, covered=covered)

    def check_field(self, type_name: str, selection: Selection, *, covered: bool) -> None:
        type_def = self.schema.types.get(type_name)
        field = type_def.fields.get(selection.name) if type_def else None
        if type_def is None or field is None:
            self.report("INVALID_FIELDS", f'"{type_name}" has no field "{selection.name}"')
            return
        where = f"{type_name}.{selection.name}"
        inner = named(field.type)
        inner_type = self.schema.types.get(inner)
        composite = inner_type is not None and inner_type.kind in _COMPOSITE
        self.check_arguments(where, field, selection)
        if self.spec == "key":
            self.check_key_field(where, field, inner_type)
        external = covered or self.is_external(type_def, field)
        if composite and not selection.children:
            self.report("INVALID_FIELDS", f'"{where}" returns "{field.type}" and needs a selection')
        elif selection.children and not composite:
            self.report("INVALID_FIELDS", f'"{where}" returns "{field.type}", which has no fields')
        elif selection.children:
            self.check(inner, selection.children, covered=external)
        elif self.spec != "key" and not external:
            self.report("FIELDS_MISSING_EXTERNAL", f'"{where}" is not @external')

    def check_arguments(self, where: str, field: Field, selection: Selection) -> None:
        if self.spec in ("key", "provides") and field.args:
            self.report("FIELDS_HAS_ARGS", f'"{where}" has arguments')
        elif selection.arguments is not None and not field.args:
            self.report("INVALID_FIELDS", f'"{where}" has no arguments')
        else:
            for problem in argument_problems(self.schema.types, field, selection.arguments):
                self.report("INVALID_FIELDS", f'"{where}": {problem}')

    def check_key_field(self, where: str, field: Field, inner: TypeDef | None) -> None:
        if inner is not None and inner.kind in ("INTERFACE", "UNION"):
            message = f'"{where}" returns the {inner.kind.lower()} {inner.name}'
            self.report("FIELDS_SELECT_INVALID_TYPE", message)

    def is_external(self, type_def: TypeDef, field: Field) -> bool:
        """Tell whether the field, or some implementation of an interface field, is external."""
        if find(field.directives, "external") is not None or any(
            d.part == field.part for d in type_def.applied("external")
        ):
            return True
        if type_def.kind != "INTERFACE":
            return False
        return any(
            (name, field.name) in self.schema.external
            for name in self.schema.possible.get(type_def.name, ())
        )

    def report(self, suffix: str, message: str) -> None:
        shown = f'(fields: "{self.text}")' if self.text else ""
        text = f'@{self.directive.name}{shown} on "{self.coordinate}": {message}'
        self.schema.report(f"{self.code}_{suffix}", text, self.coordinate, self.directive.at)
