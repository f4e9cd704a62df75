"""Read type system documents: SDL text in, :class:`Document` and syntax problems out.

Grammar: https://spec.graphql.org/October2021/#sec-Document-Syntax (type system part). graphql-core's
parser takes about 0.1 ms a field, seven times as long as this reader.
"""

from __future__ import annotations

import re

from .document import (
    MISSING,
    Directive,
    DirectiveDef,
    Document,
    EnumValue,
    Field,
    InputValue,
    TypeDef,
    Value,
)
from .scanner import IGNORED, NAME, Scanner, SyntaxProblem

_match_field = re.compile(
    rf"({NAME}){IGNORED}:{IGNORED}((?:\[[ \t\r\n,]*+)*+{NAME}(?:[ \t\r\n,]*+[!\]])*+){IGNORED}"
).match
_match_directive = re.compile(rf"@{IGNORED}({NAME}){IGNORED}").match
_match_word = re.compile(rf"({NAME}){IGNORED}").match

_KINDS = {
    "scalar": "SCALAR",
    "type": "OBJECT",
    "interface": "INTERFACE",
    "union": "UNION",
    "enum": "ENUM",
    "input": "INPUT",
}


def parse_document(sdl: str) -> tuple[Document, list[SyntaxProblem]]:
    """Read ``sdl``. Reading stops at a grammar error; rule breaches are collected and read past."""
    reader = _Reader(sdl)
    try:
        reader.read_document()
    except SyntaxProblem as problem:
        reader.problems.append(problem)
    return reader.document, reader.problems


class _Reader(Scanner):
    """The reading of one document."""

    __slots__ = ("document",)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.document = Document()

    def read_document(self) -> None:
        self._advance(0)
        if self.pos == len(self.text):
            self._fail("the document is empty; a definition was expected")
        while self.pos < len(self.text):
            self._read_definition()

    def _read_definition(self) -> None:
        description = self._description()
        at = self.pos
        word = self._name("a definition such as type, interface or extend")
        if word == "extend":
            if description is not None:
                self.problems.append(SyntaxProblem("an extension has no description", at))
            word = self._name("what to extend")
            if word in _KINDS:
                self._read_type(_KINDS[word], None, at, extends=True)
            elif word == "schema":
                self._read_schema(None, at, extends=True)
            else:
                self._fail(f'"extend {word}" is no type system extension', at)
        elif word in _KINDS:
            self._read_type(_KINDS[word], description, at, extends=False)
        elif word == "schema":
            self._read_schema(description, at, extends=False)
        elif word == "directive":
            self._read_directive_definition(description, at)
        elif word in ("query", "mutation", "subscription", "fragment"):
            self._fail(f"a schema holds definitions only, not a {word}", at)
        else:
            self._fail(f'unexpected name "{word}"; a definition was expected', at)

    def _read_schema(self, description: str | None, at: int, *, extends: bool) -> None:
        document = self.document
        if not extends:
            document.schema_description = description
        document.schema_at = at
        document.schema_directives.extend(self._directives())
        if not self._take("{"):
            return
        while not self._take("}"):
            root_at = self.pos
            operation = self._colon_name("an operation type")
            type_name = self._name("a type name")
            if operation not in ("query", "mutation", "subscription"):
                self._report(f'"{operation}" is no operation type', root_at)
            elif operation in document.roots:
                self._report(f"there can be only one {operation} type", root_at)
            else:
                document.roots[operation] = type_name
                document.root_at[operation] = root_at

    def _read_type(self, kind: str, description: str | None, at: int, *, extends: bool) -> None:
        name_at = self.pos
        name = self._name("a type name")
        type_def = self._declared(kind, name, name_at if not extends else at, extends=extends)
        if description is not None:
            type_def.description = description
        part = type_def.parts
        if kind in ("OBJECT", "INTERFACE"):
            self._read_interfaces(type_def)
        for directive in self._directives():
            directive.part = part
            type_def.directives.append(directive)
        if kind in ("OBJECT", "INTERFACE"):
            self._read_fields(type_def, part)
        elif kind == "INPUT":
            if self._take("{"):
                self._read_input_values("}", type_def.inputs, f"{name}.", part)
        elif kind == "ENUM":
            self._read_enum_values(type_def, part)
        elif kind == "UNION":
            self._read_members(type_def)
        type_def.parts += 1

    def _declared(self, kind: str, name: str, at: int, *, extends: bool) -> TypeDef:
        """Return the type to fill: the one that earlier declarations began, or a new one."""
        known = self.document.types.get(name)
        if known is None or known.kind != kind:
            if known is not None:
                self._report(f'"{name}" is declared as {known.kind} and as {kind}', at)
            known = TypeDef(kind, name, at)
            if name in self.document.types:
                return known
            self.document.types[name] = known
        if extends:
            known.extended = True
        elif known.defined:
            self._report(f'there can be only one type named "{name}"', at)
        else:
            known.defined = True
            known.at = at
        if known.parts == 0 and not extends:
            return known
        if not extends:
            # Extensions came first: the definition is still part 0, so they move up by one.
            _shift_parts(known)
        return known

    def _read_interfaces(self, type_def: TypeDef) -> None:
        match = _match_word(self.text, self.pos)
        if match is None or match.group(1) != "implements":
            return
        self.pos = match.end()
        self._take("&")
        while True:
            at = self.pos
            name = self._name("an interface name")
            if name in type_def.interfaces:
                self._report(f'"{type_def.name}" implements "{name}" twice', at)
            type_def.interfaces[name] = at
            if not self._take("&"):
                return

    def _read_fields(self, type_def: TypeDef, part: int) -> None:
        text = self.text
        if not self._take("{"):
            return
        fields = type_def.fields
        while True:
            char = text[self.pos : self.pos + 1]
            if char == "}":
                self._advance(self.pos + 1)
                return
            description = self._description() if char == '"' else None
            at = self.pos
            args: dict[str, InputValue] = {}
            match = _match_field(text, at)
            if match is not None:
                name, ref = match.groups()
                self.pos = match.end()
                ref = self.type_refs.get(ref) or self._checked_type(ref, at)
            else:
                name = self._name("a field name")
                if self._take("("):
                    self._read_input_values(")", args, f"{type_def.name}.{name}:", 0)
                self._expect(":")
                ref = self._type()
            directives: tuple[Directive, ...] | list[Directive] = ()
            if text.startswith("@", self.pos):
                directives = self._directives()
            if name in fields:
                self._report(f'field "{type_def.name}.{name}" is defined twice', at)
            else:
                fields[name] = Field(name, ref, args, description, directives, at, part)

    def _read_input_values(
        self, end: str, into: dict[str, InputValue], owner: str, part: int
    ) -> None:
        text = self.text
        if self._take(end):
            self._fail("an empty list of definitions is not allowed; remove the brackets")
        while True:
            char = text[self.pos : self.pos + 1]
            if char == end:
                self._advance(self.pos + 1)
                return
            description = self._description() if char == '"' else None
            at = self.pos
            name = self._colon_name("a name followed by a colon")
            ref = self._type()
            default = self._value(0) if self._take("=") else MISSING
            directives = self._directives() if text.startswith("@", self.pos) else ()
            if name in into:
                self._report(f'"{owner}{name}" is defined twice', at)
            else:
                into[name] = InputValue(name, ref, default, description, directives, at, part)

    def _read_enum_values(self, type_def: TypeDef, part: int) -> None:
        if not self._take("{"):
            return
        while not self._take("}"):
            description = self._description()
            at = self.pos
            name = self._name("an enum value")
            directives = self._directives()
            if name in ("true", "false", "null"):
                self._report(f'"{name}" is reserved and cannot be an enum value', at)
            if name in type_def.values:
                self._report(f'enum value "{type_def.name}.{name}" is defined twice', at)
            else:
                type_def.values[name] = EnumValue(name, description, directives, at, part)

    def _read_members(self, type_def: TypeDef) -> None:
        if not self._take("="):
            return
        self._take("|")
        while True:
            at = self.pos
            name = self._name("a member type")
            if name in type_def.members:
                self._report(f'union "{type_def.name}" includes "{name}" twice', at)
            type_def.members[name] = at
            if not self._take("|"):
                return

    def _read_directive_definition(self, description: str | None, at: int) -> None:
        match = _match_directive(self.text, self.pos) or self._fail('"@" and a name were expected')
        self.pos = match.end()
        name = match.group(1)
        args: dict[str, InputValue] = {}
        if self._take("("):
            self._read_input_values(")", args, f"@{name}:", 0)
        word = self._name('"on"')
        repeatable = word == "repeatable"
        if repeatable:
            word = self._name('"on"')
        if word != "on":
            self._fail(f'"on" was expected, not "{word}"')
        self._take("|")
        locations = [self._name("a directive location")]
        while self._take("|"):
            locations.append(self._name("a directive location"))
        definition = DirectiveDef(name, description, args, repeatable, tuple(locations), at)
        if name in self.document.directive_defs:
            self._report(f'directive "@{name}" is defined twice', at)
        else:
            self.document.directive_defs[name] = definition

    def _directives(self) -> list[Directive]:
        found: list[Directive] = []
        match = _match_directive(self.text, self.pos)
        while match is not None:
            at = self.pos
            self.pos = match.end()
            args: dict[str, Value] = {}
            if self._take("("):
                while not self._take(")"):
                    name_at = self.pos
                    name = self._colon_name("an argument name followed by a colon")
                    if name in args:
                        self._report(f'argument "{name}" is given twice', name_at)
                    args[name] = self._value(0)
            found.append(Directive(match.group(1), args, at))
            match = _match_directive(self.text, self.pos)
        if self.text.startswith("@", self.pos):
            self._fail("a directive name was expected after @")
        return found


def _shift_parts(type_def: TypeDef) -> None:
    for directive in type_def.directives:
        directive.part += 1
    for field in type_def.fields.values():
        field.part += 1
    for value in type_def.inputs.values():
        value.part += 1
    for enum_value in type_def.values.values():
        enum_value.part += 1
