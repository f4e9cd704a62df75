"""What the federation specification and its companions define, by version: directives and types.

Sources: the federation, link, tag, inaccessible, authenticated, requiresScopes, policy, context,
cost, cacheTag and connect specifications published at specs.apollo.dev.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

APOLLO: Final = "https://specs.apollo.dev"
FEDERATION: Final = f"{APOLLO}/federation"
LINK: Final = f"{APOLLO}/link"
CONNECT: Final = f"{APOLLO}/connect"
LATEST_FEDERATION: Final = (2, 14)


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument that a specification defines: its type there, and whether it must be given."""

    name: str
    type: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class SpecDirective:
    """A directive of the federation specification, as of ``since``.

    ``late_locations`` are locations that came with a later version than the directive itself.
    """

    name: str
    since: tuple[int, int]
    locations: frozenset[str]
    parameters: tuple[Parameter, ...] = ()
    repeatable: bool = False
    late_locations: Mapping[str, tuple[int, int]] | None = None
    late_parameters: Mapping[str, tuple[int, int]] | None = None


def _spec(
    name: str,
    since: tuple[int, int],
    locations: str,
    *parameters: Parameter,
    repeatable: bool = False,
    late_locations: Mapping[str, tuple[int, int]] | None = None,
    late_parameters: Mapping[str, tuple[int, int]] | None = None,
) -> SpecDirective:
    return SpecDirective(
        name,
        since,
        frozenset(locations.split()),
        parameters,
        repeatable,
        late_locations,
        late_parameters,
    )


_FIELDS = Parameter("fields", "FieldSet!", required=True)
_EVERYWHERE = (
    "FIELD_DEFINITION OBJECT INTERFACE UNION ARGUMENT_DEFINITION SCALAR ENUM ENUM_VALUE "
    "INPUT_OBJECT INPUT_FIELD_DEFINITION"
)
_AUTH = "FIELD_DEFINITION OBJECT INTERFACE SCALAR ENUM"

DIRECTIVES: Final[Mapping[str, SpecDirective]] = {
    spec.name: spec
    for spec in (
        _spec(
            "key",
            (2, 0),
            "OBJECT INTERFACE",
            _FIELDS,
            Parameter("resolvable", "Boolean"),
            repeatable=True,
        ),
        _spec("requires", (2, 0), "FIELD_DEFINITION", _FIELDS),
        _spec("provides", (2, 0), "FIELD_DEFINITION", _FIELDS),
        _spec("external", (2, 0), "OBJECT FIELD_DEFINITION", Parameter("reason", "String")),
        _spec("shareable", (2, 0), "OBJECT FIELD_DEFINITION", repeatable=True),
        _spec("extends", (2, 0), "OBJECT INTERFACE"),
        _spec(
            "override",
            (2, 0),
            "FIELD_DEFINITION",
            Parameter("from", "String!", required=True),
            Parameter("label", "String"),
            late_parameters={"label": (2, 7)},
        ),
        _spec("inaccessible", (2, 0), _EVERYWHERE),
        _spec(
            "tag",
            (2, 0),
            _EVERYWHERE + " SCHEMA",
            Parameter("name", "String!", required=True),
            repeatable=True,
            late_locations={"SCHEMA": (2, 3)},
        ),
        _spec(
            "composeDirective",
            (2, 1),
            "SCHEMA",
            Parameter("name", "String!", required=True),
            repeatable=True,
        ),
        _spec("interfaceObject", (2, 3), "OBJECT"),
        _spec("authenticated", (2, 5), _AUTH),
        _spec(
            "requiresScopes",
            (2, 5),
            _AUTH,
            Parameter("scopes", "[[Scope!]!]!", required=True),
        ),
        _spec("policy", (2, 6), _AUTH, Parameter("policies", "[[Policy!]!]!", required=True)),
        _spec(
            "context",
            (2, 8),
            "OBJECT INTERFACE UNION",
            Parameter("name", "String!", required=True),
            repeatable=True,
        ),
        _spec(
            "fromContext", (2, 8), "ARGUMENT_DEFINITION", Parameter("field", "ContextFieldValue")
        ),
        _spec(
            "cost",
            (2, 9),
            "ARGUMENT_DEFINITION ENUM FIELD_DEFINITION INPUT_FIELD_DEFINITION OBJECT SCALAR",
            Parameter("weight", "Int!", required=True),
        ),
        _spec(
            "listSize",
            (2, 9),
            "FIELD_DEFINITION",
            Parameter("assumedSize", "Int"),
            Parameter("slicingArguments", "[String!]"),
            Parameter("sizedFields", "[String!]"),
            Parameter("requireOneSlicingArgument", "Boolean"),
        ),
        _spec(
            "cacheTag",
            (2, 12),
            "FIELD_DEFINITION OBJECT",
            Parameter("format", "String!", required=True),
            repeatable=True,
        ),
    )
}

FEDERATION_1_DIRECTIVES: Final = frozenset(
    {"key", "requires", "provides", "external", "extends", "tag"}
)
"""What a document without a federation link may use without defining it."""

UPGRADED_TO: Final = (2, 4)
"""A document without a federation link that defines a directive of this version means that one."""

FIELD_SETS: Final = ("key", "requires", "provides")
"""Directives whose argument is a field set."""

BUILT_IN_DIRECTIVES: Final = frozenset({"deprecated", "specifiedBy", "oneOf"})
"""Directives of the GraphQL specification on type system definitions that composition merges."""

FEDERATION_TYPES: Final = frozenset({"FieldSet", "ContextFieldValue", "Scope", "Policy", "Any"})
"""Scalars of the federation specification, importable by name."""

LINK_TYPES: Final = frozenset({"Import", "Purpose"})

BUILT_IN_SCALARS: Final = frozenset({"Int", "Float", "String", "Boolean", "ID"})

MACHINERY_TYPES: Final = frozenset({"_Any", "_Entity", "_Service", "_FieldSet"})
"""Types of the subgraph protocol, which never reach a supergraph."""

MACHINERY_QUERY_FIELDS: Final = frozenset({"_entities", "_service"})

FEATURE_VERSIONS: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {
    LINK: ((1, 0),),
    FEDERATION: tuple((2, minor) for minor in range(LATEST_FEDERATION[1] + 1)),
    f"{APOLLO}/tag": ((0, 1), (0, 2), (0, 3)),
    f"{APOLLO}/inaccessible": ((0, 1), (0, 2)),
    f"{APOLLO}/authenticated": ((0, 1),),
    f"{APOLLO}/requiresScopes": ((0, 1),),
    f"{APOLLO}/policy": ((0, 1),),
    f"{APOLLO}/context": ((0, 1),),
    f"{APOLLO}/cost": ((0, 1),),
    f"{APOLLO}/cacheTag": ((0, 1),),
}
"""Features whose directives composition merges itself, with the versions that it knows."""

FEATURE_ELEMENTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    f"{APOLLO}/tag": (("tag",), ()),
    f"{APOLLO}/inaccessible": (("inaccessible",), ()),
    f"{APOLLO}/authenticated": (("authenticated",), ()),
    f"{APOLLO}/requiresScopes": (("requiresScopes",), ("Scope",)),
    f"{APOLLO}/policy": (("policy",), ("Policy",)),
    f"{APOLLO}/context": (("context", "fromContext"), ("ContextFieldValue",)),
    f"{APOLLO}/cost": (("cost", "listSize"), ()),
    f"{APOLLO}/cacheTag": (("cacheTag",), ()),
}
"""The directives and the types of each companion feature, which documents may link by itself."""

MERGED_BY_SPEC: Final = frozenset(
    {"tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize"}
)
"""Directives carried into the supergraph by their own specification's strategy."""
