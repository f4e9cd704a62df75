"""Read ``@link``: which features a document uses, and what its directive names mean.

Specification: https://specs.apollo.dev/link/v1.0. An element of a feature is spelled either by its
import, renamed or not, or with the feature's name in front (``@federation__key``); the directive
that carries the feature's own name needs no import (``@tag`` of ``specs.apollo.dev/tag``). Any
other name is the document's own, whatever else it is called like. :class:`LinkReading` has the one
table of names that everything else reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..values import print_value
from .definitions import disagreements
from .document import Directive, Document, EnumLiteral, Value, VariableLiteral
from .spec_features import (
    APOLLO,
    BUILT_IN_DIRECTIVES,
    CONNECT,
    DIRECTIVES,
    FEATURE_ELEMENTS,
    FEATURE_VERSIONS,
    FEDERATION,
    FEDERATION_1_DIRECTIVES,
    FEDERATION_TYPES,
    LATEST_FEDERATION,
    LINK,
    LINK_TYPES,
    UPGRADED_TO,
)

_VERSION = re.compile(r"v([0-9]{1,9})\.([0-9]{1,9})")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^?#\s]*?[^/?#\s])/?(?:[?#].*)?", re.DOTALL)
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_ALIAS = re.compile(r"[_A-Za-z][-._0-9A-Za-z]*")
_ARGUMENTS = ("url", "as", "for", "import")


@dataclass(slots=True, eq=False)
class Link:
    """One feature: ``identity`` is the URL without its version; ``imports`` maps element → name.

    Elements keep their ``@``: ``{"@key": "@primaryKey", "FieldSet": "FieldSet"}``. ``name`` is empty
    where the feature's name cannot stand in a document (``cache-hint``): only imports are spelled.
    """

    identity: str
    name: str
    version: tuple[int, int] | None
    imports: dict[str, str]
    at: int
    url: str = ""
    purpose: str | None = None

    def spelled(self, element: str) -> str:
        """Return how the document spells the feature's directive ``element`` (without ``@``)."""
        imported = self.imports.get(f"@{element}")
        if imported is not None:
            return imported[1:]
        return self.own_name(element)

    def own_name(self, element: str) -> str:
        """Return the name that a directive has without any import; empty if it has none."""
        if not self.name:
            return ""
        short = self.identity.rpartition("/")[2]
        return self.name if element == short else f"{self.name}__{element}"


class Breach(NamedTuple):
    """What a link says that it must not."""

    code: str
    message: str
    at: int
    remedy: str | None = None


@dataclass(slots=True)
class LinkReading:
    """What the links of a document say, and what is wrong with them."""

    links: list[Link] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    version: tuple[int, int] | None = None
    directives: dict[str, str] = field(default_factory=dict)
    """Spelling in the document → name in the specification, both without ``@``."""
    machinery: set[str] = field(default_factory=set)
    """Spellings of types that the features define: they never reach a supergraph."""
    excused: set[str] = field(default_factory=set)
    """Directives that a link at fault would bring in: the link is reported, not each use. A name
    that ends in ``__`` stands for all that begin with it."""

    guessed: list[Link] = field(default_factory=list)
    """What links that cannot be read were meant to be."""

    def breach(self, code: str, message: str, at: int, remedy: str | None = None) -> None:
        """Collect a breach."""
        self.breaches.append(Breach(code, message, at, remedy))

    def excuse(self, link: Link) -> None:
        """Do not report the uses of what a link at fault brings in."""
        self.excused.update(name.removeprefix("@") for name in link.imports.values())
        self.excused.update({link.name, f"{link.name}__"} if link.name else ())
        if link.identity == FEDERATION:
            self.excused.update(DIRECTIVES)


def is_text(value: object) -> bool:
    """Tell whether a value was written as a string."""
    return isinstance(value, str) and not isinstance(value, EnumLiteral | VariableLiteral)


def read_links(document: Document) -> LinkReading:
    """Read the links of a document and resolve the names that they bring in."""
    reading = LinkReading()
    spelled = _spelling_of_link(document)
    reading.directives[spelled] = "link"
    for application in document.schema_directives:
        if application.name == spelled:
            _add_link(application, reading)
        elif application.name == "core":
            _refuse_core(application, reading)
    if not any(link.identity == FEDERATION for link in reading.links):
        reading.links += [link for link in reading.guessed if link.identity == FEDERATION][:1]
    _check_duplicates(reading)
    # Libraries print the link specification's types, and few documents link that specification.
    reading.machinery |= {f"{spelled}__{name}" for name in LINK_TYPES}
    for link in reading.links:
        _bring_in(link, reading)
    _add_unlinked(document, reading)
    return reading


def _spelling_of_link(document: Document) -> str:
    """Return the name of the link directive, which may rename itself."""
    for directive in document.schema_directives:
        url = directive.args.get("url")
        if not isinstance(url, str) or not url.startswith(f"{LINK}/"):
            continue
        alias = directive.args.get("as")
        imported = {
            pair[1].removeprefix("@")
            for entry in _import_entries(directive)
            if isinstance(pair := _read_import(entry), tuple) and pair[0] == "@link"
        }
        if directive.name in (imported or {alias if isinstance(alias, str) else "link"}):
            return directive.name
    return "link"


def _refuse_core(directive: Directive, reading: LinkReading) -> None:
    """Refuse the preview of ``@link``, whose features would otherwise count for nothing."""
    feature = directive.args.get("feature")
    if isinstance(feature, str) and feature.startswith(f"{APOLLO}/"):
        message = "@core, the preview of @link, is not supported"
        remedy = "Write @link(url:) instead of @core(feature:)."
        reading.breach("UNSUPPORTED_FEATURE", message, directive.at, remedy)
        reading.excused |= {"core", feature.removeprefix(f"{APOLLO}/").partition("/")[0]}


def _add_link(directive: Directive, reading: LinkReading) -> None:
    """Read one link. One that cannot be read still counts, for the sake of what is spelled by it."""
    before = len(reading.breaches)
    for name in directive.args:
        if name not in _ARGUMENTS:
            message = f'@{directive.name} has no argument "{name}"'
            remedy = f"The arguments of @{directive.name} are {', '.join(_ARGUMENTS)}."
            reading.breach("INVALID_LINK_DIRECTIVE_USAGE", message, directive.at, remedy)
    link = _read_link(directive, reading)
    if link is not None:
        reading.links.append(link)
    if len(reading.breaches) > before:
        reading.excuse(link or _guessed(directive))
    if link is None:
        reading.guessed.append(_guessed(directive))


def _guessed(directive: Directive) -> Link:
    """Return what a link that cannot be read was meant to be; it is reported in any case."""
    url = directive.args.get("url")
    pairs = map(_read_import, _import_entries(directive))
    imports = dict(pair for pair in pairs if isinstance(pair, tuple))
    known = {f"@{name}" for name in DIRECTIVES}
    meant = url.startswith(FEDERATION) if isinstance(url, str) else bool(known & set(imports))
    identity = FEDERATION if meant else str(url)
    return Link(identity, "federation" if meant else "", LATEST_FEDERATION, imports, directive.at)


def _read_link(directive: Directive, reading: LinkReading) -> Link | None:
    url, at = directive.args.get("url"), directive.at
    if not isinstance(url, str) or not is_text(url):
        message = f'@{directive.name} needs the argument "url", a string'
        reading.breach("INVALID_LINK_DIRECTIVE_USAGE", message, at)
        return None
    identity, name, version, problem = _read_url(url)
    alias = directive.args.get("as")
    if alias is not None and not (
        isinstance(alias, str) and is_text(alias) and _ALIAS.fullmatch(alias) and "__" not in alias
    ):
        problem = (
            problem or f'"as: {print_value(alias)}" of @{directive.name} is no name without "__"'
        )
    if problem:
        reading.breach("INVALID_LINK_IDENTIFIER", problem, at)
        return None
    if isinstance(alias, str):
        name = alias if _NAME.fullmatch(alias) else None
    imports = _read_imports(directive, reading)
    purpose = directive.args.get("for")
    if purpose is not None and not (
        isinstance(purpose, EnumLiteral) and purpose in ("SECURITY", "EXECUTION")
    ):
        message = (
            f'"for: {print_value(purpose)}" of @{directive.name} is neither SECURITY nor EXECUTION'
        )
        reading.breach("INVALID_LINK_DIRECTIVE_USAGE", message, at)
        purpose = None
    return Link(identity, name or "", version, imports, at, url, str(purpose) if purpose else None)


def _read_url(url: str) -> tuple[str, str | None, tuple[int, int] | None, str | None]:
    """Split a feature's URL into identity, name and version; the last value says what is wrong."""
    match = _URL.fullmatch(url)
    if match is None:
        return "", None, None, f'"{url}" is no absolute URL'
    path = match.group(1)
    head, _, last = path.rpartition("/")
    version_match = _VERSION.fullmatch(last)
    version = None
    if version_match:
        version = (int(version_match.group(1)), int(version_match.group(2)))
        path = head
        last = head.rpartition("/")[2]
    elif path.startswith(f"{APOLLO}/"):
        return "", None, None, f'"{url}" has no version such as v1.0 at its end'
    usable = _NAME.fullmatch(last) and "__" not in last and not last.startswith("_")
    return path, last if usable else None, version, None


def _import_entries(directive: Directive) -> list[Value]:
    written = directive.args.get("import")
    if written is None:
        return []
    return written if isinstance(written, list) else [written]


def _read_imports(directive: Directive, reading: LinkReading) -> dict[str, str]:
    imports: dict[str, str] = {}
    for entry in _import_entries(directive):
        pair = _read_import(entry)
        if isinstance(pair, str):
            reading.breach("INVALID_LINK_DIRECTIVE_USAGE", pair, directive.at)
        elif pair[0] in imports and imports[pair[0]] != pair[1]:
            message = f'"{pair[0]}" is imported under two names'
            reading.breach("INVALID_LINK_DIRECTIVE_USAGE", message, directive.at)
        else:
            imports[pair[0]] = pair[1]
    return imports


def _read_import(entry: Value) -> tuple[str, str] | str:
    """Return (element, spelling), or what is wrong with the entry."""
    if is_text(entry):
        name, alias = entry, entry
    elif isinstance(entry, dict):
        if unknown := set(entry) - {"name", "as"}:
            return f'unknown field "{min(unknown)}" in an import of @link'
        name = entry.get("name")
        alias = entry.get("as")
        alias = name if alias is None else alias
    else:
        return f"{print_value(entry)} in an import of @link is neither a string nor {{name, as}}"
    if not (isinstance(name, str) and isinstance(alias, str) and is_text(name) and is_text(alias)):
        return 'an import of @link needs "name", a string, and "as", if given, a string'
    if not _NAME.fullmatch(name.removeprefix("@")) or not _NAME.fullmatch(alias.removeprefix("@")):
        return f'"{name}" or "{alias}" in an import of @link is no name'
    if name.startswith("@") != alias.startswith("@"):
        what = "a directive" if name.startswith("@") else "a type"
        return f'"{name}" is {what}, so "as: {alias}" must {"" if name[0] == "@" else "not "}start with @'
    return name, alias


def _check_duplicates(reading: LinkReading) -> None:
    seen: dict[str, Link] = {}
    named: dict[str, Link] = {}
    spelled: dict[str, tuple[Link, str]] = {}
    for link in list(reading.links):
        other = seen.setdefault(link.identity, link)
        namesake = named.setdefault(link.name or link.identity, link)
        message = None
        if other is not link:
            message = f'feature "{link.identity}" is linked twice; one @link is enough'
            reading.links.remove(link)
        elif namesake is not link:
            message = (
                f'features "{namesake.identity}" and "{link.identity}" are both named '
                f'"{link.name}"; rename one with "as:"'
            )
        if message is not None:
            reading.breach("INVALID_LINK_DIRECTIVE_USAGE", message, link.at)
            reading.excuse(link)
            continue
        for element, name in link.imports.items():
            taken = spelled.setdefault(name, (link, element))
            if taken != (link, element):
                message = f'"{name}" is imported from both {taken[0].identity} and {link.identity}'
                reading.breach("INVALID_LINK_DIRECTIVE_USAGE", message, link.at)


def _bring_in(link: Link, reading: LinkReading) -> None:
    """Add the names that a known feature brings into the document."""
    if link.identity == CONNECT:
        message = f'"{link.url}": connectors are not supported'
        remedy = (
            "Leave out @link to connect and what it brings in: resolve these fields in a subgraph."
        )
        reading.breach("UNSUPPORTED_LINKED_FEATURE", message, link.at, remedy)
        reading.excuse(link)
        return
    known = FEATURE_VERSIONS.get(link.identity)
    if known is None:
        return
    if link.version not in known:
        _report_version(link, known, reading)
    if link.identity == FEDERATION:
        _bring_in_federation(link, reading)
    elif link.identity == LINK:
        _check_imports(link, {"link"}, LINK_TYPES, reading)
        for name in LINK_TYPES:
            reading.machinery.add(link.imports.get(name, f"{link.name}__{name}"))
    else:
        directives, types = FEATURE_ELEMENTS[link.identity]
        _check_imports(link, directives, types, reading)
        for element in directives:
            reading.directives[link.spelled(element)] = element
        for name in types:
            reading.machinery.add(link.imports.get(name, f"{link.name}__{name}"))


def _bring_in_federation(link: Link, reading: LinkReading) -> None:
    is_known = link.version in FEATURE_VERSIONS[FEDERATION]
    # Whoever links an unknown version is told so, and nothing else for that reason.
    version = link.version if is_known and link.version is not None else LATEST_FEDERATION
    reading.version = version
    available = {name for name, spec in DIRECTIVES.items() if spec.since <= version}
    if is_known:
        _check_imports(link, available, FEDERATION_TYPES, reading)
    for name in available:
        spelled = link.imports.get(f"@{name}")
        reading.directives[f"{link.name}__{name}"] = name
        if spelled is not None:
            reading.directives[spelled[1:]] = name
    for name in FEDERATION_TYPES:
        reading.machinery.add(f"{link.name}__{name}")
        if name in link.imports:
            reading.machinery.add(link.imports[name])


def _check_imports(
    link: Link, directives: Iterable[str], types: Iterable[str], reading: LinkReading
) -> None:
    """Report imports of what a known feature does not have."""
    feature = link.identity.removeprefix(f"{APOLLO}/")
    has = {f"@{name}" for name in directives} | set(types)
    for element in link.imports:
        if element in has:
            continue
        later = DIRECTIVES.get(element[1:]) if link.identity == FEDERATION else None
        why = ""
        if later is not None and element[0] == "@":
            why = f"; it came with v{later.since[0]}.{later.since[1]}"
        elif f"@{element}" in has:
            why = f'; "@{element}" is'
        version = f"v{link.version[0]}.{link.version[1]}" if link.version else ""
        message = f'"{element}" is no element of {feature} {version}{why}'
        reading.breach("INVALID_LINK_DIRECTIVE_USAGE", message, link.at)
        reading.excused |= {link.imports[element].removeprefix("@"), element.removeprefix("@")}


def _report_version(link: Link, known: tuple[tuple[int, int], ...], reading: LinkReading) -> None:
    newest = f"v{known[-1][0]}.{known[-1][1]}"
    if link.identity == FEDERATION:
        code = "UNKNOWN_FEDERATION_LINK_VERSION"
    elif link.identity == LINK:
        code = "UNKNOWN_LINK_VERSION"
    else:
        code = "UNSUPPORTED_LINKED_FEATURE"
    message = f'"{link.url}" names no known version; the newest known is {newest}'
    reading.breach(code, message, link.at)
    reading.excuse(link)


def _add_unlinked(document: Document, reading: LinkReading) -> None:
    """Add what has a meaning without a link: GraphQL's own directives, and those of Federation 1.

    A name that another link brings in is that feature's. A Federation 1 document is read as if it
    linked federation v2.4, the version up to which documents came without a link; of what it
    defines itself, only what agrees with the specification is federation's.
    """
    taken = set(_names_of_others(reading))
    for name in BUILT_IN_DIRECTIVES:
        definition = document.directive_defs.get(name)
        if name != "oneOf" or definition is None or not definition.args:
            reading.directives[name] = name
    if reading.version is not None:
        return
    for name, spec in DIRECTIVES.items():
        definition = document.directive_defs.get(name)
        if name in taken or name in reading.directives or spec.since > UPGRADED_TO:
            continue
        if (
            name in FEDERATION_1_DIRECTIVES
            or (definition is None and name == "inaccessible")
            or (definition is not None and not disagreements(definition, spec))
        ):
            reading.directives[name] = name


def _names_of_others(reading: LinkReading) -> Iterator[str]:
    """Each directive name that a feature brings in which composition knows nothing of."""
    for link in reading.links:
        if link.identity not in FEATURE_VERSIONS:
            yield link.name
            yield from (name[1:] for name in link.imports.values() if name.startswith("@"))
