"""Reads the case files of composition: several sets of subgraphs in one file.

``#! title`` begins a case, ``#- name [version]`` a subgraph of it. With a version, the subgraph
links that federation version with every directive imported, in a first line of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from reelgraph_federation import CompositionResult, Subgraph, compose
from reelgraph_federation.subgraph.spec_features import DIRECTIVES


@dataclass
class Case:
    title: str
    subgraphs: list[Subgraph] = field(default_factory=list)

    def compose(self) -> CompositionResult:
        return compose(self.subgraphs)


def link_line(version: str) -> str:
    major, minor = map(int, version.split("."))
    names = [f'"@{name}"' for name, spec in DIRECTIVES.items() if spec.since <= (major, minor)]
    url = f"https://specs.apollo.dev/federation/v{version}"
    return f'extend schema @link(url: "{url}", import: [{", ".join(names)}])\n'


def read_cases(path: Path) -> list[Case]:
    cases: list[Case] = []
    for block in re.split(r"^#! ", path.read_text(), flags=re.MULTILINE)[1:]:
        title, _, body = block.partition("\n")
        case = Case(title)
        for part in re.split(r"^#- ", body, flags=re.MULTILINE)[1:]:
            head, _, sdl = part.partition("\n")
            name, _, version = head.partition(" ")
            text = (link_line(version) if version else "") + sdl
            case.subgraphs.append(Subgraph(name, f"http://{name}.example", text, f"{name}.graphql"))
        cases.append(case)
    return cases


def describe(result: CompositionResult) -> str:
    lines = []
    for problem in (*result.errors, *result.hints):
        where = " ".join(map(str, problem.locations))
        lines.append(f"{problem.severity.value} {problem.code} {problem.coordinate or '-'} {where}")
        lines.extend(f"    {line}" for line in problem.message.split("\n"))
    return "\n".join(lines) or "nothing to report"


def compare_or_update(path: Path, actual: str, *, update_golden: bool) -> None:
    if update_golden:
        path.write_text(actual)
    assert path.exists(), f"{path.name} is missing: run pytest --update-golden and look at it"
    assert actual == path.read_text(), f"{path.name} differs: pytest --update-golden writes it anew"
