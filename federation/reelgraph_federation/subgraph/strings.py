"""String values: escapes of quoted strings and indentation of block strings.

https://spec.graphql.org/October2021/#sec-String-Value
"""

from __future__ import annotations

import re

from graphql.language.block_string import dedent_block_string_lines

_ESCAPE = re.compile(r"\\(u\{[0-9A-Fa-f]{1,8}\}|u[0-9A-Fa-f]{4}|.)?", re.DOTALL)
_SIMPLE = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LINES = re.compile(r"\r\n|\n|\r")


def read_block_string(raw: str) -> str:
    """Return the value of a block string from what stands between its triple quotes."""
    if "\n" not in raw and "\r" not in raw and "\\" not in raw:
        return raw if raw.strip(" \t") else ""
    lines = _LINES.split(raw.replace('\\"""', '"""'))
    return "\n".join(dedent_block_string_lines(lines))


def read_string(raw: str) -> tuple[str, str | None]:
    """Return the value of a quoted string, and what is wrong with its escapes if anything is."""
    problem: str | None = None

    def replace(match: re.Match[str]) -> str:
        nonlocal problem
        escape = match.group(1) or ""
        if escape in _SIMPLE:
            return _SIMPLE[escape]
        if escape[:1] == "u" and len(escape) > 1:
            code = int(escape[1:].strip("{}"), 16)
            if code <= 0x10FFFF:
                return chr(code)
        problem = f"\\{escape} is no escape sequence"
        return ""

    value = _ESCAPE.sub(replace, raw)
    try:
        # Surrogate pairs are written as two escapes and mean one character.
        value = value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        problem = "a lone surrogate is no character"
    return value, problem
