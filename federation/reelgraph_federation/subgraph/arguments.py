"""Read the arguments of specified directives once, as GraphQL coerces them.

https://spec.graphql.org/October2021/#sec-Input-Values: a single value stands for a list of one, at
each depth of the list; null is allowed only where the type is nullable, and means "not given".
Whatever cannot be read is an error of the document that names the place and the remedy. It never
counts as nothing: an access requirement that nobody understood would protect nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..type_refs import is_list, item, nullable
from .definitions import disagreements
from .document import Directive, Value
from .schema import SubgraphSchema
from .signatures import specified_signature
from .spec_features import DIRECTIVES
from .validation.elements import directive_uses
from .validation.value_problems import value_problem

_CODES = {
    ("key", "fields"): "KEY_INVALID_FIELDS_TYPE",
    ("requires", "fields"): "REQUIRES_INVALID_FIELDS_TYPE",
    ("provides", "fields"): "PROVIDES_INVALID_FIELDS_TYPE",
    ("fromContext", "field"): "NO_CONTEXT_IN_SELECTION",
    ("composeDirective", "name"): "DIRECTIVE_COMPOSITION_ERROR",
    ("cost", "weight"): "DIRECTIVE_COST_INVALID_WEIGHT",
}
"""Arguments whose wrong type has a code of its own."""

_REQUIREMENTS = (("requiresScopes", "scopes"), ("policy", "policies"))


def read_arguments(schema: SubgraphSchema, *, quiet: bool) -> None:
    """Coerce the arguments of every directive with a specified meaning; report what is refused.

    ``@link`` is left out: its own reader has read it before names had a meaning. ``quiet`` when the
    grammar was broken, which is reported already.
    """
    misdefined = set(_misdefined(schema))
    for _, coordinate, directives in directive_uses(schema):
        for directive in directives:
            if directive.spec is not None and directive.spec != "link":
                refused = list(_read(schema, directive))
                silent = quiet or directive.name in misdefined
                for code, message, remedy in () if silent else refused:
                    text = message.replace("…", f'@{directive.name} on "{coordinate}"')
                    schema.report(code, text, coordinate, directive.at, remedy)


def _misdefined(schema: SubgraphSchema) -> Iterator[str]:
    """Each directive whose definition is at fault, which is reported instead of every use."""
    for definition in schema.document.directive_defs.values():
        spec = DIRECTIVES.get(schema.meanings.get(definition.name, ""))
        if spec is not None and definition.args and disagreements(definition, spec):
            yield definition.name


def _read(schema: SubgraphSchema, directive: Directive) -> Iterator[tuple[str, str, str]]:
    """Put coerced arguments in place; yield (code, message, remedy) of those refused.

    An ellipsis in a message stands for the directive and its place.
    """
    assert directive.spec is not None
    known = specified_signature(directive.spec, schema.version).arguments
    written, directive.args = directive.args, {}
    for name, value in written.items():
        if name not in known:
            yield "INVALID_GRAPHQL", f'… has no argument "{name}"', _remedy_of_unknown(known)
            continue
        type_ref = known[name][0]
        problem = value_problem({}, value, type_ref) or _emptiness(directive.spec, name, value)
        if problem is not None:
            code = _CODES.get((directive.spec, name), "INVALID_GRAPHQL")
            yield (
                code,
                f'argument "{name}" of …: {problem}',
                f'Give "{name}" {_described(type_ref)}.',
            )
        elif value is not None:
            directive.args[name] = _coerced(value, type_ref)
    for name, (type_ref, needed) in known.items():
        if needed and name not in written:
            remedy = f'Give "{name}" {_described(type_ref)}.'
            yield "INVALID_GRAPHQL", f'… needs the argument "{name}"', remedy


def _coerced(value: Value, type_ref: str) -> Value:
    """Return a value that fits the type with every list that GraphQL lets one leave out."""
    bare = nullable(type_ref)
    if not is_list(bare) or value is None:
        return value
    items = value if isinstance(value, list) else [value]
    return [_coerced(each, item(bare)) for each in items]


def _emptiness(spec: str, name: str, value: Value) -> str | None:
    """Say what is wrong with a requirement that everybody would meet."""
    if (spec, name) not in _REQUIREMENTS:
        return None
    if value == [] or (isinstance(value, list) and [] in value):
        return "an empty list asks for nothing, so that nothing would be protected"
    return None


def _described(type_ref: str) -> str:
    """Return a type in words."""
    words = {
        "String": "a string",
        "[String]": "a list of strings",
        "[[String]]": "a list of alternatives, each a list of strings",
        "Int": "a whole number of 32 bits",
        "Boolean": "the value true or false",
    }
    return words[type_ref.replace("!", "")]


def _remedy_of_unknown(known: Mapping[str, object]) -> str:
    if not known:
        return "Remove it: the directive has no arguments."
    return f"Remove it, or correct its name. The directive has {', '.join(known)}."
