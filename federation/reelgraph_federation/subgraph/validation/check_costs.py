"""``@cost`` has an integer weight; ``@listSize`` sizes what is a list by what is an integer.

https://specs.apollo.dev/cost/v0.1
"""

from __future__ import annotations

from ...type_refs import is_list, named, nullable
from ..document import Directive, Field, TypeDef, Value
from ..schema import SubgraphSchema
from .elements import directive_uses, object_fields


def check_costs(schema: SubgraphSchema) -> None:
    """Check each @cost and @listSize."""
    for _, coordinate, directives in directive_uses(schema):
        for directive in directives:
            weight = directive.args.get("weight")
            if directive.spec == "cost" and "weight" in directive.args and not _is_int(weight):
                message = f'the weight of @{directive.name} on "{coordinate}" is no integer'
                schema.report("DIRECTIVE_COST_INVALID_WEIGHT", message, coordinate, directive.at)
    for type_def, field in object_fields(schema):
        for directive in field.directives:
            if directive.spec == "listSize":
                _ListSizeCheck(schema, type_def, field, directive).run()


def _is_int(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


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
        args = self.directive.args
        size = args.get("assumedSize")
        if isinstance(size, int) and size < 0:
            self.report("LIST_SIZE_INVALID_ASSUMED_SIZE", f"assumedSize {size} is negative")
        if "sizedFields" in args and args["sizedFields"] is not None:
            self.check_sized_fields(_strings(args["sizedFields"]))
        elif not is_list(nullable(self.field.type)):
            message = f'"{self.field.type}" is no list, and no sizedFields are named'
            self.report("LIST_SIZE_APPLIED_TO_NON_LIST", message)
        slicing = _strings(args.get("slicingArguments"))
        for name in slicing:
            self.check_slicing_argument(name)
        if args.get("requireOneSlicingArgument") is True and not slicing:
            message = "requireOneSlicingArgument is set without slicingArguments"
            self.report("LIST_SIZE_INVALID_REQUIRE_ONE_SLICING_ARGUMENT", message)

    def check_sized_fields(self, names: list[str]) -> None:
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


def _strings(value: Value) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]
