"""Generate sets of subgraphs: small and wild for the differential test, large for timing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

DIRECTIVES = [
    "@key",
    "@shareable",
    "@external",
    "@requires",
    "@provides",
    "@override",
    "@inaccessible",
    "@tag",
    "@interfaceObject",
    "@authenticated",
    "@requiresScopes",
]
HEADER = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ['
    + ", ".join(f'"{name}"' for name in DIRECTIVES)
    + "])\n"
)
SCALARS = ("Int", "String", "Boolean", "Float", "ID")


@dataclass
class World:
    """What all subgraphs of a set draw from: names, so that subgraphs meet."""

    entities: list[str] = field(default_factory=lambda: ["Alpha", "Beta", "Gamma"])
    values: list[str] = field(default_factory=lambda: ["Place", "Money"])
    enums: list[str] = field(default_factory=lambda: ["Color", "Size"])
    inputs: list[str] = field(default_factory=lambda: ["Filter"])
    interfaces: list[str] = field(default_factory=lambda: ["Node"])
    unions: list[str] = field(default_factory=lambda: ["Thing"])


class Wild:
    """One random set of subgraphs; most sets nearly compose, which is where rules differ."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.world = World()
        self.types: dict[str, str] = {}
        self.federation_1 = self.chance(0.1)
        self.tidy = 0.0 if self.random.random() < 0.25 else self.random.choice((0.6, 0.9, 0.97))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def slip(self, probability: float) -> bool:
        """Tell whether to do something that tends to break composition."""
        return self.chance(probability * (1 - self.tidy))

    def share(self, usual: float) -> bool:
        return self.chance(max(usual, 1 - 0.4 * (1 - self.tidy) if self.tidy else 0))

    def subgraphs(self) -> list[tuple[str, str]]:
        count = self.random.choice((1, 2, 2, 3, 3, 4))
        return [(name, self.subgraph(name, index)) for index, name in enumerate("abcd"[:count])]

    def subgraph(self, name: str, index: int) -> str:
        self.here = {n for n in self.world.entities + self.world.values if self.chance(0.6)}
        self.here.add(self.random.choice(self.world.entities))
        self.federation_2 = not (self.federation_1 and index == 0)
        self.defined: dict[str, str] = {}
        self.others = [other for other in "abcd" if other != name]
        self.with_interface = self.chance(0.4)
        self.missing: set[str] = set()
        parts = [self.query(name)]
        parts += [self.object(type_name) for type_name in sorted(self.here)]
        while self.missing - self.here:
            type_name = min(self.missing - self.here)
            self.here.add(type_name)
            parts.append(self.object(type_name))
        if self.chance(0.25):
            parts.append(
                f"union Thing = {' | '.join(sorted(self.here)[: self.random.randint(1, 3)])}"
            )
        if self.with_interface:
            hidden = " @inaccessible" if self.federation_2 and self.slip(0.1) else ""
            extra = " w: Int" if self.slip(0.3) else ""
            parts.append(f"interface Node{hidden} {{ id: ID!{extra} }}")
        text = "\n".join(parts)
        if "Thing" in text and "union Thing" not in text:
            text += f"\nunion Thing = {sorted(self.here)[0]}"
        for enum in self.world.enums:
            if enum in text:
                text += f"\n{self.enum(enum)}"
        if "Filter" in text:
            text += f"\n{self.input()}"
            if "Color" in text and "enum Color" not in text:
                text += f"\n{self.enum('Color')}"
        return (HEADER if self.federation_2 else "") + text + "\n"

    def output(self, coordinate: str) -> str:
        """Return a type for a field: the same for a coordinate in most subgraphs."""
        if coordinate not in self.types or self.slip(0.04):
            names = [*SCALARS, *self.world.enums, *sorted(self.here), *sorted(self.here)]
            if self.chance(0.1):
                names.append("Thing")
            self.types[coordinate] = self.random.choice(names)
        name = self.types[coordinate]
        if name in self.world.entities + self.world.values and name not in self.here:
            if not self.slip(0.3):
                self.missing.add(name)
            else:
                name = "Int"
        wrap = random.Random(coordinate).choice(("{}", "{}", "{}!", "[{}]", "[{}!]!"))
        if self.slip(0.2):
            wrap = self.random.choice(("{}", "{}!", "[{}!]"))
        return wrap.format(name)

    def arguments(self, coordinate: str) -> str:
        fixed = random.Random(f"args{coordinate}")
        if fixed.random() < 0.75:
            return ""
        found = []
        for name in ("first", "filter", "color"):
            if fixed.random() < 0.5 and not self.slip(0.08):
                found.append(f"{name}: {self.argument(name)}")
        return f"({', '.join(found)})" if found else ""

    def argument(self, name: str) -> str:
        if name == "first":
            return "Int" if not self.slip(0.5) else self.random.choice(("Int = 3", "Int!"))
        return "Filter" if name == "filter" else "Color"

    def query(self, name: str) -> str:
        fields = []
        for type_name in sorted(self.here):
            if self.chance(0.5):
                fields.append(f"  {name}{type_name}: {type_name}")
        for extra in ("shared", "other"):
            if self.chance(0.3):
                share = " @shareable" if self.federation_2 and self.share(0.9) else ""
                coordinate = f"Query.{extra}"
                fields.append(
                    f"  {extra}{self.arguments(coordinate)}: {self.output(coordinate)}{share}"
                )
        if not fields:
            fields.append(f"  {name}Alone: Int")
        return "type Query {\n" + "\n".join(fields) + "\n}"

    def object(self, name: str) -> str:
        entity = name in self.world.entities
        keys = ["id"] if entity and not self.slip(0.2) else []
        if entity and self.chance(0.15):
            keys.append("upc")
        resolvable = ", resolvable: false" if self.chance(0.07) and self.federation_2 else ""
        heads = [f'@key(fields: "{key}"{resolvable})' for key in keys]
        if self.federation_2 and not entity and self.share(0.8):
            heads.append("@shareable")
        if self.federation_2 and self.slip(0.04):
            heads.append("@inaccessible")
        fields = [f"  id: ID!{self.marks(name, 'id', set(keys))}"]
        if "upc" in keys:
            fields.append("  upc: ID!")
        names = [n for n in ("x", "y", "z", "v") if self.chance(0.45 if entity else 0.7)]
        external = None
        if entity and keys and self.chance(0.2) and "x" not in names:
            external = "x"
            fields.append(f"  x{self.arguments(f'{name}.x')}: {self.output(f'{name}.x')} @external")
        for field_name in names:
            coordinate = f"{name}.{field_name}"
            text = f"  {field_name}{self.arguments(coordinate)}: {self.output(coordinate)}"
            fields.append(text + self.marks(name, field_name, set(keys)))
        if external and not self.slip(0.2):
            below = self.types[f"{name}.x"]
            composite = below in self.world.entities + self.world.values
            inner = " { id }" if composite else " { __typename }" if below == "Thing" else ""
            fields.append(f'  r: Int @requires(fields: "x{inner}")')
        implements = " implements Node" if self.with_interface and self.chance(0.6) else ""
        if implements and self.slip(0.3):
            fields.append("  w: Int" + (" @shareable" if self.federation_2 else ""))
        word = "extend type" if not self.federation_2 and entity and self.chance(0.3) else "type"
        return f"{word} {name}{implements} {' '.join(heads)} {{\n" + "\n".join(fields) + "\n}"

    def marks(self, type_name: str, field_name: str, keys: set[str]) -> str:
        if not self.federation_2:
            return ""
        marks = []
        if field_name not in keys and self.share(0.45 if type_name in self.world.entities else 0.2):
            marks.append("@shareable")
        if field_name not in keys and self.chance(0.06):
            marks.append(f'@override(from: "{self.random.choice(self.others)}")')
        if self.slip(0.1):
            marks.append("@inaccessible")
        if self.chance(0.03):
            marks.append(f'@tag(name: "t{self.random.randint(1, 2)}")')
        if self.chance(0.02):
            marks.append("@authenticated")
        return "".join(f" {mark}" for mark in marks)

    def enum(self, name: str) -> str:
        values = ["ONE", "TWO"] + (["THREE"] if self.slip(0.1) else [])
        return f"enum {name} {{ {' '.join(values)} }}"

    def input(self) -> str:
        fields = ["text: String", "color: Color"]
        if self.chance(0.1):
            fields.append(self.random.choice(("size: Int", "size: Int!", "size: Int = 3")))
        if self.chance(0.1):
            fields.pop(0)
        return f"input Filter {{ {' '.join(fields)} }}"


def large(subgraph_count: int, type_count: int, fields_a_type: int) -> list[tuple[str, str]]:
    """Return a large set that composes: entities spread over subgraphs, some value types.

    Each entity is owned by one subgraph and extended by two others; every subgraph has its own
    value types, enums and inputs, and shares a few. ``fields_a_type`` counts the merged type.
    """
    fixed = random.Random(subgraph_count * 1_000_003 + type_count)
    parts: list[list[str]] = [[] for _ in range(subgraph_count)]
    queries: list[list[str]] = [[] for _ in range(subgraph_count)]
    known: list[list[int]] = [[] for _ in range(subgraph_count)]
    homes: list[list[int]] = []
    for number in range(type_count):
        homes.append(fixed.sample(range(subgraph_count), min(3, subgraph_count)))
        for home in homes[-1]:
            known[home].append(number)
    for number, home_list in enumerate(homes):
        share = max(1, (fields_a_type - 1) // len(home_list))
        for place, home in enumerate(home_list):
            lines = [f'type Type{number} @key(fields: "id") {{', "  id: ID!"]
            for index in range(share):
                name = f"field{place}_{index}"
                kind = index % 6
                if kind == 0:
                    other = fixed.choice(known[home])
                    lines.append(f"  {name}: [Type{other}!]!")
                elif kind == 1:
                    lines.append(f"  {name}(first: Int = 10, filter: Filter{home}): Page{home}")
                elif kind == 2:
                    lines.append(f"  {name}: Kind{home}!")
                else:
                    lines.append(f"  {name}: {SCALARS[index % 5]}")
            parts[home].append("\n".join([*lines, "}"]))
        queries[home_list[0]].append(f"  type{number}(id: ID!): Type{number}")
    result = []
    for home in range(subgraph_count):
        text = [
            HEADER,
            "type Query {\n" + "\n".join(queries[home] or [f"  empty{home}: Int"]) + "\n}",
            *parts[home],
            f"type Page{home} {{ total: Int! cursor: Cursor }}",
            "type Cursor @shareable { after: String before: String }",
            f"enum Kind{home} {{ ONE TWO THREE }}",
            f"input Filter{home} {{ text: String kind: Kind{home} }}",
        ]
        result.append((f"subgraph{home}", "\n\n".join(text)))
    return result


class Abstract(Wild):
    """Sets around one interface: with a key, as interface object, in unions, provided, required."""

    def subgraphs(self) -> list[tuple[str, str]]:
        members = ["Book", "Film", "Song"][: self.random.randint(1, 3)]
        key = self.random.choice(("id", "id", "id", "code"))
        result = [("a", HEADER + self.owner(members, key))]
        if self.chance(0.8):
            result.append(("b", HEADER + self.interface_object("b", key)))
        if self.chance(0.6):
            result.append(("c", HEADER + self.extender(members, key)))
        if self.chance(0.3):
            result.append(("d", HEADER + self.interface_object("d", key)))
        return result

    def owner(self, members: list[str], key: str) -> str:
        interface_key = "" if self.slip(0.2) else f' @key(fields: "{key}")'
        extra = " title: String" if self.chance(0.5) else ""
        parts = [f"interface Media{interface_key} {{ id: ID! code: ID!{extra} }}"]
        for member in members:
            own_key = "" if self.slip(0.2) else f' @key(fields: "{key}")'
            title = " title: String" if extra or self.chance(0.2) else ""
            share = " @shareable" if self.chance(0.5) else ""
            more = f" score: Int{share}" if self.slip(0.5) else ""
            parts.append(
                f"type {member} implements Media{own_key} "
                f"{{ id: ID! code: ID!{title}{more} of{member}: Media }}"
            )
        parts.append(f"union Any{len(members)} = {' | '.join(members)}")
        parts.append(
            f"type Query {{ media: Media all: [Media!]! any: Any{len(members)} one: {members[0]} }}"
        )
        return "\n".join(parts)

    def interface_object(self, name: str, key: str) -> str:
        own_key = self.random.choice((key, key, key, "id", "code"))
        fields = [f"{own_key}: ID!"]
        share = " @shareable" if self.chance(0.6) else ""
        fields.append(f"score: Int{share}")
        if self.chance(0.4):
            fields.append("title: String @external")
            if not self.slip(0.3):
                fields.append(f'label{name}: String @requires(fields: "title")')
        if self.chance(0.4):
            fields.append(f"note{name}: Note{name}")
        parts = [
            f'type Media @interfaceObject @key(fields: "{own_key}") {{ {" ".join(fields)} }}',
            f"type Note{name} {{ text: String about: Media }}",
        ]
        if self.chance(0.6):
            parts.append(f"type Query {{ top{name}: [Media!]! }}")
        return "\n".join(parts)

    def extender(self, members: list[str], key: str) -> str:
        parts = []
        queries = []
        for member in members:
            if self.chance(0.6):
                resolvable = ", resolvable: false" if self.slip(0.3) else ""
                provided = self.chance(0.3)
                text = (
                    f'type {member} @key(fields: "{key}"{resolvable}) {{ {key}: ID! c{member}: Int'
                )
                if provided:
                    text += f" of{member}: Other @external" if self.slip(0.3) else ""
                parts.append(text + " }")
                queries.append(f"c{member}: {member}")
        parts.append("type Other { x: Int }")
        parts.append(f"type Query {{ {' '.join(queries) or 'other: Other'} }}")
        return "\n".join(parts)
