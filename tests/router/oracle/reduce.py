"""Make a failing case small: `python -m tests.router.oracle.reduce CASE.json [OUTPUT.json]`.

Parts of the operation, the schemas and the data are taken away for as long as a difference stays.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    SelectionSetNode,
    parse,
    print_ast,
)

from tests.router.oracle.check import Bench, Case, Difference


def fails(case: Case, like: str = "") -> str:
    """Return the difference that a case makes; empty when there is none, or another kind."""
    try:
        bench = Bench(case.schema, case.subgraphs, case.data, case.labels)
        bench.check_api_schema()
        asyncio.run(bench.compare(case.operation, case.variables, identity=case.caller()))
    except Difference as error:
        if "API schema" in str(error) or (like and kind_of(str(error)) != like):
            return ""
        return str(error)
    except Exception:
        return ""
    return ""


def kind_of(text: str) -> str:
    """Return what stays of a difference's first line while its case shrinks."""
    words = re.findall(r"[A-Za-z]{4,}", text.split("\n")[0])
    return " ".join(
        [text.split(" ")[0], *words[-2:]] if "Error" in text.split(" ")[0] else words[:2]
    )


def reduce_case(case: Case) -> Case:
    """Return a smaller case that fails in the same way."""
    like = kind_of(fails(case))
    assert like, "the case does not fail"
    size = None
    while size != len(case.to_json()):
        size = len(case.to_json())
        for smaller in (_smaller_operations, _smaller_schemas, _smaller_data, _smaller_rest):
            case = _shrink(case, smaller, like)
    return case


def _shrink(case: Case, smaller: Any, like: str) -> Case:
    """Try candidates in turn; go on from each that fails too."""
    skipped = 0
    while True:
        for number, candidate in enumerate(smaller(case)):
            if number >= skipped and fails(candidate, like):
                case, skipped = candidate, number
                break
        else:
            return case


# Operations ----------------------------------------------------------------------------------


def _smaller_operations(case: Case) -> Iterator[Case]:
    document = parse(case.operation, no_location=True)
    count = sum(1 for _ in _places(document))
    for index in range(count):
        for change in ("drop", "open", "bare"):
            changed = _changed(document, index, change)
            if changed is not None:
                text = _without_unused(changed)
                names = set(re.findall(r"\$(\w+):", text))
                variables = {key: it for key, it in case.variables.items() if key in names}
                yield replace(case, operation=text, variables=variables)


def _places(node: Node) -> Iterator[tuple[SelectionSetNode, int]]:
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, (list, tuple)) else (value,):
            if not isinstance(child, Node):
                continue
            if isinstance(child, SelectionSetNode):
                for index in range(len(child.selections)):
                    yield child, index
            yield from _places(child)


def _changed(document: DocumentNode, number: int, change: str) -> DocumentNode | None:
    holder, index = list(_places(document))[number]
    one = holder.selections[index]
    instead: list[Any] | None = None
    match change:
        case "drop" if len(holder.selections) > 1:
            instead = []
        case "open" if isinstance(one, InlineFragmentNode):
            instead = list(one.selection_set.selections)
        case "open" if isinstance(one, FragmentSpreadNode):
            fragment = next(
                it
                for it in document.definitions
                if isinstance(it, FragmentDefinitionNode) and it.name.value == one.name.value
            )
            opened = InlineFragmentNode(
                type_condition=fragment.type_condition,
                directives=one.directives,
                selection_set=fragment.selection_set,
            )
            instead = [opened]
        case "bare" if one.directives or getattr(one, "arguments", ()):
            changes: dict[str, Any] = {"directives": ()}
            if getattr(one, "arguments", ()):
                changes["arguments"] = ()
            instead = [replace(one, **changes)]
    if instead is None:
        return None
    selections = (*holder.selections[:index], *instead, *holder.selections[index + 1 :])
    result: DocumentNode = _rebuilt(document, holder, replace(holder, selections=selections))
    return result


def _rebuilt(node: Any, old: Node, new: Node) -> Any:
    """Return a tree with one node exchanged."""
    if node is old:
        return new
    changes = {}
    for key in node.keys:
        value = getattr(node, key, None)
        if isinstance(value, Node):
            below: Any = _rebuilt(value, old, new)
            if below is not value:
                changes[key] = below
        elif isinstance(value, (list, tuple)):
            items = tuple(_rebuilt(it, old, new) if isinstance(it, Node) else it for it in value)
            if any(one is not other for one, other in zip(items, value, strict=True)):
                changes[key] = items
    return replace(node, **changes) if changes else node


def _without_unused(document: DocumentNode) -> str:
    text = print_ast(document)
    for name in re.findall(r"fragment (\w+) on", text):
        if f"...{name}\n" not in text + "\n" and f"...{name} " not in text:
            text = re.sub(rf"fragment {name} on \w+ \{{\n.*?\n\}}\n*", "", text, flags=re.DOTALL)
    head, rest = text.split("{", 1)
    for name, definition in re.findall(r"(?:[(,] ?)\$(\w+)(: [^,$]+?(?=, \$|\) $|\)$))", head):
        if not re.search(rf"\${name}\b", rest):
            head = head.replace(f"${name}{definition}, ", "").replace(f", ${name}{definition}", "")
            head = head.replace(f"(${name}{definition})", "")
    return f"{head}{{{rest}"


# Schemas -------------------------------------------------------------------------------------


def _smaller_schemas(case: Case) -> Iterator[Case]:
    for name in case.subgraphs:
        rest = {key: sdl for key, sdl in case.subgraphs.items() if key != name}
        yield replace(case, subgraphs=rest)
    for type_name in re.findall(r"^(?:extend )?(?:type|interface|union) (\w+)", case.schema, re.M):
        yield _edited(case, lambda sdl, it=type_name: _without_type(sdl, it))
    for block in re.findall(
        r"^(?:type|interface) (\w+)[^\n]*\{\n(.*?)^\}", case.schema, re.M | re.S
    ):
        for name in re.findall(r"^  (\w+)", block[1], re.M):
            yield _edited(case, lambda sdl, t=block[0], f=name: _without_field(sdl, t, f))
    for subgraph, sdl in case.subgraphs.items():
        for change in _line_changes(sdl):
            yield replace(case, subgraphs={**case.subgraphs, subgraph: change})


def _line_changes(sdl: str) -> Iterator[str]:
    lines = sdl.split("\n")
    for number, line in enumerate(lines):
        if line.startswith("  "):
            yield "\n".join([*lines[:number], *lines[number + 1 :]])
        for mark in re.findall(r" @(?!key|link|interfaceObject)\w+(?:\([^)]*\))?", line):
            if line.startswith("  ") or re.match(r" @(authenticated|requiresScopes|policy)", mark):
                yield "\n".join([*lines[:number], line.replace(mark, ""), *lines[number + 1 :]])
    for type_name in re.findall(r"^(?:extend )?(?:type|interface|union) (\w+)", sdl, re.M):
        yield _without_type(sdl, type_name)


def _edited(case: Case, edit: Any) -> Case:
    subgraphs = {name: edit(sdl) for name, sdl in case.subgraphs.items()}
    return replace(case, schema=edit(case.schema), subgraphs=subgraphs)


def _without_type(sdl: str, name: str) -> str:
    sdl = re.sub(
        rf"^(?:extend )?(?:type|interface) {name}\b[^\n]*\{{\n.*?^\}}\n", "", sdl, flags=re.M | re.S
    )
    sdl = re.sub(rf"^union {name} .*\n", "", sdl, flags=re.M)
    sdl = re.sub(rf"^  \w+[^\n]*: \[*{name}\b.*\n", "", sdl, flags=re.M)
    sdl = re.sub(rf"(implements .*?) & {name}\b", r"\1", sdl)
    sdl = re.sub(rf"implements {name} & ", "implements ", sdl)
    sdl = re.sub(rf" implements {name}\b", "", sdl)
    sdl = re.sub(rf" \| {name}\b", "", sdl)
    return re.sub(rf"= {name} \| ", "= ", sdl)


def _without_field(sdl: str, type_name: str, name: str) -> str:
    def edit(match: re.Match[str]) -> str:
        return re.sub(rf"^  {name}\b.*\n", "", match[0], flags=re.M)

    pattern = rf"^(?:extend )?(?:type|interface) {type_name}\b[^\n]*\{{\n.*?^\}}\n"
    return re.sub(pattern, edit, sdl, flags=re.M | re.S)


# Data ----------------------------------------------------------------------------------------


def _smaller_data(case: Case) -> Iterator[Case]:
    paths = list(_data_paths(case.data, ()))
    for path in paths:
        data = deepcopy(case.data)
        holder = data
        for key in path[:-1]:
            holder = holder[key]
        if (isinstance(holder, list) and len(path) > 3) or (
            isinstance(holder, dict) and path[-1] not in ("$", "$type", "objects")
        ):
            del holder[path[-1]]
        else:
            continue
        yield replace(case, data=data)


def _data_paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict) and "$" not in value and "$error" not in value:
        for key, it in value.items():
            yield (*path, key)
            yield from _data_paths(it, (*path, key))
    elif isinstance(value, list):
        for index, it in enumerate(value):
            yield (*path, index)
            yield from _data_paths(it, (*path, index))


def _smaller_rest(case: Case) -> Iterator[Case]:
    for label in case.labels:
        yield replace(case, labels=[one for one in case.labels if one != label])


def main() -> int:
    path = Path(sys.argv[1])
    case = reduce_case(Case(**json.loads(path.read_text())))
    print(fails(case))
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(case.to_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
