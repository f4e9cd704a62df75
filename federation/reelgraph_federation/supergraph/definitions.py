"""What a supergraph's SDL defines before its types: links, and the directives that they bring."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from .distinct_applied import KeptApplied, distinct_applied
from .model import (
    AppliedDirectives,
    InputObjectType,
    InterfaceType,
    Link,
    MergedSchema,
    ObjectType,
    UnionType,
)

JOIN_DEFINITIONS: Final = """\
directive @link(
  url: String
  as: String
  for: link__Purpose
  import: [link__Import]
) repeatable on SCHEMA

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__type(
  graph: join__Graph!
  key: join__FieldSet
  extension: Boolean! = false
  resolvable: Boolean! = true
  isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
  type: String
  external: Boolean
  override: String
  usedOverridden: Boolean
  overrideLabel: String
  contextArguments: [join__ContextArgument!]
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__implements(
  graph: join__Graph!
  interface: String!
) repeatable on OBJECT | INTERFACE

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__directive(
  graphs: [join__Graph!]
  name: String!
  args: join__DirectiveArguments
) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION

scalar join__FieldSet

scalar join__FieldValue

scalar join__DirectiveArguments

input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar link__Import

enum link__Purpose {
  "Features that provide metadata necessary to securely resolve fields."
  SECURITY
  "Features that provide metadata necessary for operation execution."
  EXECUTION
}"""

_EVERYWHERE = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | "
    "ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_ACCESS = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"

_FEATURES: Final[dict[str, tuple[Link, str]]] = {
    "tag": (
        Link("https://specs.apollo.dev/tag/v0.3"),
        f"directive @tag(name: String!) repeatable on {_EVERYWHERE} | SCHEMA",
    ),
    "inaccessible": (
        Link("https://specs.apollo.dev/inaccessible/v0.2", purpose="SECURITY"),
        f"directive @inaccessible on {_EVERYWHERE}",
    ),
    "authenticated": (
        Link("https://specs.apollo.dev/authenticated/v0.1", purpose="SECURITY"),
        f"directive @authenticated on {_ACCESS}",
    ),
    "requiresScopes": (
        Link("https://specs.apollo.dev/requiresScopes/v0.1", purpose="SECURITY"),
        f"directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on {_ACCESS}\n\n"
        "scalar requiresScopes__Scope",
    ),
    "policy": (
        Link("https://specs.apollo.dev/policy/v0.1", purpose="SECURITY"),
        f"directive @policy(policies: [[policy__Policy!]!]!) on {_ACCESS}\n\nscalar policy__Policy",
    ),
    "context": (
        Link("https://specs.apollo.dev/context/v0.1", purpose="SECURITY"),
        "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION\n\n"
        "directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION"
        "\n\nscalar context__ContextFieldValue",
    ),
    "cost": (
        Link("https://specs.apollo.dev/cost/v0.1", imports=(("@cost", None), ("@listSize", None))),
        "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | "
        "INPUT_FIELD_DEFINITION | OBJECT | SCALAR\n\n"
        "directive @listSize(assumedSize: Int, slicingArguments: [String!], "
        "sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    ),
    # Its directive stands in @join__directive only.
    "cacheTag": (Link("https://specs.apollo.dev/cacheTag/v0.1", purpose="EXECUTION"), ""),
}


_DIRECTIVES: Final = {"cost": ("cost", "listSize")}
"""The directives of features that have another one than that of their own name."""


@dataclass(frozen=True, slots=True)
class FeatureNames:
    """Under which names a supergraph has what features define, where these are not the usual ones.

    A feature goes by another name where a composed directive or feature has taken its own.
    """

    features: Mapping[str, str] = field(default_factory=dict)
    directives: Mapping[str, str] = field(default_factory=dict)

    def of(self, directive: str) -> str:
        """Return the name here of a feature's directive."""
        return self.directives.get(directive, directive)


def feature_names(supergraph: MergedSchema) -> FeatureNames:
    """Return the names that features have beside the supergraph's own directives and links."""
    taken = {*supergraph.directives, *map(_name_of, supergraph.links)}
    features: dict[str, str] = {}
    directives: dict[str, str] = {}
    for feature in _FEATURES:
        others = _DIRECTIVES.get(feature, ())
        if feature in taken:
            features[feature] = _free(feature, taken)
        for name in others or (feature,):
            if name in taken:
                directives[name] = _free(name, taken)
    return FeatureNames(features, directives)


def _name_of(link: Link) -> str:
    """Return the name that a link gives to its feature."""
    parts = link.url.rstrip("/").split("/")
    versioned = len(parts) > 1 and re.fullmatch(r"v[0-9]+\.[0-9]+", parts[-1])
    return link.as_name or parts[-2 if versioned else -1]


def _free(name: str, taken: Collection[str]) -> str:
    found, number = f"federation_{name}", 2
    while found in taken:
        found, number = f"federation_{name}{number}", number + 1
    return found


def links_of(supergraph: MergedSchema, features: list[str], names: FeatureNames) -> Iterator[str]:
    """Each ``@link`` of the schema definition, for features in use."""
    yield '@link(url: "https://specs.apollo.dev/link/v1.0")'
    yield '@link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)'
    for name in features:
        link = _FEATURES[name][0]
        imports = tuple((one, _at(names.directives.get(one[1:]))) for one, _ in link.imports)
        yield print_link(replace(link, as_name=names.features.get(name), imports=imports))
    for link in supergraph.links:
        yield print_link(link)


def _at(name: str | None) -> str | None:
    return f"@{name}" if name else None


def print_link(link: Link) -> str:
    """Return one ``@link`` application."""
    parts = [f"url: {json.dumps(link.url)}"]
    if link.as_name:
        parts.append(f"as: {json.dumps(link.as_name)}")
    if link.purpose:
        parts.append(f"for: {link.purpose}")
    if link.imports:
        imports = ", ".join(
            f"{{name: {json.dumps(name)}, as: {json.dumps(alias)}}}" if alias else json.dumps(name)
            for name, alias in link.imports
        )
        parts.append(f"import: [{imports}]")
    return f"@link({', '.join(parts)})"


def feature_definitions(
    supergraph: MergedSchema, features: list[str], names: FeatureNames
) -> Iterator[str]:
    """The definitions of the directives of each feature in use."""
    for name in features:
        text = _FEATURES[name][1]
        if name in names.features:
            text = text.replace(f"{name}__", f"{names.features[name]}__")
        for directive in _DIRECTIVES.get(name, (name,)):
            text = re.sub(rf"@{directive}\b", f"@{names.of(directive)}", text)
        if text:
            yield text
    if any(isinstance(t, InputObjectType) and t.one_of for t in supergraph.types.values()):
        # Routers on older GraphQL libraries do not know this directive by themselves.
        yield "directive @oneOf on INPUT_OBJECT"


def used_features(supergraph: MergedSchema, kept: KeptApplied) -> list[str]:
    """Return the features whose directives stand anywhere in the supergraph."""
    found = {supergraph.applied}
    for type_def in supergraph.types.values():
        found.update(kept.get(type_def.name, type_def, distinct_applied))
    used = {name for applied in found for name in _features_of(applied)}
    if any(
        type_def.contexts
        for type_def in supergraph.types.values()
        if isinstance(type_def, ObjectType | InterfaceType | UnionType)
    ):
        used.add("context")
    return [name for name in _FEATURES if name in used]


def _features_of(applied: AppliedDirectives) -> Iterator[str]:
    if applied.tags:
        yield "tag"
    if applied.inaccessible:
        yield "inaccessible"
    if applied.access is not None:
        if applied.access.authenticated:
            yield "authenticated"
        if applied.access.scopes:
            yield "requiresScopes"
        if applied.access.policies:
            yield "policy"
    if applied.cost is not None or applied.list_size is not None:
        yield "cost"
    if any(("name", '"federation__cacheTag"') in one.arguments for one in applied.composed):
        yield "cacheTag"
