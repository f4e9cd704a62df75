"""Read ``@link``: which features a document uses, and what its directive names mean.

Specification: https://specs.apollo.dev/link/v1.0. An element of a feature is spelled either by its
import, renamed or not, or with the feature's name in front (``@federation__key``); the directive
that carries the feature's own name needs no import (``@tag`` of ``specs.apollo.dev/tag``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .document import Directive, Document, EnumLiteral, Value
from .spec_features import (
    APOLLO,
    DIRECTIVES,
    FEATURE_VERSIONS,
    FEDERATION,
    FEDERATION_1_DIRECTIVES,
    FEDERATION_TYPES,
    LINK,
    LINK_TYPES,
)

_VERSION = re.compile(r"v([0-9]{1,9})\.([0-9]{1,9})")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^?#\s]*?[^/?#\s])/?(?:[?#].*)?", re.DOTALL)
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


@dataclass(slots=True, eq=False)
class Link:
    """One feature: ``identity`` is the URL without its version; ``imports`` maps element → name.

    Elements keep their ``@``: ``{"@key": "@primaryKey", "FieldSet": "FieldSet"}``.
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
        return self.name if element == self.name else f"{self.name}__{element}"


@dataclass(slots=True)
class LinkReading:
    """What the links of a document say, with breaches as (code, message, offset)."""

    links: list[Link] = field(default_factory=list)
    breaches: list[tuple[str, str, int]] = field(default_factory=list)
    version: tuple[int, int] | None = None
    directives: dict[str, str] = field(default_factory=dict)
    """Spelling in the document → name in the specification, both without ``@``."""
    machinery: set[str] = field(default_factory=set)
    """Spellings of types that the features define: they never reach a supergraph."""


def read_links(document: Document) -> LinkReading:
    """Read the links of a document and resolve the names that they bring in."""
    reading = LinkReading()
    spelled = _spelling_of_link(document)
    reading.directives[spelled] = "link"
    for application in document.schema_directives:
        if application.name != spelled:
            continue
        link = _read_link(application, reading)
        if link is not None:
            reading.links.append(link)
    _check_duplicates(reading)
    # Libraries print the link specification's types, and few documents link that specification.
    reading.machinery |= {f"{spelled}__{name}" for name in LINK_TYPES}
    for link in reading.links:
        _bring_in(link, reading)
    if reading.version is None:
        for name in FEDERATION_1_DIRECTIVES:
            reading.directives.setdefault(name, name)
    return reading


def _spelling_of_link(document: Document) -> str:
    """Return the name of the link directive, which may rename itself."""
    spelled = "link"
    for directive in document.schema_directives:
        url = directive.args.get("url", directive.args.get("feature"))
        if isinstance(url, str) and url.startswith(f"{LINK}/"):
            alias = directive.args.get("as")
            if (alias if isinstance(alias, str) else "link") == directive.name:
                spelled = directive.name
    return spelled


def _read_link(directive: Directive, reading: LinkReading) -> Link | None:
    url, at = directive.args.get("url"), directive.at
    if not isinstance(url, str) or isinstance(url, EnumLiteral):
        reading.breaches.append(
            ("INVALID_LINK_DIRECTIVE_USAGE", '@link needs the argument "url", a string', at)
        )
        return None
    identity, name, version, problem = _read_url(url)
    if problem:
        reading.breaches.append(("INVALID_LINK_IDENTIFIER", problem, at))
        return None
    alias = directive.args.get("as")
    if alias is not None:
        if not isinstance(alias, str) or not _NAME.fullmatch(alias) or "__" in alias:
            message = f'"as: {alias!r}" of @link is no name without "__"'
            reading.breaches.append(("INVALID_LINK_IDENTIFIER", message, at))
            return None
        name = alias
    if name is None:
        message = f'the URL "{url}" ends in no usable name; add "as:" or no imports'
        if directive.args.get("import"):
            reading.breaches.append(("INVALID_LINK_IDENTIFIER", message, at))
            return None
    imports = _read_imports(directive, reading)
    purpose = directive.args.get("for")
    if purpose is not None and purpose not in ("SECURITY", "EXECUTION"):
        message = f'"for: {purpose}" of @link is neither SECURITY nor EXECUTION'
        reading.breaches.append(("INVALID_LINK_DIRECTIVE_USAGE", message, at))
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


def _read_imports(directive: Directive, reading: LinkReading) -> dict[str, str]:
    imports: dict[str, str] = {}
    written = directive.args.get("import")
    if written is None:
        return imports
    for entry in written if isinstance(written, list) else [written]:
        pair = _read_import(entry)
        if isinstance(pair, str):
            reading.breaches.append(("INVALID_LINK_DIRECTIVE_USAGE", pair, directive.at))
        elif pair[0] in imports and imports[pair[0]] != pair[1]:
            message = f'"{pair[0]}" is imported under two names'
            reading.breaches.append(("INVALID_LINK_DIRECTIVE_USAGE", message, directive.at))
        else:
            imports[pair[0]] = pair[1]
    return imports


def _read_import(entry: Value) -> tuple[str, str] | str:
    """Return (element, spelling), or what is wrong with the entry."""
    if isinstance(entry, str) and not isinstance(entry, EnumLiteral):
        name: Value = entry
        alias: Value = entry
    elif isinstance(entry, dict):
        if unknown := set(entry) - {"name", "as"}:
            return f'unknown field "{min(unknown)}" in an import of @link'
        name = entry.get("name")
        alias = entry.get("as", name)
        if alias is None:
            alias = name
    else:
        return f"{entry!r} in an import of @link is neither a string nor {{name, as}}"
    if not isinstance(name, str) or not isinstance(alias, str):
        return 'an import of @link needs "name", a string, and "as", if given, a string'
    if not _NAME.fullmatch(name.removeprefix("@")) or not _NAME.fullmatch(alias.removeprefix("@")):
        return f'"{name}" or "{alias}" in an import of @link is no name'
    if name.startswith("@") != alias.startswith("@"):
        what = "a directive" if name.startswith("@") else "a type"
        return f'"{name}" is {what}, so "as: {alias}" must {"" if name[0] == "@" else "not "}start with @'
    return name, alias


def _check_duplicates(reading: LinkReading) -> None:
    seen: dict[str, Link] = {}
    spelled: dict[str, tuple[Link, str]] = {}
    for link in list(reading.links):
        other = seen.get(link.identity)
        if other is not None:
            message = f'feature "{link.identity}" is linked twice; one @link is enough'
            reading.breaches.append(("INVALID_LINK_DIRECTIVE_USAGE", message, link.at))
            reading.links.remove(link)
            continue
        seen[link.identity] = link
        for element, name in link.imports.items():
            taken = spelled.setdefault(name, (link, element))
            if taken != (link, element):
                message = f'"{name}" is imported from both {taken[0].identity} and {link.identity}'
                reading.breaches.append(("INVALID_LINK_DIRECTIVE_USAGE", message, link.at))


def _bring_in(link: Link, reading: LinkReading) -> None:
    """Add the names that a known feature brings into the document."""
    known = FEATURE_VERSIONS.get(link.identity)
    if known is None:
        return
    if link.version not in known:
        _report_version(link, known, reading)
        if link.identity != FEDERATION or link.version is None or link.version[0] != 2:
            return
    if link.identity == FEDERATION:
        assert link.version is not None
        reading.version = min(link.version, known[-1])
        _bring_in_federation(link, reading)
    elif link.identity == LINK:
        for name in LINK_TYPES:
            reading.machinery.add(link.imports.get(name, f"{link.name}__{name}"))
    else:
        short = link.identity.rpartition("/")[2]
        for element in ("cost", "listSize") if short == "cost" else (short,):
            imported = link.imports.get(f"@{element}")
            own = link.name if element == short else f"{link.name}__{element}"
            reading.directives[imported[1:] if imported else own] = element


def _bring_in_federation(link: Link, reading: LinkReading) -> None:
    version = reading.version
    assert version is not None
    available = {name for name, spec in DIRECTIVES.items() if spec.since <= version}
    for element in link.imports:
        known = element[1:] in available if element[0] == "@" else element in FEDERATION_TYPES
        if not known:
            later = DIRECTIVES.get(element[1:]) if element[0] == "@" else None
            why = f"; it came with v{later.since[0]}.{later.since[1]}" if later else ""
            message = f'"{element}" is no element of federation v{version[0]}.{version[1]}{why}'
            reading.breaches.append(("INVALID_LINK_DIRECTIVE_USAGE", message, link.at))
    for name in available:
        spelled = link.imports.get(f"@{name}")
        reading.directives[f"{link.name}__{name}"] = name
        if spelled is not None:
            reading.directives[spelled[1:]] = name
    for name in FEDERATION_TYPES:
        reading.machinery.add(f"{link.name}__{name}")
        if name in link.imports:
            reading.machinery.add(link.imports[name])


def _report_version(link: Link, known: tuple[tuple[int, int], ...], reading: LinkReading) -> None:
    newest = f"v{known[-1][0]}.{known[-1][1]}"
    if link.identity == FEDERATION:
        code = "UNKNOWN_FEDERATION_LINK_VERSION"
    elif link.identity == LINK:
        code = "UNKNOWN_LINK_VERSION"
    else:
        code = "UNSUPPORTED_LINKED_FEATURE"
    message = f'"{link.url}" names no known version; the newest known is {newest}'
    reading.breaches.append((code, message, link.at))
