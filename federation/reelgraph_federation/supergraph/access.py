"""Requirements that hold together, and what implementations ask of those who select from their interface.

An interface has no requirement of its own. In a supergraph it asks for what its implementations ask for, all
together, so that a router which judges an interface's field by the interface alone lets nobody in whom an
implementation keeps out. A router that knows the implementations tells such a requirement by its value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reelgraph_federation.supergraph.model import Access, ObjectType

Alternatives = tuple[tuple[str, ...], ...]

MOST_ALTERNATIVES = 500
"""Requirements with more alternatives together than this are joined to a single one that asks for all."""


def join_access(one: Access | None, other: Access | None) -> Access | None:
    """Return what asks for both of two requirements."""
    if one is None or other is None or one == other:
        return one or other
    return Access(
        one.authenticated or other.authenticated,
        join_alternatives((one.scopes, other.scopes)),
        join_alternatives((one.policies, other.policies)),
    )


def join_alternatives(requirements: Iterable[Collection[Collection[str]]]) -> Alternatives:
    """Return the fewest alternatives that meet all requirements; one without any asks for nothing.

    The result is the same in whatever order they are given. Where there are too many alternatives it is a
    single one of all their names, which is stricter.
    """
    asked = [{frozenset(names) for names in alternatives} for alternatives in requirements]
    asked = [alternatives for alternatives in asked if alternatives]
    if not asked:
        return ()
    joined, *rest = asked
    joined = _least(joined)
    for alternatives in rest:
        if len(joined) * len(alternatives) > MOST_ALTERNATIVES:
            joined = {frozenset().union(*(names for each in asked for names in each))}
            break
        joined = _least({one | other for one in joined for other in alternatives})
    return tuple(sorted(tuple(sorted(names)) for names in joined))


def _least(alternatives: set[frozenset[str]]) -> set[frozenset[str]]:
    """Leave out alternatives that ask for more than another."""
    if len(alternatives) > MOST_ALTERNATIVES:
        return alternatives
    return {names for names in alternatives if not any(other < names for other in alternatives)}


def type_access_of(implementations: Iterable[ObjectType]) -> Access | None:
    """Return what the types ask for, all together."""
    joined: Access | None = None
    for one in implementations:
        joined = join_access(joined, one.applied.access)
    return joined


def field_access_of(implementations: Iterable[ObjectType], name: str) -> Access | None:
    """Return what a field asks for in the types, in all together."""
    joined: Access | None = None
    for one in implementations:
        if name in one.fields:
            joined = join_access(joined, one.fields[name].applied.access)
    return joined


def without_implied(access: Access | None, implied: Access | None) -> Access | None:
    """Return an interface's requirement unless it is what its implementations ask for together."""
    if access is None or implied is None or _normal(access) != _normal(implied):
        return access
    return None


def _normal(access: Access) -> Access:
    scopes, policies = join_alternatives([access.scopes]), join_alternatives([access.policies])
    return Access(access.authenticated, scopes, policies)
