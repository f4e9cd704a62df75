"""Add fields, directives and types to SDL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import (
    DefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    parse,
    print_ast,
)


def merge_sdl(
    sdl: str,
    fields: Mapping[str, Mapping[str, str]],
    heads: Mapping[str, Iterable[str]],
    members: Mapping[str, list[str]],
    abstract: Mapping[str, str],
) -> str:
    """Return SDL with more in it.

    `fields` are definitions by type and name; `heads` directives by type, where a key is added only
    to a type that was not there; `abstract` new interfaces (a union where the text is empty) with
    their `members`.
    """
    found: list[DefinitionNode] = []
    known: set[str] = set()
    for node in parse(sdl, no_location=True).definitions:
        if isinstance(node, (ObjectTypeDefinitionNode, ObjectTypeExtensionNode)):
            name = node.name.value
            known.add(name)
            marks = [one for one in heads.get(name, ()) if not one.startswith("@key")]
            node = _extended(
                node, fields.get(name, {}), marks, _interfaces(name, members, abstract)
            )
        found.append(node)
    for name, own in fields.items():
        if name not in known and own:
            empty = f"type {name} {{ {' '.join(own.values())} }}"
            (node,) = parse(empty, no_location=True).definitions
            assert isinstance(node, ObjectTypeDefinitionNode)
            bases = _interfaces(name, members, abstract)
            found.append(_extended(node, {}, list(heads.get(name, ())), bases))
    texts = [print_ast(node) for node in found]
    for name, text in abstract.items():
        marks = " ".join(sorted(heads.get(name, ())))
        texts.append(text or f"union {name} {marks} = {' | '.join(members[name])}")
    return "\n\n".join(texts) + "\n"


def _interfaces(
    name: str, members: Mapping[str, list[str]], abstract: Mapping[str, str]
) -> list[str]:
    return [base for base, text in abstract.items() if text and name in members[base]]


def _extended(
    node: ObjectTypeDefinitionNode | ObjectTypeExtensionNode,
    fields: Mapping[str, str],
    marks: Iterable[str],
    interfaces: Iterable[str],
) -> ObjectTypeDefinitionNode | ObjectTypeExtensionNode:
    own = {one.name.value for one in node.fields or ()}
    more = " ".join(text for name, text in fields.items() if name not in own)
    text = f"type X {' '.join(sorted(marks))} {{ {more or 'x: Int'} }}"
    (added,) = parse(text, no_location=True).definitions
    assert isinstance(added, ObjectTypeDefinitionNode)
    bases = tuple(NamedTypeNode(name=NameNode(value=one)) for one in interfaces)
    return type(node)(
        name=node.name,
        description=None,
        interfaces=(*(node.interfaces or ()), *bases),
        directives=(*(node.directives or ()), *(added.directives or ())),
        fields=(*(node.fields or ()), *((added.fields or ()) if more else ())),
    )
