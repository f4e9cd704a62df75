"""Permissions, bound late: a caller's claims → the condition that every search is AND-ed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from reelgraph_kit.identity import Identity
from reelgraph_search.definition import ClaimValue, Policy
from reelgraph_search.index_config.mapping import IndexMapping
from reelgraph_search.query_language.check import compile_filter
from reelgraph_search.query_language.conditions import Condition, Everything
from reelgraph_search.query_language.syntax import QueryError


class Denied(Exception):
    """The policy lets this caller find nothing; its reason is for logs."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a caller may find, and the variables that say so."""

    condition: Condition
    variables: Mapping[str, JsonValue]


def allowed_documents(
    policy: Policy | None, identity: Identity, mapping: IndexMapping, now: datetime
) -> Allowed:
    """Bind a policy to a caller.

    Raises Denied when a claim has no value in the policy or the policy does not fit the index: in
    doubt nothing is found.
    """
    if policy is None:
        return Allowed(Everything(), {})
    variables = {name: _value(name, one, identity) for name, one in policy.variables.items()}
    try:
        return Allowed(compile_filter(policy.filter, mapping, variables, now), variables)
    except QueryError as error:
        raise Denied(f"the policy does not fit the index: {error}") from error


def hidden_fields(mapping: IndexMapping, identity: Identity) -> frozenset[str]:
    """Paths that the caller may neither ask for nor see, those inside them included."""
    barred = [
        field.path
        for field in mapping.walk()
        if field.requires_scope is not None and not identity.has_scope(field.requires_scope)
    ]
    return frozenset(
        field.path
        for field in mapping.walk()
        if any(field.path == path or field.path.startswith(f"{path}.") for path in barred)
    )


def _value(name: str, wanted: ClaimValue, identity: Identity) -> JsonValue:
    claim: str | None = getattr(identity, wanted.claim)
    value: JsonValue = claim
    if wanted.cases is not None:
        value = None if claim is None else wanted.cases.get(claim)
    if value is None:
        value = wanted.otherwise
    if value is None:
        raise Denied(f"the policy has no value of ${name} for {wanted.claim} {claim!r}")
    return value
