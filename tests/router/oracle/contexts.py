"""Add contexts to a world: objects that set them, and an entity whose fields take from them.

Works on what a world prints: the unsplit schema, the subgraphs and the data. The entity `C0` can
only be reached below objects that set the context (`setters`); its fields `y0`, `y1` … show the
values that they were given. What is selected of setters are fields `w…`, of any part.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, ObjectTypeDefinitionNode, parse, print_ast

from reelgraph_federation.planning import QueryPlan
from tests.router.oracle.dice import Dice
from tests.router.oracle.merge_sdl import merge_sdl

Data = dict[str, Any]
LEAVES = ("String", "Int", "Boolean", "[String]", "[Int!]", "String!", "Int!", "[[Int]!]!")
NESTED = ("{}", "{}!", "[{}]", "[{}!]!")
"""Wrappers of a field that leads to the object of which a field is taken."""

CONTEXT_FEATURES = (
    "@fromContext",
    "@fromContext by type",
    "@fromContext of another subgraph",
    "@fromContext with @requires",
    "context set by Query",
    "context set by a union",
    "context that only some members of a union set",
    "context that only some members of an interface set",
    "contexts within contexts",
)


@dataclass
class Woven:
    """A world with contexts: as `Bench` takes it."""

    schema: str
    subgraphs: dict[str, str]
    data: Data
    features: set[str] = field(default_factory=set)


@dataclass
class Weave:
    """What is added to the unsplit schema (`None`) and to parts, as SDL, type by type."""

    dice: Dice
    setters: list[str]
    home: str
    """The part that has `C0`, and the fields that lead to it."""
    user: str
    """The part whose fields take from the context; often the home."""
    parts: list[str]
    data: Data
    heads: dict[str | None, dict[str, set[str]]] = field(default_factory=dict)
    """Directives of types; keys only where the part did not have the type."""
    fields: dict[str | None, dict[str, dict[str, str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    abstract: dict[str, str] = field(default_factory=dict)
    """Definitions of interfaces and unions of the home, by name."""
    members: dict[str, list[str]] = field(default_factory=dict)
    fails: bool = False
    """Whether some values fail."""

    def add(self, owner: str, name: str, text: str, part: str | None = None) -> None:
        """Add a field that a part resolves."""
        self.fields[part or self.home][owner][name] = text
        self.fields[None][owner][name] = text

    def head(self, owner: str, text: str, part: str) -> None:
        """Add a directive to a type in a part."""
        self.heads.setdefault(part, {}).setdefault(owner, set()).add(text)

    def fill(self, owner: str, name: str, ref: str, leaf: Callable[[], Any]) -> None:
        """Make a field's data in all objects of a type."""
        records = [self.data["Query"]] if owner == "Query" else self.data["objects"][owner]
        for record in records:
            record[name] = self.value(ref, leaf)

    def value(self, ref: str, leaf: Callable[[], Any]) -> Any:
        """Return a value of a type."""
        if ref.endswith("!"):
            return self._given(ref[:-1], leaf)
        if self.fails and self.dice.chance(6):
            return {"$error": f"a {ref}"}
        return None if self.dice.chance(15) else self._given(ref, leaf)

    def _given(self, ref: str, leaf: Callable[[], Any]) -> Any:
        if not ref.startswith("["):
            return leaf()
        return [self.value(ref[1:-1], leaf) for _ in range(self.dice.upto(3))]

    def entity(self, name: str) -> Data:
        """Return a reference to some entity."""
        return {"$": [name, self.dice.upto(len(self.data["objects"][name]) - 1)]}


def weave_contexts(schema: str, subgraphs: dict[str, str], data: Data, dice: Dice) -> Woven | None:
    """Add contexts to a world; None where it has no place for them.

    What comes of it may not compose, where an entity cannot be entered in the chosen parts.
    """
    documents = {name: parse(sdl, no_location=True) for name, sdl in subgraphs.items()}
    parts = sorted(name for name, sdl in subgraphs.items() if "@link" in sdl)
    visible = {
        one.name.value
        for one in parse(schema, no_location=True).definitions
        if isinstance(one, ObjectTypeDefinitionNode) and one.name.value in data["objects"]
    }
    homes = [name for name in parts if _entities(documents[name], visible)]
    if not homes:
        return None
    home = dice.one_of(homes)
    setters = dice.at_least_one(_entities(documents[home], visible), 50)
    if dice.chance(15):
        setters.append("Query")
    user = home if dice.chance(60) else dice.one_of(parts)
    weave = Weave(dice, setters, home, user, parts, copy.deepcopy(data))
    weave.fails = "$error" in json.dumps(data)
    _add_entity(weave)
    _add_ways(weave)
    _set_contexts(weave)
    for number in range(dice.upto(3, 1)):
        _add_field(weave, number)
    return Woven(
        merge_sdl(schema, weave.fields[None], {}, weave.members, weave.abstract),
        {
            name: _print(weave, name, sdl) if name in parts else sdl
            for name, sdl in subgraphs.items()
        },
        weave.data,
        _features(weave),
    )


def _features(weave: Weave) -> set[str]:
    found = {"@fromContext"}
    for name, feature in (
        ("GI", "context that only some members of an interface set"),
        ("GU", "context that only some members of a union set"),
        ("GS", "context set by a union"),
    ):
        if name in weave.members:
            found.add(feature)
    if "Query" in weave.setters:
        found.add("context set by Query")
    text = " ".join(weave.fields[weave.user]["C0"].values())
    for mark, feature in (
        ("... on", "@fromContext by type"),
        ("@requires", "@fromContext with @requires"),
    ):
        if mark in text:
            found.add(feature)
    sources = [
        text
        for fields in weave.fields[weave.user].values()
        for name, text in fields.items()
        if name.startswith("w")
    ]
    if any("@external" in text for text in sources):
        found.add("@fromContext of another subgraph")
    if "b0" in weave.fields[None]["C0"]:
        found.add("contexts within contexts")
    return found


def _print(weave: Weave, name: str, sdl: str) -> str:
    sdl = sdl.replace("federation/v2.7", "federation/v2.9").replace(
        '"@inaccessible"]', '"@inaccessible", "@context", "@fromContext"]'
    )
    fields, heads = weave.fields[name], weave.heads.get(name, {})
    if name == weave.home:
        return merge_sdl(sdl, fields, heads, weave.members, weave.abstract)
    return merge_sdl(sdl, fields, heads, {}, {})


def _entities(document: DocumentNode, visible: set[str]) -> list[str]:
    """Return the entities of a part that can be entered by the key `id`, of those that clients see."""
    found = []
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode) and node.name.value in visible:
            marks = {print_ast(one) for one in node.directives or ()}
            if '@key(fields: "id")' in marks and "@interfaceObject" not in marks:
                found.append(node.name.value)
    return found


def _add_entity(weave: Weave) -> None:
    """Add the entity that takes from contexts, and its data."""
    count = weave.dice.upto(3, 1)
    weave.data["objects"]["C0"] = [{"$type": "C0", "id": f"C0-id-{n}"} for n in range(count)]
    for part in {weave.home, weave.user}:
        weave.head("C0", '@key(fields: "id")', part)
        weave.add("C0", "id", "id: ID!", part)
    weave.add("C0", "e0", "e0: String")
    weave.fill("C0", "e0", "String", lambda: weave.dice.one_of(("p", "q")))


def _add_ways(weave: Weave) -> None:
    """Let setters lead to the entity: at once, in lists, below others, and to setters again."""
    dice = weave.dice
    plain = []
    for name in weave.setters:
        ref = dice.one_of(("C0", "C0", "[C0]", "[[C0]!]", "C0!"))
        weave.add(name, "c0", f"c0: {ref}")
        weave.fill(name, "c0", ref, lambda: weave.entity("C0"))
        if ref.startswith("C0") and name != "Query":
            plain.append(name)
    if dice.chance(40):
        weave.add("C0", "d0", "d0: C0")
        weave.fill("C0", "d0", "C0", lambda: weave.entity("C0"))
    entities = [name for name in weave.setters if name != "Query"]
    if dice.chance(40):
        back = dice.one_of(entities)
        weave.add("C0", "b0", f"b0: {back}")
        weave.fill("C0", "b0", back, lambda: weave.entity(back))
    for name, members in (("GI", plain), ("GU", entities)):
        if dice.chance(40):
            _add_abstract(weave, name, members)


def _add_abstract(weave: Weave, name: str, members: list[str]) -> None:
    """Add an interface or a union of setters and of a type that sets nothing, below a setter."""
    weave.members[name] = [*members, "G0"]
    weave.abstract[name] = "interface GI { c0: C0 }" if name == "GI" else ""
    weave.add("G0", "c0", "c0: C0")
    above = weave.dice.one_of(weave.setters)
    lead = name.lower()
    weave.add(above, lead, f"{lead}: [{name}]")

    def member() -> Data:
        chosen = weave.dice.one_of(weave.members[name])
        if chosen != "G0":
            return weave.entity(chosen)
        return {"$type": "G0", "c0": weave.value("C0", lambda: weave.entity("C0"))}

    weave.fill(above, lead, f"[{name}]", member)


def _set_contexts(weave: Weave) -> None:
    """Set the context at each setter, or at a union of them."""
    union = len(weave.setters) > 1 and "Query" not in weave.setters and weave.dice.chance(25)
    if union and weave.user == weave.home:
        weave.members["GS"] = list(weave.setters)
        weave.abstract["GS"] = ""
        weave.head("GS", '@context(name: "ctx")', weave.user)
        lead = weave.dice.one_of(weave.setters)
        weave.add(lead, "gs", "gs: GS")
        weave.fill(lead, "gs", "GS", lambda: weave.entity(weave.dice.one_of(weave.setters)))
        return
    for name in weave.setters:
        weave.head(name, '@context(name: "ctx")', weave.user)


def _add_field(weave: Weave, number: int) -> None:
    """Add a field with one or two contextual arguments, perhaps with `@requires`."""
    dice, user = weave.dice, weave.user
    arguments = [_add_argument(weave, f"{number}{index}") for index in range(dice.upto(2, 1))]
    client = ["n: Int"] if dice.chance(30) else []
    name = f"y{number}"
    marks = ""
    if user != weave.home and dice.chance(40):
        marks = ' @requires(fields: "e0")'
        weave.fields[user]["C0"]["e0"] = "e0: String @external"
    weave.fields[None]["C0"][name] = f"{name}{f'({client[0]})' if client else ''}: String"
    weave.fields[user]["C0"][name] = f"{name}({', '.join([*client, *arguments])}): String{marks}"


def _add_argument(weave: Weave, number: str) -> str:
    """Add what an argument selects to each setter, in some part; return the argument."""
    dice = weave.dice
    leaf = dice.one_of(LEAVES)
    outer = dice.one_of(NESTED) if dice.chance(30) else ""
    taken = leaf
    if outer:
        inner = leaf if "{}!" in outer else leaf.rstrip("!")
        taken = outer.replace("{}!", "{}").format(inner)
    if dice.chance(30):
        taken = taken.rstrip("!")
    apart = dice.chance(30)
    # Nothing but fragments can be selected of a union, and each of its members needs one.
    by_type = apart or "GS" in weave.members
    fragments = []
    for index, setter in enumerate(weave.setters):
        own = f"w{number}{index}" if apart else f"w{number}"
        _add_source(weave, setter, own, number, leaf, outer)
        below = f"{own} {{ v }}" if outer else own
        fragments.append(f"... on {setter} {{ {below} }}" if by_type else f"{{ {below} }}")
    selection = " ".join(dict.fromkeys(fragments))
    return f'a{number}: {taken} @fromContext(field: "$ctx {selection}")'


def _add_source(weave: Weave, setter: str, name: str, number: str, leaf: str, outer: str) -> None:
    dice = weave.dice
    owner = weave.user if dice.chance(50) or setter == "Query" else dice.one_of(weave.parts)
    value_type = f"W{number}"
    ref = outer.format(value_type) if outer else leaf
    weave.add(setter, name, f"{name}: {ref}", owner)
    for part in {owner, weave.user}:
        if setter != "Query":
            weave.head(setter, '@key(fields: "id")', part)
            weave.fields[part][setter].setdefault("id", "id: ID! @shareable")
        if outer:
            weave.fields[part][value_type]["v"] = f"v: {leaf} @shareable"
            weave.fields[None][value_type]["v"] = f"v: {leaf}"
    if owner != weave.user:
        weave.fields[weave.user][setter][name] = f"{name}: {ref} @external"

    def source() -> Any:
        one = weave.value(leaf, lambda: _leaf(dice, leaf))
        return {"$type": value_type, "v": one}

    weave.fill(setter, name, ref, source if outer else lambda: _leaf(dice, leaf))


def _leaf(dice: Dice, ref: str) -> Any:
    match ref.strip("[]!"):
        case "Int":
            return dice.upto(3)
        case "Boolean":
            return dice.chance(50)
    return dice.one_of(("x", "y"))


def context_features(plan: QueryPlan | None) -> set[str]:
    """Return the names of what a plan has of contexts."""
    fetches = plan.fetches if plan is not None else ()
    found = [one for fetch in fetches for group in fetch.groups for one in group.contexts]
    names = {"contextual argument"} if found else set()
    if len({one.steps for one in found}) > 1:
        names.add("contextual arguments set on different levels")
    return names
