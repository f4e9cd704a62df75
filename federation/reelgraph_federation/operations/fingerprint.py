"""A fingerprint of a normalised operation: equal when the plan is equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from reelgraph_federation.operations.defer_usages import DeferUsage
from reelgraph_federation.operations.tree import SelectedField, Selections, Variable


def fingerprint(
    kind: str,
    name: str | None,
    selections: Selections,
    variables: Mapping[str, Variable],
    introspection: str | None,
    defers: Sequence[DeferUsage] = (),
) -> str:
    """Return 32 hexadecimal digits over everything of an operation that planning looks at."""
    parts: list[str] = [kind, name or "", introspection or ""]
    parts += [f"${one.name}:{one.type}={one.default}" for one in variables.values()]
    parts += [f"@defer {one.label!r} in {one.parent} at {one.path}" for one in defers]
    _add_selections(selections, parts)
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _add_selections(selections: Selections, parts: list[str]) -> None:
    parts.append("{")
    for field in selections.fields.values():
        _add_field(field, parts)
    for case, fields in selections.cases.items():
        parts.append(f"on {case}")
        for field in fields.values():
            _add_field(field, parts)
    for field in selections.left_out.values():
        parts.append(f"without {field.order}:{field.response_name}:{field.name}{field.condition!r}")
    for case, fields in selections.left_out_cases.items():
        parts.append(
            f"on {case} without {[(one.order, one.name, one.response_name) for one in fields.values()]}"
        )
    parts.append("}")


def _add_field(field: SelectedField, parts: list[str]) -> None:
    directives = " ".join(field.directives)
    parts.append(
        f"{field.order}:{field.response_name}:{field.introspection or field.name}({field.arguments.text})"
        f"{directives}{field.condition!r}{field.places or ''}"
    )
    if field.defer:
        parts.append(f"@defer {field.defer}")
    if field.children is not None:
        _add_selections(field.children, parts)
