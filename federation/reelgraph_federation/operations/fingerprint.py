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
    parts.append(Digests().of(selections))
    return _digest(parts)


def _digest(parts: Sequence[str]) -> str:
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


class Digests:
    """The digests of selections; those that several types have in common are read once."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def of(self, selections: Selections) -> str:
        """Return what is equal for selections of the same fields in the same order."""
        found = self._known.get(id(selections))
        if found is None:
            found = self._known[id(selections)] = _digest(self._read(selections))
        return found

    def _read(self, selections: Selections) -> list[str]:
        parts: list[str] = []
        for field in selections.fields.values():
            self._add_field(field, parts)
        for case, fields in selections.cases.items():
            parts.append(f"on {case}")
            for field in fields.values():
                self._add_field(field, parts)
        for field in selections.left_out.values():
            parts.append(
                f"without {field.order}:{field.response_name}:{field.name}{field.condition!r}"
            )
        for case, fields in selections.left_out_cases.items():
            left_out = [(one.order, one.name, one.response_name) for one in fields.values()]
            parts.append(f"on {case} without {left_out}")
        return parts

    def _add_field(self, field: SelectedField, parts: list[str]) -> None:
        directives = " ".join(field.directives)
        name = field.introspection or field.name
        parts.append(
            f"{field.order}:{field.response_name}:{name}({field.arguments.text})"
            f"{directives}{field.condition!r}{field.places or ''}"
        )
        if field.defer:
            parts.append(f"@defer {field.defer}")
        if field.children is not None:
            parts.append(self.of(field.children))
