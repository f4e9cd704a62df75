"""Custom directives that subgraphs ask to carry into the supergraph with ``@composeDirective``.

All subgraphs that compose a feature link the same major version; the definition of the highest
minor version is the one that the supergraph has. A directive has one name everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..problems import Severity
from ..subgraph.document import DirectiveDef
from ..subgraph.links import Link as SubgraphLink
from ..subgraph.spec_features import MERGED_BY_SPEC
from ..subgraph.validation.check_composed_directives import feature_of
from ..supergraph.model import DirectiveDefinition, Link
from .merge_directives import definition_of
from .rules.check_links import applies
from .state import MergeState

_BUILT_IN = frozenset({"deprecated", "specifiedBy", "oneOf", "skip", "include"})
_OF_SUPERGRAPHS = frozenset({"join", "link"})
"""Features that every supergraph links, so that no other has their names."""


@dataclass(slots=True)
class _Composed:
    """A directive of a feature: who composes it, under which name, by which link."""

    element: str
    identity: str
    users: list[tuple[int, str, SubgraphLink]] = field(default_factory=list)


def compose_directives(state: MergeState) -> None:
    """Fill ``state.composed`` and ``state.links`` with what subgraphs compose."""
    found: dict[tuple[str, str], _Composed] = {}
    for index, schema in enumerate(state.subgraphs):
        for directive in schema.document.schema_directives:
            if directive.spec != "composeDirective":
                continue
            written = directive.text("name")
            if written is None:
                continue
            name = written.removeprefix("@")
            if schema.meanings.get(name) in MERGED_BY_SPEC or name in _BUILT_IN:
                message = f"{written} is composed anyway; @composeDirective need not name it"
                state.report("DIRECTIVE_COMPOSITION_INFO", message, None, [(index, directive.at)])
                continue
            link = feature_of(schema, name)
            if link is not None and name.partition("__")[0] in _OF_SUPERGRAPHS:
                message = (
                    f'"{written}" of subgraph "{schema.name}" has a name of the supergraph\'s own '
                    f'"{name.partition("__")[0]}" specification'
                )
                at = [(index, directive.at), (index, link.at)]
                remedy = 'Import the directive under another name, by "as".'
                state.report("INVALID_LINK_DIRECTIVE_USAGE", message, written, at, remedy=remedy)
            elif link is not None:
                element = _element(link, name)
                composed = found.setdefault(
                    (link.identity, element), _Composed(element, link.identity)
                )
                composed.users.append((index, name, link))
    links: dict[str, list[tuple[_Composed, SubgraphLink]]] = {}
    for composed in found.values():
        link = _check_and_add(state, composed)
        if link is not None:
            links.setdefault(composed.identity, []).append((composed, link))
    names: set[str] = set()
    for uses in links.values():
        _check_majors(state, [use for composed, _ in uses for use in composed.users])
        state.links = (*state.links, _link(uses, names))


def _check_majors(state: MergeState, users: list[tuple[int, str, SubgraphLink]]) -> None:
    """The directives of a feature are composed from one major version of it."""
    majors = {(link.version or (0, 0))[0] for _, _, link in users}
    if len(majors) > 1:
        identity = users[0][2].identity
        message = f'composed feature "{identity}" is linked in different major versions'
        places = list(dict.fromkeys((index, link.at) for index, _, link in users))
        state.report("DIRECTIVE_COMPOSITION_ERROR", message, None, places)


def _element(link: SubgraphLink, name: str) -> str:
    """Return the feature's own name for the directive spelled ``name``."""
    for element, spelled in link.imports.items():
        if spelled == f"@{name}":
            return element
    return f"@{name.removeprefix(f'{link.name}__')}"


def _check_and_add(state: MergeState, composed: _Composed) -> SubgraphLink | None:
    places = [(index, link.at) for index, _, link in composed.users]
    names = {name for _, name, _ in composed.users}
    if len(names) > 1:
        listed = ", ".join(
            f'"@{name}" in {state.subgraph_list(i for i, n, _ in composed.users if n == name)}'
            for name in sorted(names)
        )
        message = f"composed directive {composed.element} has different names: {listed}"
        state.report("DIRECTIVE_COMPOSITION_ERROR", message, None, places)
        return None
    rivals = _rivals(state, names)
    if rivals:
        name = next(iter(names))
        message = (
            f'composed directive "@{name}" has the name of a federation directive that is composed '
            f"as well, from {state.subgraph_list(rivals)}"
        )
        state.report("DIRECTIVE_COMPOSITION_ERROR", message, f"@{name}", places)
        return None
    _look_at_others(state, composed, names)
    best = max(composed.users, key=lambda user: user[2].version or (0, 0))
    name = best[1]
    if name in state.composed:
        message = f"two features have a composed directive named @{name}"
        state.report("DIRECTIVE_COMPOSITION_ERROR", message, f"@{name}", places)
        return None
    definition = state.subgraphs[best[0]].document.directive_defs[name]
    state.composed[name] = _merge_definition(state, composed, definition)
    return best[2]


def _rivals(state: MergeState, names: set[str]) -> list[int]:
    """Return the subgraphs in which a name stands for a directive that is composed by itself."""
    return [
        index
        for index, schema in enumerate(state.subgraphs)
        for name in names
        if (spec := schema.meanings.get(name)) in MERGED_BY_SPEC and applies(schema, spec or "")
    ]


def _look_at_others(state: MergeState, composed: _Composed, names: set[str]) -> None:
    """Warn of subgraphs that have the same directive and do not compose it."""
    users = {index for index, _, _ in composed.users}
    name = next(iter(names))
    version = max((link.version or (0, 0)) for _, _, link in composed.users)
    for index, schema in enumerate(state.subgraphs):
        if index in users:
            continue
        for link in schema.links:
            if link.identity != composed.identity:
                continue
            own = link.imports.get(composed.element)
            place = [(index, link.at)]
            if own is not None and own != f"@{name}":
                message = (
                    f'subgraph "{schema.name}" imports {composed.element} as "{own}" and does not '
                    f'compose it; the supergraph has "@{name}"'
                )
                state.report("DIRECTIVE_COMPOSITION_WARN", message, f"@{name}", place)
            elif (link.version or (0, 0))[0] != version[0]:
                message = (
                    f'subgraph "{schema.name}" links another major version of '
                    f'"{composed.identity}", which it does not compose'
                )
                state.report(
                    "DIRECTIVE_COMPOSITION_INFO",
                    message,
                    f"@{name}",
                    place,
                    severity=Severity.INFO,
                )


def _merge_definition(
    state: MergeState, composed: _Composed, chosen: DirectiveDef
) -> DirectiveDefinition:
    definitions = [
        (index, state.subgraphs[index].document.directive_defs[name])
        for index, name, _ in composed.users
        if name in state.subgraphs[index].document.directive_defs
    ]
    places = [(index, definition.at) for index, definition in definitions]
    merged = definition_of(chosen)
    locations = tuple(dict.fromkeys(x for _, d in definitions for x in d.locations))
    where = f"@{chosen.name}"
    if any(set(d.locations) != set(locations) for _, d in definitions):
        message = f"{where} is defined with different locations; the supergraph has all of them"
        state.report("INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS", message, where, places)
    if len({d.repeatable for _, d in definitions}) > 1:
        message = f"{where} is repeatable in some subgraphs; in the supergraph it is"
        state.report("INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE", message, where, places)
    merged.locations = locations
    merged.repeatable = any(d.repeatable for _, d in definitions)
    return merged


def _link(uses: list[tuple[_Composed, SubgraphLink]], names: set[str]) -> Link:
    """Return the supergraph's link to a feature, with its composed directives imported.

    ``names`` are those that features have already; the new one is added.
    """
    link = max((link for _, link in uses), key=lambda link: link.version or (0, 0))
    usual = link.identity.rpartition("/")[2]
    # Not every reader takes a link whose name, such as "cache-hint", is none in GraphQL.
    base = link.name or re.sub(r"[^A-Za-z]", "", usual) or "feature"
    name, number = base, 2
    while name in names or name in _OF_SUPERGRAPHS:
        name, number = f"{base}{number}", number + 1
    names.add(name)
    imports: list[tuple[str, str | None]] = []
    for composed, _ in uses:
        spelled = f"@{composed.users[0][1]}"
        if spelled != f"@{name}__{composed.element[1:]}":
            imports.append((composed.element, None if spelled == composed.element else spelled))
    return Link(link.url, None if name == usual else name, tuple(imports))
