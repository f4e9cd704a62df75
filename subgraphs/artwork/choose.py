"""Choose one of a title's variants for a profile: pure, so equal inputs choose equally."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from subgraphs.artwork.drawing.themes import Variant

Affinity = Mapping[str, float]
"""How much a profile likes each theme; the shares add up to 1, or there are none."""

_HABIT = 0.15
"""How much affinity a variant may lack and still win by the profile's own seed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen variant, how likely the policy was to choose it, and why it did.

    `personalised` is False where nothing is known of the viewer.
    """

    variant: Variant
    propensity: float
    explored: bool
    personalised: bool


def unpersonalised(variants: Sequence[Variant]) -> Choice:
    """Choose for somebody unknown: the first variant."""
    return Choice(variants[0], propensity=1.0, explored=False, personalised=False)


def choose(
    variants: Sequence[Variant],
    profile_id: str,
    title_id: str,
    day: str,
    affinity: Affinity,
    explore_share: float,
) -> Choice:
    """Choose the variant that speaks of what the profile likes; sometimes any, to learn.

    Epsilon-greedy: with probability `explore_share` uniformly, else the greatest affinity plus
    a small constant of the profile's own. Random numbers follow from profile, title and day, so
    a profile sees the same picture all day. The propensity is that of the policy over days.
    """
    best = max(
        variants,
        key=lambda variant: (
            affinity.get(variant.theme, 0.0)
            + _HABIT * _uniform("habit", profile_id, title_id, variant.name),
            variant.name,
        ),
    )
    explored = _uniform("explore", profile_id, title_id, day) < explore_share
    if explored:
        place = int(_uniform("arm", profile_id, title_id, day) * len(variants))
        chosen = variants[place]
    else:
        chosen = best
    propensity = explore_share / len(variants) + (1 - explore_share) * (chosen == best)
    return Choice(chosen, propensity, explored, personalised=True)


def _uniform(*seed: str) -> float:
    """Return a number from 0 to below 1 that follows from the texts."""
    digest = blake2b("\x1f".join(seed).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
