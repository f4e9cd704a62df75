"""Under which names a supergraph has the features it links.

Specification: https://specs.apollo.dev/link/v1.0 and core v0.1/v0.2 (`@core`). A directive counts
as a feature's under the name that its link gives it, and under no other: whatever else is called
like it is a custom directive. Only those that protect something count without any link, too, unless
another feature has their name: not to serve what somebody meant to protect is the smaller harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    NullValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

from reelgraph_federation.subgraph.spec_features import LATEST_FEDERATION
from reelgraph_federation.supergraph.arguments import Arguments
from reelgraph_federation.supergraph.model import Link
from reelgraph_federation.supergraph.reading_problems import (
    INVALID,
    UNKNOWN_FEATURE,
    UNKNOWN_VERSION,
    ReadingProblems,
)

_URL = re.compile(r"^(?P<identity>.*?/(?P<name>[A-Za-z_][A-Za-z0-9_-]*))/v(?P<version>\d+\.\d+)/?$")
_SPEC_HOST = "https://specs.apollo.dev/"
_VERSIONS: dict[str, tuple[str, ...]] = {
    "link": ("1.0",),
    "core": ("0.1", "0.2"),
    "join": ("0.1", "0.2", "0.3", "0.4", "0.5"),
    "tag": ("0.1", "0.2", "0.3"),
    "inaccessible": ("0.1", "0.2"),
    "authenticated": ("0.1",),
    "requiresScopes": ("0.1",),
    "policy": ("0.1",),
    "cost": ("0.1",),
    "context": ("0.1",),
    "cacheTag": ("0.1",),
    "federation": tuple(f"2.{minor}" for minor in range(LATEST_FEDERATION[1] + 1)),
}
"""The specifications that are understood, each with its versions."""
_DIRECTIVES_OF = {"cost": ("cost", "listSize"), "context": ("context", "fromContext")}
_PROTECTING = ("inaccessible", "authenticated", "requiresScopes", "policy")
_OF_TYPES = {"OBJECT", "INTERFACE", "UNION", "SCALAR", "ENUM", "FIELD_DEFINITION"}
_BUILT_IN = {"deprecated", "specifiedBy", "oneOf", "skip", "include", "defer", "stream"}


@dataclass(slots=True)
class Names:
    """The names of directives and types in one supergraph document."""

    join: str = "join"
    join_version: str = ""
    directives: dict[str, str] = field(default_factory=dict)
    """Directive as its specification names it → as this document does."""
    prefixes: set[str] = field(default_factory=lambda: {"join", "link"})
    machinery: set[str] = field(default_factory=set)
    """Types that known features define and the document imports by name."""
    composed_links: tuple[Link, ...] = ()

    @property
    def graph(self) -> str:
        """The enum of subgraphs."""
        return f"{self.join}__Graph"

    @property
    def join_graph(self) -> str:
        """The directive on values of the enum of subgraphs."""
        return f"{self.join}__graph"

    @property
    def join_type(self) -> str:
        """The directive on types."""
        return f"{self.join}__type"

    @property
    def join_owner(self) -> str:
        """The directive of join v0.1 on entities."""
        return f"{self.join}__owner"

    @property
    def join_field(self) -> str:
        """The directive on fields."""
        return f"{self.join}__field"

    @property
    def join_implements(self) -> str:
        """The directive for implemented interfaces."""
        return f"{self.join}__implements"

    @property
    def join_union_member(self) -> str:
        """The directive for members of unions."""
        return f"{self.join}__unionMember"

    @property
    def join_enum_value(self) -> str:
        """The directive for enum values."""
        return f"{self.join}__enumValue"

    def local(self, directive: str) -> str:
        """Return the name here of a directive of a known feature; empty where it has none."""
        return self.directives.get(directive, "")

    def is_machinery(self, type_name: str) -> bool:
        """Tell whether a type belongs to a linked feature and not to the graph itself."""
        prefix, mark, _ = type_name.partition("__")
        return bool(mark and prefix in self.prefixes) or type_name in self.machinery

    def is_composed(self, directive: str) -> bool:
        """Tell whether a directive is a custom one that composition carried over."""
        prefix, mark, _ = directive.partition("__")
        if (mark and prefix in self.prefixes) or directive in _BUILT_IN:
            return False
        return directive not in self.directives.values()


def read_names(
    schema: SchemaDefinitionNode, document: DocumentNode, problems: ReadingProblems
) -> Names:
    """Read the `@link`s (or `@core`s) of a supergraph's schema definition."""
    names = Names()
    composed: list[Link] = []
    seen: set[str] = set()
    spelled = _spelling_of_link(schema)
    names.directives["link"] = spelled
    for directive in schema.directives or ():
        if directive.name.value not in (spelled, "core"):
            continue
        names.prefixes.add(directive.name.value)
        names.directives.setdefault(directive.name.value, directive.name.value)
        link = _read_link(directive, problems)
        match = _URL.match(link.url)
        name = match["name"] if match else link.url.rsplit("/", 1)[-1]
        if not (link.url.startswith(_SPEC_HOST) and name in _VERSIONS):
            _refuse_what_must_be_understood(link, directive, problems)
            composed.append(link)
            continue
        if name in seen:
            message = f"the supergraph links {name} twice, so that one name hides the other"
            problems.add(INVALID, message, directive)
        seen.add(name)
        version = match["version"] if match else ""
        _check_version(name, version, directive, problems)
        names.prefixes.add(link.as_name or name)
        if name == "join":
            names.join, names.join_version = link.as_name or "join", version
        _name_directives(names, name, link)
    names.composed_links = tuple(composed)
    _protect_what_is_not_linked(names, document)
    return names


def _spelling_of_link(schema: SchemaDefinitionNode) -> str:
    """Return the name of the link directive, which may rename itself."""
    for directive in schema.directives or ():
        link = _read_link(directive, ReadingProblems())
        imported = {alias or one for one, alias in link.imports if one == "@link"}
        own = {name.removeprefix("@") for name in imported} or {link.as_name or "link"}
        if link.url.startswith(f"{_SPEC_HOST}link/") and directive.name.value in own:
            return directive.name.value
    return "link"


def _protect_what_is_not_linked(names: Names, document: DocumentNode) -> None:
    taken = set(names.directives.values())
    for one in document.definitions:
        if isinstance(one, DirectiveDefinitionNode) and not any(
            location.value in _OF_TYPES for location in one.locations
        ):
            taken.add(one.name.value)
    for link in names.composed_links:
        taken.add(link.as_name or link.url.rstrip("/").rpartition("/v")[0].rpartition("/")[2])
        taken.update((alias or one).removeprefix("@") for one, alias in link.imports)
    for directive in _PROTECTING:
        if directive not in taken:
            names.directives.setdefault(directive, directive)


def _refuse_what_must_be_understood(
    link: Link, node: ConstDirectiveNode, problems: ReadingProblems
) -> None:
    """Refuse an unknown feature that execution or security needs.

    https://specs.apollo.dev/link/v1.0, "Purpose": a processor that does not understand such a feature
    must not serve the document.
    """
    if link.url.startswith(f"{_SPEC_HOST}connect/"):
        message = f'the supergraph has connectors ("{link.url}"), which are not supported'
        remedy = "Compose without subgraphs that use connectors, or use a router that has them."
        problems.add(UNKNOWN_FEATURE, message, node, remedy=remedy)
    elif link.purpose is not None:
        message = (
            f'the supergraph needs the feature "{link.url}" for {link.purpose}, which is not known'
        )
        remedy = "Compose without the feature, or use a router that has it."
        problems.add(UNKNOWN_FEATURE, message, node, remedy=remedy)


def _check_version(
    name: str, version: str, node: ConstDirectiveNode, problems: ReadingProblems
) -> None:
    known = _VERSIONS[name]
    if version not in known:
        known_text = ", ".join(f"v{one}" for one in known)
        problems.add(
            UNKNOWN_VERSION,
            f"the supergraph links {name} v{version or '?'}; known are {known_text}",
            node,
        )


def _name_directives(names: Names, feature: str, link: Link) -> None:
    """Record how the directives of a feature are named: imported, or by the feature's name."""
    imported = {one: (alias or one).removeprefix("@") for one, alias in link.imports}
    names.machinery.update(name for one, name in imported.items() if not one.startswith("@"))
    if feature == "federation":
        known = {one[1:]: name for one, name in imported.items() if one.startswith("@")}
        names.directives.update(known)
        return
    for directive in _DIRECTIVES_OF.get(feature, (feature,)):
        if f"@{directive}" in imported:
            names.directives[directive] = imported[f"@{directive}"]
        elif directive == feature:
            names.directives[directive] = link.as_name or feature
        else:
            names.directives[directive] = f"{link.as_name or feature}__{directive}"


def _read_link(directive: ConstDirectiveNode, problems: ReadingProblems) -> Link:
    values = Arguments(directive, problems)
    url = values.string("url") or values.string("feature") or ""
    purpose = values.enum_or_none("for")
    return Link(url, values.string("as"), tuple(_imports(values, problems)), purpose)


def _imports(values: Arguments, problems: ReadingProblems) -> Iterator[tuple[str, str | None]]:
    """Yield each imported element with its name here; None where that is the element's own."""
    for item in values.items("import"):
        fields: dict[str, ValueNode] = {"name": item}
        if isinstance(item, ObjectValueNode):
            fields = {
                one.name.value: one.value
                for one in item.fields or ()
                if not isinstance(one.value, NullValueNode)
            }
        texts = {key: one.value for key, one in fields.items() if isinstance(one, StringValueNode)}
        if "name" in texts and len(texts) == len(fields) and texts.keys() <= {"name", "as"}:
            yield texts["name"], texts.get("as")
            continue
        message = f'{print_ast(item)} in "import" is neither a string nor an object of name and as'
        problems.add(INVALID, message, item)
