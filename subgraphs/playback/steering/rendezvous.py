"""Weighted rendezvous hashing with bounded load inside one cluster."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

LOAD_BOUND = 1.25


@dataclass(frozen=True, slots=True)
class Member:
    """One appliance of a cluster: its weight (capacity) and how many connections it carries."""

    id: str
    weight: float
    connections: int


def rendezvous_score(asset: str, member: Member) -> float:
    """Return -weight / ln(u) with u drawn uniformly from (0, 1) by hashing asset and member.

    The member with the highest score owns the asset; each owns a share by weight, and removing one
    moves only its own assets.
    """
    digest = hashlib.blake2b(f"{asset}\0{member.id}".encode(), digest_size=8).digest()
    uniform = (int.from_bytes(digest, "big") + 0.5) / 2**64
    return -member.weight / math.log(uniform)


def order_by_rendezvous(asset: str, members: Sequence[Member]) -> list[str]:
    """Order a cluster for `asset`: by score, those above 1.25 times the mean load behind the rest.

    Overflow so goes to the next in hash order, not to a random one, and keeps caches warm.
    """
    ranked = sorted(members, key=lambda each: (-rendezvous_score(asset, each), each.id))
    return [each.id for each in sorted(ranked, key=lambda each: _is_overloaded(each, members))]


def _is_overloaded(member: Member, members: Sequence[Member]) -> bool:
    total_weight = sum(each.weight for each in members)
    total = sum(each.connections for each in members) + 1
    fair_share = total * member.weight / total_weight
    return member.connections + 1 > max(1.0, math.ceil(LOAD_BOUND * fair_share))
