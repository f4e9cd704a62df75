"""Under which names a supergraph has the features it links.

Specification: https://specs.apollo.dev/link/v1.0 and core v0.1/v0.2 (`@core`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    EnumValueNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    StringValueNode,
)

from reelgraph_federation.supergraph.model import Link
from reelgraph_federation.supergraph.reading_problems import (
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
    "federation": tuple(f"2.{minor}" for minor in range(13)),
}
"""The specifications that are understood, each with its versions."""
_DIRECTIVES_OF = {"cost": ("cost", "listSize"), "context": ("context", "fromContext")}
_BUILT_IN = {"deprecated", "specifiedBy", "oneOf", "skip", "include", "defer", "stream"}


@dataclass(slots=True)
class Names:
    """The names of directives and types in one supergraph document."""

    join: str = "join"
    join_version: str = ""
    directives: dict[str, str] = field(default_factory=dict)
    """Directive as its specification names it → as this document does, empty if not at all."""
    prefixes: set[str] = field(default_factory=lambda: {"join", "link"})
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
        """Return the name here of a directive of a known feature."""
        return self.directives.get(directive, directive)

    def is_machinery(self, type_name: str) -> bool:
        """Tell whether a type belongs to a linked feature and not to the graph itself."""
        return type_name.partition("__")[0] in self.prefixes and "__" in type_name

    def is_composed(self, directive: str) -> bool:
        """Tell whether a directive is a custom one that composition carried over."""
        if directive.partition("__")[0] in self.prefixes or directive in _BUILT_IN:
            return False
        return directive not in {self.local(known) for known in _known_directives()}


def _known_directives() -> set[str]:
    known = {one for feature in _VERSIONS for one in _DIRECTIVES_OF.get(feature, (feature,))}
    return known | {"link", "core"}


def read_names(schema: SchemaDefinitionNode, problems: ReadingProblems) -> Names:
    """Read the `@link`s (or `@core`s) of a supergraph's schema definition."""
    names = Names()
    composed: list[Link] = []
    for directive in schema.directives or ():
        if directive.name.value not in ("link", "core"):
            continue
        names.prefixes.add(directive.name.value)
        link = _read_link(directive)
        match = _URL.match(link.url)
        name = match["name"] if match else link.url.rsplit("/", 1)[-1]
        if not (link.url.startswith(_SPEC_HOST) and name in _VERSIONS):
            _refuse_what_must_be_understood(link, directive, problems)
            composed.append(link)
            continue
        version = match["version"] if match else ""
        _check_version(name, version, directive, problems)
        names.prefixes.add(link.as_name or name)
        if name == "join":
            names.join, names.join_version = link.as_name or "join", version
        _name_directives(names, name, link)
    names.composed_links = tuple(composed)
    _leave_to_others(names)
    return names


def _leave_to_others(names: Names) -> None:
    """Let directives that composed features import not be taken for those of features not linked."""
    own = {(alias or one)[1:] for link in names.composed_links for one, alias in link.imports}
    for directive in _known_directives() & own:
        names.directives.setdefault(directive, "")


def _refuse_what_must_be_understood(
    link: Link, node: ConstDirectiveNode, problems: ReadingProblems
) -> None:
    """Refuse an unknown feature that execution or security needs.

    https://specs.apollo.dev/link/v1.0, "Purpose": a processor that does not understand such a feature
    must not serve the document.
    """
    if link.purpose is not None:
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
    for directive in _DIRECTIVES_OF.get(feature, (feature,)):
        if f"@{directive}" in imported:
            names.directives[directive] = imported[f"@{directive}"]
        elif directive == feature:
            names.directives[directive] = link.as_name or feature
        else:
            names.directives[directive] = f"{link.as_name or feature}__{directive}"


def _read_link(directive: ConstDirectiveNode) -> Link:
    values = {argument.name.value: argument.value for argument in directive.arguments or ()}
    url = values.get("url", values.get("feature"))
    as_name, purpose, imports = values.get("as"), values.get("for"), values.get("import")
    found: list[tuple[str, str | None]] = []
    for item in (imports.values or ()) if isinstance(imports, ListValueNode) else ():
        if isinstance(item, StringValueNode):
            found.append((item.value, None))
        elif isinstance(item, ObjectValueNode):
            parts = {
                one.name.value: one.value.value
                for one in item.fields or ()
                if isinstance(one.value, StringValueNode)
            }
            found.append((parts.get("name", ""), parts.get("as")))
    return Link(
        url.value if isinstance(url, StringValueNode) else "",
        as_name.value if isinstance(as_name, StringValueNode) else None,
        tuple(found),
        purpose.value if isinstance(purpose, EnumValueNode) else None,
    )
