"""Generate sets whose documents are odd, not their types: Federation 1, names and shapes of directives."""

from __future__ import annotations

from generate import Wild

_FIELDS = {"id": "ID!", "slug": "String!", "title": "String", "size": "Int", "home": "Place"}
_PLACE = {"x": "Int", "y": "Int", "spot": "String"}


class Old(Wild):
    """Federation 1 documents, some beside Federation 2 ones: one or two entities and a value type.

    What Federation 1 composers never checked stands everywhere: externals that nothing uses, required
    and provided fields that the subgraph has itself, keys as lists, tags of external fields.
    """

    def subgraphs(self) -> list[tuple[str, str]]:
        self.owner = self.random.choice("ab")
        names = "abc"[: self.random.choice((2, 2, 3))]
        self.old = {name for name in names if self.chance(0.75)} or {names[0]}
        return [(name, self.document(name)) for name in names]

    def document(self, name: str) -> str:
        self.name, self.is_old = name, name in self.old
        owns = name == self.owner
        self.keys = [["id"]]
        self.keys += [["slug"]] if self.chance(0.2) else []
        self.keys += [["id", "slug"]] if self.chance(0.1) else []
        key_fields = {field for key in self.keys for field in key}
        self.has = {each for each in _FIELDS if owns or each in key_fields or self.chance(0.6)}
        external = 0.0 if owns else 0.6 if self.is_old else 0.4
        self.outside = {each for each in sorted(self.has) if self.chance(external)}
        head = "" if self.is_old else self.header()
        parts = (self.root(owns), *self.film(owns), self.place(owns), "")
        return "\n".join((head + self.definitions(), *parts)).lstrip("\n")

    def header(self) -> str:
        names = ", ".join(
            f'"@{each}"'
            for each in ("key", "shareable", "external", "requires", "provides", "tag", "extends")
        )
        return f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: [{names}])\n'

    def definitions(self) -> str:
        """Definitions as libraries printed them: complete, without arguments, now and then wrong."""
        if not self.is_old or self.chance(0.7):
            return ""
        usual = {
            "key": ("(fields: _FieldSet!)", "OBJECT | INTERFACE"),
            "requires": ("(fields: String!)", "FIELD_DEFINITION"),
            "provides": ("(fields: _FieldSet!)", "FIELD_DEFINITION"),
            "tag": ("(name: String!)", "FIELD_DEFINITION"),
            "inaccessible": ("", "FIELD_DEFINITION"),
        }
        lines = []
        for each in self.random.sample(sorted(usual), self.random.randint(1, 4)):
            arguments, places = usual[each]
            arguments = "" if self.chance(0.3) else arguments
            if self.slip(0.1):
                arguments = "(fields: Int)"
            repeatable = "repeatable " if each in ("key", "tag") else ""
            lines.append(f"directive @{each}{arguments} {repeatable}on {places}")
        text = "\n".join(lines)
        return (f"scalar _FieldSet\n{text}" if "_FieldSet" in text else text) + "\n"

    def root(self, owns: bool) -> str:
        word = (
            self.random.choice(("type Query", "extend type Query", "type Query @extends"))
            if self.is_old
            else "type Query"
        )
        fields = [f"{self.name}Film: Film{self.provides()}"]
        if self.chance(0.3):
            fields.append(f"{self.name}Place: Place{self.provides(_PLACE, 0.3)}")
        if self.chance(0.2):
            fields.append(
                f"{self.name}Count: Int{self.provides(chance=0.4) if self.is_old else ''}"
            )
        if not owns and self.is_old and self.chance(0.3):
            fields.append(f"{self.owner}Film: Film @external")
        return f"{word} {{ {' '.join(fields)} }}"

    def provides(self, fields: dict[str, str] = _FIELDS, chance: float = 0.35) -> str:
        if not self.chance(chance):
            return ""
        return f" @provides(fields: {self.text(self.selection(fields))})"

    def selection(self, fields: dict[str, str], most: int = 3) -> list[str]:
        """Select fields that the document has; in Federation 2 those that are external, mostly."""
        known = set(fields)
        if fields is _FIELDS:
            known = self.has if self.is_old or self.slip(0.1) else self.outside
        if not known:
            known = {"id"}
        names = self.random.sample(sorted(known), self.random.randint(1, min(most, len(known))))
        if self.slip(0.04):
            names.append("nix")
        return [
            f"home {{ {' '.join(self.selection(_PLACE, 2))} }}" if name == "home" else name
            for name in names
        ]

    def text(self, names: list[str], *, odd: bool = False) -> str:
        """Write a field set as Federation 1 documents do: in braces, and keys as lists and names, too.

        Lists stand where nothing is external, since Apollo's upgrade reads them too late elsewhere.
        """
        joined = " ".join(names)
        shapes = [f'"{joined}"', f'"{joined}"', f'"{{ {joined} }}"']
        if odd:
            shapes += [f'["{joined}"]', '["' + '", "'.join(names) + '"]']
            shapes += names if len(names) == 1 else []
        return self.random.choice(shapes) if self.is_old else shapes[0]

    def film(self, owns: bool) -> list[str]:
        word = "type Film"
        if not owns and self.is_old:
            word = self.random.choice(
                ("extend type Film", "extend type Film", "type Film @extends", "type Film")
            )
        if self.is_old and self.slip(0.1):
            word += " @external"
        heads = " ".join(f"@key(fields: {self.text(key, odd=owns)})" for key in self.keys)
        fields = [self.field(name) for name in _FIELDS if name in self.has]
        fields.append(f"{self.name}Own: Int{self.requires()}")
        interface = self.chance(0.25)
        implements = " implements Named" if interface else ""
        word = word.replace("Film", f"Film{implements}", 1)
        parts = [f"{word} {heads} {{ {' '.join(fields)} }}"]
        if interface:
            name = (
                "title: String" if any(each.startswith("title") for each in fields) else "id: ID!"
            )
            external = " @external" if self.is_old and self.chance(0.2) else ""
            parts.append(f"interface Named {{ {name}{external} }}")
        return parts

    def field(self, name: str) -> str:
        tag = f' @tag(name: "{self.random.choice("pq")}")' if self.chance(0.12) else ""
        external = " @external" if name in self.outside else ""
        shared = "" if self.is_old or external or name in ("id", "slug") else " @shareable"
        return f"{name}: {_FIELDS[name]}{external}{shared}{tag}"

    def requires(self) -> str:
        if not self.chance(0.4):
            return ""
        return f" @requires(fields: {self.text(self.selection(_FIELDS))})"

    def place(self, owns: bool) -> str:
        shared = " @shareable" if not self.is_old else ""
        word = (
            "type Place" if owns or not self.chance(0.2) or not self.is_old else "extend type Place"
        )
        fields = []
        for name, kind in _PLACE.items():
            external = " @external" if self.is_old and not owns and self.chance(0.25) else ""
            fields.append(f"{name}: {kind}{external}")
        return f"{word}{shared} {{ {' '.join(fields)} }}"


_NAMES = {
    "authenticated": ((), ("(role: String)", '(role: "admin")')),
    "inaccessible": ((), ("(why: String)", '(why: "moved")')),
    "tag": (('(name: "t")',), ("(weight: Int!)", "(weight: 3)")),
    "requiresScopes": (
        ('(scopes: [["a"]])', '(scopes: [["a", "b"], ["c"]])', '(scopes: ["a"])', '(scopes: "a")', '(scopes: [["a"], "b"])'),
        ("(any: [String!])", '(any: ["x"])'),
    ),
    "policy": (('(policies: [["p"]])', '(policies: ["p"])', '(policies: "p")'), ("(of: Int)", "")),
    "cost": (("(weight: 3)",), ("(in: String!)", '(in: "cents")')),
    "shareable": ((), ("(with: String)", "")),
    "override": (('(from: "b")', '(from: "z", label: "percent(5)")'), ("(why: String)", "")),
}  # fmt: skip
"""A directive: what it takes as federation's, and a definition and an application of one's own."""

_WRONG = {
    "requiresScopes": ("(scopes: [[1]])", "(scopes: null)", "(scope: [[\"a\"]])", "", "(scopes: [[null]])", "(scopes: {a: 1})"),
    "policy": ("(policies: 3)", "(policies: [null])", ""),
    "tag": ("(name: 3)", "", '(name: ["t"])', '(nome: "t")'),
    "cost": ('(weight: "3")', "(weight: true)", ""),
    "override": ("(from: 3)", '(from: ["b"])', ""),
    "authenticated": ("(if: false)",),
    "inaccessible": ("(if: false)",),
    "shareable": ("(if: true)",),
}  # fmt: skip


class Named(Wild):
    """Directives called like federation's that are not, federation's under other names, odd arguments."""

    def subgraphs(self) -> list[tuple[str, str]]:
        self.renamed = {
            name: self.random.choice((name, name, f"my{name}")) if self.chance(0.4) else name
            for name in _NAMES
        }
        self.alias = self.random.choice((None, None, None, "fed"))
        names = "ab"[: self.random.choice((1, 2, 2))]
        return [(name, self.document(name)) for name in names]

    def document(self, name: str) -> str:
        self.imported = {each for each in _NAMES if self.chance(0.5)}
        self.old = self.chance(0.1)
        own = [each for each in _NAMES if self.is_free(each) and self.chance(0.5)]
        self.own = set(own)
        links = [] if self.old else [self.federation()]
        self.linked = [each for each in own if self.chance(0.25) and not self.old]
        if self.linked:
            imports = ", ".join(f'"@{each}"' for each in self.linked)
            path = self.random.choice(("own", "own-house", "own.house"))
            links.append(f'@link(url: "https://example.com/{path}/v1.0", import: [{imports}])')
        text = f"extend schema {' '.join(links)}\n" if links else ""
        for each in own:
            text += f"directive @{each}{_NAMES[each][1][0]} on FIELD_DEFINITION\n"
        fields = [
            f"  {name}{number}: Int{self.directives()}"
            for number in range(self.random.randint(1, 4))
        ]
        fields.append(f"  shown{name}: Int")
        return text + "type Query {\n" + "\n".join(fields) + "\n}\n"

    def is_free(self, name: str) -> bool:
        """Tell whether a document may define a directive of that name as its own."""
        if self.old:
            return name not in ("tag", "inaccessible", "override", "shareable")
        return name not in self.imported or self.renamed[name] != name

    def federation(self) -> str:
        imports = ", ".join(
            f'"@{each}"'
            if self.renamed[each] == each
            else f'{{name: "@{each}", as: "@{self.renamed[each]}"}}'
            for each in sorted(self.imported)
        )
        alias = f', as: "{self.alias}"' if self.alias else ""
        return f'@link(url: "https://specs.apollo.dev/federation/v2.9"{alias}, import: [{imports}])'

    def directives(self) -> str:
        found = []
        for each in self.random.sample(sorted(_NAMES), self.random.randint(0, 3)):
            if each in self.own and self.chance(0.6):
                found.append(f"@{each}{_NAMES[each][1][1]}")
                continue
            if self.old:
                continue
            arguments = self.random.choice(_NAMES[each][0] or ("",))
            if self.slip(0.15):
                arguments = self.random.choice(_WRONG[each])
            prefix = self.alias or "federation"
            spelled = self.renamed[each] if each in self.imported else f"{prefix}__{each}"
            found.append(f"@{spelled}{arguments}")
        return "".join(f" {each}" for each in found)
