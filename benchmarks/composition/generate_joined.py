"""Generate sets in which subgraphs lean on each other: what one needs of another, takes over, or stands for.

An owner has two interfaces with films and songs. Others require fields (nested, through lists and interfaces, with
arguments) with or without a key to come back by, take fields over (also those that require or provide, and
those of interface objects), have interface objects that share fields, take from contexts by fragments, protect
types and fields, and compose directives that have names of federation's.
"""

from __future__ import annotations

from generate import Wild

_ALL = [
    "key",
    "requires",
    "provides",
    "external",
    "shareable",
    "override",
    "interfaceObject",
    "extends",
    "inaccessible",
    "tag",
    "authenticated",
    "requiresScopes",
    "policy",
    "context",
    "fromContext",
    "cost",
    "listSize",
    "composeDirective",
]
_NAMES = ("cost", "tag", "listSize", "authenticated", "policy", "mark", "join__mark", "oneOf")


class Joined(Wild):
    """Two to four subgraphs: the owner ``a``, and some of those that lean on it."""

    def subgraphs(self) -> list[tuple[str, str]]:
        self.scoped = self.chance(0.4)
        self.argument = self.chance(0.3)
        self.interface_fields = self.chance(0.5)
        others = [
            ("b", self.leaning),
            ("c", self.standing),
            ("d", self.taking),
            ("e", self.setting),
        ]
        self.random.shuffle(others)
        chosen = sorted(others[: self.random.randint(1, 3)], key=lambda each: each[0])
        self.names = ["a", *(name for name, _ in chosen)]
        return [("a", self.owner()), *((name, make(name)) for name, make in chosen)]

    def header(self, *without: str) -> str:
        names = ", ".join(f'"@{name}"' for name in _ALL if name not in without)
        url = "https://specs.apollo.dev/federation/v2.9"
        return f'extend schema @link(url: "{url}", import: [{names}])\n'

    def access(self, probability: float) -> str:
        if not self.scoped or not self.chance(probability):
            return ""
        one, two = self.random.choice("st"), self.random.choice("stu")
        return self.random.choice(
            (
                " @authenticated",
                f' @requiresScopes(scopes: [["{one}"]])',
                f' @requiresScopes(scopes: [["{one}", "{two}"]])',
                f' @requiresScopes(scopes: [["{one}"], ["{two}"]])',
                f' @policy(policies: [["{one}"]])',
            )
        )

    def shared(self, usual: float = 0.9) -> str:
        return " @shareable" if self.share(usual) else ""

    def key(self, probability: float = 0.7) -> str:
        """Return a key by which the type can be entered, one by which it cannot, or none."""
        if self.chance(max(probability, self.tidy)):
            return ' @key(fields: "id")'
        return self.random.choice((' @key(fields: "id", resolvable: false)', ""))

    # The owner ---------------------------------------------------------------------------------

    def owner(self) -> str:
        needs = "Int!" if self.argument and self.slip(0.6) else "Int"
        size = f"size(unit: {needs}): Int" if self.argument else "size: Int"
        common = f"name: String {size}" if self.interface_fields else ""
        parts = [
            self.header(),
            f"type Query {{ film: Film media: Media{self.shared()} items: [Item] person: Person }}",
            f'interface Media @key(fields: "id") {{ id: ID! {common} }}',
            'interface Item @key(fields: "id") { id: ID! }',
            'type Person @key(fields: "id") { id: ID! nick(long: Boolean): String age: Int }',
            f"type Dims{self.access(0.3)} @shareable {{ w: Int{self.access(0.3)} h: Int }}",
            "enum Kind { ONE TWO THREE }" if self.slip(0.2) else "enum Kind { ONE TWO }",
        ]
        for name in ("Film", "Song"):
            item = " & Item" if name == "Film" or self.chance(0.5) else ""
            fields = (
                f"id: ID! name: String{self.access(0.4)} {size}{self.access(0.3)} "
                f"dims: [Dims!]{self.access(0.2)} maker: Person rating(kind: Kind = TWO): Int"
                f"{self.shared(0.5)} about: Media stock: Int{self.shared(0.4)}"
            )
            parts.append(
                f'type {name} implements Media{item} @key(fields: "id"){self.access(0.3)} '
                f"{{ {fields} }}"
            )
        return "\n".join(parts)

    # Requirements ------------------------------------------------------------------------------

    def leaning(self, name: str) -> str:
        size = "size(unit: Int): Int" if self.argument else "size: Int"
        given = self.random.choice(("", "(unit: 2)", "(unit: null)")) if self.argument else ""
        inner = self.random.choice(("w", "w h"))
        choice = self.random.choice(("plain", "nested", "person", "interface", "two"))
        person_key = self.key(0.9)
        own, extra = {
            "plain": (f'{size} @external {name}Label: Int @requires(fields: "size{given}")', ""),
            "nested": (
                f'dims: [Dims!] @external {name}Label: Int @requires(fields: "dims {{ {inner} }}")',
                "type Dims { w: Int @external h: Int @external }"
                if inner == "w h"
                else "type Dims { w: Int @external }",
            ),
            "person": (
                f'{name}Maker: Person {name}Label: Int @requires(fields: "{name}Maker {{ nick }}")',
                f"type Person{person_key} {{ id: ID! nick(long: Boolean): String @external }}",
            ),
            "interface": (
                f'about: Media @external {name}Label: Int @requires(fields: "about {{ id }}")',
                "interface Media { id: ID! } type Song implements Media { id: ID! @external }",
            ),
            "two": (
                f"{size} @external name: String @external {name}Label: Int "
                f'@requires(fields: "name size{given}"){self.access(0.6)}',
                "",
            ),
        }[choice]
        field = f" {name}Film: Film" if self.chance(0.8) else f" {name}Alone: Int"
        if self.chance(0.2) and choice == "plain":
            field = f' {name}Film: Film @provides(fields: "size")' if not self.argument else field
        implements = " implements Media" if choice == "interface" else ""
        word = self.random.choice(
            ("type Film", "type Film", "type Film @extends", "extend type Film")
        )
        head, _, tail = word.partition(" @")
        extends = f" @{tail}" if tail else ""
        return (
            f"{self.header()}type Query {{{field} }}\n"
            f"{head}{implements}{extends}{self.key(0.6)}{self.access(0.4)} {{ id: ID! {own} }}\n"
            f"{extra}"
        )

    # Interface objects -------------------------------------------------------------------------

    def standing(self, name: str) -> str:
        parts = [self.header()]
        queries = [f"{name}Alone: Int"]
        share = self.shared(0.5)
        for interface in ("Media", "Item")[: self.random.choice((1, 1, 2))]:
            fields = [f"id: ID! stock: Int{share}{self.access(0.2)} {name}{interface}: Int"]
            if self.interface_fields and interface == "Media" and self.chance(0.5):
                size = "size(unit: Int): Int" if self.argument else "size: Int"
                given = "(unit: 2)" if self.argument and self.chance(0.5) else ""
                fields.append(f"name: String @external {size} @external")
                wanted = self.random.choice(("name", f"name size{given}"))
                if "size" not in wanted:
                    fields[-1] = "name: String @external"
                fields.append(f'tag{name}: Int @requires(fields: "{wanted}"){self.access(0.5)}')
            override = self.random.choice(self.names)
            if self.slip(0.2):
                fields.append(f'rating(kind: Kind): Int @override(from: "{override}")')
                parts.append("enum Kind { ONE TWO }")
            key = self.key(0.8) or ' @key(fields: "id")'
            parts.append(f"type {interface} @interfaceObject{key} {{ {' '.join(fields)} }}")
            if interface == "Media" and self.chance(0.5):
                queries.append(f"media: Media{self.shared()}")
            elif self.chance(0.5):
                queries.append(f"{name}{interface}: [{interface}]")
        if len(set(parts)) < len(parts):
            parts = list(dict.fromkeys(parts))
        return "\n".join([*parts, f"type Query {{ {' '.join(queries)} }}"])

    # Overrides ---------------------------------------------------------------------------------

    def taking(self, name: str) -> str:
        others = [each for each in self.names if each != name]
        source = "a" if self.chance(0.5) else self.random.choice(others)
        label = ', label: "percent(5)"' if self.chance(0.3) else ""
        take = f'@override(from: "{source}"{label})'
        share = self.shared(0.4)
        fields = ["id: ID!"]
        kinds = self.random.sample(
            ("name", "stock", "label", "requires", "provides"), self.random.randint(1, 2)
        )
        extra = []
        if "name" in kinds:
            fields.append(f"name: String {take}{self.access(0.2)}")
        if "stock" in kinds:
            fields.append(f"stock: Int {take}{share}")
        if "label" in kinds:
            fields.append(f"{self.random.choice('bd')}Label: Int {take}")
        if "requires" in kinds:
            fields.append("dims: [Dims!] @external")
            fields.append(
                f'rating(kind: Kind = TWO): Int {take} @requires(fields: "dims {{ w }}"){share}'
            )
            extra.append("type Dims { w: Int @external }\nenum Kind { ONE TWO }")
        if "provides" in kinds:
            fields.append(f'maker: Person {take} @provides(fields: "age")')
            extra.append('type Person @key(fields: "id") { id: ID! age: Int @external }')
        return "\n".join(
            [
                self.header(),
                f"type Query {{ {name}Film: Film }}",
                f"type Film{self.key(0.9)}{self.access(0.2)} {{ {' '.join(fields)} }}",
                *extra,
            ]
        )

    # Contexts, and directives of their own -----------------------------------------------------

    def setting(self, name: str) -> str:
        own = self.random.choice(_NAMES)
        composed = self.chance(0.4)
        without = [own] if composed and self.chance(0.7) else []
        parts = [self.header(*without)]
        mark = ""
        if (composed and without == [own]) or own in ("mark", "join__mark"):
            major = self.random.choice(("v1.0", "v1.0", "v2.0"))
            link = f'@link(url: "https://example.com/own/{major}", import: ["@{own}"])'
            default = ' = "x"' if self.slip(0.1) else ""
            where = "FIELD_DEFINITION" if own != "oneOf" else "INPUT_OBJECT"
            parts.append(f'extend schema {link} @composeDirective(name: "@{own}")')
            parts.append(f"directive @{own}(level: Int{default}) on {where}")
            mark = f" @{own}(level: 1)" if where == "FIELD_DEFINITION" else ""
        kind = self.random.choice(("interface", "union", "object"))
        both = self.chance(0.6)
        setter = ' @context(name: "ctx")'
        types = ("Shelf", "Stand")
        if kind == "interface":
            parts.append(f"interface Place{setter} {{ id: ID! mood: String }}")
        elif kind == "union":
            parts.append(f"union Place{setter} = Shelf | Stand")
        for each in types:
            implements = " implements Place" if kind == "interface" else ""
            sets = setter if kind == "object" and (each == "Shelf" or both) else ""
            parts.append(
                f'type {each}{implements} @key(fields: "id"){sets} '
                f"{{ id: ID! mood: String{mark} note(long: Boolean): String part: Part }}"
            )
        fragments = [
            f"... on {each} {{ {self.random.choice(('mood', 'note'))} }}" for each in types
        ]
        value = " ".join(fragments if both else fragments[:1])
        if kind != "union" and self.chance(0.4):
            value = "{ mood }"
        if self.slip(0.15):
            value = self.random.choice(
                ("... on Place { mood }", "... on Film { id }", "{ mood id }")
            )
        nullable = "String!" if self.slip(0.15) else "String"
        returned = "Shelf" if kind == "object" else "Place"
        parts += [
            f'type Part{self.key(0.9)} {{ id: ID! size(in: {nullable} @fromContext(field: "$ctx {value}")): Int }}',
            'type Film @key(fields: "id") { id: ID! }' if "... on Film" in value else "",
            f"type Query {{ {name}Place: {returned} {name}Stand: Stand }}",
        ]
        return "\n".join(parts)
