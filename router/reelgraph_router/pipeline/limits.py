"""Bounds on what one operation may ask, counted with fragments opened."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from reelgraph_router import defaults
from reelgraph_router.errors import Code, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationLimits:
    """The bounds; `root_fields` counts the fields of the operation's root."""

    depth: int = defaults.MOST_DEPTH
    aliases: int = defaults.MOST_ALIASES
    root_fields: int = defaults.MOST_ROOT_FIELDS
    directives: int = defaults.MOST_DIRECTIVES


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection set holds: deepest nesting, aliases, fields of its own level, directives."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    directives: int = 0


def check_limits(
    document: DocumentNode, operation: OperationDefinitionNode, limits: OperationLimits
) -> None:
    """Raise RequestError naming the first bound that the operation exceeds.

    Runs before validation, so fragments may be missing or in circles; validation tells of those.
    """
    counter = _Counter(document)
    try:
        size = counter.measure(operation.selection_set)
    except RecursionError:
        size = Size(depth=limits.depth + 1)
    for name, found, allowed in (
        ("depth", size.depth, limits.depth),
        ("number of aliases", size.aliases, limits.aliases),
        ("number of root fields", size.fields, limits.root_fields),
        ("number of directives", size.directives, limits.directives),
    ):
        if found > allowed:
            raise refuse(
                f"The operation's {name} exceeds the limit of {allowed}.",
                Code.LIMIT_EXCEEDED,
                well_formed=True,
            )


class _Counter:
    """Measures selection sets; each fragment once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._measured: dict[str, Size] = {}
        self._open: set[str] = set()

    def measure(self, selection_set: SelectionSetNode) -> Size:
        depth = aliases = fields = directives = 0
        for selection in selection_set.selections:
            directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                below = self.measure(selection.selection_set) if selection.selection_set else Size()
                depth = max(depth, below.depth + 1)
                aliases += below.aliases + (selection.alias is not None)
                fields += 1
                directives += below.directives
                continue
            if isinstance(selection, FragmentSpreadNode):
                size = self._fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                size = self.measure(selection.selection_set)
            else:
                continue
            depth = max(depth, size.depth)
            aliases += size.aliases
            fields += size.fields
            directives += size.directives
        return Size(depth, aliases, fields, directives)

    def _fragment(self, name: str) -> Size:
        known = self._measured.get(name)
        if known is not None:
            return known
        fragment = self._fragments.get(name)
        if fragment is None or name in self._open:
            return Size()
        self._open.add(name)
        size = self._measured[name] = self.measure(fragment.selection_set)
        self._open.discard(name)
        return size
