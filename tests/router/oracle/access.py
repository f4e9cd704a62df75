"""Add `@authenticated`, `@requiresScopes` and `@policy` to a world, and callers to its operations.

Works on the SDL that a world prints: each subgraph protects some of its object types, of the fields
that it resolves, and of its enums and scalars, whatever the others do. A field that is made from
others (`@requires`, `@fromContext`) asks for all that they ask, as composition wants it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
)

from reelgraph_federation.field_sets import FieldSet, parse_field_set
from tests.router.oracle.access_rules import DIRECTIVES, Alternatives, Ask, Identity
from tests.router.oracle.contextual import read_contexts
from tests.router.oracle.dice import Dice

SCOPES = ("read", "write", "admin")
POLICIES = ("adult", "staff")
ROOTS = ("Query", "Mutation")

ACCESS_FEATURES = (
    "@authenticated",
    "@policy",
    "@requiresScopes",
    "access to an enum",
    "access to a field",
    "access to a key field",
    "access to a member of an abstract type",
    "access to a root type",
    "access to a scalar",
    "access to an object type",
    "access as several subgraphs ask",
    "access as a requirement asks",
    "access as a context asks",
    "access to an overridden field",
    "access to what an interface object adds",
    "alternatives of names needed together",
)
LEFT_OUT_FEATURES = (
    "left out",
    "left out below a list",
    "left out mutation",
    "left out since nothing of it is left",
    "left out for another implementation's sake",
    "left out under a condition",
    "left out, but not asked for",
)

Coordinate = tuple[str, str]
Owned = ObjectTypeDefinitionNode | ObjectTypeExtensionNode


@dataclass
class Source:
    """A field that is made from others."""

    part: str
    place: Coordinate
    made: list[Coordinate]
    feature: str
    can_ask: bool
    """Whether it may ask for something: not in Federation 1."""


@dataclass
class Weave:
    """What is added to each part: directives by coordinate (`Type`, `Type.field`)."""

    dice: Dice
    documents: dict[str, DocumentNode]
    added: dict[str, dict[str, dict[str, Alternatives]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    returned: dict[Coordinate, str] = field(default_factory=dict)
    """The named type of each object type's field."""
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    features: set[str] = field(default_factory=set)

    def asks(self, coordinate: str) -> list[Ask]:
        """Return what all parts ask."""
        return [ask for added in self.added.values() for ask in added.get(coordinate, {}).items()]

    def asks_of(self, type_name: str, name: str) -> list[Ask]:
        """Return what a field asks for with its type and what it returns."""
        returned = self.returned.get((type_name, name), "")
        bases = [base for base, members in self.members.items() if type_name in members]
        owners = (type_name, *sorted(bases))
        coordinates = (type_name, *(f"{owner}.{name}" for owner in owners), returned)
        return [ask for one in coordinates for ask in self.asks(one)]


def weave_access(
    schema: str, subgraphs: Mapping[str, str], dice: Dice
) -> tuple[str, dict[str, str], set[str]]:
    """Return the unsplit schema and the subgraphs of a world with requirements, and its features."""
    if dice.chance(50):
        # The world has no scalar of its own; `Boolean` is one that no argument has.
        schema, subgraphs = (
            _with_scalar(schema),
            {n: _with_scalar(it) for n, it in subgraphs.items()},
        )
    documents = {name: parse(sdl, no_location=True) for name, sdl in subgraphs.items()}
    weave = Weave(dice, documents)
    for document in documents.values():
        _read_types(weave, document)
    parts = [name for name, sdl in subgraphs.items() if "@link" in sdl]
    for _ in range(5):
        for name in () if weave.added else parts:
            _protect(weave, name)
    sources = list(_sources(weave, subgraphs))
    _free_what_cannot_be_carried(weave, sources)
    while any([_ask_for(weave, source) for source in sources]):
        pass
    _note_features(weave)
    printed = {
        name: _print(weave, name, sdl) if weave.added[name] else sdl
        for name, sdl in subgraphs.items()
    }
    return schema, printed, weave.features


def _with_scalar(sdl: str) -> str:
    return re.sub(r"\bBoolean\b", "Flag", sdl) + "scalar Flag\n"


def _read_types(weave: Weave, document: DocumentNode) -> None:
    for node, one in _fields(document):
        weave.returned[node.name.value, one.name.value] = _named(one.type)
    for node in document.definitions:
        for base in getattr(node, "interfaces", None) or ():
            weave.members[base.name.value].add(node.name.value)
        for member in getattr(node, "types", None) or ():
            weave.members[node.name.value].add(member.name.value)  # type: ignore[attr-defined]


def _fields(document: DocumentNode) -> Iterator[tuple[Owned, FieldDefinitionNode]]:
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            for one in node.fields or ():
                yield node, one


def _named(node: Any) -> str:
    while not hasattr(node, "name"):
        node = node.type
    return str(node.name.value)


def _marks(node: Any) -> dict[str, str]:
    """Return directives with the text of their first argument."""
    return {
        one.name.value: getattr(one.arguments[0].value, "value", "") if one.arguments else ""
        for one in node.directives or ()
    }


# What is protected ---------------------------------------------------------------------------


def _protect(weave: Weave, part: str) -> None:
    """Let a part ask for something."""
    for node in weave.documents[part].definitions:
        marks = _marks(node)
        if isinstance(node, EnumTypeDefinitionNode | ScalarTypeDefinitionNode):
            _perhaps(weave, part, node.name.value, 6)
        elif isinstance(node, ObjectTypeDefinitionNode):
            keys: tuple[str, ...] = ("id",)
            if "interfaceObject" not in marks:
                keys = ()
                _perhaps(weave, part, node.name.value, 2 if node.name.value in ROOTS else 6)
            for one in node.fields or ():
                if "external" not in _marks(one) and one.name.value not in keys:
                    _perhaps(weave, part, f"{node.name.value}.{one.name.value}", 13)


def _perhaps(weave: Weave, part: str, coordinate: str, percent: int) -> None:
    dice = weave.dice
    # Parts often agree on what is to be protected.
    if not dice.chance(60 if weave.asks(coordinate) else percent):
        return
    for name in dice.at_least_one(tuple(DIRECTIVES), 15):
        names = {"requiresScopes": SCOPES, "policy": POLICIES}.get(name, ())
        weave.added[part][coordinate][name] = tuple(
            dict.fromkeys(
                frozenset(dice.at_least_one(names, 25)) for _ in range(dice.upto(2, 1)) if names
            )
        )


# What is carried over ------------------------------------------------------------------------


def _touched(weave: Weave, type_name: str, fields: FieldSet) -> Iterator[Coordinate]:
    """Iterate over the fields of object types that a field set selects."""
    for one in fields:
        if not one.name:
            yield from _touched(weave, one.on or type_name, one.children)
            continue
        for owner in sorted(weave.members.get(type_name) or {type_name}):
            returned = weave.returned.get((owner, one.name))
            if returned is not None:
                yield owner, one.name
                yield from _touched(weave, returned, one.children)


def _sources(weave: Weave, subgraphs: Mapping[str, str]) -> Iterator[Source]:
    """Iterate over the fields that are made from others."""
    for part, document in weave.documents.items():
        for node, one in _fields(document):
            requires = _marks(one).get("requires")
            if requires:
                made = list(_touched(weave, node.name.value, parse_field_set(requires)))
                can_ask = "@link" in subgraphs[part]
                yield Source(part, (node.name.value, one.name.value), made, "requirement", can_ask)
        facts = read_contexts(subgraphs[part])
        for place, taken in facts.taking.items():
            made = [
                coordinate
                for context, selection in taken.values()
                for setter in facts.setters[context]
                for coordinate in _touched(weave, setter, selection)
            ]
            yield Source(part, place, made, "context", True)


def _free_what_cannot_be_carried(weave: Weave, sources: list[Source]) -> None:
    """Protect nothing from which a field is made that cannot ask for anything itself."""
    waiting = [source for source in sources if not source.can_ask]
    while waiting:
        for coordinate in waiting.pop().made:
            waiting += [
                source
                for source in sources
                if source.place[1] == coordinate[1]
                and (
                    source.place[0] == coordinate[0]
                    or coordinate[0] in weave.members.get(source.place[0], ())
                )
            ]
            for added in weave.added.values():
                type_name, field_name = coordinate
                owners = [it for it, found in weave.members.items() if type_name in found]
                fields = [f"{owner}.{field_name}" for owner in (type_name, *owners)]
                names = (type_name, *fields, weave.returned[coordinate])
                for name in added.keys() & names:
                    del added[name]


def _ask_for(weave: Weave, source: Source) -> bool:
    """Let a field ask for what others ask; tell whether it did not yet."""
    own = weave.added[source.part][".".join(source.place)]
    before = dict(own)
    for coordinate in source.made:
        for name, alternatives in weave.asks_of(*coordinate):
            own[name] = _both(own.get(name, (frozenset(),)), alternatives) if alternatives else ()
    if before == own:
        return False
    weave.features.add(f"access as a {source.feature} asks")
    return True


def _both(one: Alternatives, other: Alternatives) -> Alternatives:
    joined = {left | right for left, right in product(one, other)}
    least = [names for names in joined if not any(it < names for it in joined)]
    return tuple(sorted(least, key=sorted))


# What comes of it ----------------------------------------------------------------------------


def _note_features(weave: Weave) -> None:
    coordinates = {one for added in weave.added.values() for one, asks in added.items() if asks}
    for one in coordinates:
        askers = [added[one] for added in weave.added.values() if added.get(one)]
        weave.features |= {f"@{name}" for added in askers for name in added}
        if len(askers) > 1:
            weave.features.add("access as several subgraphs ask")
        if any(len(names) > 1 for added in askers for it in added.values() for names in it):
            weave.features.add("alternatives of names needed together")
        if any(one in members for members in weave.members.values()):
            weave.features.add("access to a member of an abstract type")
        if "." in one:
            weave.features.add("access to a field")
        elif one in ROOTS:
            weave.features.add("access to a root type")
    for document in weave.documents.values():
        for node in document.definitions:
            weave.features |= _kinds(node, coordinates)


def _kinds(node: DefinitionNode, coordinates: set[str]) -> set[str]:
    found: set[str] = set()
    name = getattr(getattr(node, "name", None), "value", "")
    marks = _marks(node)
    if "interfaceObject" in marks and any(one.startswith(f"{name}.") for one in coordinates):
        found.add("access to what an interface object adds")
    for kind, feature in (
        (EnumTypeDefinitionNode, "access to an enum"),
        (ScalarTypeDefinitionNode, "access to a scalar"),
        (ObjectTypeDefinitionNode, "access to an object type"),
    ):
        if isinstance(node, kind) and name in coordinates:
            found.add(feature)
    if isinstance(node, ObjectTypeDefinitionNode):
        keys = " ".join(print_ast(it) for it in node.directives or () if it.name.value == "key")
        for one in node.fields or ():
            if f"{name}.{one.name.value}" in coordinates:
                if re.search(rf"\b{one.name.value}\b", keys):
                    found.add("access to a key field")
                if "override" in _marks(one):
                    found.add("access to an overridden field")
    return found


def _print(weave: Weave, part: str, sdl: str) -> str:
    imports = ", ".join(f'"@{name}"' for name in DIRECTIVES)
    # Printing gives each field a line of its own, for reducing.
    nodes = [_marked(node, weave.added[part]) for node in weave.documents[part].definitions]
    text = "\n\n".join(print_ast(node) for node in nodes) + "\n"
    return text.replace('"@inaccessible"', f'"@inaccessible", {imports}', 1)


def _marked(node: Any, added: Mapping[str, Mapping[str, Alternatives]]) -> Any:
    if not isinstance(
        node, ObjectTypeDefinitionNode | EnumTypeDefinitionNode | ScalarTypeDefinitionNode
    ):
        return node
    name = node.name.value
    changes: dict[str, Any] = {"directives": (*(node.directives or ()), *_nodes(added.get(name)))}
    if isinstance(node, ObjectTypeDefinitionNode):
        changes["fields"] = tuple(
            replace(
                one,
                directives=(
                    *(one.directives or ()),
                    *_nodes(added.get(f"{name}.{one.name.value}")),
                ),
            )
            for one in node.fields or ()
        )
    return replace(node, **changes)


def _nodes(asks: Mapping[str, Alternatives] | None) -> tuple[Any, ...]:
    if not asks:
        return ()
    texts = [f"@{name}{_argument(name, it)}" for name, it in asks.items()]
    (node,) = parse(f"scalar X {' '.join(texts)}", no_location=True).definitions
    return tuple(node.directives or ())  # type: ignore[attr-defined]


def _argument(name: str, alternatives: Alternatives) -> str:
    if not DIRECTIVES[name]:
        return ""
    lists = [", ".join(f'"{it}"' for it in sorted(names)) for names in alternatives]
    return f"({DIRECTIVES[name]}: [{', '.join(f'[{it}]' for it in lists)}])"


def make_identity(dice: Dice) -> Identity:
    """Return a caller: nobody, or a member with some scopes; policies may hold for either."""
    policies = tuple(dice.some(POLICIES, 60))
    if dice.chance(25):
        return Identity(policies=policies)
    return Identity(True, tuple(dice.some(SCOPES, 65)), policies)


__all__ = ["ACCESS_FEATURES", "LEFT_OUT_FEATURES", "make_identity", "weave_access"]
