"""Read one subgraph: SDL in, its types under supergraph names and every problem of it out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..problems import make_problem
from .arguments import read_arguments
from .document import Directive, Document, EnumValue, Field, InputValue, TypeDef
from .facts import collect_facts
from .links import LinkReading, read_links
from .parse import parse_document
from .schema import ROOTS, SubgraphSchema
from .spec_features import BUILT_IN_SCALARS, MACHINERY_QUERY_FIELDS, MACHINERY_TYPES
from .upgrade import upgrade_arguments, upgrade_federation_1
from .validate import validate_subgraph


def read_subgraph(name: str, url: str, sdl: str, file: str | None = None) -> SubgraphSchema:
    """Parse, upgrade and validate one subgraph. Breaches are in ``problems``, never raised."""
    document, syntax_problems = parse_document(sdl)
    schema = SubgraphSchema(name, url, sdl, file, document)
    for problem in syntax_problems:
        schema.report("INVALID_GRAPHQL", problem.message, None, problem.at)
    if name == "_" or not name:
        text = f'a subgraph cannot be named "{name}"'
        schema.problems.append(make_problem("INVALID_SUBGRAPH_NAME", text))
    reading = read_links(document)
    for code, message, at, remedy in reading.breaches:
        schema.report(code, message, None, at, remedy)
    schema.version = reading.version
    schema.links = reading.links
    schema.meanings = reading.directives
    schema.machinery = reading.machinery
    schema.excused = reading.excused
    resolve_directive_names(document, reading.directives)
    schema.types = _own_types(document, reading)
    _name_roots(schema)
    upgrade_arguments(schema)
    read_arguments(schema, quiet=bool(syntax_problems))
    upgrade_federation_1(schema)
    collect_facts(schema)
    if not syntax_problems:
        validate_subgraph(schema)
    return schema


def elements_with_directives(
    types: dict[str, TypeDef],
) -> Iterator[TypeDef | Field | InputValue | EnumValue]:
    """Every element of the types that has directives, arguments included."""
    for type_def in types.values():
        if type_def.directives:
            yield type_def
        for field in type_def.fields.values():
            if field.directives:
                yield field
            for argument in field.args.values():
                if argument.directives:
                    yield argument
        yield from (value for value in type_def.inputs.values() if value.directives)
        yield from (value for value in type_def.values.values() if value.directives)


def resolve_directive_names(document: Document, meanings: dict[str, str]) -> None:
    """Set ``spec`` on each directive application that means something to federation."""

    def resolve(directives: tuple[Directive, ...] | list[Directive]) -> None:
        for directive in directives:
            directive.spec = meanings.get(directive.name)

    resolve(document.schema_directives)
    for element in elements_with_directives(document.types):
        resolve(element.directives)
    for definition in document.directive_defs.values():
        for argument in definition.args.values():
            resolve(argument.directives)


def _own_types(document: Document, reading: LinkReading) -> dict[str, TypeDef]:
    """Return the types without those of the subgraph protocol and of linked features."""
    machinery = MACHINERY_TYPES | BUILT_IN_SCALARS | reading.machinery
    if reading.version is None and "FieldSet" in document.types:
        machinery |= {"FieldSet"}
    return {name: type_def for name, type_def in document.types.items() if name not in machinery}


def _name_roots(schema: SubgraphSchema) -> None:
    """Find the root types, drop the protocol's query fields, give roots their usual names."""
    document = schema.document
    given = document.roots or {
        operation: name for operation, name in ROOTS.items() if name in schema.types
    }
    for operation, name in given.items():
        usual = ROOTS[operation]
        taken = schema.types.get(usual)
        if name != usual and taken is not None and usual not in given.values():
            message = (
                f'"{usual}" is no root type here, because the schema names "{name}" as its '
                f"{operation} type; yet {usual} is the name that the supergraph gives to its root"
            )
            schema.report(f"ROOT_{operation.upper()}_USED", message, usual, taken.at)
            continue
        schema.roots[operation] = usual
        if name != usual and name in schema.types:
            _rename_type(schema, name, usual)
    query = schema.types.get("Query") if "query" in schema.roots else None
    if query is not None:
        for field_name in MACHINERY_QUERY_FIELDS:
            query.fields.pop(field_name, None)
        if not query.fields:
            del schema.types["Query"]


def _rename_type(schema: SubgraphSchema, name: str, usual: str) -> None:
    """Rename a root type and every reference to it."""
    type_def = schema.types.pop(name)
    type_def.name = usual
    schema.types[usual] = type_def
    reference = re.compile(rf"\b{name}\b")
    for other in schema.types.values():
        for field in other.fields.values():
            field.type = reference.sub(usual, field.type)
        if name in other.members:
            other.members = {usual if m == name else m: at for m, at in other.members.items()}
