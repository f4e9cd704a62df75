"""Generate sets of subgraphs that use every directive of Federation 2.0 to 2.12, often a bit wrongly."""

from __future__ import annotations

from generate import Wild

_SINCE = {
    "key": 0, "requires": 0, "provides": 0, "external": 0, "shareable": 0, "override": 0, "tag": 0,
    "inaccessible": 0, "extends": 0, "composeDirective": 1, "interfaceObject": 3, "authenticated": 5,
    "requiresScopes": 5, "policy": 6, "context": 8, "fromContext": 8, "cost": 9, "listSize": 9,
    "cacheTag": 12,
}  # fmt: skip


class Marked(Wild):
    """Entities Alpha and Beta in two or three subgraphs, with directives of all sorts upon them."""

    def subgraphs(self) -> list[tuple[str, str]]:
        self.minor = self.random.choice((5, 6, 8, 9, 10, 11, 12, 12))
        self.custom = self.chance(0.4)
        names = ("a", "b", "c")[: self.random.choice((2, 2, 3))]
        return [(name, self.document(name)) for name in names]

    def document(self, name: str) -> str:
        self.name = name
        if self.chance(0.12):
            return self.federation_1_document(name)
        minor = self.minor if self.chance(0.8) else self.random.choice((5, 8, 9, 12))
        self.imported = {each for each, since in _SINCE.items() if since <= minor}
        return "\n".join((self.header(minor), *self.definitions(name)))

    def federation_1_document(self, name: str) -> str:
        self.imported = {"tag"}
        word = self.random.choice(("extend type Alpha", "type Alpha @extends", "type Alpha"))
        external = " @external" if word != "type Alpha" else ""
        more = f" {name}Old: Int{self.tag(0.2)}" + (" n: Int @external" if self.slip(0.2) else "")
        return (
            f"type Query {{ {name}Old: Alpha }}\n"
            f'{word} @key(fields: "id") {{ id: ID!{external}{more} }}'
        )

    def header(self, minor: int) -> str:
        names = ", ".join(f'"@{each}"' for each in sorted(self.imported))
        url = f"https://specs.apollo.dev/federation/v2.{minor}"
        text = f'extend schema @link(url: "{url}", import: [{names}])\n'
        self.composes = self.custom and self.chance(0.8)
        if not self.custom:
            return text
        version = self.random.choice(("v1.0", "v1.0", "v1.1", "v2.0" if self.slip(0.3) else "v1.0"))
        alias = '{name: "@mark", as: "@other"}' if self.slip(0.1) else '"@mark"'
        self.mark = "other" if "other" in alias else "mark"
        link = f'@link(url: "https://example.com/mark/{version}", import: [{alias}])'
        compose = f' @composeDirective(name: "@{self.mark}")' if self.composes else ""
        where = "FIELD_DEFINITION | OBJECT" + (" | ENUM" if self.slip(0.2) else "")
        repeatable = " repeatable" if self.chance(0.2) else ""
        return (
            f"{text}extend schema {link}{compose}\n"
            f"directive @{self.mark}(level: Int){repeatable} on {where}\n"
        )

    def definitions(self, name: str) -> list[str]:
        sets = "context" in self.imported and self.chance(0.5)
        context = f' @context(name: "{"ctx" if not self.slip(0.1) else "c_x"}")' if sets else ""
        alpha = [f"id: ID!{self.tag(0.1)}", "n: Int @shareable", f"{name}A: {self.leaf('Beta')}"]
        beta = ["id: ID!", "v: V @shareable", f"{name}B: {self.leaf('Int')}"]
        if sets:
            beta.append(f"{name}Taken({self.contextual()}): Int")
            alpha.append(f"{name}Betas: [Beta]")
        return [
            self.query(name),
            f'type Alpha @key(fields: "id"){context}{self.type_marks("id")} {{ {" ".join(alpha)} }}',
            f"type Beta{self.key()}{self.type_marks('id')} {{ {' '.join(beta)} }}",
            f"type V @shareable {{ x: Int{self.marks_of('OBJECT')} k: Kind }}",
            f"enum Kind{self.cost(0.2)}{self.access(0.1)} {{ ONE TWO{self.tag(0.2)} }}",
            f"input Ask {{ first: Int{self.cost(0.2)} kind: Kind = ONE }}",
            f"interface Named{self.access(0.05)} {{ n: Int{self.cost(0.05)} }}",
        ]

    def key(self) -> str:
        if self.slip(0.15):
            return ' @key(fields: "id", resolvable: false)'
        return ' @key(fields: "id")'

    def contextual(self) -> str:
        field = "n" if not self.slip(0.2) else self.random.choice(("id", "missing", "n id"))
        value = (
            f"$ctx {{ {field} }}" if not self.slip(0.1) else self.random.choice(("{ n }", "$ctx"))
        )
        kind = "Int" if not self.slip(0.15) else self.random.choice(("Int!", "String"))
        return f'a: {kind} @fromContext(field: "{value}")'

    def query(self, name: str) -> str:
        tag = ""
        if "cacheTag" in self.imported and self.chance(0.4):
            value = (
                "{$args.id}"
                if not self.slip(0.3)
                else self.random.choice(("{$args.no}", "{$key.id}", "{oops", ""))
            )
            tag = f' @cacheTag(format: "{name}-{value}")'
        lists = f"{name}All(first: Int, ask: Ask): [Alpha]{self.list_size()}"
        return (
            f"type Query {{ {name}One(id: ID!{self.cost(0.2)}): Alpha{tag} {lists} "
            f"shared: Int @shareable{self.marks_of('OBJECT')} {name}V: V {name}N: Named }}"
        )

    def leaf(self, type_name: str) -> str:
        return f"{type_name}{self.marks_of('OBJECT')}"

    def list_size(self) -> str:
        if "listSize" not in self.imported or not self.chance(0.5):
            return ""
        parts = [
            f"assumedSize: {-1 if self.slip(0.2) else 10}" if self.chance(0.5) else "",
            f'slicingArguments: ["{"no" if self.slip(0.2) else "first"}"]'
            if self.chance(0.5)
            else "",
            f'sizedFields: ["{"no" if self.slip(0.5) else "id"}"]' if self.slip(0.2) else "",
            "requireOneSlicingArgument: false" if self.chance(0.2) else "",
        ]
        arguments = ", ".join(part for part in parts if part)
        return f" @listSize({arguments})" if arguments else ""

    def type_marks(self, key: str) -> str:
        tag = ""
        if "cacheTag" in self.imported and self.chance(0.2):
            value = key if not self.slip(0.3) else "no"
            tag = f' @cacheTag(format: "e-{{$key.{value}}}")'
        return f"{self.access(0.1)}{self.tag(0.15)}{self.cost(0.1)}{self.custom_mark(0.2)}{tag}"

    def marks_of(self, kind: str) -> str:
        old = " @deprecated" if self.chance(0.1) else ""
        hidden = " @inaccessible" if self.slip(0.1) else ""
        return f"{self.access(0.15)}{self.tag(0.15)}{self.cost(0.15)}{self.custom_mark(0.2)}{old}{hidden}"

    def tag(self, probability: float) -> str:
        if "tag" not in self.imported or not self.chance(probability):
            return ""
        return f' @tag(name: "{self.random.choice(("x", "y", "bad name" if self.slip(0.2) else "z"))}")'

    def cost(self, probability: float) -> str:
        if "cost" not in self.imported or not self.chance(probability):
            return ""
        return f" @cost(weight: {self.random.choice((1, 5, 9))})"

    def custom_mark(self, probability: float) -> str:
        if not self.custom or not self.chance(probability) or self.imported == {"tag"}:
            return ""
        return f" @{self.mark}(level: {self.random.randint(1, 2)})"

    def access(self, probability: float) -> str:
        marks = []
        for name, text in (
            ("authenticated", "@authenticated"),
            ("requiresScopes", f'@requiresScopes(scopes: [["{self.random.choice("ab")}"]])'),
            ("policy", f'@policy(policies: [["{self.random.choice("pq")}"]])'),
        ):
            if name in self.imported and self.chance(probability / 2):
                marks.append(f" {text}")
        return "".join(marks)
