"""Whether a document's definition of a specified directive agrees with its specification."""

from __future__ import annotations

from ..type_refs import is_required, named, nullable
from .document import DirectiveDef, Missing
from .spec_features import FEDERATION_TYPES, SpecDirective

_NOT_TEXT = frozenset({"Int", "Float", "Boolean"})


def disagreements(definition: DirectiveDef, spec: SpecDirective) -> list[str]:
    """Return where a document's definition of a specified directive differs from the specification.

    Fewer locations, fewer and nullable arguments, and other names of scalars are no difference: many
    libraries write such definitions.
    """
    problems: list[str] = []
    parameters = {parameter.name: parameter for parameter in spec.parameters}
    for argument in definition.args.values():
        known = parameters.get(argument.name)
        if known is None:
            required = is_required(argument.type) and isinstance(argument.default, Missing)
            problems.append(f'unknown {"required " if required else ""}argument "{argument.name}"')
        elif not _same_shape(argument.type, known.type):
            problems.append(
                f'argument "{argument.name}" has the type "{argument.type}", not "{known.type}"'
            )
    problems += [
        f'the argument "{parameter.name}" is missing'
        for parameter in spec.parameters
        if parameter.required and parameter.name not in definition.args
    ]
    problems += [
        f"location {location} is not allowed"
        for location in definition.locations
        if location not in spec.locations
    ]
    if definition.repeatable and not spec.repeatable:
        problems.append("it is not repeatable")
    return problems


def _same_shape(written: str, specified: str) -> bool:
    if written.count("[") != specified.count("["):
        return False
    one, other = named(nullable(written)), named(nullable(specified))
    if other in FEDERATION_TYPES:
        return one not in _NOT_TEXT
    return one == other
