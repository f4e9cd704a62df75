"""Read type system documents: SDL text in, :class:`Document` and syntax problems out.

Grammar: https://spec.graphql.org/October2021/#sec-Document-Syntax (type system part). The reader
has no token stream: each rule matches one possessive regular expression at the current offset,
which is what makes it an order of magnitude quicker than a general parser in Python.
"""

from __future__ import annotations

import re
from typing import NoReturn

from .document import (
    MISSING,
    Directive,
    DirectiveDef,
    Document,
    EnumLiteral,
    EnumValue,
    Field,
    FloatLiteral,
    InputValue,
    TypeDef,
    Value,
    VariableLiteral,
)
from .strings import read_block_string, read_string

_IGNORED = r"(?:[ \t\r\n,\ufeff]++|#[^\r\n]*+)*+"
_NAME = r"[_A-Za-z][_0-9A-Za-z]*+"
_match_ignored = re.compile(_IGNORED).match
_match_name = re.compile(rf"({_NAME}){_IGNORED}").match
_match_colon_name = re.compile(rf"({_NAME}){_IGNORED}:{_IGNORED}").match
_match_type = re.compile(rf"((?:\[[ \t\r\n,]*+)*+{_NAME}(?:[ \t\r\n,]*+[!\]])*+){_IGNORED}").match
_match_field = re.compile(
    rf"({_NAME}){_IGNORED}:{_IGNORED}((?:\[[ \t\r\n,]*+)*+{_NAME}(?:[ \t\r\n,]*+[!\]])*+){_IGNORED}"
).match
_match_directive = re.compile(rf"@{_IGNORED}({_NAME}){_IGNORED}").match
_match_number = re.compile(
    r"(-?(?:0|[1-9][0-9]*+))(\.[0-9]++)?([eE][+-]?[0-9]++)?(?![_0-9A-Za-z.])"
).match
_match_string = re.compile(r'"(?!"")((?:[^"\\\r\n]++|\\.)*+)"').match
_match_block = re.compile(r'"""((?:[^"\\]++|\\(?:""")?|"(?!""))*+)"""', re.DOTALL).match
_is_type_shape = re.compile(r"(?:[^\[\]!]+)!?").fullmatch
_strip_blanks = re.compile(r"[ \t\r\n,]+").sub

_KINDS = {
    "scalar": "SCALAR",
    "type": "OBJECT",
    "interface": "INTERFACE",
    "union": "UNION",
    "enum": "ENUM",
    "input": "INPUT",
}
_MAX_DEPTH = 100
"""Nesting of values and list types: deeper documents are hostile, and refused."""


class SyntaxProblem(Exception):
    """The SDL breaks the grammar at ``at``; the message says what was expected."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


def parse_document(sdl: str) -> tuple[Document, list[SyntaxProblem]]:
    """Read ``sdl``. Reading stops at a grammar error; rule breaches are collected and read past."""
    reader = _Reader(sdl)
    try:
        reader.read_document()
    except SyntaxProblem as problem:
        reader.problems.append(problem)
    return reader.document, reader.problems


class _Reader:
    """The state of one reading: the text, the offset, and what was read so far."""

    __slots__ = ("document", "pos", "problems", "text", "type_refs")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.document = Document()
        self.problems: list[SyntaxProblem] = []
        self.type_refs: dict[str, str] = {}

    # -- definitions ---------------------------------------------------------------------------

    def read_document(self) -> None:
        self._skip()
        if self.pos == len(self.text):
            self._fail("the document is empty; a definition was expected")
        while self.pos < len(self.text):
            self._read_definition()

    def read_value(self) -> Value:
        self._skip()
        return self._value(0)

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
        match = _match_name(self.text, self.pos)
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

    # -- parts ---------------------------------------------------------------------------------

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

    def _type(self) -> str:
        match = _match_type(self.text, self.pos)
        if match is None:
            self._fail("a type such as Title or [Title!]! was expected")
        at = self.pos
        self.pos = match.end()
        ref = match.group(1)
        return self.type_refs.get(ref) or self._checked_type(ref, at)

    def _checked_type(self, written: str, at: int) -> str:
        """Check brackets and bangs of a type seen for the first time; return it without blanks."""
        ref = inner = _strip_blanks("", written)
        for _ in range(_MAX_DEPTH):
            if _is_type_shape(inner):
                self.type_refs[written] = ref
                return ref
            inner = inner.removesuffix("!")
            if not (inner.startswith("[") and inner.endswith("]")):
                self._fail(f'"{ref[:80]}" is no type: its brackets do not match', at)
            inner = inner[1:-1]
        self._fail(f"types may be nested at most {_MAX_DEPTH} lists deep", at)

    def _value(self, depth: int) -> Value:
        if depth > _MAX_DEPTH:
            self._fail(f"values may be nested at most {_MAX_DEPTH} deep")
        text, at = self.text, self.pos
        char = text[at : at + 1]
        if char == '"':
            return self._string()
        if match := _match_name(text, at):
            self.pos = match.end()
            word = match.group(1)
            return _WORDS[word] if word in _WORDS else EnumLiteral(word)
        if match := _match_number(text, at):
            self._advance(match.end())
            whole, fraction, exponent = match.groups()
            if fraction is None and exponent is None:
                return int(whole) if len(whole) <= 400 else FloatLiteral(whole)
            return FloatLiteral(match.group(0))
        if char == "[":
            return self._list(depth)
        if char == "{":
            return self._object(depth)
        if char == "$":
            self._advance(at + 1)
            name = self._name("a variable name")
            self._report(f"a constant was expected, not the variable ${name}", at)
            return VariableLiteral(name)
        self._fail("a value was expected")

    def _list(self, depth: int) -> list[Value]:
        self._advance(self.pos + 1)
        items: list[Value] = []
        while not self._take("]"):
            items.append(self._value(depth + 1))
        return items

    def _object(self, depth: int) -> dict[str, Value]:
        self._advance(self.pos + 1)
        fields: dict[str, Value] = {}
        while not self._take("}"):
            at = self.pos
            name = self._colon_name("a field name followed by a colon")
            if name in fields:
                self._report(f'input field "{name}" is given twice', at)
            fields[name] = self._value(depth + 1)
        return fields

    def _description(self) -> str | None:
        return self._string() if self.text.startswith('"', self.pos) else None

    def _string(self) -> str:
        at = self.pos
        if self.text.startswith('"""', at):
            match = _match_block(self.text, at)
            if match is None:
                self._fail('a block string is not closed by """')
            self._advance(match.end())
            return read_block_string(match.group(1))
        match = _match_string(self.text, at)
        if match is None:
            self._fail('a string is not closed by " on its line')
        self._advance(match.end())
        raw = match.group(1)
        if "\\" not in raw:
            return raw
        value, problem = read_string(raw)
        if problem is not None:
            self._fail(problem, at)
        return value

    # -- characters ----------------------------------------------------------------------------

    def _skip(self) -> None:
        self._advance(self.pos)

    def _advance(self, pos: int) -> None:
        match = _match_ignored(self.text, pos)
        self.pos = match.end() if match else pos

    def _take(self, mark: str) -> bool:
        if self.text.startswith(mark, self.pos):
            self._advance(self.pos + 1)
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            self._fail(f'"{mark}" was expected')

    def _name(self, expected: str) -> str:
        match = _match_name(self.text, self.pos)
        if match is None:
            self._fail(f"{expected} was expected")
        self.pos = match.end()
        return match.group(1)

    def _colon_name(self, expected: str) -> str:
        match = _match_colon_name(self.text, self.pos)
        if match is None:
            self._fail(f"{expected} was expected")
        self.pos = match.end()
        return match.group(1)

    def _report(self, message: str, at: int) -> None:
        self.problems.append(SyntaxProblem(message, at))

    def _fail(self, message: str, at: int | None = None) -> NoReturn:
        at = self.pos if at is None else at
        found = repr(self.text[at : at + 20]) if at < len(self.text) else "the end"
        raise SyntaxProblem(f"{message}; found {found}", at)


_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


def _shift_parts(type_def: TypeDef) -> None:
    for directive in type_def.directives:
        directive.part += 1
    for field in type_def.fields.values():
        field.part += 1
    for value in type_def.inputs.values():
        value.part += 1
    for enum_value in type_def.values.values():
        enum_value.part += 1


def parse_constant(text: str) -> Value:
    """Read one constant value. Raises SyntaxProblem when the text is none."""
    reader = _Reader(text)
    return reader.read_value()
