"""No type, field, argument or value of a document has the same name as its neighbour."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import DocumentNode, Node, TypeDefinitionNode

from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems


def check_names(document: DocumentNode, problems: ReadingProblems) -> None:
    """Report whatever is defined twice: reading by name would keep only the last.

    https://spec.graphql.org/October2021/#sec-Schema, "Root Operation Types": all names are unique.
    """
    types = [one for one in document.definitions if isinstance(one, TypeDefinitionNode)]
    _report(types, "the type {}", problems)
    for one in types:
        owner = one.name.value
        for members in (getattr(one, "fields", None), getattr(one, "values", None)):
            _report(members or (), f"{owner}.{{}}", problems)
            for member in members or ():
                arguments = getattr(member, "arguments", None)
                if arguments:
                    _report(arguments, f"{owner}.{member.name.value}({{}}:)", problems)


def _report(nodes: Iterable[Node], form: str, problems: ReadingProblems) -> None:
    seen: set[str] = set()
    for node in nodes:
        name: str = node.name.value  # type: ignore[attr-defined]  # all of these have a name
        if name in seen:
            problems.add(INVALID, f"{form.format(name)} is defined twice", node)
        seen.add(name)
