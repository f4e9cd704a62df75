"""``@listSize`` sizes what is a list by what is an integer.

https://specs.apollo.dev/cost/v0.1
"""

from __future__ import annotations

from ...type_refs import is_list, named, nullable
from ..document import Directive, Field, TypeDef
from ..schema import SubgraphSchema
from .elements import object_fields


def check_costs(schema: SubgraphSchema) -> None:
    """Check each @listSize."""
    for type_def, field in object_fields(schema):
        for directive in field.directives:
            if directive.spec == "listSize":
                _ListSizeCheck(schema, type_def, field, directive).run()


class _ListSizeCheck:
    """The check of one @listSize."""

    def __init__(
        self, schema: SubgraphSchema, type_def: TypeDef, field: Field, directive: Directive
    ) -> None:
        self.schema = schema
        self.field = field
        self.directive = directive
        self.coordinate = f"{type_def.name}.{field.name}"

    def run(self) -> None:
        directive = self.directive
        size = directive.number("assumedSize")
        if size is not None and size < 0:
            self.report("LIST_SIZE_INVALID_ASSUMED_SIZE", f"assumedSize {size} is negative")
        if "sizedFields" in directive.args:
            self.check_sized_fields(directive.texts("sizedFields"))
        elif not is_list(nullable(self.field.type)):
            message = f'"{self.field.type}" is no list, and no sizedFields are named'
            self.report("LIST_SIZE_APPLIED_TO_NON_LIST", message)
        slicing = directive.texts("slicingArguments")
        for name in slicing:
            self.check_slicing_argument(name)
        if directive.flag("requireOneSlicingArgument", False) and not slicing:
            message = "requireOneSlicingArgument is set without slicingArguments"
            self.report("LIST_SIZE_INVALID_REQUIRE_ONE_SLICING_ARGUMENT", message)

    def check_sized_fields(self, names: tuple[str, ...]) -> None:
        returned = self.schema.types.get(named(self.field.type))
        fields = returned.fields if returned else {}
        for name in names:
            sized = fields.get(name)
            if sized is None or not is_list(nullable(sized.type)):
                what = "does not exist" if sized is None else "is no list"
                message = f'the sized field "{named(self.field.type)}.{name}" {what}'
                self.report("LIST_SIZE_INVALID_SIZED_FIELD", message)

    def check_slicing_argument(self, name: str) -> None:
        argument = self.field.args.get(name)
        if argument is None or nullable(argument.type) != "Int":
            what = "does not exist" if argument is None else f'has the type "{argument.type}"'
            self.report("LIST_SIZE_INVALID_SLICING_ARGUMENT", f'argument "{name}" {what}')

    def report(self, code: str, message: str) -> None:
        text = f'@{self.directive.name} on "{self.coordinate}": {message}'
        self.schema.report(code, text, self.coordinate, self.directive.at)
