"""The definition of an index: a YAML file that an application keeps beside its subgraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from reelgraph_search.index_config.mapping import FieldKind

_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a definition, where, and what helps."""

    where: str
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = self.where
        if self.line is not None:
            place += f" (line {self.line}, column {self.column})"
        return f"{place}: {self.message}"


class DefinitionError(ValueError):
    """A definition that cannot be used; `problems` are all that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def _seconds(value: object) -> object:
    if isinstance(value, str):
        found = _SECONDS.fullmatch(value.strip())
        if found is None:
            raise ValueError("write a time as 500ms, 5s, 2m or 1h")
        return float(found[1]) * _UNITS[found[2]]
    return value


Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Histogram(_Part):
    """A facet that counts by steps of a number."""

    histogram: float = Field(gt=0)


class FieldOptions(_Part):
    """How one field of the template is indexed, where it differs from what its type says."""

    analyzer: Literal["title", "name", "exact"] | None = None
    boost: float = Field(default=1.0, ge=0, le=1000)
    facet: Literal["terms"] | Histogram | None = None
    suggest: bool = False
    sort: bool = False
    nested: bool = True
    flattened: bool = False
    requires_scope: str | None = None


class ClaimValue(_Part):
    """A filter variable made from a claim of the caller: `cases` by the claim's value."""

    claim: Literal["kind", "maturity", "country", "profile", "subject"]
    cases: dict[str, JsonValue] | None = None
    otherwise: JsonValue = None


class Policy(_Part):
    """Which documents a caller may find: a filter over variables made from the claims."""

    filter: str
    variables: dict[str, ClaimValue] = Field(default_factory=dict)


class IndexDefinition(_Part):
    """One search index."""

    index: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    root: str = Field(pattern=r"^[_A-Za-z][_0-9A-Za-z]*$")
    key: str = Field(default="id", pattern=r"^[_A-Za-z][_0-9A-Za-z]*$")
    template: str
    roots: str
    fields: dict[str, FieldOptions] = Field(default_factory=dict)
    scalars: dict[str, FieldKind] = Field(default_factory=dict)
    inverse: dict[str, str] = Field(default_factory=dict)
    affects: tuple[str, ...] = ()
    suggest_by: str | None = None
    version_field: str | None = None
    policy: Policy | None = None
    freshness_slo: Seconds = 5.0
    on_partial_error: Literal["retry", "keep_old", "index_null"] = "retry"

    @property
    def enum_value(self) -> str:
        """The index' name in the `SearchIndex` enum."""
        return self.index.upper()


def load_definitions(folder: Path) -> list[IndexDefinition]:
    """Read every `*.yaml` of a folder, sorted by index.

    Raises DefinitionError with the problems of all files.
    """
    problems: list[Problem] = []
    found: dict[str, IndexDefinition] = {}
    if not folder.is_dir():
        raise DefinitionError([Problem(str(folder), "is not a folder of definitions")])
    for path in sorted(folder.glob("*.yaml")):
        try:
            definition = read_definition(path.read_text("utf-8"), path.name)
        except DefinitionError as error:
            problems += error.problems
            continue
        if definition.index in found:
            problems.append(Problem(path.name, f"index `{definition.index}` is defined twice"))
        found[definition.index] = definition
    if problems:
        raise DefinitionError(problems)
    return [found[index] for index in sorted(found)]


def read_definition(text: str, name: str) -> IndexDefinition:
    """Read one definition; `name` is how problems call it."""
    try:
        loaded = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise DefinitionError(
            [Problem(name, f"is not YAML: {error.problem}", line, column)]
        ) from None
    except yaml.YAMLError as error:
        raise DefinitionError([Problem(name, f"is not YAML: {error}")]) from None
    try:
        return IndexDefinition.model_validate(loaded)
    except ValidationError as error:
        raise DefinitionError(
            [
                Problem(
                    f"{name}: {'.'.join(str(part) for part in entry['loc']) or 'top'}", entry["msg"]
                )
                for entry in error.errors(include_url=False)
            ]
        ) from None
