"""Defaults fit their types, input objects end somewhere, required inputs are not deprecated.

https://spec.graphql.org/October2021/#sec-Input-Objects.Type-Validation
"""

from __future__ import annotations

from collections.abc import Iterator

from ...type_refs import is_required, named
from ..document import InputValue, Missing, TypeDef
from ..schema import SubgraphSchema
from .value_problems import value_problem


def check_inputs(schema: SubgraphSchema) -> None:
    """Check defaults and deprecations of all inputs, and the circles of input objects."""
    for coordinate, value in _input_values(schema):
        if not isinstance(value.default, Missing):
            problem = value_problem(schema.types, value.default, value.type)
            if problem is not None:
                message = f'the default of "{coordinate}" does not fit: {problem}'
                schema.report("INVALID_GRAPHQL", message, coordinate, value.at)
        elif is_required(value.type) and any(d.spec == "deprecated" for d in value.directives):
            message = f'"{coordinate}" is required and cannot be deprecated'
            schema.report("INVALID_GRAPHQL", message, coordinate, value.at)
    _check_one_of(schema)
    for circle in required_circles(schema.types):
        message = f"no value can be given for the input objects {' → '.join(circle)}"
        at = schema.types[circle[0]].at
        schema.report("INVALID_GRAPHQL", message, circle[0], at)


def _input_values(schema: SubgraphSchema) -> Iterator[tuple[str, InputValue]]:
    for type_def in schema.types.values():
        for field in type_def.fields.values():
            for argument in field.args.values():
                yield f"{type_def.name}.{field.name}({argument.name}:)", argument
        for value in type_def.inputs.values():
            yield f"{type_def.name}.{value.name}", value
    for definition in schema.document.directive_defs.values():
        for argument in definition.args.values():
            yield f"@{definition.name}({argument.name}:)", argument


def _check_one_of(schema: SubgraphSchema) -> None:
    for type_def in schema.types.values():
        if type_def.kind != "INPUT" or not any(d.spec == "oneOf" for d in type_def.directives):
            continue
        for value in type_def.inputs.values():
            if is_required(value.type) or not isinstance(value.default, Missing):
                message = f'"{type_def.name}.{value.name}" of a @oneOf input must be nullable, without default'
                schema.report("INVALID_GRAPHQL", message, f"{type_def.name}.{value.name}", value.at)


def required_circles(types: dict[str, TypeDef]) -> Iterator[list[str]]:
    """Each circle of input objects through required fields, once."""
    edges = {
        name: [
            named(value.type)
            for value in type_def.inputs.values()
            if is_required(value.type) and value.type[0] != "["
        ]
        for name, type_def in types.items()
        if type_def.kind == "INPUT"
    }
    yield from circles(edges)


def circles(edges: dict[str, list[str]]) -> Iterator[list[str]]:
    """Each circle that a depth-first walk closes, as names with the first repeated at the end."""
    done: set[str] = set()
    path: dict[str, Iterator[str]] = {}
    for start in edges:
        if start not in done:
            path[start] = iter(edges[start])
        while path:
            name = next(reversed(path))
            step = next(path[name], None)
            if step is None:
                del path[name]
                done.add(name)
            elif step in path:
                names = list(path)
                yield [*names[names.index(step) :], step]
            elif step in edges and step not in done:
                path[step] = iter(edges[step])
