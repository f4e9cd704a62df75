"""Read a subgraph's SDL from wherever it is: files, standard input, a server, or Python code."""

import glob
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

from .exits import InputError


@runtime_checkable
class _Printable(Protocol):
    """A Strawberry schema, or anything else that prints itself as SDL."""

    def as_str(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SdlPart:
    """A file of a schema and the line of the whole at which it begins, from 1."""

    file: str
    first_line: int


@dataclass(frozen=True, slots=True)
class SdlSource:
    """A subgraph's SDL and where each line of it came from."""

    sdl: str
    parts: tuple[SdlPart, ...] = ()

    def place(self, line: int) -> tuple[str | None, int]:
        """Return the file and its line of a line of the SDL; no file for SDL without files."""
        for part in reversed(self.parts):
            if line >= part.first_line:
                return part.file, line - part.first_line + 1
        return (self.parts[0].file if self.parts else None), line


def read_source(source: str, base: Path | None = None) -> SdlSource:
    """Read SDL from `-`, a URL, `python:module:attribute`, a file or a glob of files.

    Relative paths start from ``base``, by default the working directory. Raises InputError and
    Unreachable.
    """
    if source == "-":
        return SdlSource(_decode(sys.stdin.buffer.read(), "Standard input"))
    if source.startswith(("http://", "https://")):
        from .introspect import introspect

        return SdlSource(introspect(source))
    if source.startswith("python:"):
        return SdlSource(_read_python(source))
    return _read_files(_find_files(source, base or Path()))


def _find_files(source: str, base: Path) -> list[Path]:
    path = base / source
    if path.is_file():
        return [path]
    if path.is_dir():
        raise InputError(f"{source} is a folder; name its files, as in {source}/*.graphql.")
    found = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]
    files = [file for file in found if file.is_file()]
    if not files:
        raise InputError(f"There is no schema file {path}.")
    return files


def _read_files(files: Iterable[Path]) -> SdlSource:
    texts: list[str] = []
    parts: list[SdlPart] = []
    line = 1
    for file in files:
        text = _read_file(file)
        text = text if text.endswith("\n") else f"{text}\n"
        parts.append(SdlPart(_shown(file), line))
        texts.append(text)
        line += text.count("\n")
    return SdlSource("".join(texts), tuple(parts))


def _shown(file: Path) -> str:
    """Return a path as CI systems want it: relative to the working directory where it is below."""
    absolute = file.absolute()
    working = Path.cwd()
    return absolute.relative_to(working).as_posix() if working in absolute.parents else str(file)


def _read_file(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.") from None
    return _decode(content, str(path))


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is no UTF-8 text: {error.reason}.") from None


def _read_python(source: str) -> str:
    _, module_name, attribute = (*source.split(":"), "", "")[:3]
    if not module_name or not attribute:
        raise InputError(f"{source}: write python:module:attribute, as in python:app.schema:schema")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        module = import_module(module_name)
    except ImportError as error:
        raise InputError(f"Cannot import {module_name}: {error}.") from None
    try:
        schema: object = getattr(module, attribute)
    except AttributeError:
        raise InputError(f"The module {module_name} has no {attribute}.") from None
    return _print_schema(source, schema)


def _print_schema(source: str, schema: object) -> str:
    from graphql import GraphQLSchema, print_schema

    if isinstance(schema, str):
        return schema
    if isinstance(schema, _Printable):
        return schema.as_str()
    if isinstance(schema, GraphQLSchema):
        return print_schema(schema)
    raise InputError(f"{source} is a {type(schema).__name__}, neither a schema nor SDL text.")
