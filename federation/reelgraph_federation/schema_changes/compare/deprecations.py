"""Compare the deprecations of fields and enum values."""

from collections.abc import Iterator

from graphql import DEFAULT_DEPRECATION_REASON, GraphQLSchema

from ..change import Change, Criticality
from ..elements import enum_value_pairs, field_pairs
from ..kinds import ChangeKind


def compare_deprecations(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the deprecations added and removed, and changes of their reasons: all safe.

    The specification gives a deprecation without a reason the reason "No longer supported", so
    that text counts as none given.
    """
    for pair in field_pairs(old, new):
        if both := pair.both:
            reasons = both[0].deprecation_reason, both[1].deprecation_reason
            yield from _field(pair.coordinate, *reasons)
    for value in enum_value_pairs(old, new):
        if values := value.both:
            reasons = values[0].deprecation_reason, values[1].deprecation_reason
            yield from _enum_value(value.coordinate, *reasons)


def _field(where: str, old: str | None, new: str | None) -> Iterator[Change]:
    if old == new:
        return
    if old is None:
        message = f"The field '{where}' is now deprecated: {new}"
        yield Change(ChangeKind.FIELD_DEPRECATION_ADDED, Criticality.SAFE, where, message)
    elif new is None:
        message = f"The field '{where}' is no longer deprecated."
        yield Change(ChangeKind.FIELD_DEPRECATION_REMOVED, Criticality.SAFE, where, message)
    else:
        kind = _reason_kind("FIELD", _given(old), _given(new))
        yield Change(kind, Criticality.SAFE, where, _reason_message(where, old, new))


def _enum_value(where: str, old: str | None, new: str | None) -> Iterator[Change]:
    if old == new:
        return
    if old is None:
        kind = ChangeKind.ENUM_VALUE_DEPRECATION_REASON_ADDED
        message = f"The enum value '{where}' is now deprecated: {new}"
    elif new is None:
        kind = ChangeKind.ENUM_VALUE_DEPRECATION_REASON_REMOVED
        message = f"The enum value '{where}' is no longer deprecated."
    else:
        kind = _reason_kind("ENUM_VALUE", _given(old), _given(new))
        message = _reason_message(where, old, new)
    yield Change(kind, Criticality.SAFE, where, message)


def _given(reason: str) -> str | None:
    return None if reason == DEFAULT_DEPRECATION_REASON else reason


def _reason_kind(element: str, old: str | None, new: str | None) -> ChangeKind:
    what = "ADDED" if old is None else "REMOVED" if new is None else "CHANGED"
    return ChangeKind(f"{element}_DEPRECATION_REASON_{what}")


def _reason_message(where: str, old: str, new: str) -> str:
    return f"The reason why '{where}' is deprecated changed from '{old}' to '{new}'."
