"""Merge type references: output positions take the most general, input positions the strictest."""

from __future__ import annotations

from ..type_refs import is_list, item, nullable
from .state import MergeState


def is_subtype_ref(state: MergeState, narrow: str, wide: str) -> bool:
    """Tell whether every value of ``narrow`` is a value of ``wide``, lists element by element."""
    if narrow == wide:
        return True
    if wide[-1] == "!":
        return narrow[-1] == "!" and is_subtype_ref(state, narrow[:-1], wide[:-1])
    narrow = nullable(narrow)
    if is_list(wide) or is_list(narrow):
        return is_list(wide) and is_list(narrow) and is_subtype_ref(state, item(narrow), item(wide))
    return narrow == wide or state.is_subtype(narrow, wide)


def most_general(state: MergeState, refs: list[str]) -> str | None:
    """Return the reference of which all others are subtypes; None where there is none."""
    general = refs[0]
    for ref in refs[1:]:
        if is_subtype_ref(state, general, ref):
            general = ref
    return general if all(is_subtype_ref(state, ref, general) for ref in refs) else None


def strictest(state: MergeState, refs: list[str]) -> str | None:
    """Return the reference that is a subtype of all others; None where there is none."""
    strict = refs[0]
    for ref in refs[1:]:
        if is_subtype_ref(state, ref, strict):
            strict = ref
    return strict if all(is_subtype_ref(state, strict, ref) for ref in refs) else None
