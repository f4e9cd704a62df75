"""What the directives that a document applies allow: locations, repetition, arguments.

Directives of the GraphQL specification and of federation have the signature of their specification,
whatever the document says; a document's own have that of their definition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..type_refs import is_required
from .document import Directive, DirectiveDef, Missing
from .schema import SubgraphSchema
from .spec_features import DIRECTIVES, FEDERATION_TYPES, SpecDirective

_SPEC_SCALAR = re.compile("|".join(sorted(FEDERATION_TYPES)))


@dataclass(frozen=True, slots=True)
class Signature:
    """What a directive allows. ``arguments`` maps name → (type, has to be given)."""

    locations: frozenset[str]
    repeatable: bool
    arguments: Mapping[str, tuple[str, bool]]


_BUILT_IN = {
    "deprecated": Signature(
        frozenset(
            {"FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"}
        ),
        False,
        {"reason": ("String", False)},
    ),
    "specifiedBy": Signature(frozenset({"SCALAR"}), False, {"url": ("String!", True)}),
    "oneOf": Signature(frozenset({"INPUT_OBJECT"}), False, {}),
    "skip": Signature(frozenset(), False, {"if": ("Boolean!", True)}),
    "include": Signature(frozenset(), False, {"if": ("Boolean!", True)}),
}
_LINK = Signature(
    frozenset({"SCHEMA"}),
    True,
    dict.fromkeys(("url", "as", "for", "import"), ("", False)),
)


def signature_of(schema: SubgraphSchema, directive: Directive) -> Signature | None:
    """Return the signature of an applied directive; None where nobody defines it."""
    if directive.spec is not None:
        return specified_signature(directive.spec, schema.version)
    own = schema.document.directive_defs.get(directive.name)
    if own is not None:
        return _of_definition(own)
    return _BUILT_IN.get(directive.name)


@cache
def specified_signature(spec: str, version: tuple[int, int] | None) -> Signature:
    """Return the signature that a specification gives a directive, as of a federation version."""
    if spec == "link":
        return _LINK
    if spec in DIRECTIVES:
        return _of_spec(DIRECTIVES[spec], version or (2, 0))
    return _BUILT_IN[spec]


def _of_spec(spec: SpecDirective, version: tuple[int, int]) -> Signature:
    late = spec.late_locations or {}
    later = spec.late_parameters or {}
    locations = {name for name in spec.locations if late.get(name, version) <= version}
    # The scalars of the federation specification are all written as strings.
    arguments = {
        p.name: (_SPEC_SCALAR.sub("String", p.type), p.required)
        for p in spec.parameters
        if later.get(p.name, version) <= version
    }
    return Signature(frozenset(locations), spec.repeatable, arguments)


def _of_definition(definition: DirectiveDef) -> Signature:
    arguments = {
        name: (value.type, is_required(value.type) and isinstance(value.default, Missing))
        for name, value in definition.args.items()
    }
    return Signature(frozenset(definition.locations), definition.repeatable, arguments)
