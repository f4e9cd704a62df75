"""Read the small parts of SDL: names, types, values, strings, and what is ignored between them.

Grammar: https://spec.graphql.org/October2021/#sec-Appendix-Grammar-Summary. There is no token
stream: each rule matches one possessive regular expression at the current offset.
"""

from __future__ import annotations

import re
from typing import NoReturn

from .document import EnumLiteral, FloatLiteral, Value, VariableLiteral
from .strings import read_block_string, read_string

IGNORED = r"(?:[ \t\r\n,\ufeff]++|#[^\r\n]*+)*+"
NAME = r"[_A-Za-z][_0-9A-Za-z]*+"
_match_ignored = re.compile(IGNORED).match
_match_name = re.compile(rf"({NAME}){IGNORED}").match
_match_colon_name = re.compile(rf"({NAME}){IGNORED}:{IGNORED}").match
_match_type = re.compile(rf"((?:\[[ \t\r\n,]*+)*+{NAME}(?:[ \t\r\n,]*+[!\]])*+){IGNORED}").match
_match_number = re.compile(
    r"(-?(?:0|[1-9][0-9]*+))(\.[0-9]++)?([eE][+-]?[0-9]++)?(?![_0-9A-Za-z.])"
).match
_match_string = re.compile(r'"(?!"")((?:[^"\\\r\n]++|\\.)*+)"').match
_match_block = re.compile(r'"""((?:[^"\\]++|\\(?:""")?|"(?!""))*+)"""', re.DOTALL).match
_is_type_shape = re.compile(r"(?:[^\[\]!]+)!?").fullmatch
_strip_blanks = re.compile(r"[ \t\r\n,]+").sub

_MAX_DEPTH = 100
"""Nesting of values and list types: deeper documents are hostile, and refused."""


_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


class SyntaxProblem(Exception):
    """The SDL breaks the grammar at ``at``; the message says what was expected."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class Scanner:
    """A text, the offset where reading stands, and the problems so far."""

    __slots__ = ("pos", "problems", "text", "type_refs")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.problems: list[SyntaxProblem] = []
        self.type_refs: dict[str, str] = {}

    def read_value(self) -> Value:
        """Read the text as one constant value."""
        self._advance(self.pos)
        return self._value(0)

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


def parse_constant(text: str) -> Value:
    """Read one constant value. Raises SyntaxProblem when the text is none."""
    return Scanner(text).read_value()
