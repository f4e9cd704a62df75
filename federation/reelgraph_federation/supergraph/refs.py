"""Make the model's type references from text that is known to be well-formed."""

from __future__ import annotations

from functools import lru_cache

from .type_refs import TypeRef, list_of, named_type, non_null


@lru_cache(maxsize=1 << 17)
def ref(text: str) -> TypeRef:
    """Return the reference that well-formed text such as ``[Title!]!`` spells."""
    if text[-1] == "!":
        return non_null(ref(text[:-1]))
    if text[0] == "[":
        return list_of(ref(text[1:-1]))
    return named_type(text)
