"""The little language inside ``@key(fields: "id organization { id }")``.

A field set is a GraphQL selection set without its outer braces, without aliases, variables and
named fragments. Specification: https://www.apollographql.com/docs/federation, "FieldSet".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"(?:[ \t\r\n,\ufeff]++|#[^\r\n]*+)*+"
    r"(?:(?P<name>[_A-Za-z][_0-9A-Za-z]*+)|(?P<spread>\.\.\.)|(?P<mark>[{}()@:!$\[\]=|&])"
    r'|(?P<literal>"(?:[^"\\\r\n]++|\\.)*+"|-?[0-9][-+.0-9eE]*+)|(?P<bad>.)|\Z)',
    re.DOTALL,
)
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Selection:
    """A selected field, or an inline fragment when ``name`` is empty.

    ``arguments`` is the source text between the parentheses, normalized; ``children`` is empty for
    leaf fields.
    """

    name: str
    children: FieldSet = ()
    on: str | None = None
    arguments: str | None = None
    alias: str | None = None
    directive: str | None = None


FieldSet = tuple[Selection, ...]


class FieldSetSyntaxError(ValueError):
    """The field set cannot be read; the message says what was expected, and where."""


@lru_cache(maxsize=1 << 14)
def parse_field_set(text: str) -> FieldSet:
    """Read a field set. Raises FieldSetSyntaxError; remembers what it read before."""
    source = text.strip(" \t\r\n,")
    if source.startswith("{") and source.endswith("}"):
        source = source[1:-1]
    reader = _Reader(source)
    selections = reader.selections(0)
    if reader.kind is not None:
        raise FieldSetSyntaxError(f'unexpected "{reader.value}"')
    if not selections:
        raise FieldSetSyntaxError("a field was expected, and there is none")
    return selections


def print_field_set(selections: FieldSet) -> str:
    """Write a field set with single blanks: equal selections in equal order give equal text."""
    return " ".join(map(_print, selections))


def _print(selection: Selection) -> str:
    text = selection.name or (f"... on {selection.on}" if selection.on else "...")
    if selection.alias:
        text = f"{selection.alias}: {text}"
    if selection.arguments is not None:
        text += f"({selection.arguments})"
    if selection.directive is not None:
        text += f" @{selection.directive}"
    if selection.children:
        text += f" {{ {print_field_set(selection.children)} }}"
    return text


class _Reader:
    """Tokens of one field set, one ahead."""

    __slots__ = ("kind", "pos", "text", "value")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.kind: str | None = None
        self.value = ""
        self.next()

    def next(self) -> None:
        match = _TOKEN.match(self.text, self.pos)
        assert match is not None  # the last alternative matches at the end of any text
        self.pos = match.end()
        self.kind = match.lastgroup
        self.value = match.group(match.lastgroup) if match.lastgroup else "the end"
        if self.kind == "bad":
            raise FieldSetSyntaxError(f'unexpected character "{self.value}"')

    def selections(self, depth: int) -> FieldSet:
        if depth > _MAX_DEPTH:
            raise FieldSetSyntaxError(f"nested more than {_MAX_DEPTH} deep")
        found: list[Selection] = []
        while self.kind in ("name", "spread"):
            found.append(self.fragment(depth) if self.kind == "spread" else self.field(depth))
        return tuple(found)

    def field(self, depth: int) -> Selection:
        name, alias, arguments = self.value, None, None
        self.next()
        if self.value == ":" and self.kind == "mark":
            alias = name
            self.next()
            name = self.expect_name()
        if self.value == "(" and self.kind == "mark":
            arguments = self.arguments()
        directive = self.directive()
        return Selection(name, self.children(depth), None, arguments, alias, directive)

    def fragment(self, depth: int) -> Selection:
        self.next()
        on = None
        if self.kind == "name" and self.value == "on":
            self.next()
            on = self.expect_name()
        elif self.kind == "name":
            raise FieldSetSyntaxError(f'named fragment "...{self.value}" is not allowed')
        directive = self.directive()
        children = self.children(depth)
        if not children:
            raise FieldSetSyntaxError('"{" was expected after the type condition')
        return Selection("", children, on, directive=directive)

    def children(self, depth: int) -> FieldSet:
        if not (self.kind == "mark" and self.value == "{"):
            return ()
        self.next()
        children = self.selections(depth + 1)
        if not children:
            raise FieldSetSyntaxError('a field was expected after "{"')
        self.expect("}")
        return children

    def directive(self) -> str | None:
        if not (self.kind == "mark" and self.value == "@"):
            return None
        self.next()
        name = self.expect_name()
        if self.kind == "mark" and self.value == "(":
            self.arguments()
        self.directive()
        return name

    def arguments(self) -> str:
        """Return the text between balanced parentheses with single blanks."""
        parts: list[str] = []
        self.next()
        while not (self.kind == "mark" and self.value == ")"):
            if self.kind is None or self.value == "(":
                raise FieldSetSyntaxError(f'unexpected "{self.value}" in arguments')
            parts.append(self.value)
            self.next()
        if not parts:
            raise FieldSetSyntaxError('an argument was expected after "("')
        self.next()
        return " ".join(parts).replace(" :", ":").replace("[ ", "[").replace(" ]", "]")

    def expect_name(self) -> str:
        if self.kind != "name":
            raise FieldSetSyntaxError(f'a name was expected, not "{self.value}"')
        name = self.value
        self.next()
        return name

    def expect(self, mark: str) -> None:
        if self.value != mark or self.kind != "mark":
            raise FieldSetSyntaxError(f'"{mark}" was expected, not "{self.value}"')
        self.next()
